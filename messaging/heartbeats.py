"""Signs of life: the beat rings each queue, whoever works on it writes down that it did."""

from __future__ import annotations

from datetime import timedelta

from django.db.models.functions import Now

from messaging.models import Heartbeat

QUEUES = ("send", "tick", "default")
SILENT_AFTER = timedelta(seconds=30)


def note(name: str) -> None:
    """Write down that `name` lives now, by the database's clock."""
    Heartbeat.objects.bulk_create(
        [Heartbeat(name=name, at=Now())],
        update_conflicts=True,
        update_fields=["at"],
        unique_fields=["name"],
    )


def silent() -> list[str]:
    """The queues nobody has worked on for 30 s."""
    alive = set(Heartbeat.objects.filter(at__gt=Now() - SILENT_AFTER).values_list("name", flat=True))
    return [name for name in QUEUES if name not in alive]
