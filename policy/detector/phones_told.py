"""Phone numbers that must be put together as told: picked from other words, area codes by name, letters."""

import re
from collections.abc import Iterator

from policy.detector.lexicon import PICKED
from policy.detector.model import Candidate
from policy.detector.numbering import looks_north_american, north_american
from policy.detector.places import PLACE
from policy.detector.score import context
from policy.detector.stream import Item, runs

_MAX_GAP, _MAX_WORDS = 36, 5

_SEVEN = r"[2-9]\d\d[ .\-]{0,3}\d{4}(?![\d])"
_AREA = re.compile(
    r"(?:\b(?:the )?(?:usual |same |local )?(?:[a-z]+ )?area(?: code)?(?: is| of)?\W{0,3}(?:\d{3}\b)?\)"
    r"?[^\d\n]{0,24}"
    rf"(?<!\d)({_SEVEN}))"
    rf"|(?:(?<![\d-])({_SEVEN})[^\d\n]{{0,24}}?\b(?:with |in |and )?(?:the )?(?:usual |same |local )?"
    rf"(?:[a-z]+ ){{0,2}}"
    r"(?:area code|areacode|code de area|area(?= is \d))(?: as \w+|(?: is)?\W{0,2}\d{3}\b)?)"
)
_LOCAL = re.compile(
    r"\b(?:my|his|her|local|home|cell|phone)\s(?:\w+\s)?(?:number|cell|phone|line|num)(?:'?s| is)?\W{0,3}"
    rf"({_SEVEN})|\b(?:call|text|txt|dial|ring|reach|number)(?: me| us)?(?: at| on| @|:)?\s({_SEVEN})"
)
PLACED = re.compile(
    rf"\barea(?: code)?(?:'s| is)? (?:the )?(?:{PLACE}) one\b|\b(?:{PLACE})(?: [a-z]{{2,10}})?(?:'s)?(?:"
    rf" \([^()\d]{{0,20}}\))? (?:area code|area|code|prefix|number|one|cell|phone|line|digits|mobile"
    rf"|exchange)\b"
    rf"|\b(?:area code|area|code|prefix|number|phone|cell)(?: is)?(?: as| of| for| from| in"
    rf"|'s)*(?: the)? (?:{PLACE})\b"
)
_PLACE_GAP = 40
_LETTERS = re.compile(
    r"(?<![\w-])(?:\+?1[-. ]?)?\(?([2-9]\d\d)\)?[-. ]{1,2}([a-z\d]{2,5}[-. ]?[a-z\d]{2,6})(?![\w-])"
)
# "The last four" are no 4.
_ORDINAL = re.compile(r"\b(?:last|first|next|middle|final|other) (?:four|three|4|3)(?: digits)?\b")
# Said when what looks like times, dates or a street is to be read as digits.
_UNDRESS = re.compile(
    r"\b(?:ignore|remove|without|drop|take out|delete|skip) (?:the |all )?(?:colons?|dots?|signs?|symbols?|"
    r"street|words?|rest|dashes|slashes|letters|spaces|stuff|punctuation)\b"
)
_WORD_AFTER = re.compile(r" [a-z]{2,12}\b")
_KEYPAD = str.maketrans("abcdefghijklmnopqrstuvwxyz", "22233344455566677778889999")
_TOLL_FREE = frozenset(("800", "833", "844", "855", "866", "877", "888"))


def told_phones(text: str, known: list[Candidate]) -> list[Candidate]:
    """Candidates in a lower-case view that no plain run of digits shows; not those that touch `known` ones."""
    return [*_areas(text), *_picked(text, known)]


def placed_phones(text: str) -> Iterator[Candidate]:
    """Seven digits, said in any way, whose area code is a place: "a Miami number, five five five ..."."""
    placed = [m.end() for m in PLACED.finditer(text)]
    if not placed:
        return
    for run in runs(text):
        digits = "".join(item.digits for item in run)
        near = run and any(0 <= run[0].start - end <= _PLACE_GAP for end in placed)
        if len(digits) == len("5550142") and near and digits[0] not in "01":
            reasons = ("a local number, its area code told by a place",)
            yield Candidate("phone", run[0].start, run[-1].end, 0.75, reasons, "phone.place")


def _areas(text: str) -> Iterator[Candidate]:
    """Seven digits whose area code is given in words, or that are called somebody's number."""
    if "area" in text:
        for match in _AREA.finditer(text):
            yield Candidate(
                "phone", *match.span(), 0.8, ("a local number next to 'area code'",), "phone.area"
            )
    for match in _LOCAL.finditer(text):
        group = 1 if match[1] else 2
        around = context(text, *match.span(group))
        if around.delta >= 0:
            reasons = ("a local number without its area code", *around.reasons)
            yield Candidate("phone", *match.span(group), 0.6, reasons, "phone.local")


def keypad_phones(text: str, original: str) -> Iterator[Candidate]:
    """Keypad letters ("1-800-PET-SITS"); `original` has the positions of `text` and its own capitals."""
    for match in _LETTERS.finditer(text):
        word = re.sub(r"[-. ]", "", match[2])
        letters = sum(map(str.isalpha, word))
        spaced = text[match.start(2) - 1] == " "
        shouted = original[match.start(2) : match.end(2)].isupper()
        if letters < 3 or len(word) < 7 or not (shouted or (match[1] in _TOLL_FREE and not spaced)):
            continue
        e164 = north_american(match[1] + word[:7].translate(_KEYPAD))
        around = context(text, *match.span())
        if e164 and around.delta >= 0 and len(word) <= 9:
            reasons = ("a phone number in keypad letters", *around.reasons)
            score = 0.85 if len(word) == 7 else 0.6
            yield Candidate("phone", *match.span(), score, reasons, "phone.letters", e164)


def _picked(text: str, known: list[Candidate]) -> Iterator[Candidate]:
    """Groups of 3, 3 and 4 digits with other words between, where the text says how to read them."""
    text = _ORDINAL.sub(lambda m: " " * len(m[0]), text)
    undressed = _UNDRESS.search(text) is not None
    items = [item for run in runs(text, amounts=True, clocks=undressed) for item in run]
    if sum(len(item.digits) for item in items) < 10:
        return
    first = 0
    while first < len(items):
        last = _aligned(text, items, first)
        if last and not any(_touches(c, items[first], items[last - 1]) for c in known):
            yield from _picked_from(text, items[first:last], undressed=undressed)
        first = max(last, first + 1)


def _aligned(text: str, items: list[Item], first: int) -> int:
    """The end of a window from `first` whose items close at 3, 6 and 10 digits; 0 if there is none."""
    total, before = 0, -1
    for index in range(first, min(first + 10, len(items))):
        item = items[index]
        if before >= 0 and not _near(text[before : item.start]):
            return 0
        reached = total + len(item.digits)
        if any(total < mark < reached for mark in (3, 6, 10)):
            return 0
        if reached == 10:
            return index + 1
        total, before = reached, item.end
    return 0


def _touches(candidate: Candidate, first: Item, last: Item) -> bool:
    return candidate.start < last.end and first.start < candidate.end


def _near(between: str) -> bool:
    return len(between) <= _MAX_GAP and len(between.split()) <= _MAX_WORDS and "?" not in between


def _picked_from(text: str, window: list[Item], *, undressed: bool) -> Iterator[Candidate]:
    digits = "".join(item.digits for item in window)
    start, end = window[0].start, window[-1].end
    if text[start - 1 : start] == "$":
        start -= 1
    around = context(text, start, end)
    if looks_north_american(digits) and north_american(digits):
        reasons = ("digits among other words that make a phone number", *around.reasons)
        around_text = text[max(0, start - 60) : end + 60]
        told = 0.2 * bool(PICKED.search(around_text)) + 0.1 * (undressed or "area code" in around_text)
        if text[start] == "$" and (label := _WORD_AFTER.match(text, end)):
            end = label.end()
        score = max(0.0, min(1.0, 0.25 + told + around.delta))
        yield Candidate("phone", start, end, score, reasons, "phone.picked", north_american(digits))
