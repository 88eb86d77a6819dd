"""What the provider answered, written down: compare-and-set on the attempt's state, the delivery moved with it."""

from __future__ import annotations

from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from audit import alerts, events
from audit.record import Actor, current, recording
from messaging import doorbell, locks, news
from messaging.models import Delivery, SendAttempt
from messaging.models.deliveries import AttemptState, DeliveryState
from messaging.outbound import circuit, leaving, proof, reports
from messaging.posting import hint
from messaging.providers.base import Accepted, Outcome, Refused, Rejected, RejectionKind, Unknown
from messaging.times import span

RETRY_AFTER = (span(minutes=1), span(minutes=5), span(minutes=15))
FIRST_LOOK_UP = span(seconds=10)


def settle(attempt: SendAttempt, outcome: Outcome) -> None:
    """Write down what one call came to.

    The call may have ended after the reaper declared it unknown: then only proof of acceptance still counts. What it says
    about the account itself acts on the account's line (`circuit`).
    """
    with transaction.atomic(), recording(actor=Actor.provider(attempt.account_id)):
        if isinstance(outcome, Rejected) and outcome.reason == RejectionKind.OPTED_OUT:
            reports.learn_opt_out(attempt, timezone.now())
        delivery = locks.delivery(attempt.delivery_id)
        held = locks.attempt(attempt.pk)
        if isinstance(outcome, Accepted):
            proof.accept(held, delivery, outcome.sid)
        elif held.state == AttemptState.CALLING:
            if isinstance(outcome, Refused):
                _refused(held, delivery, outcome)
            elif isinstance(outcome, Rejected):
                _rejected(held, delivery, outcome)
            else:
                unknown(held, delivery, outcome)
        hint(delivery.thread)
        doorbell.ring("messaging.tasks.send_line", delivery.line_id, queue="send")
        circuit.heed(held.account_id, outcome)


def unknown(attempt: SendAttempt, delivery: Delivery, outcome: Unknown) -> None:
    """Nobody knows whether it was sent: look it up, never send it again by machine. The caller holds both."""
    attempt.state, attempt.unknown_at, attempt.reason = AttemptState.UNKNOWN, Now(), outcome.reason[:60]
    attempt.next_look_up_at, attempt.http_status = Now() + FIRST_LOOK_UP, outcome.http_status
    attempt.save(update_fields=["state", "unknown_at", "reason", "next_look_up_at", "http_status"])
    if _carries(attempt, delivery):
        delivery.state = DeliveryState.UNKNOWN
        delivery.save(update_fields=["state"])
    current().record(events.message_outbound_unknown(**_ids(delivery), attempt_id=attempt.pk))
    early = attempt.reports.first()
    if early is not None:
        # The provider reported on it before our call came back: that is the proof.
        proof.accept(attempt, delivery, early.provider_sid)


def _refused(attempt: SendAttempt, delivery: Delivery, outcome: Refused) -> None:
    code = str(outcome.code or "")
    attempt.state, attempt.settled_at = AttemptState.REFUSED, Now()
    attempt.error_code, attempt.reason, attempt.http_status = code, outcome.reason[:60], outcome.http_status
    attempt.save(update_fields=["state", "settled_at", "error_code", "reason", "http_status"])
    if not _carries(attempt, delivery):
        return
    if not outcome.counts:
        leaving.requeue(delivery, at=timezone.now())
        return
    if delivery.retries >= len(RETRY_AFTER):
        _dead_letter(attempt, delivery, code)
        return
    due = timezone.now() + RETRY_AFTER[delivery.retries]
    delivery.retries += 1
    delivery.error_code = code
    delivery.save(update_fields=["retries", "error_code"])
    leaving.requeue(delivery, at=due)
    current().record(
        events.message_outbound_retry_attempted(
            **_ids(delivery), attempt_number=attempt.number, next_attempt_at=due, code=code
        )
    )


def _rejected(attempt: SendAttempt, delivery: Delivery, outcome: Rejected) -> None:
    code = str(outcome.code or "")
    attempt.state, attempt.settled_at = AttemptState.REJECTED, Now()
    attempt.error_code, attempt.reason, attempt.http_status = code, outcome.reason.value, outcome.http_status
    attempt.save(update_fields=["state", "settled_at", "error_code", "reason", "http_status"])
    if not _carries(attempt, delivery):
        return
    _fail(delivery, outcome.reason.value, code)
    current().record(events.message_outbound_failed(**_ids(delivery), code=code, reason=outcome.reason.value))
    if outcome.reason != RejectionKind.OPTED_OUT:
        current().alert(
            alerts.delivery_failed(
                organization_id=delivery.organization_id,
                thread_id=delivery.thread_id,
                delivery_id=delivery.pk,
                code=code,
            )
        )


def _dead_letter(attempt: SendAttempt, delivery: Delivery, code: str) -> None:
    _fail(delivery, "retries_exhausted", code)
    current().record(
        events.message_outbound_dead_lettered(**_ids(delivery), attempts=attempt.number, code=code)
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


def _carries(attempt: SendAttempt, delivery: Delivery) -> bool:
    """Whether the delivery still waits for this attempt. Late proof of an earlier one may have settled it during the call."""
    return delivery.state == DeliveryState.SENDING and delivery.current_attempt_id == attempt.pk


def _fail(delivery: Delivery, reason: str, code: str) -> None:
    delivery.state, delivery.reason, delivery.error_code = DeliveryState.FAILED, reason, code
    delivery.finished_at = timezone.now()
    delivery.save(update_fields=["state", "reason", "error_code", "finished_at"])
    news.delivery_failed(delivery)


def _ids(delivery: Delivery) -> dict[str, int]:
    return proof.ids(delivery)
