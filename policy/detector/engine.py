"""One screening, start to end: views, candidates of every kind, allow-list, spans of the original."""

import re
from collections.abc import Callable, Iterable

from policy.detector.emails import emails
from policy.detector.fragments import fragments
from policy.detector.handles import handles
from policy.detector.intents import intents
from policy.detector.links import domain_of, links
from policy.detector.model import NOTHING_ALLOWED, THRESHOLD, AllowList, Candidate, Finding
from policy.detector.normalise import View, collapse, view
from policy.detector.numerals import NUMBER_WORDS
from policy.detector.payments import payments
from policy.detector.phones import phones
from policy.detector.phones_told import told_phones

_WORD = re.compile(r"[a-z0-9]+")
_DIGIT = re.compile(r"\d")

# Which kind keeps a span that two kinds claim.
_RANK = {"email": 0, "payment": 1, "social": 2, "url": 3, "phone": 4, "intent": 5}


def find(text: str, *, allow: AllowList = NOTHING_ALLOWED) -> list[Finding]:
    """Everything in `text` that looks like a contact or an attempt to leave, in order of appearance.

    Spans of different findings do not overlap, except that an intent may contain contacts.
    """
    plain = view(text)
    letters = collapse(plain)
    words = frozenset(_WORD.findall(letters.text))
    placed = [(c, plain.span(c.start, c.end)) for c in _numbers(plain, words) if c.score >= THRESHOLD]
    placed += [(c, letters.span(c.start, c.end)) for c in _names(letters, words) if c.score >= THRESHOLD]
    if not placed:
        return []
    kept = _without_overlaps(placed)
    return [_finding(c, span) for c, span in kept if not is_allowed(c, allow)]


def _numbers(plain: View, words: frozenset[str]) -> list[Candidate]:
    """Phone numbers, where there are digits or number words enough for one."""
    digits = len(_DIGIT.findall(plain.text))
    spelled = not words.isdisjoint(NUMBER_WORDS)
    if digits < 7 and not spelled and not any(len(word) > 12 for word in words) and digits < 3:
        return []
    return [*phones(plain.text), *told_phones(plain.text, plain.cased())]


def _names(letters: View, words: frozenset[str]) -> list[Candidate]:
    """Everything that is written in letters."""
    text, original = letters.text, letters.cased()
    return [
        *emails(text),
        *links(text, original),
        *payments(text, words),
        *handles(text, original, words),
        *intents(text, words),
        *(fragments(text) if "\n" in text else ()),
    ]


Placed = tuple[Candidate, tuple[int, int]]


def _without_overlaps(placed: Iterable[Placed]) -> list[Placed]:
    """The widest of overlapping candidates, in order; intents stand beside contacts, not against them."""
    kept: list[Placed] = []
    for candidate, (start, end) in sorted(placed, key=_reach):
        group = candidate.kind == "intent"
        clash = any(s < end and start < e and (c.kind == "intent") == group for c, (s, e) in kept)
        if not clash:
            kept.append((candidate, (start, end)))
    return sorted(kept, key=lambda item: (item[1], item[0].kind))


def _reach(item: Placed) -> tuple[int, int, float, int]:
    """Widest first: a link holds the number in its path, an address holds its domain."""
    candidate, (start, end) = item
    return start - end, _RANK[candidate.kind], -candidate.score, start


def is_allowed(candidate: Candidate, allow: AllowList) -> bool:
    """Whether the allow-list names exactly this number, this address, or the domain it is under."""
    if candidate.kind == "phone":
        return candidate.value in allow.numbers
    if candidate.kind == "email" and candidate.value in allow.emails:
        return True
    return candidate.kind in ("email", "url") and domain_of(candidate) in allow.domains


def _finding(candidate: Candidate, span: tuple[int, int]) -> Finding:
    return Finding(candidate.kind, *span, round(candidate.score, 2), candidate.reasons, candidate.rule)


Find = Callable[[str, AllowList], list[Finding]]
