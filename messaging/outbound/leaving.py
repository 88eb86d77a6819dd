"""The moment a text leaves: the commit of `claimed → calling`, under the locks that everything forbidding it takes too."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from audit.record import Actor, recording
from messaging import locks
from messaging.consent.standing import is_opted_out
from messaging.models import Delivery, SendAttempt
from messaging.models.deliveries import AttemptState, DeliveryState
from messaging.models.numbers import NumberState
from messaging.models.threads import ThreadState
from messaging.outbound import canceling, quiet


@dataclass(frozen=True, slots=True)
class Leaving:
    """An attempt that may call the provider now, with the frozen delivery it is for."""

    attempt: SendAttempt
    delivery: Delivery


def leave(attempt: SendAttempt) -> Leaving | None:
    """Move `attempt` to `calling`, or abandon it when something forbids the text by now. Commits before it returns.

    None: the text does not leave. A forbidden one is canceled with its reason; one in quiet hours is queued for their end.
    """
    with transaction.atomic(), recording(actor=Actor.system()):
        delivery: Delivery = Delivery.objects.select_related("line", "participant").get(
            pk=attempt.delivery_id
        )
        number_state = locks.number_shared(delivery.line.number_id)
        locks.phone_shared(delivery.organization_id, delivery.recipient)
        thread_state = locks.thread_shared(delivery.thread_id)
        delivery = locks.delivery(delivery.pk)
        held = locks.attempt(attempt.pk)
        if held.state != AttemptState.CLAIMED or delivery.current_attempt_id != held.pk:
            return None
        forbidden = _forbidden(delivery, number_state, thread_state)
        if forbidden:
            _abandon(held)
            canceling.cancel(delivery, forbidden, timezone.now())
            return None
        later = quiet.until(delivery, timezone.now()) if delivery.obeys_quiet_hours else None
        if later is not None:
            _abandon(held)
            requeue(delivery, at=later)
            return None
        held.state, held.called_at = AttemptState.CALLING, Now()
        held.save(update_fields=["state", "called_at"])
        return Leaving(held, delivery)


def abandon(attempt: SendAttempt, *, again_in: timedelta = timedelta()) -> None:
    """Give up a claim before the call and queue the delivery again. Does nothing when it is no longer claimed."""
    with transaction.atomic(), recording(actor=Actor.system()):
        delivery = locks.delivery(attempt.delivery_id)
        held = locks.attempt(attempt.pk)
        if held.state != AttemptState.CLAIMED:
            return
        _abandon(held)
        if delivery.state == DeliveryState.SENDING and delivery.current_attempt_id == held.pk:
            requeue(delivery, at=timezone.now() + again_in)


def requeue(delivery: Delivery, *, at: datetime) -> None:
    """Queue a delivery, held by the caller, for `at`."""
    delivery.state, delivery.next_attempt_at = DeliveryState.QUEUED, at
    delivery.ready = at <= timezone.now()
    delivery.save(update_fields=["state", "next_attempt_at", "ready"])


def _forbidden(delivery: Delivery, number_state: str, thread_state: str) -> str:
    """Why the text may not leave any more; empty when it may."""
    if delivery.revoked:
        return delivery.revoked
    if number_state != NumberState.ACTIVE:
        return f"number_{number_state}"
    if thread_state != ThreadState.OPEN:
        return "thread_closed"
    if is_opted_out(delivery.organization_id, delivery.recipient):
        return "opted_out"
    participant = delivery.participant
    if participant.is_blocked:
        return "party_blocked"
    if participant.left_at is not None:
        return "party_left"
    return ""


def _abandon(attempt: SendAttempt) -> None:
    attempt.state, attempt.settled_at = AttemptState.ABANDONED, Now()
    attempt.save(update_fields=["state", "settled_at"])
