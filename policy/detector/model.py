"""The words the detector speaks: what it found, and what it must let pass."""

from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["phone", "email", "url", "social", "payment", "intent", "evasion"]

# Raised whenever a rule changes, so that a stored finding says which rules made it.
RULESET_VERSION = "2.0"

# A candidate counts as found from this score on.
THRESHOLD = 0.5


@dataclass(frozen=True, slots=True)
class Finding:
    """One span of a text that looks like a way to leave the platform.

    `start` and `end` count code points of the original text, end exclusive. `score` is 0 to 1, and at
    least `THRESHOLD`. `reasons` are sentences for people; `rule` is a stable id for statistics. `value` is
    the number or address as the allow-list compares it: never stored or logged.
    """

    kind: Kind
    start: int
    end: int
    score: float
    reasons: tuple[str, ...]
    rule: str
    version: str = RULESET_VERSION
    value: str = field(default="", repr=False, compare=False)


@dataclass(frozen=True)
class AllowList:
    """What is never flagged: phone numbers (E.164), registrable domains and whole e-mail addresses.

    An allowed domain covers its subdomains, its links and its mailboxes.
    """

    numbers: frozenset[str] = frozenset()
    domains: frozenset[str] = frozenset()
    emails: frozenset[str] = frozenset()


NOTHING_ALLOWED = AllowList()


@dataclass(frozen=True, slots=True)
class Candidate:
    """A span of the normalised view that a rule proposes; `value` is what the allow-list compares."""

    kind: Kind
    start: int
    end: int
    score: float
    reasons: tuple[str, ...]
    rule: str
    value: str = ""
