"""Phone numbers: windows over the stream of digits that a numbering plan knows."""

import re
from collections.abc import Iterator
from dataclasses import replace

from policy.detector.lexicon import REVERSED
from policy.detector.model import THRESHOLD, Candidate
from policy.detector.numbering import abroad, international, looks_north_american, north_american
from policy.detector.score import context
from policy.detector.spans import Disjoint
from policy.detector.stream import JOINED, LINE, LOOSE, WORDS, Run, runs
from policy.detector.tlds import FILES

_PLUS = re.compile(r"(?:\+|(?<![\d+])(?:00|011)(?=[ -]?[1-9]))[ (]{0,2}\d(?:[ ().\-/]{0,3}\d){6,14}(?!\d)")
_EXTENSION = re.compile(r"[ ,]{0,2}(?:x|ext\.?|extension|#)\s?\d{2,5}(?!\d)")
_LEAD = re.compile(r"(?:\+\s?|(?:tel|sms|callto):\s?|\+?\(|[(\[{<]|\(\+)$")

# How people group the digits of a North American number; other groupings need the run to stop around them.
_CLASSIC = frozenset(
    [
        (10,),
        (3, 7),
        (6, 4),
        (3, 3, 4),
        (1, 10),
        (1, 3, 7),
        (1, 3, 3, 4),
        (11,),
        (4, 3, 4),
        (3, 3, 2, 2),
        (1, 6, 4),
    ]
)

_SPELLED_BONUS = 0.12
# Ten digits in words one by one are hardly ever anything else.
# "06.12.34.56.78": how France and its neighbors write their numbers, and little else is written so.
_PAIRED, _PAIRED_BONUS = re.compile(r"0[1-9]([ .-])\d\d(?:\1\d\d){3}"), 0.12
_SOUND_BONUS = 0.1
_MANY_WORDS, _ALL_SPELLED_BONUS = 8, 0.08
_SURE = 0.75
# A bar or exclamation mark among figures and look-alikes stands for a 1.
_BARS = re.compile(r"(?<=[\doilszbgq.-])[|!](?=[\doilszbgq.-])")
_FILE = re.compile(r"\.(?:" + "|".join(sorted(FILES)) + r")\b")
_MOBILE = re.compile(r"07\d{9}|0[2-478]\d{8}|0[6-9]\d{9}")
_COUNTING = ("01234567890123", "12345678910", "98765432109", "10987654321")

_EXISTS, _SHAPED, _TRUNK, _FOREIGN = 0.6, 0.35, 0.45, 0.3


def phones(text: str) -> list[Candidate]:
    """Candidates in a lower-case view that passed the numbering plan, with their score in context."""
    found = [_plus(text, m) for m in _PLUS.finditer(text)]
    found += _in_runs(text)
    if "|" in text or "!" in text:
        found += _in_runs(_BARS.sub("1", text))
    return strongest(found)


_ABROAD = ("a phone number of another country", "a phone number with a country code")


def sounded_phones(text: str) -> list[Candidate]:
    """Numbers of which some digits only sound like digits, or stand among asides and words that keep coming back."""
    found = _in_runs(text, loose=True)
    return strongest(
        [
            replace(c, rule="phone.sound", score=min(1.0, c.score + _SOUND_BONUS))
            for c in found
            if c.reasons[0] not in _ABROAD
        ]
    )


def strongest(candidates: list[Candidate]) -> list[Candidate]:
    """The best of overlapping candidates: by score, then by length."""
    taken = Disjoint()
    best = sorted(candidates, key=lambda c: (-c.score, c.start - c.end, c.start))
    return [c for c in best if c.score >= THRESHOLD and taken.add(c.start, c.end)]


def _in_runs(text: str, *, loose: bool = False) -> list[Candidate]:
    reverse = REVERSED.search(text) is not None
    return [c for run in runs(text, loose=loose) if _could_hold(run) for c in _in_run(text, run, reverse)]


def _in_run(text: str, run: Run, reverse: bool) -> Iterator[Candidate]:
    """Candidates of one run; none of its parts when the whole is surely a number."""
    for window in _windows(run):
        candidate = _judge(text, window, reverse)
        if candidate:
            yield candidate
            if len(window) == len(run) and candidate.score >= _SURE:
                return


def _could_hold(run: Run) -> bool:
    return sum(len(item.digits) for item in run) >= 8


def _windows(run: Run) -> Iterator[Run]:
    """Parts of a run that may be one number: whole segments at each level of gap, and classic groupings."""
    seen: set[tuple[int, int]] = set()
    for level in (WORDS + 1, WORDS, LINE, LOOSE):
        for first, last in _segments(run, level):
            if (first, last) not in seen and 8 <= sum(len(i.digits) for i in run[first:last]) <= 13:
                seen.add((first, last))
                yield run[first:last]
    for first, last in _classic(run):
        if (first, last) not in seen:
            yield run[first:last]


def _segments(run: Run, level: int) -> Iterator[tuple[int, int]]:
    """The run cut wherever the gap reaches `level`."""
    first = 0
    for index in range(1, len(run) + 1):
        if index == len(run) or run[index].gap >= level:
            if index - first <= 15:
                yield first, index
            first = index


def _classic(run: Run) -> Iterator[tuple[int, int]]:
    sizes = [len(item.digits) for item in run]
    for first in range(len(run)):
        for length in range(1, 5):
            last = first + length
            if last <= len(run) and tuple(sizes[first:last]) in _CLASSIC and _stands_alone(run, first, last):
                yield first, last


def _stands_alone(run: Run, first: int, last: int) -> bool:
    """No longer group is tied to the window: in "012-0010178-3593109" no part is a number by itself."""
    before_tied = first > 0 and run[first].gap == JOINED and len(run[first - 1].digits) > 2
    after_tied = last < len(run) and run[last].gap == JOINED and len(run[last].digits) > 2
    return not (before_tied or after_tied)


def _judge(text: str, window: Run, reverse: bool) -> Candidate | None:
    """The window as a candidate, scored in its context; None when no plan knows its digits."""
    digits = "".join(item.digits for item in window)
    start, end = _widen(text, window[0].start, window[-1].end)
    if _is_no_number(text, start, end, digits):
        return None
    mirrored = north_american(digits[::-1]) if reverse and len(digits) == 10 else ""
    base, value, reason = (0.85, mirrored, "a phone number written backwards") if mirrored else _plan(digits)
    if not base:
        return None
    if not mirrored and _is_hidden(window, digits):
        base, reason = base + _SPELLED_BONUS, _how_hidden(text, window)
        if len(window) >= _MANY_WORDS and all(item.spelled for item in window):
            base += _ALL_SPELLED_BONUS
    around = context(text, start, end)
    base += _PAIRED_BONUS * bool(_PAIRED.fullmatch(text[start:end]))
    base += 0.1 if _is_alone(text, start, end) else 0.0
    score = max(0.85 if mirrored else 0.0, min(1.0, base + around.delta))
    rule = "phone.reversed" if mirrored else "phone.digits"
    return Candidate("phone", start, end, score, (reason, *around.reasons), rule, value)


def _is_no_number(text: str, start: int, end: int, digits: str) -> bool:
    """Counting, the name of a file, or a part of a longer identifier."""
    counting = any(digits in counted for counted in _COUNTING) or (
        len(digits) == 10 and list(digits) in (sorted(digits), sorted(digits)[::-1])
    )
    return counting or _FILE.match(text, end) is not None or text[start - 1 : start] == "_"


def _plan(digits: str) -> tuple[float, str, str]:
    """Base score, E.164 and reason by the plan that fits best; a score of 0 when none does."""
    if looks_north_american(digits):
        e164 = north_american(digits)
        if e164:
            return _EXISTS, e164, "a phone number"
        foreign = abroad(digits)
        return _SHAPED, foreign or "+1" + digits[-10:], "digits in the form of a phone number"
    if e164 := abroad(digits):
        base = _TRUNK + 0.07 * bool(_MOBILE.fullmatch(digits)) if digits[0] == "0" else _FOREIGN
        return base, e164, "a phone number of another country"
    if len(digits) >= 11 and (e164 := international(digits)):
        return _FOREIGN, e164, "a phone number with a country code"
    return 0.0, "", ""


def _plus(text: str, match: re.Match[str]) -> Candidate:
    digits = re.sub(r"\D", "", match[0])
    if not match[0].startswith("+"):
        digits = re.sub(r"^(?:011|00)", "", digits)
    digits = re.sub(r"^(44|61|33|49|39|31|353)0", r"\1", digits)
    around = context(text, match.start(), match.end())
    e164 = international(digits)
    score = (0.85 if e164 else 0.3) + around.delta
    start, end = _widen(text, match.start(), match.end())
    reasons = ("a phone number with a country code", *around.reasons)
    return Candidate("phone", start, end, max(0.0, min(1.0, score)), reasons, "phone.international", e164)


def _is_hidden(window: Run, digits: str) -> bool:
    spelled = any(item.spelled for item in window)
    return len(digits) in (10, 11) and (spelled or len(window) > 6)


def _how_hidden(text: str, window: Run) -> str:
    letters = any(c.isalpha() for c in text[window[0].start : window[-1].end])
    return "spelled-out digits that make a phone number" if letters else "a phone number digit by digit"


def _is_alone(text: str, start: int, end: int) -> bool:
    """Hardly anything else is said."""
    return start < 24 and len(text) - end < 24 and len(text[:start].split()) + len(text[end:].split()) <= 3


def _widen(text: str, start: int, end: int) -> tuple[int, int]:
    """With the plus sign, bracket or scheme before the digits and the extension after them."""
    lead = _LEAD.search(text, max(0, start - 8), start)
    tail = _EXTENSION.match(text, end)
    return (lead.start() if lead else start), (tail.end() if tail else end)
