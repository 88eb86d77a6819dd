"""The same of an animal by its name, which only its capital tells: "Lost Rex", "Bella is missing"."""

from __future__ import annotations

import re

from policy.detector.wordlist import words

_NAME = r"[A-Z][a-z]{2,}"
_NAMED = re.compile(
    "|".join(
        (
            rf"\b[Ll]ost {_NAME}\b(?! ?(?:'s|and))",
            rf"\b(?P<one>{_NAME})(?:'s| is| went| has gone| has been| is still|, .{{0,20}} is) (?:missing|dying|"
            r"gone missing)\b(?! (?:you|me|us|her|his|a|an|the|to|of))",
            rf"\b(?P<two>{_NAME}) (?:just )?(?:died|passed away)\b",
            rf"\b(?P<three>{_NAME})(?:'s| is) dead\b(?! (?:tired|asleep|set|serious))",
            rf"\b(?i:can'?t|cannot|couldn'?t) (?:find|see) {_NAME}\b(?!'s)",
            rf"\b(?i:someone|somebody) (?:stole|took) {_NAME}\b(?! (?:to|out|for))",
            rf"\b(?:no (?:encuentro|veo)) a {_NAME}\b",
            rf"\bran over {_NAME}\b",
            rf"\b(?i:no idea|don't know) where {_NAME} (?:is|went|could)\b",
        )
    )
)
# What begins a sentence with a capital and is no name.
_NO_NAMES = words(
    """
    the this that what who there here phone battery laptop leash collar key keys bowl remote package
    toy food everyone nobody grandma grandpa mom dad mother father uncle aunt wifi internet car monday
    tuesday wednesday thursday friday saturday sunday nothing something anyone someone
    """
)


def is_told(clause: str) -> bool:
    """Whether `clause`, with the capitals its writer gave it, tells it of somebody named."""
    return any(_is_name(found) for found in _NAMED.finditer(clause))


def _is_name(found: re.Match[str]) -> bool:
    named = next((one for one in found.groupdict().values() if one), "")
    return named.lower() not in _NO_NAMES
