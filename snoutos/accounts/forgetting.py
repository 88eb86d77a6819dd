"""What signing in leaves behind, and for how long: docs/personal-data.md lists it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.contrib.sessions.models import Session
from django.db.models import QuerySet

from snoutos.accounts import waits

# Long enough to look into an attack.
SIGN_INS_KEPT = timedelta(days=30)
AT_ONCE = 2000
# An attack makes many: more than this a tick is left to the next.
MOST_BATCHES = 20


def forget_sign_ins(at: datetime) -> int:
    """Delete sessions that ran out, and counts of wrong passwords that nothing touched for 30 days. How many rows went."""
    return sum(_delete(rows) for rows in _over(at))


def _over(at: datetime) -> Iterator[QuerySet[Any]]:
    yield Session.objects.filter(expire_date__lt=at)
    yield from waits.over_before(at - SIGN_INS_KEPT)


def _delete(rows: QuerySet[Any]) -> int:
    """In batches, so that no statement holds many rows for long."""
    gone = 0
    for _ in range(MOST_BATCHES):
        batch = list(rows.values_list("pk", flat=True)[:AT_ONCE])
        gone += rows.model._default_manager.filter(pk__in=batch).delete()[0]
        if len(batch) < AT_ONCE:
            break
    return gone
