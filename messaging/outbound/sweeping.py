"""The tick over deliveries: every state that time can end, ended. All of it is compare-and-set, so that several ticks do no harm."""

from __future__ import annotations

import structlog
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Now

from audit.record import Actor, recording
from messaging import doorbell, locks
from messaging.models import Delivery, SendAttempt, SendingLine
from messaging.models.deliveries import AttemptState, DeliveryState
from messaging.models.numbers import LineState
from messaging.numbers import health
from messaging.outbound import leaving, settling
from messaging.providers.base import Unknown
from messaging.times import span

log = structlog.get_logger(__name__)

LANE_YIELDS_AFTER = span(minutes=2)
AT_ONCE = 200


def sweep() -> None:
    """Reap leases, make retries ready, let unknown attempts yield their lanes, wake lines that have work."""
    reap()
    Delivery.objects.filter(state=DeliveryState.QUEUED, ready=False, next_attempt_at__lte=Now()).update(
        ready=True
    )
    SendAttempt.objects.filter(
        state=AttemptState.UNKNOWN, lane_yielded=False, unknown_at__lte=Now() - LANE_YIELDS_AFTER
    ).update(lane_yielded=True)
    _wake_lines()
    for line_id in due_lines():
        doorbell.ring("messaging.tasks.send_line", line_id, queue="send")


def reap() -> None:
    """Leases that ran out: a claim is given up and queued again; a call that never came back is unknown, never queued."""
    expired = SendAttempt.objects.filter(
        state__in=[AttemptState.CLAIMED, AttemptState.CALLING], lease_until__lt=Now()
    ).order_by("pk")[:AT_ONCE]
    for attempt in expired:
        try:
            _reap(attempt)
        except Exception as error:
            # One that cannot be reaped must not keep the others from it. The error's words may quote a phone: only its type is kept.
            log.error("sweep.not_reaped", attempt_id=attempt.pk, error=type(error).__name__)


def _reap(attempt: SendAttempt) -> None:
    if attempt.state == AttemptState.CLAIMED:
        leaving.abandon(attempt)
    else:
        _call_was_lost(attempt)


def refresh_health() -> None:
    """Numbers recover as their failures grow older than seven days."""
    for number_id in health.due_for_refresh():
        with transaction.atomic(), recording(actor=Actor.system()):
            health.refresh(number_id)


def due_lines() -> list[int]:
    """Lines that may be claimed now."""
    due = SendingLine.objects.filter(next_due_at__lte=Now(), number__account__line_state=LineState.OPEN)
    return list(due.order_by("next_due_at", "pk").values_list("pk", flat=True)[:AT_ONCE])


def _wake_lines() -> None:
    """A ring may be lost: idle lines with something ready are found here."""
    ready: QuerySet[Delivery] = Delivery.objects.filter(
        line=OuterRef("pk"), state=DeliveryState.QUEUED, ready=True
    )
    SendingLine.objects.filter(next_due_at__isnull=True).filter(Exists(ready)).update(next_due_at=Now())


def _call_was_lost(attempt: SendAttempt) -> None:
    with transaction.atomic(), recording(actor=Actor.system()):
        delivery = locks.delivery(attempt.delivery_id)
        held = locks.attempt(attempt.pk)
        if held.state == AttemptState.CALLING:
            settling.unknown(held, delivery, Unknown("worker_lost"))
