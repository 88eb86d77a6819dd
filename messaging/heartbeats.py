"""Signs of life: the beat rings each queue, whoever works on it writes down that it did.

The beat also notes itself and that the broker answered it. Those two only say why a queue is silent: the queues are what counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import F
from django.db.models.functions import Now

from messaging.models import Heartbeat

QUEUES = ("send", "tick", "default")
BEAT, BROKER = "beat", "broker"
# Noted by the processes that take the provider's calls, where those are processes of their own.
WEBHOOK = "webhook"
# Whoever asks the provider from a tick, while it does (`messaging.outbound.recovery.fairness`).
ROUND = "round"
SILENT_AFTER = timedelta(seconds=30)
# The beat asks the broker every 5 s.
BROKER_SILENT_AFTER = timedelta(seconds=15)


@dataclass(frozen=True, slots=True)
class Standing:
    """Who gave no sign of life: `queues` nobody works on, and the reason where it is known."""

    queues: tuple[str, ...] = ()
    beat_is_silent: bool = False
    broker_is_silent: bool = False

    @property
    def names(self) -> list[str]:
        """All of them, what may be the cause first."""
        causes = [(BROKER, self.broker_is_silent), (BEAT, self.beat_is_silent)]
        return [*(name for name, silent in causes if silent), *self.queues]


def note(name: str) -> None:
    """Write down that `name` lives now, by the database's clock."""
    Heartbeat.objects.bulk_create(
        [Heartbeat(name=name, at=Now())],
        update_conflicts=True,
        update_fields=["at"],
        unique_fields=["name"],
    )


def standing() -> Standing:
    """Who is silent now, by the database's clock. One query.

    The broker is silent when the beat lives and has had no answer from it; the beat only when a queue is: a queue that is worked on
    was rung for.
    """
    ages = dict(Heartbeat.objects.annotate(age=Now() - F("at")).values_list("name", "age"))

    def silent(name: str, after: timedelta = SILENT_AFTER) -> bool:
        return name not in ages or ages[name] >= after

    queues = tuple(name for name in QUEUES if silent(name))
    no_beat = silent(BEAT)
    return Standing(queues, bool(queues) and no_beat, not no_beat and silent(BROKER, BROKER_SILENT_AFTER))


def is_silent(name: str) -> bool | None:
    """Whether `name` has given no sign of life for 30 s; None when it never gave one."""
    age = (
        Heartbeat.objects.filter(name=name)
        .annotate(age=Now() - F("at"))
        .values_list("age", flat=True)
        .first()
    )
    return None if age is None else bool(age >= SILENT_AFTER)


def missing() -> list[str]:
    """What `standing` found, each in words for operators."""
    found = standing()
    after = {BROKER: f"no answer for {BROKER_SILENT_AFTER.seconds} s"}
    return [
        f"{name}: {after.get(name, f'no heartbeat for {SILENT_AFTER.seconds} s')}" for name in found.names
    ]
