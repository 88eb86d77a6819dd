"""Contacts that come in pieces: several short texts of one sender that make one contact together."""

from collections import deque
from datetime import datetime, timedelta

from policy.detector.engine import find
from policy.detector.model import AllowList, Finding

WINDOW = timedelta(minutes=15)
DEPTH = 6


def may_be_fragment(text: str) -> bool:
    """Whether `text` could be part of a contact that is split over several; cheap, and errs towards yes."""
    return len(text) < 80


class Conversation:
    """The last few texts of one thread, replayed in order; what a split contact is found in.

    A pure accumulator: nothing is kept outside the object and no clock is read.
    """

    def __init__(self, *, allow: AllowList | None = None) -> None:
        self._allow = allow or AllowList()
        self._said: dict[str, deque[tuple[datetime, str]]] = {}

    def add(self, sender: str, text: str, at: datetime) -> list[Finding]:
        """Findings in `text`, and those it completes with the sender's earlier texts; spans are in `text`."""
        said = self._said.setdefault(sender, deque(maxlen=DEPTH))
        earlier = [words for when, words in said if at - when <= WINDOW]
        said.append((at, text))
        before = "\n".join([*earlier, ""])
        return [
            Finding(f.kind, max(f.start - len(before), 0), f.end - len(before), f.score, f.reasons, f.rule)
            for f in find(before + text, allow=self._allow)
            if f.end > len(before)
        ]
