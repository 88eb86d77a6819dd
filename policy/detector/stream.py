"""The digits of a text as runs: numerals in order, and how far apart they stand."""

import re
from collections import deque
from dataclasses import dataclass

from policy.detector.numerals import Numeral, read
from policy.detector.sound import by_sound
from policy.detector.wordlist import words

# An extension ("2542x909") is a chunk of its own.
_CHUNK = re.compile(
    r"\d+(?=x\d{2,5}(?![a-z0-9]))"
    # A number that the next word, or the one before, was glued to: "call09061701461now".
    r"|(?<![a-z0-9])\d{10,11}(?=[a-z]{2,12}(?![a-z0-9]))|(?<![a-z0-9])(?:call|text|txt|tel|mob|mobile|ring"
    r"|phone|cell|sms|no|on|at|number)(?=\d{10,11}(?!\d))|[a-z0-9]+"
)

# Clock times and written dates are not digits of a number; "602/3/39-6019" is no date.
CLOCK = re.compile(
    r"(?<![\d:.])(?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d)?(?![\d:])(?:\s?[ap]\.?m\b)?"
    r"|(?<![\d/.-])(?:[01]?\d)([/.-])(?:[0-3]?\d)\1(?:19|20)?\d\d(?![\d/-]|[.]\d)"
    r"|(?<![\d/.-])(?:19|20)\d\d([/.-])[01]?\d\2[0-3]?\d(?![\d/-])"
    r"|\d{1,2}\s?[ap]\.?m\b|(?<!\d)\d{1,4}(?:st|nd|rd|th)\b"
)
_AMOUNT = re.compile(
    r"(?<![\d,])\d{1,3}(?:,\d{3})+(?:\.\d\d?(?!\d))?(?![\d,]|\.\d)|\$\s?\d[\d,.]*|\d{1,3}\s?%"
)

SEPARATORS = words(
    "dash hyphen minus slash dot period point space comma then and next plus underscore star guion"
    " punto menos coma espacio luego y e et und tiret trait hyfen paren parenthesis parentheses open"
    " close bracket ok okay um uh er hmm"
)
# What stands between the words of one number.
_FILLING = frozenset((" ", "-", "", " and ", "-and-", " y ", " e ", " et ", " & "))
_LOOSE_SEPARATORS = words(
    "a of the it its is so yeah and like hmm err uhh umm woof then now ok okay k lets see"
)
_TIGHT = re.compile(r"[ .\-()/]{0,2}")
_MAX_GAP = 24
# No text message that people write holds more numerals; what comes after them is read no more.
_MAX_NUMERALS = 400
# So many digits in a row are no accident, even those that only sound like digits.
_MANY = 8

# The word that stands between two numerals, and short remarks in brackets.
_AFTER_DIGIT = re.compile(
    r"(?:\d|zero|oh|one|two|three|four|five|six|seven|eight|nine)[ ,.(]{1,3}([a-z]{2,12})(?=[ ,.)]{1,3}(?:\d"
    r"|(?:zero|oh|one|two|three|four|five|six|seven|eight|nine)\b))"
)
_ASIDE = re.compile(r"\([a-z' ]{1,24}\)")
_LETTERS = re.compile(r"[a-z]+")

JOINED, TIGHT, LOOSE, LINE, WORDS = range(5)


@dataclass(frozen=True, slots=True)
class Item:
    """Digits at [start, end) of the view; `gap` says how far they stand from the item before."""

    start: int
    end: int
    digits: str
    spelled: bool
    gap: int
    counted: bool = False


Run = list[Item]


def runs(text: str, *, amounts: bool = False, clocks: bool = False, loose: bool = False) -> list[Run]:
    """Runs of numerals with nothing but punctuation, emoji and words for punctuation between them.

    Amounts of money and percentages end a run, unless `amounts` are read as digits too;
    so do times and dates, unless `clocks` are. `loose` reads what only sounds like a digit as well, and passes
    over asides and over a word that keeps coming back.
    """
    found: list[Run] = []
    count = 0
    run: list[tuple[int, int, Numeral]] = []
    spans = [] if clocks else [m.span() for m in CLOCK.finditer(text)]
    if not amounts:
        spans += [m.span() for m in _AMOUNT.finditer(text)]
    blocked = deque(sorted(spans))
    noise: frozenset[str] = frozenset()
    if loose:
        text = _ASIDE.sub(_without_aside, text)
        noise = _noise(text)
    for chunk in _CHUNK.finditer(text):
        numeral = None if len(chunk[0]) == 1 and _is_ending(text, chunk) else read(chunk[0])
        if loose and numeral and numeral.letters and numeral.weak and len(numeral.digits) > 1:
            numeral = None
        if loose and numeral is None:
            if chunk[0] in noise or chunk[0] in _LOOSE_SEPARATORS:
                continue
            if sounded := by_sound(chunk[0]):
                numeral = Numeral(sounded, spelled=True, weak=True, sounded=True)
        if numeral and _is_blocked(chunk.start(), blocked):
            numeral = None
        elif numeral is None and chunk[0] in SEPARATORS and (len(chunk[0]) > 1 or chunk[0] == "y"):
            continue
        if numeral is None or (run and chunk.start() - run[-1][1] > _MAX_GAP):
            _close(text, run, found, loose=loose)
            run = []
        if numeral is not None:
            run.append((chunk.start(), chunk.end(), numeral))
            count += 1
            if count > _MAX_NUMERALS:
                break
    _close(text, run, found, loose=loose)
    return found


def _is_ending(text: str, chunk: re.Match[str]) -> bool:
    """The "s" of "it's" is no 5."""
    return text[chunk.start() - 1 : chunk.start()] == "'" and chunk[0].isalpha()


def _noise(text: str) -> frozenset[str]:
    """Words that stand three times right after a digit: "six paws one paws"."""
    counts: dict[str, int] = {}
    for match in _AFTER_DIGIT.finditer(text):
        counts[match[1]] = counts.get(match[1], 0) + 1
    return frozenset(word for word, count in counts.items() if count > 2 and read(word) is None)


def _without_aside(aside: re.Match[str]) -> str:
    """Blanks for a remark in brackets; digits in brackets stay."""
    remark = any(read(word) is None and not by_sound(word) for word in _LETTERS.findall(aside[0]))
    return " " * len(aside[0]) if remark else aside[0]


def _is_blocked(position: int, blocked: deque[tuple[int, int]]) -> bool:
    """Whether a chunk stands in a time, date or amount; chunks come in order, so spent spans are dropped."""
    while blocked and blocked[0][1] <= position:
        blocked.popleft()
    return bool(blocked) and blocked[0][0] <= position


def _close(text: str, run: list[tuple[int, int, Numeral]], found: list[Run], *, loose: bool = False) -> None:
    """Add the run's items to `found`, cut where a weak word stands among plain figures."""
    items: Run = []
    many = loose and len(run) >= _MANY
    repeat: tuple[int, int] | None = None
    for position, (start, end, numeral) in enumerate(run):
        if numeral.times > 1:
            repeat = (start, numeral.times)
            continue
        if numeral.plural:
            _append(text, items, start, end, numeral, repeat[1] if repeat else 1)
            repeat = None
            continue
        counts = position + 1 < len(run) and run[position + 1][2].plural
        if (
            numeral.weak
            and not (many and len(numeral.digits) < 2 and end - start > 1)
            and not counts
            and not _is_meant(run, position, items)
        ):
            found.append(items)
            items, repeat = [], None
            continue
        first, times = repeat or (start, 1)
        repeat = None
        _append(text, items, first, end, numeral, times)
    found.append(items)


def _is_meant(run: list[tuple[int, int, Numeral]], position: int, items: Run) -> bool:
    """Whether a weak word stands for its digit here."""
    if run[position][2].sounded:
        return False
    return _believed(run, position) or _completes(items, run, position)


def _believed(run: list[tuple[int, int, Numeral]], position: int) -> bool:
    """A weak word counts after a digit, when it says "oh" or other spelled digits stand beside it."""
    numeral = run[position][2]
    before = run[position - 1][2] if position else None
    after = run[position + 1][2] if position + 1 < len(run) else None
    tied = after is not None and run[position + 1][0] - run[position][1] == 1
    if len(numeral.digits) > 1 and tied and (before or not numeral.letters):
        return True
    beside = [n for n in (before, after) if n and n.spelled and (not n.weak or n.digits == "0")]
    if numeral.foreign:
        return bool(beside)
    if len(numeral.digits) > 1:
        return False
    if before is None:
        return numeral.digits == "0" and bool(beside)
    if numeral.digits == "0" or before.times > 1:
        return True
    return after is not None and bool(beside)


def _completes(items: Run, run: list[tuple[int, int, Numeral]], position: int) -> bool:
    """A homophone at the end counts when it is the tenth digit of a spelled number: "... five five ate"."""
    missing = 10 - sum(len(item.digits) for item in items)
    return position == len(run) - 1 and missing == 1 and items[-1].spelled


def _append(text: str, items: Run, start: int, end: int, numeral: Numeral, times: int) -> None:
    digits = numeral.digits[:1] * (times - 1) + numeral.digits
    if numeral.plural and times == 1:
        _count(text, items, end, numeral)
        return
    if items and items[-1].counted and items[-1].digits == digits:
        # "Three fives, 555" says it twice.
        return
    if items and _taken_in(items[-1], text[items[-1].end : start], numeral):
        items[-1] = _merged(items[-1], end, numeral)
        return
    gap = _gap(text[items[-1].end : start]) if items else TIGHT
    items.append(Item(start, end, digits, numeral.spelled, gap))


def _count(text: str, items: Run, end: int, numeral: Numeral) -> None:
    """ "Three fives": the numeral before says how many; without one the plural is no digit."""
    if items and items[-1].digits in ("2", "3", "4") and end - items[-1].end < _MAX_GAP // 2:
        before = items[-1]
        items[-1] = Item(
            before.start, end, numeral.digits * int(before.digits), True, before.gap, counted=True
        )


def _taken_in(before: Item, between: str, numeral: Numeral) -> bool:
    """ "fifty eight" is 58 and "three hundred and five" 305: the second word fills the zeros of the first."""
    if not before.spelled or not numeral.spelled or between not in _FILLING:
        return False
    if numeral.hundred:
        return len(before.digits) == 1 and before.digits != "0"
    return (
        numeral.digits != "0"
        and len(before.digits) > len(numeral.digits)
        and before.digits.endswith("0" * len(numeral.digits))
        and before.digits[0] != "0"
        and not (before.digits == "10" or len(before.digits) > 3)
    )


def _merged(before: Item, end: int, numeral: Numeral) -> Item:
    keep = before.digits if numeral.hundred else before.digits[: -len(numeral.digits)]
    return Item(before.start, end, keep + numeral.digits, True, before.gap)


def _gap(between: str) -> int:
    if _TIGHT.fullmatch(between):
        return JOINED if between in ("", "-", ".", "/") else TIGHT
    if any(c.isalpha() and c.isascii() for c in between):
        return WORDS
    return LINE if "\n" in between or "," in between or ";" in between else LOOSE
