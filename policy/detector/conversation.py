"""Contacts that come in pieces: several short texts of one sender that make one contact together."""

import re
from collections import deque
from datetime import datetime, timedelta

from policy.detector.common import is_handle_like
from policy.detector.engine import find
from policy.detector.handles import PLATFORM_WORDS
from policy.detector.model import NOTHING_ALLOWED, AllowList, Finding
from policy.detector.normalise import view
from policy.detector.numerals import ONES
from policy.detector.payments import PAYMENT_WORDS
from policy.detector.tlds import PROVIDERS

# A contact is completed within this time and this many texts of its sender, the completing one included.
WINDOW = timedelta(minutes=15)
DEPTH = 6

_WORD = re.compile(r"[a-z0-9]+")
_SIGN = re.compile(r"[\d@]|\.[a-z]")
_PIECE_WORDS = (
    frozenset(ONES)
    | PLATFORM_WORDS
    | PAYMENT_WORDS
    | PROVIDERS
    | {"oh", "dot", "punto", "com", "email", "arroba"}
)


def may_be_fragment(text: str) -> bool:
    """Whether `text` could take part in a contact that is split over several texts.

    Cheap, and errs towards yes: when it says no, `Conversation.add` finds nothing in `text` that `find`
    does not, whatever came before. So a caller loads earlier texts only when it says yes.
    """
    plain = view(text).text
    words = _WORD.findall(plain)
    if _SIGN.search(plain) or not _PIECE_WORDS.isdisjoint(words):
        return True
    return len(words) <= 6 and any(is_handle_like(word.strip(".,:;!?")) for word in plain.split())


class Conversation:
    """The texts of one thread, replayed in order: finds what `find` finds, and what several texts make.

    Texts of different senders never join. Nothing is kept outside the object and no clock is read, so it
    can be built anew from stored texts for every screening.
    """

    def __init__(self, *, allow: AllowList = NOTHING_ALLOWED) -> None:
        self._allow = allow
        self._said: dict[str, deque[tuple[datetime, str]]] = {}

    def add(self, sender: str, text: str, at: datetime) -> list[Finding]:
        """Findings in `text`, and the part in `text` of contacts that it completes; in order of appearance.

        Texts come in the order of `at`. A contact that was complete before `text` is not found again.
        """
        said = self._said.setdefault(sender, deque(maxlen=DEPTH - 1))
        earlier = [words for when, words in said if at - when <= WINDOW]
        said.append((at, text))
        found = find(text, allow=self._allow)
        if earlier and may_be_fragment(text):
            found += [f for f in self._completed(earlier, text) if not any(_overlap(f, g) for g in found)]
        return sorted(found, key=lambda f: (f.start, f.end))

    def _completed(self, earlier: list[str], text: str) -> list[Finding]:
        """What reaches from the earlier texts into this one, cut to this one."""
        before = "\n".join([*earlier, ""])
        return [
            Finding(f.kind, 0, f.end - len(before), f.score, ("completes earlier texts", *f.reasons), f.rule)
            for f in find(before + text, allow=self._allow)
            if f.kind != "intent" and f.start < len(before) < f.end
        ]


def _overlap(one: Finding, other: Finding) -> bool:
    return one.kind != "intent" and other.kind != "intent" and one.start < other.end and other.start < one.end
