"""Proven unsent: an attempt ends without a call, and its text is queued again."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from audit.record import Actor, recording
from messaging import locks
from messaging.models import Delivery, SendAttempt
from messaging.models.deliveries import AttemptState, DeliveryState

# What a delivery knows because its text was accepted: cleared by whoever learns that it was not sent after all.
ACCEPTANCE = ("accepted_attempt", "sent_at", "status_rank", "ask_at", "asked", "unconfirmed_at")


def abandon(attempt: SendAttempt, *, again_in: timedelta = timedelta()) -> None:
    """Give up a claim before the call and queue the delivery again. Does nothing when it is no longer claimed.

    Nor while somebody else holds one of the two: the lease runs out, and the reaper comes back.
    """
    with transaction.atomic(), recording(actor=Actor.system()):
        delivery = locks.free_delivery(attempt.delivery_id)
        held = locks.free_attempt(attempt.pk) if delivery else None
        if delivery is None or held is None or held.state != AttemptState.CLAIMED:
            return
        give_up(held)
        if delivery.state == DeliveryState.SENDING and delivery.current_attempt_id == held.pk:
            requeue(delivery, at=timezone.now() + again_in)


def requeue(delivery: Delivery, *, at: datetime) -> None:
    """Queue a delivery, held by the caller, for `at`."""
    delivery.state, delivery.next_attempt_at = DeliveryState.QUEUED, at
    delivery.ready = at <= timezone.now()
    delivery.save(update_fields=["state", "next_attempt_at", "ready", *ACCEPTANCE])


def give_up(attempt: SendAttempt) -> None:
    """End a claimed attempt, held by the caller, before its call."""
    attempt.state, attempt.settled_at = AttemptState.ABANDONED, Now()
    attempt.save(update_fields=["state", "settled_at"])
