"""What the tick does for the trail."""

from __future__ import annotations

from celery import shared_task

from audit import seal as sealing
from audit.errors import SealInProgressError

_BATCH = 10_000
_MOST_BATCHES = 20


@shared_task(name="audit.tasks.seal")
def seal() -> int:
    """Seal what is settled, at most 200,000 events; how many were sealed. Another process at it is enough."""
    total = 0
    for _ in range(_MOST_BATCHES):
        try:
            made = sealing.seal(_BATCH)
        except SealInProgressError:
            break
        total += made.count if made else 0
        if made is None or made.count < _BATCH:
            break
    return total
