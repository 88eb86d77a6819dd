"""What the owner is told on every page while background work stands still. Read from heartbeat rows: the broker is never asked."""

from __future__ import annotations

from dataclasses import dataclass

from messaging import heartbeats
from messaging.heartbeats import Standing


@dataclass(frozen=True, slots=True)
class Notice:
    """`title` says what is the case, `detail` what that means for texts and what to do. `tone` is danger or warning."""

    title: str
    detail: str
    tone: str


_ASK = "If this lasts, tell whoever runs SnoutOS for you."
_KEPT = "Nothing is lost: your texts are saved and go out once it's fixed."

BROKER = Notice(
    "Texts are going out late",
    f"The broker, which hands out background work, isn't answering. {_KEPT} Texts to you still come in. {_ASK}",
    "warning",
)
NOBODY_SENDS = Notice(
    "Texts aren't going out right now", f"The sender isn't running. {_KEPT} {_ASK}", "danger"
)
NOBODY_TIDIES = Notice(
    "Background work has stopped",
    f"New texts go out, but retries, checks, pictures and reminders wait. {_ASK}",
    "warning",
)


def notice() -> Notice | None:
    """What to say now; None while everything moves. One query."""
    return of(heartbeats.standing())


def of(found: Standing) -> Notice | None:
    """The notice for who is silent, the gravest only."""
    if found.broker_is_silent:
        return BROKER
    if "send" in found.queues:
        return NOBODY_SENDS
    return NOBODY_TIDIES if found.queues else None
