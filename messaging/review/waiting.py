"""Texts that wait too long: one alert for the business, until the queue is empty."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from django.db import DatabaseError, transaction

from audit import alert_lifecycle
from audit.export import search
from audit.models import UNFINISHED, Alert
from audit.record import Actor, recording
from messaging import alerts
from messaging.models import Message
from messaging.models.messages import MessageState
from messaging.review import queue
from snoutos.accounts.models import Organization

log = structlog.get_logger(__name__)

PATIENCE = timedelta(minutes=15)
KIND = alerts.review_waiting.code


def alert(at: datetime) -> int:
    """Ring for every business whose oldest held text waits for more than 15 minutes in which nobody decided anything.

    It rings once in 15 minutes and is counted; alerts of queues that are empty by now are settled. Returns how many rang.
    """
    _settle_empty(at)
    late = Message.objects.filter(state=MessageState.HELD, created_at__lte=at - PATIENCE)
    ids = late.order_by("organization").values_list("organization", flat=True).distinct()
    return sum(_guarded(_ring, organization_id, at) for organization_id in ids)


def settle(organization_id: int, at: datetime) -> None:
    """End the alert when nothing waits any more."""
    if not queue.held(organization_id).exists():
        alert_lifecycle.settle(
            alerts.review_waiting, organization_id=organization_id, subject_id=organization_id, at=at
        )


def _settle_empty(at: datetime) -> None:
    rung = Alert.objects.filter(kind=KIND, state__in=UNFINISHED)
    for organization_id in rung.values_list("organization", flat=True):
        _guarded(settle, organization_id, at)


def _guarded(work: Callable[[int, datetime], bool | None], organization_id: int, at: datetime) -> bool:
    """One business whose rows are held must not keep the others from it; the next tick comes back."""
    try:
        return bool(work(organization_id, at))
    except DatabaseError as error:
        log.warning("review.waiting_not_told", organization_id=organization_id, error=type(error).__name__)
        return False


def _ring(organization_id: int, at: datetime) -> bool:
    with transaction.atomic(), recording(actor=Actor.system(), at=at) as trail:
        # Two ticks at once: the second finds the business taken and leaves it to the first.
        businesses = Organization.objects.select_for_update(skip_locked=True, no_key=True)
        organization = businesses.filter(pk=organization_id).first()
        oldest = queue.oldest_age(organization_id, at)
        if organization is None or oldest is None or oldest < PATIENCE or _is_quiet(organization, at):
            return False
        waiting = queue.held(organization_id).count()
        trail.alert(
            alerts.review_waiting(
                organization_id=organization_id, waiting=waiting, minutes=int(oldest.total_seconds() // 60)
            )
        )
    return True


def _is_quiet(organization: Organization, at: datetime) -> bool:
    """Whether somebody decided, or it rang, in the last 15 minutes."""
    since = at - PATIENCE
    if Alert.objects.of(organization).filter(kind=KIND, last_at__gt=since).exists():
        return True
    return search(organization, verb="review.", since=since).exists()
