"""Reading a text for danger, sentence by sentence and clause by clause."""

from __future__ import annotations

import re

from policy import prose
from policy.emergency import named
from policy.emergency.circumstances import CONDITION, ENDED, HISTORY, JOKE, NEGATED, QUESTION
from policy.emergency.gone import GONE
from policy.emergency.grave import GRAVE

LONGEST_READ = 4_000

_CLAUSE = re.compile(r"[,:;–—]+\s+|\s+-+\s+|\b(?:but|and|pero|y|though|although|because|porque)\b")


def is_urgent(text: str) -> bool:
    """Whether `text` speaks of an emergency that is going on."""
    return any(_is_urgent(prose.unquoted(one)) for one in prose.undrawn(prose.plain(text[:LONGEST_READ])))


def _is_urgent(text: str) -> bool:
    is_over = ENDED.search(text.lower()) is not None
    return any(_sentence(one, asks=asks, is_over=is_over) for one, asks in prose.sentences(text))


def _sentence(sentence: str, *, asks: bool, is_over: bool) -> bool:
    lower = sentence.lower()
    if HISTORY.search(lower):
        return False
    takes_back = is_over or JOKE.search(lower) is not None
    condition = CONDITION.search(lower)
    begin = 0
    for end in [*(stop.end() for stop in _CLAUSE.finditer(lower)), len(lower)]:
        clause = sentence[begin:end]
        # What a condition names is not the case; before it something may be.
        meant = (
            condition is None
            or begin + len(clause) <= condition.start()
            or "but" in lower[condition.start() : begin]
        )
        if meant and _clause(clause, asks=asks, takes_back=takes_back):
            return True
        begin = end
    return False


def _clause(clause: str, *, asks: bool, takes_back: bool) -> bool:
    lower = clause.lower()
    if asks and QUESTION.search(lower):
        return False
    if any(not NEGATED.search(lower[: found.start()]) for found in GRAVE.finditer(lower)):
        return True
    if takes_back:
        return False
    if any(not NEGATED.search(lower[: found.start()]) for found in GONE.finditer(lower)):
        return True
    return named.is_told(clause)
