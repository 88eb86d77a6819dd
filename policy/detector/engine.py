"""One screening, start to end: views, candidates of every kind, allow-list, spans of the original."""

import re
from collections.abc import Iterable

from policy.detector.emails import emails
from policy.detector.fragments import fragments
from policy.detector.handles import handles
from policy.detector.intents import intents
from policy.detector.links import host_of, links
from policy.detector.model import NOTHING_ALLOWED, THRESHOLD, AllowList, Candidate, Finding
from policy.detector.normalise import View, collapse, view
from policy.detector.numerals import NUMBER_WORDS
from policy.detector.payments import payments
from policy.detector.phones import phones
from policy.detector.phones_told import keypad_phones, told_phones
from policy.detector.spans import Disjoint
from policy.detector.tlds import USER_CONTENT, registrable

_WORD = re.compile(r"[a-z0-9]+")
_DIGIT = re.compile(r"\d")

# With so many numbers found already, those that must be put together are not looked for.
_PLENTY = 8

# Which kind keeps a span that two kinds claim.
_RANK = {"email": 0, "payment": 1, "social": 2, "url": 3, "phone": 4, "intent": 5}


def find(text: str, *, allow: AllowList = NOTHING_ALLOWED) -> list[Finding]:
    """Everything in `text` that looks like a contact or an attempt to leave, in order of appearance.

    Spans of different findings do not overlap, except that an intent may contain contacts.
    """
    plain = view(text)
    letters = collapse(plain)
    listed = _WORD.findall(letters.text)
    words = frozenset(listed)
    placed = [(c, plain.span(c.start, c.end)) for c in _numbers(plain, listed) if c.score >= THRESHOLD]
    placed += [(c, letters.span(c.start, c.end)) for c in _names(letters, words) if c.score >= THRESHOLD]
    if not placed:
        return []
    kept = _without_overlaps(placed)
    return [_finding(c, span) for c, span in kept if not is_allowed(c, allow)]


def _numbers(plain: View, words: list[str]) -> list[Candidate]:
    """Phone numbers, where there are digits or number words enough for one."""
    text = plain.text
    figures = len(_DIGIT.findall(text))
    numerals = figures + sum(word in NUMBER_WORDS for word in words)
    glued = any(len(word) > 11 for word in words)
    found = phones(text) if numerals >= 4 or glued else []
    if numerals >= 7 and len(found) < _PLENTY:
        found += told_phones(text, found)
    if figures >= 3:
        found += keypad_phones(text, plain.cased())
    return found


def _names(letters: View, words: frozenset[str]) -> list[Candidate]:
    """Everything that is written in letters."""
    text, original = letters.text, letters.cased()
    return [
        *emails(text, words),
        *links(text, original),
        *payments(text, words),
        *handles(text, original, words),
        *intents(text, words),
        *(fragments(text) if "\n" in text else ()),
    ]


Placed = tuple[Candidate, tuple[int, int]]


def _without_overlaps(placed: Iterable[Placed]) -> list[Placed]:
    """The widest of overlapping candidates, in order; intents stand beside contacts, not against them."""
    contacts, attempts = Disjoint(), Disjoint()
    kept: list[Placed] = []
    for candidate, span in sorted(placed, key=_reach):
        if (attempts if candidate.kind == "intent" else contacts).add(*span):
            kept.append((candidate, span))
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
    if candidate.kind not in ("email", "url"):
        return False
    host = host_of(candidate)
    return host in allow.domains or (registrable(host) in allow.domains and host not in USER_CONTENT)


def _finding(candidate: Candidate, span: tuple[int, int]) -> Finding:
    return Finding(candidate.kind, *span, round(candidate.score, 2), candidate.reasons, candidate.rule)
