"""Contacts that come in pieces: several short texts of a thread that make one contact together."""

import re
from collections import deque
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from policy.detector.assembly import Said, assembled
from policy.detector.common import is_handle_like
from policy.detector.engine import find, is_allowed
from policy.detector.evasion.talk import REACH
from policy.detector.handles import PLATFORM_WORDS
from policy.detector.languages import EVERY_LANGUAGE
from policy.detector.model import NOTHING_ALLOWED, AllowList, Finding
from policy.detector.normalise import HOLE, view
from policy.detector.numerals import NUMBER_WORDS
from policy.detector.payments import PAYMENT_WORDS
from policy.detector.tlds import PROVIDERS

# A contact is completed within this time and this many texts of the thread, the completing one included.
WINDOW = timedelta(minutes=30)
DEPTH = 12

_SURE_ACROSS = 0.6
_WORD = re.compile(r"[a-z0-9]+")
_SIGN = re.compile(r"[\d@]|\.[a-z]")
_PIECE_WORDS = (
    NUMBER_WORDS
    | PLATFORM_WORDS
    | PAYMENT_WORDS
    | PROVIDERS
    | {"oh", "dot", "punto", "com", "email", "arroba", "double", "triple", "fives", "there"}
)


def may_be_fragment(text: str) -> bool:
    """Whether `text` could take part in a contact that is split over several texts.

    Cheap, and errs towards yes: when it says no, `Conversation.add` finds nothing in `text` that `find`
    does not, whatever came before. So a caller loads earlier texts only when it says yes.
    """
    plain = view(text).text
    words = _WORD.findall(plain)
    if _SIGN.search(plain) or HOLE in plain or not _PIECE_WORDS.isdisjoint(words) or REACH.search(plain):
        return True
    return len(words) <= 8 and any(is_handle_like(word.strip(".,:;!?")) for word in plain.split())


@dataclass(frozen=True, slots=True)
class _Heard:
    sender: str
    text: str
    at: datetime


class Conversation:
    """The texts of one thread in order, of everybody in it: finds what `find` finds, and what several texts make.

    Nothing is kept outside the object and no clock is read, so it can be built anew from stored texts for every
    screening.
    """

    def __init__(
        self, *, allow: AllowList = NOTHING_ALLOWED, languages: frozenset[str] = EVERY_LANGUAGE
    ) -> None:
        self._allow = allow
        self._languages = languages
        self._heard: deque[_Heard] = deque(maxlen=DEPTH - 1)

    def heard(self, sender: str, text: str, at: datetime) -> None:
        """Take in a text that was screened before."""
        self._heard.append(_Heard(sender, text, at))

    def add(self, sender: str, text: str, at: datetime) -> list[Finding]:
        """Findings in `text`, and the part in `text` of contacts that it completes; in order of appearance.

        Texts come in the order of `at`. A contact that was complete before `text` is not found again.
        """
        earlier = [one for one in self._heard if at - one.at <= WINDOW]
        self.heard(sender, text, at)
        found = find(text, allow=self._allow, languages=self._languages)
        if earlier and may_be_fragment(text):
            lines = [one.text for one in earlier if one.sender == sender]
            for completed in (*self._completed(lines, text), *self._assembled(earlier, sender, text)):
                if not any(_overlap(completed, other) for other in found):
                    found.append(completed)
        return sorted(found, key=lambda f: (f.start, f.end))

    def _completed(self, earlier: list[str], text: str) -> list[Finding]:
        """What reaches from the sender's earlier texts into this one, cut to this one."""
        if not earlier:
            return []
        before = "\n".join([*earlier, ""])
        return [
            replace(f, start=0, end=f.end - len(before), reasons=("completes earlier texts", *f.reasons))
            for f in find(before + text, allow=self._allow, languages=self._languages)
            if f.kind not in ("intent", "evasion") and f.start < len(before) < f.end and not _is_weak(f)
        ]

    def _assembled(self, earlier: list[_Heard], sender: str, text: str) -> list[Finding]:
        """What the thread's texts make with this one, by meaning."""
        said = [*(Said(one.sender, one.text) for one in earlier), Said(sender, text)]
        seen = view(text)
        return [
            Finding(c.kind, *seen.span(c.start, c.end), c.score, c.reasons, c.rule)
            for c in assembled(said)
            if c.start < c.end and not is_allowed(c, self._allow)
        ]


def _is_weak(finding: Finding) -> bool:
    """Two codes on lines of their own make a number of some country easily: that alone is no contact."""
    return finding.kind == "phone" and finding.score < _SURE_ACROSS


def _overlap(one: Finding, other: Finding) -> bool:
    return one.kind != "intent" and other.kind != "intent" and one.start < other.end and other.start < one.end
