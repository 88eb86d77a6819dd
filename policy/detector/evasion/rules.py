"""Which talk, with what to be read, is an attempt to slip a contact past."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from policy.detector.evasion.naming import namings
from policy.detector.evasion.payload import Payload, payload
from policy.detector.evasion.reading import READING, READING_WORDS, Trick
from policy.detector.evasion.talk import (
    DENIAL,
    DENIAL_WORDS,
    REACH,
    REACH_WORDS,
    WATCHER,
    WATCHER_WORDS,
)
from policy.detector.model import Candidate
from policy.detector.numbering import north_american
from policy.detector.wordlist import words

# What part of a number stands near: "the first three are", "ends in", "then".
ROLE = re.compile(
    r"\b(?:first|second|third|last|final|middle|center|centre|other|next|front|back|top|bottom|opening"
    r"|closing) (?:\w+ )?(?:three|four|seven|two|six|3|4|7|2|6|bit|bits|part|half|piece|digits?|chunk"
    r"|ones?|numbers?)\b"
    r"|\b(?:starts?|begins?|kicks? off|opens?|ends?|finish(?:es)?|wraps?(?: up)?|closes?|leads?|stops?"
    r"|concludes?|rounds off|empieza|termina|acaba|comienza) (?:it |them |all )?(?:is |it'?s "
    r"|off )?(?:with|in|on|up with|by|con|en)\b"
    r"|\b(?:area|area code|prefix|suffix|middle|center|centre|front|back|tail|belly|beginning|start|end"
    r"|ending|rest|remainder|exchange|en medio|al final)(?:'s|s)?(?: of it)?(?: code)?(?: is| are| being|:"
    r"| it'?s| goes|,)? ?(?=\W{0,3}(?:is |are |was )?(?:the )?[\w-]+)"
    r"|\b(?:then|and then|after (?:that|which|the)|next|followed by|before that|finally|followed|up front"
    r"|lastly|y luego|luego|despues)\b(?=[^.!?\n]{0,18}\d|[^.!?\n]{0,18}\b(?:five|six|zero|oh|one|two"
    r"|three|four|seven|eight|nine|cinco|cero|triple|double|fives)\b)"
    r"|\b(?:chunk|part|piece|bit|bag|section|half|segment|block) (?:one|two|three|1|2|3|a|b|c)\b"
    r"|\bmovie prefix\b|\barea\b(?= from)|\b(?:first|second|third|lastly|finally|left|right|middle|center"
    r"|centre)(?: the| is|:|,)* (?=\d)"
)
_ROLE_WORDS = words(
    "second third lastly left right first last final middle center centre other next"
    " front back start starts begin"
    " begins kicks opens end ends finish finishes wraps area prefix suffix tail belly"
    " beginning rest then after followed before finally up luego despues chunk part"
    " piece bit empieza termina acaba medio half movie exchange"
)
# A puzzle so plain that nothing else need be there to be read.
_PUZZLE = re.compile(
    r"\b(?:(?:replace|swap|change|turn) [a-z] (?:with|for|into|to) \w|number of letters|letters in each"
    r"|how many letters|count (?:the|up the|up|out the)? ?letters"
    r"|each word (?:is|stands for|gives|has)|every word (?:is|stands for|gives)"
    r"|first letters? of|alphabet (?:order|numbers?|position)|a ?(?:=|is) ?1,? b|rhymes? with|what (?:they"
    r"|it|these) rhyme|roman numerals|morse|upside down|caesar|cipher)\b"
)
_PUZZLE_WORDS = words(
    "replace swap letters letter word alphabet rhyme rhymes roman morse upside caesar cipher b"
)
# The parts of a number as they stand apart.
_SHAPES = frozenset([(3, 3, 4), (3, 7), (6, 4)])
_PARTS = 3
_NUMBER_WORDS = words("number line phone")
_AT_WORDS = words("sign arroba snail swirly squiggle")
_ADDRESS = re.compile(
    r"\b(?:at sign|arroba|snail sign|(?:swirly|squiggly|curly) a|squiggle)\b[^\n]{1,60}\b(?:dot|punto"
    r"|period|com)\b|\b(?:dot|punto)\b[^\n]{1,40}\b(?:at sign|snail sign)\b"
)
_COUNTS = 9
_PHONE_WORD = re.compile(r"\b(?:phone|dial|call|ring|text|number|reach|buzz|tap|press)\b")
_HOUR = re.compile(r"(?:[01]\d|2[0-4])[0-5][05]")
# The number is another one but for its end: "same as the office number but ending 0177".
_SAME_NUMBER = re.compile(
    r"\b(?:same|identical|like) (?:as|to|number as|phone as)? ?(?:the|my|your|our|this) (?:office|business"
    r"|company|work|other|old|one|app)?(?: ?number| line| phone| one)?\b[^.!?\n]{0,24}\b(?:ending|ends|but"
    r"|except|last|finish\w*)\b[^.!?\n]{0,14}\d{3,4}\b"
)
# So many digits can be a local number; so many, an area code before a word to be spelt on the keypad.
_FEWEST, _FEWEST_SPELT = 7, 3
_SPELT = words("letters word spell spells")
_SPELLING = re.compile(r"\b(?:letters|word|spells?)\b")
_STOP = re.compile(r"[.!?]+\s|\n")
_FAR = 160
# "757 like the plane", "503 as in Portland": what makes digits easy to keep.
_LIKE = re.compile(
    r"(?:\d{3,4}|five|seven|zero|one|two|three|four|six|eight|nine),? (?:just )?(?:like|as in) (?:the|in|a"
    r"|my|on|lilo|tv)?"
)

_REASONS = {
    "reading": "with something to be read that way",
    "watcher": "talks about who reads along, next to digits",
    "parts": "says which part of a number the digits are",
    "reach": "digits or a puzzle, and talk about a phone",
    "denial": "says that the digits are not what they are called",
}


@dataclass(frozen=True, slots=True)
class Talk:
    """The talk of one text, as spans of it."""

    reading: tuple[tuple[Trick, tuple[int, int]], ...]
    reach: tuple[tuple[int, int], ...]
    watcher: tuple[int, int] | None
    denial: tuple[int, int] | None
    roles: tuple[tuple[int, int], ...]


def evasions(text: str, original: str, listed: list[str]) -> Iterator[Candidate]:
    """At most one candidate for digits or a puzzle in a lower-case view, and those of names that are told."""
    spoken = frozenset(listed)
    yield from namings(text, original, spoken)
    told = _digits_or_puzzle(text, original, listed, spoken)
    if told is not None:
        (start, end), rule, score, reason = told
        yield Candidate("evasion", *sentences(text, start, end), score, (reason,), f"evasion.{rule}")


def _digits_or_puzzle(
    text: str, original: str, listed: list[str], spoken: frozenset[str]
) -> tuple[tuple[int, int], str, float, str] | None:
    """Span, rule, score and reason of the strongest sign that something is told in digits or as a puzzle."""
    read = payload(text, original, listed, fewest=_FEWEST if _SPELT.isdisjoint(spoken) else _FEWEST_SPELT)
    spelt = _FEWEST_SPELT <= read.total < _FEWEST and not _SPELT.isdisjoint(spoken)
    if read.total >= _FEWEST or read.riddle is not None or spelt:
        talk = _talk(text, spoken)
        judged = _judge(text, talk, read)
        if judged is not None:
            return _extent(talk, read, judged[0]), *judged
    if not spoken.isdisjoint(_PUZZLE_WORDS) and (puzzle := _PUZZLE.search(text)) and REACH.search(text):
        return puzzle.span(), "puzzle", 0.7, "gives a puzzle to work out, and talk about a phone"
    if "same" in spoken and not spoken.isdisjoint(_NUMBER_WORDS) and (same := _SAME_NUMBER.search(text)):
        return same.span(), "same_number", 0.7, "says that a number is another one but for its end"
    if not spoken.isdisjoint(_AT_WORDS) and (address := _ADDRESS.search(text)):
        return address.span(), "address", 0.7, "an e-mail address told sign by sign"
    return None


def _talk(text: str, spoken: frozenset[str]) -> Talk:
    reading: tuple[tuple[Trick, tuple[int, int]], ...] = ()
    if not spoken.isdisjoint(READING_WORDS):
        reading = tuple((t, m.span()) for t in READING if (m := t.pattern.search(text)))
    reach = tuple(m.span() for m in REACH.finditer(text)) if not spoken.isdisjoint(REACH_WORDS) else ()
    watcher = WATCHER.search(text) if not spoken.isdisjoint(WATCHER_WORDS) else None
    said = bool(reading or reach or watcher)
    denial = None
    if said and ('"' in text or not spoken.isdisjoint(DENIAL_WORDS)):
        denial = DENIAL.search(text)
    roles = tuple(m.span() for m in ROLE.finditer(text)) if not spoken.isdisjoint(_ROLE_WORDS) else ()
    roles += tuple(m.span() for m in _LIKE.finditer(text))
    return Talk(reading, reach, watcher.span() if watcher else None, denial.span() if denial else None, roles)


def _judge(text: str, talk: Talk, read: Payload) -> tuple[str, float, str] | None:
    """Rule, score and reason of the strongest sign; None when nothing speaks of evasion."""
    if _are_hours(read) and read.riddle is None and talk.denial is None:
        return None
    bare, unlabelled, total = read.bare, read.unlabelled, read.total
    hidden = read.riddle is not None
    if (
        _SPELLING.search(text)
        and talk.reach
        and unlabelled >= 3
        and any(trick.name == "spell" for trick, _ in talk.reading)
    ):
        return "reading.spell", 0.7, f"says to spell it on a keypad, {_REASONS['reading']}"
    if talk.reading and (hidden or _is_enough(bare, unlabelled, total, talk)):
        name, reason = talk.reading[0][0].name.replace(" ", "_"), talk.reading[0][0].reason
        return f"reading.{name}", 0.8, f"{reason}, {_REASONS['reading']}"
    if any(trick.name == "same as" for trick, _ in talk.reading) and total >= 9 and bare >= 3:
        return (
            "reading.same_as",
            0.7,
            f"says that a part is the same as another number, {_REASONS['reading']}",
        )
    if talk.watcher and unlabelled >= 7:
        return "watcher", 0.8, _REASONS["watcher"]
    if _are_counts(text, read):
        return "counts", 0.7, "counts things whose digits make a phone number"
    if _is_number(read) and (
        talk.roles or talk.reach or talk.watcher or talk.reading or len(read.groups) == _PARTS
    ):
        return "parts", 0.7, _REASONS["parts"]
    if len(talk.roles) >= 2 and (bare >= 7 or (bare >= 6 and total >= 9 and talk.reach)):
        return "parts", 0.7, _REASONS["parts"]
    if talk.denial and (talk.reach or talk.watcher) and 9 <= total <= 16:
        return "denial", 0.7, _REASONS["denial"]
    if talk.reach and (9 <= bare <= 12 or (hidden and len(talk.reach) >= 1)):
        return "reach", 0.65, _REASONS["reach"]
    return None


def _is_number(read: Payload) -> bool:
    """Whether the groups that nothing explains are the parts of a number that exists, in order: 3, 3 and 4 digits."""
    bare = [group.digits for group in read.groups if not group.explained]
    return any(
        tuple(map(len, bare[first:last])) in _SHAPES and north_american("".join(bare[first:last])) != ""
        for first in range(len(bare))
        for last in (first + 2, first + 3)
        if last <= len(bare)
    )


def _are_counts(text: str, read: Payload) -> bool:
    """ "Six bones, one bowl, four paws ...": ten counted things whose digits are a number that exists, and a word about a phone."""
    digits = [group.digits for group in read.groups if not group.labelled]
    if len(digits) < _COUNTS or any(len(one) > 2 for one in digits):
        return False
    return _PHONE_WORD.search(text) is not None and north_american("".join(digits)) != ""


def _are_hours(read: Payload) -> bool:
    """ "0700 second 1230 third 1830": what nothing explains are hours of the day."""
    bare = [group.digits for group in read.groups if not group.explained]
    return len(bare) > 1 and all(_HOUR.fullmatch(digits) for digits in bare)


def _is_enough(bare: int, unlabelled: int, total: int, talk: Talk) -> bool:
    if all(trick.name == "count" for trick, _ in talk.reading) and not (
        talk.reach or talk.watcher or talk.denial
    ):
        return False
    if talk.reach or talk.watcher:
        return unlabelled >= 7 or (total >= 9 and bool(talk.denial or talk.reach))
    return bare >= 9 or (bare >= 7 and len(talk.roles) >= 1)


def _extent(talk: Talk, read: Payload, rule: str) -> tuple[int, int]:
    """From the first to the last of what was read and said."""
    spans = [(g.start, g.end) for g in read.groups if not g.labelled] or [
        (g.start, g.end) for g in read.groups
    ]
    if read.riddle is not None:
        spans.append(read.riddle)
    if rule.startswith("reading"):
        spans.append(talk.reading[0][1])
    if rule == "watcher" and talk.watcher:
        spans.append(talk.watcher)
    return min(s for s, _ in spans), max(e for _, e in spans)


def sentences(text: str, start: int, end: int) -> tuple[int, int]:
    """[start, end) out to the sentences that it begins and ends in: what would still tell the trick goes with it."""
    first, last = max(0, start - _FAR), min(len(text), end + _FAR)
    stops = [match.end() for match in _STOP.finditer(text, first, start)]
    begin = stops[-1] if stops else (first if first == 0 else start)
    after = _STOP.search(text, end, last)
    finish = after.start() if after else (last if last == len(text) else end)
    return begin + (len(text[begin:start]) - len(text[begin:start].lstrip())), finish
