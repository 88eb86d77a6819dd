"""One screening, start to end: views, candidates of every kind, allow-list, spans of the original."""

import re
from collections.abc import Iterable

from policy.detector.emails import emails
from policy.detector.evasion import evasions
from policy.detector.fragments import fragments
from policy.detector.handles import handles
from policy.detector.holes import has_holes, is_meant, readings
from policy.detector.intents import intents
from policy.detector.languages import EVERY_LANGUAGE, in_english
from policy.detector.links import host_of, links
from policy.detector.model import NOTHING_ALLOWED, THRESHOLD, AllowList, Candidate, Finding
from policy.detector.normalise import View, collapse, view
from policy.detector.numerals import NUMBER_WORDS
from policy.detector.payments import payments
from policy.detector.phones import phones, sounded_phones
from policy.detector.phones_told import keypad_phones, placed_phones, told_phones
from policy.detector.places import PLACE_STARTS
from policy.detector.sound import by_sound
from policy.detector.spans import Disjoint
from policy.detector.tlds import USER_CONTENT, registrable

_WORD = re.compile(r"[^\W_]+")
_DIGIT = re.compile(r"\d")

Placed = tuple[Candidate, tuple[int, int]]

# With so many numbers found already, those that must be put together are not looked for.
_PLENTY = 8
# Tricks are looked for in so many characters: more than a text message can have, and enough for its thread.
_TOLD_WITHIN = 3_200
# A number without its area code may have this few words: "five fifty-five oh one twenty two".
_LOCAL = 5
# So many digits, those by sound included, are worth a second reading.
_SOUNDED = 7

# Which kind keeps a span that two kinds claim.
_RANK = {"email": 0, "payment": 1, "social": 2, "url": 3, "phone": 4, "evasion": 5, "intent": 6}


def find(
    text: str, *, allow: AllowList = NOTHING_ALLOWED, languages: frozenset[str] = EVERY_LANGUAGE
) -> list[Finding]:
    """Everything in `text` that looks like a contact or an attempt to leave, in order of appearance.

    `languages` are those whose numbers are read beside English and Spanish. Spans of different findings do not
    overlap, except that an intent may contain contacts.
    """
    plain = view(text)
    plain = in_english(plain, frozenset(_WORD.findall(plain.text)), languages)
    letters = collapse(plain)
    listed = _WORD.findall(letters.text)
    words = frozenset(listed)
    placed = [(c, plain.span(c.start, c.end)) for c in _numbers(plain, listed) if c.score >= THRESHOLD]
    if letters is not plain:
        placed += [
            (c, letters.span(c.start, c.end)) for c in _numbers(letters, listed) if c.score >= THRESHOLD
        ]
    placed += [(c, letters.span(c.start, c.end)) for c in _names(letters, words) if c.score >= THRESHOLD]
    if has_holes(plain.text):
        placed += _through_holes(plain)
    kept = _without_overlaps(placed) if placed else []
    found = [(c, span) for c, span in kept if not is_allowed(c, allow)]
    if all(c.kind == "intent" for c, _ in found):
        allowed = [span for c, span in kept if c.kind != "intent"]
        found = _with_evasions(found, _blanked(_start(letters), allowed), listed)
    return [_finding(c, span) for c, span in found]


def _with_evasions(found: list[Placed], seen: View, listed: list[str]) -> list[Placed]:
    """Tricks are looked for where no contact is plain to see: they would only say it again."""
    tricks = [(c, seen.span(c.start, c.end)) for c in evasions(seen.text, seen.cased(), listed)]
    if not tricks:
        return found
    return sorted(_without_overlaps([*found, *tricks]), key=lambda item: (item[1], item[0].kind))


def _start(seen: View) -> View:
    if len(seen.text) <= _TOLD_WITHIN:
        return seen
    origin = seen.origin or tuple(range(len(seen.text) + 1))
    return View(seen.text[:_TOLD_WITHIN], seen.original, origin[: _TOLD_WITHIN + 1])


def _blanked(seen: View, spans: list[tuple[int, int]]) -> View:
    """The view without what the allow-list lets pass: an allowed number is nothing to be read."""
    if not spans:
        return seen
    origin = seen.origin or tuple(range(len(seen.text) + 1))
    hidden = "".join(
        " " if any(start <= at < end for start, end in spans) else char
        for char, at in zip(seen.text, origin, strict=False)
    )
    return View(hidden, seen.original, seen.origin)


def _through_holes(plain: View) -> list[Placed]:
    """What shows when lost characters are read as those that may have stood there."""
    found: list[Placed] = []
    for sign, read in readings(plain):
        letters = collapse(read) if sign == "" else read
        words = _WORD.findall(letters.text)
        candidates = [(c, letters) for c in _names(letters, frozenset(words))]
        if sign == "":
            candidates += [(c, read) for c in _numbers(read, words)]
        found += [
            (c, seen.span(c.start, c.end))
            for c, seen in candidates
            if c.score >= THRESHOLD and is_meant(sign, c, read, plain)
        ]
    return found


def _numbers(plain: View, words: list[str]) -> list[Candidate]:
    """Phone numbers, where there are digits or number words enough for one."""
    text = plain.text
    figures = len(_DIGIT.findall(text))
    numerals = figures + sum(word in NUMBER_WORDS for word in words)
    glued = any(len(word) > 11 for word in words)
    found = phones(text) if numerals >= 4 or glued else []
    if numerals >= 7 and len(found) < _PLENTY:
        found += told_phones(text, found)
    if numerals >= _LOCAL and not PLACE_STARTS.isdisjoint(words):
        found += placed_phones(text)
    if (
        len(text) <= _TOLD_WITHIN
        and all(c.score < THRESHOLD for c in found)
        and figures + sum(map(_is_counted, words)) >= _SOUNDED
    ):
        found += sounded_phones(text)
    if figures >= 3:
        found += keypad_phones(text, plain.cased())
    return found


def _is_counted(word: str) -> bool:
    return word in NUMBER_WORDS or by_sound(word) != ""


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
    score = round(candidate.score, 2)
    return Finding(candidate.kind, *span, score, candidate.reasons, candidate.rule, value=candidate.value)
