"""Spans of the delivery protocol. A rehearsal may run all of them shorter by one factor; production runs them as written."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings


def scaled(*, seconds: float = 0, minutes: float = 0, hours: float = 0) -> timedelta:
    """So long, divided by `TIMES_DIVIDED_BY`: 1 except in rehearsals such as `python -m benchmarks.chaos`.

    Everything that a retry, a lease or a look-up waits for is written with this, so that all of it shrinks alike and keeps its order. What
    the law or a person sets (quiet hours, windows, retention) is not.
    """
    whole = timedelta(seconds=seconds, minutes=minutes, hours=hours)
    return whole / float(settings.TIMES_DIVIDED_BY)
