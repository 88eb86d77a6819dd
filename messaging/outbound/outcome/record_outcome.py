"""What the provider answered, written down: compare-and-set on the attempt's state, the delivery moved with it."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from audit.record import Actor, current, recording
from messaging import alerts, events, locks, publish
from messaging.models import Delivery, SendAttempt
from messaging.models.deliveries import AttemptState, DeliveryState
from messaging.numbers import filtering
from messaging.outbound.outcome import acceptance, circuit, reports, retries, unsent
from messaging.outbound.outcome.retries import ids
from messaging.providers.base import Accepted, Outcome, Refused, Rejected, RejectionKind, Unknown
from messaging.timeline import notify_pages
from messaging.timing import scaled

FIRST_LOOK_UP = scaled(seconds=10)


def record(attempt: SendAttempt, outcome: Outcome) -> None:
    """Write down what one call came to.

    The call may have ended after the reaper declared it unknown: then only proof of acceptance still counts. What it says
    about the account itself acts on the account's line (`circuit`).
    """
    with transaction.atomic(), recording(actor=Actor.provider(attempt.account_id)):
        if isinstance(outcome, Rejected) and outcome.reason == RejectionKind.OPTED_OUT:
            reports.learn_opt_out(attempt, timezone.now())
        delivery = locks.ending_delivery(attempt.delivery_id)
        held = locks.attempt(attempt.pk)
        if isinstance(outcome, Accepted):
            acceptance.accept(held, delivery, outcome.sid)
        elif held.state == AttemptState.CALLING:
            if isinstance(outcome, Refused):
                _refused(held, delivery, outcome)
            elif isinstance(outcome, Rejected):
                _rejected(held, delivery, outcome)
            else:
                unknown(held, delivery, outcome)
        notify_pages(delivery.thread)
        publish.on_commit_once("messaging.tasks.send_line", delivery.line_id, queue="send")
        circuit.observe(held.account_id, outcome)


def take_back(attempt: SendAttempt, *, again_in: timedelta) -> None:
    """The claimer lost its connection or met a held row on the way out, so the provider was never called: queue the text again.

    The commit of `claimed → calling` may have gone through all the same. Nobody but the claimer makes it, so that one is proven unsent too.
    """
    unsent.abandon(attempt, again_in=again_in)
    if SendAttempt.objects.filter(pk=attempt.pk, state=AttemptState.CALLING).exists():
        record(attempt, Refused(None, "never_called", counts=False))


def unknown(attempt: SendAttempt, delivery: Delivery, outcome: Unknown) -> None:
    """Nobody knows whether it was sent: look it up, never send it again by machine. The caller holds both."""
    attempt.state, attempt.unknown_at, attempt.reason = AttemptState.UNKNOWN, Now(), outcome.reason[:60]
    attempt.next_look_up_at, attempt.http_status = Now() + FIRST_LOOK_UP, outcome.http_status
    attempt.save(update_fields=["state", "unknown_at", "reason", "next_look_up_at", "http_status"])
    if _carries(attempt, delivery):
        delivery.state = DeliveryState.UNKNOWN
        delivery.save(update_fields=["state"])
    current().record(events.message_outbound_unknown(**ids(delivery), attempt_id=attempt.pk))
    early = attempt.reports.first()
    if early is not None:
        # The provider reported on it before our call came back: that is the proof.
        acceptance.accept(attempt, delivery, early.provider_sid)


def _refused(attempt: SendAttempt, delivery: Delivery, outcome: Refused) -> None:
    code = str(outcome.code or "")
    attempt.state, attempt.settled_at = AttemptState.REFUSED, Now()
    attempt.error_code, attempt.reason, attempt.http_status = code, outcome.reason[:60], outcome.http_status
    attempt.save(update_fields=["state", "settled_at", "error_code", "reason", "http_status"])
    if not _carries(attempt, delivery):
        return
    if not outcome.counts:
        unsent.requeue(delivery, at=timezone.now())
        return
    retries.again(attempt, delivery, code)


def _rejected(attempt: SendAttempt, delivery: Delivery, outcome: Rejected) -> None:
    code = str(outcome.code or "")
    attempt.state, attempt.settled_at = AttemptState.REJECTED, Now()
    attempt.error_code, attempt.reason, attempt.http_status = code, outcome.reason.value, outcome.http_status
    attempt.save(update_fields=["state", "settled_at", "error_code", "reason", "http_status"])
    if not _carries(attempt, delivery):
        return
    retries.fail(delivery, outcome.reason.value, code)
    filtering.observe(delivery)
    current().record(events.message_outbound_failed(**ids(delivery), code=code, reason=outcome.reason.value))
    if outcome.reason != RejectionKind.OPTED_OUT:
        current().alert(
            alerts.delivery_failed(
                organization_id=delivery.organization_id,
                thread_id=delivery.thread_id,
                delivery_id=delivery.pk,
                state=delivery.state,
                reason=delivery.reason,
                code=code,
            )
        )


def _carries(attempt: SendAttempt, delivery: Delivery) -> bool:
    """Whether the delivery still waits for this attempt. Late proof of an earlier one may have settled it during the call."""
    return delivery.state == DeliveryState.SENDING and delivery.current_attempt_id == attempt.pk
