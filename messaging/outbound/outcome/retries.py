"""Proven not sent, by the answer to our call or by a later report: tried again after 1, 5 and 15 minutes, then a dead letter."""

from __future__ import annotations

from django.utils import timezone

from audit.record import current
from messaging import alerts, canceling, events, occurrences, relays
from messaging.models import Delivery, SendAttempt
from messaging.models.deliveries import DeliveryState
from messaging.outbound.outcome import unsent
from messaging.timing import scaled

RETRY_AFTER = (scaled(minutes=1), scaled(minutes=5), scaled(minutes=15))


def again(attempt: SendAttempt, delivery: Delivery, code: str) -> None:
    """Queue the delivery of an attempt that is proven unsent once more. The caller holds both.

    What was taken back meanwhile is canceled instead; what has used up its retries becomes a dead letter.
    """
    if not delivery.revoked and delivery.retries >= len(RETRY_AFTER):
        _dead_letter(attempt, delivery, code)
        return
    due = timezone.now() + RETRY_AFTER[min(delivery.retries, len(RETRY_AFTER) - 1)]
    delivery.retries += 1
    delivery.error_code = code
    delivery.save(update_fields=["retries", "error_code"])
    unsent.requeue(delivery, at=due)
    if delivery.revoked:
        canceling.cancel(delivery, delivery.revoked, timezone.now())
        return
    current().record(
        events.message_outbound_retry_attempted(
            **ids(delivery), attempt_number=attempt.number, next_attempt_at=due, code=code
        )
    )


def fail(delivery: Delivery, reason: str, code: str) -> None:
    """End the delivery, held by the caller, as failed."""
    delivery.state, delivery.reason, delivery.error_code = DeliveryState.FAILED, reason, code
    delivery.finished_at = timezone.now()
    delivery.save(update_fields=["state", "reason", "error_code", "finished_at", *unsent.ACCEPTANCE])
    relays.ended(delivery)
    occurrences.delivery_failed(delivery)


def ids(delivery: Delivery) -> dict[str, int]:
    """What every event about a delivery names."""
    return {
        "organization_id": delivery.organization_id,
        "thread_id": delivery.thread_id,
        "message_id": delivery.message_id,
        "delivery_id": delivery.pk,
    }


def _dead_letter(attempt: SendAttempt, delivery: Delivery, code: str) -> None:
    fail(delivery, Delivery.EXHAUSTED, code)
    current().record(
        events.message_outbound_dead_lettered(**ids(delivery), attempts=attempt.number, code=code)
    )
    current().alert(
        alerts.delivery_dead_letter(
            organization_id=delivery.organization_id,
            thread_id=delivery.thread_id,
            delivery_id=delivery.pk,
            attempts=attempt.number,
            code=code,
        )
    )
