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


_ASK = "If this stays, tell whoever runs this installation."
_KEPT = "Nothing is lost: what you write is kept and leaves by itself as soon as it is back."

BROKER = Notice(
    "Texts leave late right now",
    f"The broker, which hands out background work, does not answer. {_KEPT} Texts to you still come in. {_ASK}",
    "warning",
)
NOBODY_SENDS = Notice("Nobody is sending right now", f"The sender does not run. {_KEPT} {_ASK}", "danger")
NOBODY_TIDIES = Notice(
    "Background work stands still",
    f"New texts leave, but retries, look-ups, pictures and reminders wait. {_ASK}",
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
