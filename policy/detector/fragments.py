"""Contacts in pieces on lines of their own: "619", "701", "0558"; "jennywags", "it's a gmail"."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from policy.detector.common import is_handle_like
from policy.detector.handles import PLATFORM
from policy.detector.model import Candidate, Kind
from policy.detector.numbering import north_american
from policy.detector.payments import APP
from policy.detector.stream import runs
from policy.detector.tlds import SURE_PROVIDERS
from policy.detector.wordlist import any_of, words

# How many lines at the end of a text are looked at, and how many other lines may stand between two pieces.
_LINES = 24
_BETWEEN = 4

_WORD = re.compile(r"[a-z]+")
_COUNTER = re.compile(r"\(?\b\d\s?(?:/|of)\s?\d\b\)?")
_NO_NUMBER = re.compile(r"[#*$%:@]|\d\s?(?:am|pm|lbs?|kg|mg|ml|oz)\b")
# Words that may stand with a piece of a number.
_LEAD = words(
    "call me text my number is cell phone its it s area code then and txt at reach on the next last"
    " first rest dial tel after that plus dash digits start starts with ends end four three num mi"
    " numero es y luego part first second third"
)
_PROVIDER = any_of({*SURE_PROVIDERS, "outlook", "proton", "hey", "me"})
_MAILBOX = re.compile(r"(?:e-?mail:? ?(?:is )?)?(@?[a-z0-9][a-z0-9._+-]{3,40})(?: (?:at|@)| ?@)?[ .]*")
_AT_PROVIDER = re.compile(
    rf"(?:and )?(?:it'?s|its|is|on|at|@|then)?[ .]*(?:a |an |my |on )?@?{_PROVIDER}(?: (?:one|account|"
    rf"address|mail))?"
    r"(?:\s?(?:\.|dot|punto)\s?(?:com|net|me|es|co))?[ .!]*"
)
_ENDING = re.compile(
    r"(?:dot|\.|punto) ?(?:com|net|org|co|info|biz|io|us|ca|me|dog|pet|care|shop)(?: ?/ ?\S*)?[ .!]*"
)
_PLATFORM_LINE = re.compile(
    r"(?:(?:find|look|add|follow|search|dm|message|msg|text|hmu|hit|reach|pay|send|me|us|my|up|on|at|to|via"
    r"|im|i'm|is|the|or|and|just|so|use|try|here|here's|for|it|also|ok|u|you|can|am|i|got|have)[ ,]){0,6}"
    rf"(?:{PLATFORM}|{APP})(?: (?:me|is|handle|username|name|there|at|it is|user))*[ :.!-]*"
)
_NAME_LINE = re.compile(
    r"(?:(?:it'?s|its|i'?m|name'?s|as|under|user(?:name)?:?|name:?|handle:?|to|me) )*"
    r"(@?[a-z0-9][a-z0-9._-]{3,40})[ .!]*"
)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the view: where its text starts, and the digits it adds to a number ("" when none)."""

    start: int
    text: str
    digits: str

    @property
    def end(self) -> int:
        return self.start + len(self.text)


def fragments(text: str) -> Iterator[Candidate]:
    """Candidates in a view that has several lines; each spans from its first piece to its last."""
    lines = _lines(text)
    yield from _numbers(lines)
    for index, line in enumerate(lines):
        yield from _names(lines[max(0, index - _BETWEEN - 1) : index], line)


def _lines(text: str) -> list[Line]:
    lines: list[tuple[int, str]] = []
    start = 0
    for raw in text.split("\n"):
        if raw and not raw.isspace() and len(raw) <= 80:
            lines.append((start, raw))
        start += len(raw) + 1
    return [_line(position, raw) for position, raw in lines[-_LINES:]]


def _line(start: int, raw: str) -> Line:
    stripped = raw.strip()
    return Line(start + raw.index(stripped), stripped, _digits(stripped))


def _digits(line: str) -> str:
    """The digits of a line that holds hardly anything else, at most a phone number's worth."""
    rest = _COUNTER.sub(" ", line) if "/" in line or " of " in line else line
    if _NO_NUMBER.search(rest):
        return ""
    found = [run for run in runs(rest) if run]
    if len(found) != 1:
        return ""
    run = found[0]
    outside = rest[: run[0].start] + " " + rest[run[-1].end :]
    if any(word not in _LEAD for word in _WORD.findall(outside)):
        return ""
    digits = "".join(item.digits for item in run)
    return digits if 1 < len(digits) < 10 else ""


def _numbers(lines: list[Line]) -> Iterator[Candidate]:
    pieces = [(index, line) for index, line in enumerate(lines) if line.digits]
    for first in range(len(pieces)):
        digits, before = "", pieces[first][0]
        for index, line in pieces[first : first + 5]:
            if index - before > _BETWEEN + 1:
                break
            digits, before = digits + line.digits, index
            if len(digits) >= 10:
                if len(digits) == 10 and (e164 := north_american(digits)):
                    reason = "pieces that make a phone number together"
                    yield Candidate(
                        "phone", pieces[first][1].start, line.end, 0.8, (reason,), "phone.pieces", e164
                    )
                break


def _names(before: list[Line], line: Line) -> Iterator[Candidate]:
    """What `line` completes: a mailbox with its provider, a name with its ending or its platform."""
    if _AT_PROVIDER.fullmatch(line.text):
        yield from _joined(before, line, "email", "a mailbox and its provider on lines of their own")
    elif _ENDING.fullmatch(line.text):
        yield from _joined(before, line, "url", "a web address on lines of its own")
    elif (name := _NAME_LINE.fullmatch(line.text)) and _is_name(name[1], alone=name[1] == line.text):
        for earlier in reversed(before):
            if _PLATFORM_LINE.fullmatch(earlier.text):
                reason = "a name on another platform, after the platform"
                yield Candidate("social", earlier.start, line.end, 0.7, (reason,), "social.pieces")
                return


def _is_name(word: str, *, alone: bool) -> bool:
    """A bare word may be a pet's name: alone on its line it must be long or have figures or joints."""
    plain = word.strip("@.")
    return is_handle_like(plain) and (not alone or not word.isalpha() or len(plain) > 8)


def _joined(before: list[Line], line: Line, kind: Kind, reason: str) -> Iterator[Candidate]:
    for earlier in reversed(before):
        match = _MAILBOX.fullmatch(earlier.text)
        if match and is_handle_like(match[1].strip("@.")):
            yield Candidate(kind, earlier.start, line.end, 0.75, (reason,), f"{kind}.pieces")
            return
