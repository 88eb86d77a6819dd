"""What the owner does about a text that did not arrive."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from audit import events
from audit.record import Actor, current, recording
from messaging import doorbell, locks
from messaging.errors import NobodyThere, NotPossibleNow, TooEarly
from messaging.models import Delivery, Participant, SendAttempt, Thread
from messaging.models.deliveries import AttemptState, Authority, DeliveryState
from messaging.models.threads import Role
from messaging.outbound import canceling, outbox, permission, proof
from messaging.outbound.outbox import Permit
from messaging.people import parties
from messaging.times import span
from policy.screen import cleared_by
from snoutos.accounts.models import User

# Before, the text may still turn up in the provider's list.
SEND_AGAIN_AFTER = span(minutes=10)
_ENDED = (DeliveryState.FAILED, DeliveryState.UNDELIVERED, DeliveryState.CANCELED)


def retry(delivery: Delivery, *, by: User, at: datetime) -> Delivery:
    """Send a text that ended badly once more: a new delivery, on the owner's word. Returns it.

    Raises NotPossibleNow when it did not end, or was sent again already; NobodyThere when whom it was for is gone; or what forbids
    texting them.
    """
    with transaction.atomic(), recording(actor=Actor.user(by.pk), at=at):
        thread = locks.thread(delivery.thread_id)
        old = locks.delivery(delivery.pk)
        if old.state not in _ENDED or old.retries_made.exists():
            raise NotPossibleNow
        to = _same_party(old, thread)
        permission.require(thread, to)
        fresh = outbox.enqueue(
            old.message,
            cleared_by(old.body, by.pk),
            to=to,
            permit=Permit(authority=Authority.OWNER),
            at=at,
            media_count=old.media_count,
            retry_of=old,
        )
        _settle_alerts(old, at)
        return fresh


def send_again(delivery: Delivery, *, by: User, at: datetime) -> Delivery:
    """Release a parked text: it was most likely not sent, and the owner takes the risk. From ten minutes after the call.

    Raises NotPossibleNow when it is not parked, TooEarly before, or what forbids texting them.
    """
    with transaction.atomic(), recording(actor=Actor.user(by.pk), at=at):
        thread = locks.thread(delivery.thread_id)
        held = locks.delivery(delivery.pk)
        if held.state != DeliveryState.PARKED:
            raise NotPossibleNow
        absent = _absent_attempt(held)
        if absent.called_at is not None and at < absent.called_at + SEND_AGAIN_AFTER:
            raise TooEarly
        permission.require(thread, held.participant)
        absent.released_at = at
        absent.save(update_fields=["released_at"])
        held.state, held.next_attempt_at, held.ready, held.reason = DeliveryState.QUEUED, at, True, ""
        held.decided_by, held.finished_at, held.revoked = by, None, ""
        held.save(
            update_fields=[
                "state",
                "next_attempt_at",
                "ready",
                "reason",
                "decided_by",
                "finished_at",
                "revoked",
            ]
        )
        current().record(events.message_outbound_released(**proof.ids(held)))
        _settle_alerts(held, at)
        doorbell.ring("messaging.tasks.send_line", held.line_id, queue="send")
        return held


def leave(delivery: Delivery, *, by: User, at: datetime) -> Delivery:
    """Leave a parked text unsent. Raises NotPossibleNow when it is not parked."""
    with transaction.atomic(), recording(actor=Actor.user(by.pk), at=at):
        held = locks.delivery(delivery.pk)
        if held.state != DeliveryState.PARKED:
            raise NotPossibleNow
        held.decided_by = by
        held.save(update_fields=["decided_by"])
        current().record(events.message_outbound_left(**proof.ids(held)))
        canceling.cancel(held, "left_by_owner", at)
        _settle_alerts(held, at)
        return held


def _same_party(old: Delivery, thread: Thread) -> Participant:
    """Whom the text was for. A sitter's text never goes to the client: only the outside phone may have moved to another number."""
    if old.participant.left_at is None:
        same: Participant = old.participant
        return same
    now = parties.outside_party(thread)
    if now.role == Role.SITTER or old.participant.role == Role.SITTER:
        raise NobodyThere
    return now


def _absent_attempt(delivery: Delivery) -> SendAttempt:
    found: SendAttempt = delivery.attempts.select_for_update().get(
        state=AttemptState.ABSENT, released_at__isnull=True
    )
    return found


def _settle_alerts(delivery: Delivery, at: datetime) -> None:
    """The owner acted, so what called for it is settled."""
    for kind in ("delivery.parked", "delivery.dead_letter", "delivery.failed"):
        proof.settle_alert(delivery, kind, at)
