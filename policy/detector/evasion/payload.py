"""What there is to be read: digits that nothing explains, and things that only a puzzle would hold."""

import itertools
import re
from dataclasses import dataclass

from policy.detector.lexicon import LABELS
from policy.detector.numerals import NUMBER_WORDS
from policy.detector.sound import by_sound
from policy.detector.stream import CLOCK, Item, runs
from policy.detector.stream import WORDS as FAR
from policy.detector.wordlist import any_of, words

_UNITS = words(
    "kg kilo kilos g gram grams gramos mg ml mcg oz lb lbs pound pounds cup cups c"
    " tsp tbsp min mins minute minutes minutos hr hrs hour hours h horas day days"
    " dias week weeks wk wks month months year years yr yrs mile miles mi km m metre"
    " metres meter meters ft feet inch inches in am pm a p degrees f k percent"
    " unit units pill pills tab tabs tablet tablets cap caps drop drops scoop scoops"
    " times time x visit visits walk walks bag bags can cans treat treats"
    " kibbles kibble calories cal dollars bucks euros euro pounds quid cents st nd"
    " rd th steps sec secs seconds stars vs w mph"
)
_UNIT = re.compile(rf"\s?(?:%|\"|'|°|(?:{any_of(_UNITS)})(?![a-z]))")
_NEXT = re.compile(r"[ -]([a-z']{2,})")
_BEFORE = re.compile(r"[a-z]+")
_MONEY = re.compile(r"[$£€]\s?$")
_PLACE = words(
    "unit flat apt suite room floor exit hwy highway route mile gate door channel"
    " bus train flight row seat coach platform terminal level stop page"
    " building mailbox house buzzer space spot parking box lot zone group model section"
    " aisle step puerta vuelo piso calle casa dog cat"
    " conf dl ua aa ba delta united glucose bg chart size rego stairs trig dial freq version timer"
)

# Things that are no sentence and no ordinary code; each is looked for only where its signs are.
_MORSE = re.compile(r"(?:[.\-]{1,5}[ /]{1,3}){4,60}[.\-]{1,5}")
_SHIFTED = re.compile(r"(?:[!@#$%^&*()+=_]{2,6}[ ,-]{1,2}){1,6}[!@#$%^&*()]{3,6}")
_HEX = re.compile(r"0x[0-9a-f]{7,16}")
_BITS = re.compile(r"\b[01]{1,4}(?: [01]{1,4}){6,30}\b")
_SINGLES = re.compile(r"\b[a-z](?:[ ,.-]{1,2}(?:[a-z]|zero|nil)(?![a-z])){6,30}")
_KEYPAD = re.compile(
    r"(?<![A-Za-z0-9-])(?:[A-Z]{3}-[A-Z]{3}-[A-Z0-9]{2,4}|[A-Z]{3}-[A-Z]{4})(?![A-Za-z0-9-])"
)
_BLOB = re.compile(r"(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{10,80}={0,2}(?![\w=])")
_INNER_CAPITALS = re.compile(r"\b(?:[A-Z]{3,}[a-z]{1,20}|[a-z]{1,20}[A-Z]{2,}[a-z]{0,20})\b")
_ROMAN = frozenset(["i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "nil", "nulla", "n"])
_ENTRY_WORDS, _ENTRIES = 3, 7
_MIN_INNER, _MIN_SINGLES = 4, 7
_FIGURE = re.compile(r"\d")
_FOUND_AT_MOST = 60


@dataclass(frozen=True, slots=True)
class Group:
    """Digits that stand together. `explained` when a label, a unit or a counted thing says what they are."""

    start: int
    end: int
    digits: str
    explained: bool
    labelled: bool
    items: int


@dataclass(frozen=True, slots=True)
class Payload:
    """The groups of a text in order, and the span of what only a puzzle would hold (None without)."""

    groups: tuple[Group, ...]
    riddle: tuple[int, int] | None

    @property
    def bare(self) -> int:
        """Digits that nothing explains."""
        return sum(len(g.digits) for g in self.groups if not g.explained)

    @property
    def unlabelled(self) -> int:
        """Digits that carry no label, counted things included."""
        return sum(len(g.digits) for g in self.groups if not g.labelled)

    @property
    def total(self) -> int:
        return sum(len(g.digits) for g in self.groups)


def payload(text: str, original: str, listed: list[str], *, fewest: int) -> Payload:
    """What stands in a lower-case view with the words `listed`, where `fewest` digits can be; `original` has its capitals."""
    if not _may_hold(text, listed, fewest):
        return Payload((), _riddle(text, original, listed))
    found = [run for run in runs(text, amounts=True, clocks=True, loose=True) if run]
    clocks = [match.span() for match in CLOCK.finditer(text)][:_FOUND_AT_MOST]
    groups = tuple(g for run in found[:_FOUND_AT_MOST] for g in _groups(text, original, run, clocks))
    return Payload(groups, _riddle(text, original, listed))


def _may_hold(text: str, listed: list[str], fewest: int) -> bool:
    """Whether there can be digits enough to matter; a word may stand for several."""
    figures = len(_FIGURE.findall(text))
    if figures >= fewest:
        return True
    return figures + 2 * sum(word in NUMBER_WORDS or by_sound(word) != "" for word in listed) >= fewest


def _groups(text: str, original: str, run: list[Item], clocks: list[tuple[int, int]]) -> list[Group]:
    cuts = [
        0,
        *(i for i in range(1, len(run)) if run[i].gap >= FAR or _is_listed(text, run[i - 1], run[i])),
        len(run),
    ]
    return [_group(text, original, run[a:b], clocks) for a, b in itertools.pairwise(cuts) if a < b]


def _is_listed(text: str, one: Item, other: Item) -> bool:
    """Whether a sentence ends between two items."""
    between = text[one.end : other.start]
    return "\n" in between or ". " in between or len(between) > 4


def _group(text: str, original: str, items: list[Item], clocks: list[tuple[int, int]]) -> Group:
    start, end = items[0].start, items[-1].end
    digits = "".join(item.digits for item in items)
    before = text[max(0, start - 40) : start]
    labelled = (
        _is_labelled(before, text[end : end + 20])
        or bool(_MONEY.search(before))
        or any(first < end and start < last for first, last in clocks)
    )
    explained = labelled or _is_measured(text, original, end, digits)
    return Group(start, end, digits, explained, labelled, len(items))


def _is_labelled(before: str, after: str) -> bool:
    clause = re.split(r"[.!?;\n]\s", before)[-1]
    said = _BEFORE.findall(clause)[-4:]
    if any(word in LABELS or word in _PLACE for word in said):
        return True
    if after[:1] in ("#", "*"):
        return True
    first = _BEFORE.match(after.lstrip(" #,.-"))
    return bool(first and first[0] in ("star", "pound", "hash", "enter", "asterisco"))


def _is_measured(text: str, original: str, end: int, digits: str) -> bool:
    if _UNIT.match(text, end):
        return True
    following = _NEXT.match(text, end)
    if following is None:
        return False
    return len(digits) <= 2 or (
        len(digits) <= 5
        and original[following.start(1)].isupper()
        and original[following.start(1) + 1 : following.start(1) + 2].islower()
    )


def _riddle(text: str, original: str, listed: list[str]) -> tuple[int, int] | None:
    for sign, pattern in (
        (" -", _MORSE),
        ("0x", _HEX),
        ("%", _SHIFTED),
        ("^", _SHIFTED),
        ("$", _SHIFTED),
        (" 1", _BITS),
    ):
        if sign in text and (match := pattern.search(text)):
            return match.span()
    if sum(len(word) == 1 for word in listed) >= _MIN_SINGLES and (match := _SINGLES.search(text)):
        return match.span()
    if (
        sum(word in _ROMAN for word in listed) >= _MIN_SINGLES
        or sum(word.endswith("ay") for word in listed) >= _MIN_SINGLES
    ):
        return 0, len(text)
    if match := _KEYPAD.search(original):
        return match.span()
    return _blob(original) or _capitals(original) or _entries(text)


def _blob(original: str) -> tuple[int, int] | None:
    """Something encoded: capitals, small letters and figures mixed in one long word, or padded with "="."""
    for match in _BLOB.finditer(original):
        word = match[0]
        mixed = (
            any(map(str.isupper, word[1:])) and any(map(str.islower, word)) and any(map(str.isdigit, word))
        )
        if word.endswith("=") or (mixed and len(word) >= 12 and not word.isdigit()):
            return match.span()
    return None


def _capitals(original: str) -> tuple[int, int] | None:
    inner = list(_INNER_CAPITALS.finditer(original))[:20]
    return (inner[0].start(), inner[-1].end()) if len(inner) >= _MIN_INNER else None


def _entries(text: str) -> tuple[int, int] | None:
    """A list of many short entries, each of which may stand for a digit."""
    start = end = count = at = 0
    for piece in text.split(","):
        if len(piece.split()) <= _ENTRY_WORDS and piece.strip():
            start = at if count == 0 else start
            end, count = at + len(piece), count + 1
            if count >= _ENTRIES:
                return start, end
        else:
            count = 0
        at += len(piece) + 1
    return None
