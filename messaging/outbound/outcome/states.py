"""The provider's statuses and what they mean here. Pure: no database, no Django.

Ranks only grow, so that late, doubled and reordered callbacks change nothing they should not (provider's documentation: the order of
callbacks is not guaranteed).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

RANKS = {
    "scheduled": 5,
    "accepted": 10,
    "queued": 10,
    "sending": 20,
    "sent": 30,
    "delivered": 40,
    "undelivered": 40,
    "partially_delivered": 40,
    "failed": 40,
    "canceled": 40,
    "read": 50,
}
TERMINAL_RANK = 40

# Our delivery's state once the provider says so. Before `sent` the text is on its way: our state is `sent` from acceptance on.
STATES = {
    "delivered": "delivered",
    "read": "delivered",
    "undelivered": "undelivered",
    "partially_delivered": "undelivered",
    "failed": "failed",
    "canceled": "failed",
}
# Final words that leave open, or say, that something arrived.
OTHER_ENDS = frozenset(status for status in STATES if status not in ("undelivered", "failed"))
TERMINAL_STATES = frozenset({"delivered", "undelivered", "failed"})


@dataclass(frozen=True, slots=True)
class Standing:
    """What we know of an accepted delivery: its state and the highest rank reported."""

    state: str
    rank: int


@dataclass(frozen=True, slots=True)
class Step:
    """What one report does: the new standing, and whether the provider must be asked because two final words differ."""

    standing: Standing
    ask: bool = False


def rank_of(status: str) -> int:
    """The rank of a provider's status; 0 for one we do not know, which therefore changes nothing."""
    return RANKS.get(status, 0)


def advance(standing: Standing, status: str) -> Step:
    """Apply one reported status. Never moves back; a second, different final word is not believed but asked about."""
    rank = rank_of(status)
    state = STATES.get(status)
    if state is None:
        return Step(Standing(standing.state, max(standing.rank, rank)))
    if standing.state in TERMINAL_STATES:
        if state == standing.state:
            return Step(Standing(standing.state, max(standing.rank, rank)))
        return Step(standing, ask=True)
    return Step(Standing(state, max(standing.rank, rank)))


def fold(standing: Standing, statuses: Iterable[str]) -> Step:
    """Apply several reports, lowest rank first, whatever the order they came in."""
    ask = False
    for status in sorted(statuses, key=rank_of):
        step = advance(standing, status)
        standing, ask = step.standing, ask or step.ask
    return Step(standing, ask)
