"""Contacts in pieces over several texts of a thread: put together by what the pieces are, not by where they stand.

Ordinary texts may stand between. What a label, a price, a count or the question before it explains is no piece.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from policy.detector.common import is_handle_like
from policy.detector.evasion.payload import Group, payload
from policy.detector.evasion.rules import ROLE
from policy.detector.evasion.talk import REACH, WATCHER
from policy.detector.handles import PLATFORM_WORDS
from policy.detector.lexicon import LABELS
from policy.detector.model import Candidate, Kind
from policy.detector.normalise import View, view
from policy.detector.numbering import abroad, north_american
from policy.detector.payments import PAYMENT_BRANDS
from policy.detector.phones_told import PLACED
from policy.detector.tlds import SURE_PROVIDERS
from policy.detector.wordlist import words

_WORD = re.compile(r"[^\W\d_]+")
_COUNTED = re.compile(
    r"\b(?:pic|pics|photo|picture|part|bit|piece|chunk|text|msg|message|number|no|step|clue|#)\s?\d\b"
    r"|\(?\b\d ?(?:/|of) ?\d\b\)?"
)
# Words that may stand with a piece without telling a story.
_SMALL = words(
    "call me text my number is cell phone its it s area code then and n txt at reach"
    " on the next last first rest dial tel after that plus dash digits"
    " start starts with ends end num mi numero es y luego part second third ok yo"
    " take so thats done lol u ur i m to mine now middle back front also"
)
_MARKS = (3, 6, 10)
_SPARSE = 3
_CUED_WORDS = words("whatsapp bizum movil zelle whats celular cel telefono wa signal")
_PLACE_WORDS = (PLATFORM_WORDS | PAYMENT_BRANDS | words("page site website profile account venmo")) - words(
    "line threads x meta wire element slack teams zoom band polo sc user steam wag signal gram face handle"
)
_NAME = re.compile(
    r"(?:(?:\b(?:it'?s|its|i'?m|im|i am|name'?s?(?: is)?|user(?:name)?(?: is)?|handle(?: is)?|under|as"
    r"|thats|that'?s|mine'?s?(?: is)?|called|soy|es|at|is|me|to|then)\b[ :]*)+"
    r"|^\s*)(@?[a-z0-9][a-z0-9._-]{3,40})"
    r"(?=\s*$|[.!?,]*\s*$|\s+(?:on|over|there|is|one word|all|no|lol|haha|if|for)\b|[.!,])"
)
_AT_NAME = re.compile(r"(?<![a-z0-9])(@[a-z0-9][a-z0-9._-]{3,40})")
_MAIL_NAME = re.compile(
    r"(?<![a-z0-9@.])([a-z0-9]+[._][a-z0-9._]{1,30}[a-z0-9]|[a-z]{3,20}\d{1,6})(?![a-z0-9@])"
)
_MAILING = re.compile(r"\b(?:e?-?mail|write|inbox|address|me at|name|send|correo|escribe)\b")
_ENDING = re.compile(r"(?:\bdot|\bpunto|\.)\s?(?:com|net|org|co|es|mx|info|pet|dog)\b")
_SITE = re.compile(r"\b(?:page|site|website|web|link|pagina|blog|calendar|book|its?|it'?s|is|my)\b")


@dataclass(frozen=True, slots=True)
class Said:
    """One text of a thread."""

    sender: str
    text: str


@dataclass(frozen=True, slots=True)
class Piece:
    """Digits of one text that nothing explains."""

    index: int
    sender: str
    digits: str
    sparse: bool
    cued: bool
    end_first: bool


@dataclass(frozen=True, slots=True)
class Reading:
    """What one text adds: its view, its groups of digits, whether little else is said, and whether it talks about a number."""

    seen: View
    groups: tuple[Group, ...]
    sparse: bool
    cued: bool
    reaches: bool
    last_part: bool
    asked: bool


def assembled(said: Sequence[Said]) -> Iterator[Candidate]:
    """What the last of `said` completes, as spans of its view."""
    readings = [_reading(one.text) for one in said]
    last = readings[-1]
    if (found := _number(said, readings)) is not None:
        yield found
    names = last.seen.text
    if (found := _named(said, readings, names)) is not None:
        yield found


@lru_cache(maxsize=512)
def _reading(text: str) -> Reading:
    seen = view(text)
    plain = _COUNTED.sub(lambda m: " " * len(m[0]), seen.text)
    listed = re.findall(r"[^\W_]+", plain)
    groups = payload(plain, seen.cased(), listed, fewest=1).groups
    outside = plain
    for group in groups:
        outside = outside[: group.start] + " " * (group.end - group.start) + outside[group.end :]
    sparse = sum(word not in _SMALL for word in _WORD.findall(outside)) <= _SPARSE
    roles = [m[0] for m in ROLE.finditer(plain)]
    reaches = REACH.search(plain) is not None
    cued = (
        bool(roles)
        or reaches
        or plain != seen.text
        or WATCHER.search(plain) is not None
        or "like" in listed
        or "then" in listed
    )
    back = any(re.search(r"\b(?:last|back|end|ends|tail|final|finish)", role) for role in roles)
    asked = "?" in plain and any(
        word in LABELS or word in ("many", "much", "time", "price", "room", "suite", "exit")
        for word in listed
    )
    return Reading(seen, groups, sparse, cued, reaches, back, asked)


def _pieces(said: Sequence[Said], readings: list[Reading]) -> list[Piece]:
    found = []
    for index, (one, read) in enumerate(zip(said, readings, strict=True)):
        explained = index > 0 and readings[index - 1].asked and said[index - 1].sender != one.sender
        for group in read.groups:
            free = not group.explained or (group.labelled and read.reaches and len(group.digits) > 2)
            if free and not explained and len(group.digits) < 10:
                found.append(
                    Piece(
                        index,
                        one.sender,
                        group.digits,
                        read.sparse,
                        read.cued,
                        _is_said_last(readings, index),
                    )
                )
    return found


def _is_said_last(readings: list[Reading], index: int) -> bool:
    """Whether a text, or the remark after it, says that its digits are the end of a number."""
    after = readings[index + 1] if index + 1 < len(readings) else None
    return readings[index].last_part or (after is not None and not after.groups and after.last_part)


def _number(said: Sequence[Said], readings: list[Reading]) -> Candidate | None:
    """A phone number whose last piece, or the word about it, is in the last text."""
    pieces = _pieces(said, readings)[-16:]
    here = len(said) - 1
    own = [piece for piece in pieces if piece.sender == said[here].sender]
    for chosen in (own, pieces):
        for first in range(len(chosen)):
            path = _path(chosen[first:], here, readings[here].reaches)
            if path and _is_believed(path, readings, here, mixed=len({piece.sender for piece in path}) > 1):
                return _candidate(path, readings[here], here)
    local = next(
        (g for g in readings[here].groups if len(g.digits) == len("5550142") and not g.labelled), None
    )
    if local and any(PLACED.search(read.seen.text) for read in readings[:-1]):
        reasons = ("completes earlier texts", "a local number, its area code told by a place")
        return Candidate("phone", local.start, local.end, 0.75, reasons, "phone.assembled")
    return None


def _path(pieces: list[Piece], here: int, reaches: bool) -> list[Piece]:
    """Pieces from the first on that make ten digits, those of stories left out when they do not fit; empty without."""
    path: list[Piece] = []
    total = 0
    for piece in pieces:
        reached = total + len(piece.digits)
        crosses = any(total < mark < reached for mark in _MARKS)
        if (
            reached > _MARKS[-1]
            or (crosses and not piece.sparse)
            or (len(piece.digits) < 3 and not piece.sparse)
        ):
            if path and not piece.sparse:
                continue
            break
        path.append(piece)
        total = reached
        if (
            total >= 9
            and (path[-1].index == here or reaches)
            and len({p.index for p in path}) > 1
            and _value(path)
        ):
            return path
    return []


def _value(path: list[Piece]) -> str:
    digits = "".join(piece.digits for piece in path)
    if len(digits) == len("655201934"):
        return abroad(digits) if digits[0] in "67" else ""
    if path[0].end_first and len(path[0].digits) == len("0142"):
        digits = digits[4:] + digits[:4]
    return north_american(digits) if len(digits) == 10 else ""


def _is_believed(path: list[Piece], readings: list[Reading], here: int, *, mixed: bool) -> bool:
    plain = sum(piece.sparse or piece.cued for piece in path)
    if len("".join(piece.digits for piece in path)) == len("655201934"):
        spoken = {word for read in readings for word in _WORD.findall(read.seen.text)}
        return plain == len(path) and not spoken.isdisjoint(_CUED_WORDS)
    if path[-1].index != here and not readings[here].reaches:
        return False
    if mixed and not any(read.cued or "?" in read.seen.text for read in readings[path[0].index : here + 1]):
        return False
    return plain >= max(1, len(path) - 1)


def _candidate(path: list[Piece], read: Reading, here: int) -> Candidate:
    mine = [
        g
        for g in read.groups
        if path[-1].index == here and any(g.digits == p.digits for p in path if p.index == here)
    ]
    start = min((g.start for g in mine), default=0)
    end = max((g.end for g in mine), default=len(read.seen.text))
    reasons = ("completes earlier texts", "pieces that make a phone number together")
    return Candidate("phone", start, end, 0.8, reasons, "phone.assembled", _value(path))


def _named(said: Sequence[Said], readings: list[Reading], text: str) -> Candidate | None:
    """A mailbox, a web name or a name on a platform, of which another text told the place."""
    earlier = [read.seen.text for read in readings[:-1]]
    listed = set(_WORD.findall(text))
    if listed & SURE_PROVIDERS and len(listed) <= 8 and _has_mailbox(earlier):
        return _told("email", text, "a mailbox, its provider in another text")
    if (
        any(set(_WORD.findall(other)) & SURE_PROVIDERS and "?" not in other for other in earlier)
        and _has_mailbox([text])
        and len(listed) <= 8
    ):
        return _told("email", text, "a mailbox, its provider in another text")
    if _ENDING.search(text) and len(listed) <= 6 and any(_site_name(other) for other in earlier[-4:]):
        return _told("url", text, "a web address in pieces")
    places = [set(_WORD.findall(other)) & _PLACE_WORDS for other in earlier]
    if not any(places):
        return None
    name = _AT_NAME.search(text) or _NAME.search(text)
    if name is None or not _is_name(name[1], alone=text.strip(" .!?") == name[1]):
        return None
    kind: Kind = "payment" if any(found & PAYMENT_BRANDS for found in places) else "social"
    reasons = ("completes earlier texts", "a name for what an earlier text named")
    return Candidate(kind, name.start(1), name.end(1), 0.7, reasons, f"{kind}.assembled")


def _told(kind: Kind, text: str, reason: str) -> Candidate:
    stripped = text.strip()
    start = text.index(stripped)
    return Candidate(
        kind, start, start + len(stripped), 0.75, ("completes earlier texts", reason), f"{kind}.assembled"
    )


def _has_mailbox(texts: Sequence[str]) -> bool:
    for text in texts:
        for match in _MAIL_NAME.finditer(text):
            if is_handle_like(match[1]) and (_MAILING.search(text) or len(_WORD.findall(text)) <= 6):
                return True
    return False


def _site_name(text: str) -> bool:
    found = [word for word in _WORD.findall(text) if len(word) > 8 and is_handle_like(word)]
    return (
        bool(found)
        and len(_WORD.findall(text)) <= 5
        and (_SITE.search(text) is not None or len(_WORD.findall(text)) == 1)
    )


def _is_name(word: str, *, alone: bool) -> bool:
    plain = word.strip("@._-")
    if not is_handle_like(plain) or plain.replace("-", "").replace(".", "").isdigit():
        return False
    return (
        word.startswith("@")
        or any(c in "._-" or c.isdigit() for c in plain)
        or len(plain) > (10 if alone else 9)
    )
