"""Words that say an animal or a person is in danger. A held text with one of them must reach the owner at once."""

from __future__ import annotations

import re

_WORDS = re.compile(
    r"\b(?:emergenc(?:y|ies)|hospital|bleeding|blood|seizures?|collapsed?|unconscious|not breathing|can['’]?t breathe|choking|"
    r"poison(?:ed|ing)?|overdose|hit by a car|ambulance|911|er vet|emergency vet|dying|dead|fire|missing|ran away|escaped|"
    r"emergencia|sangrando|veneno)\b",
    re.IGNORECASE,
)


def is_urgent(text: str) -> bool:
    """Whether `text` speaks of an emergency."""
    return _WORDS.search(text) is not None
