"""Proof that the provider has a text, whenever it comes: from the answer, a callback, or its list."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models.functions import Now
from django.utils import timezone

from audit import alert_lifecycle
from audit.record import current
from audit.registry import AlertKind
from audit.types import Notice
from messaging import alerts, events, locks, occurrences, publish, relays
from messaging.models import Delivery, DeliveryReport, SendAttempt, WebhookReceipt
from messaging.models.deliveries import AttemptState, DeliveryState
from messaging.models.receipts import ReceiptState
from messaging.numbers import filtering, health
from messaging.outbound.outcome import retries, states
from messaging.outbound.outcome.retries import ids
from messaging.outbound.outcome.states import Standing
from messaging.providers.classify import proves_unsent
from messaging.timing import scaled

# Reports get lost: how long after acceptance the provider is asked what became of a text, as long as there is no final word.
ASK_AFTER = (scaled(minutes=2), scaled(minutes=10), scaled(hours=1), scaled(hours=6), scaled(hours=24))
_OPEN_TO_PROOF = (AttemptState.CALLING, AttemptState.UNKNOWN)
_MAYBE_SENT = (
    AttemptState.CLAIMED,
    AttemptState.CALLING,
    AttemptState.UNKNOWN,
    AttemptState.ACCEPTED,
    AttemptState.ACCEPTED_LATE,
)


def accept(attempt: SendAttempt, delivery: Delivery, sid: str) -> bool:
    """The provider has this attempt's text as `sid`. The caller holds both. Returns whether that was news.

    A proof for an attempt that was given up as absent is late: the delivery is sent whatever happened since, and when a second attempt may
    have gone out the owner is told. The first SID that came in stays the accepted one.
    """
    if attempt.state in _OPEN_TO_PROOF:
        _mark(attempt, AttemptState.ACCEPTED, sid)
    elif attempt.state == AttemptState.ABSENT:
        _mark(attempt, AttemptState.ACCEPTED_LATE, sid)
        _meet_other_attempts(attempt, delivery)
    else:
        return False
    if delivery.accepted_attempt_id is None:
        _sent(attempt, delivery)
    fold_reports(attempt, delivery)
    return True


def fold_reports(attempt: SendAttempt, delivery: Delivery) -> None:
    """Let the reports that are stored for the accepted attempt take effect on its delivery."""
    if delivery.accepted_attempt_id != attempt.pk:
        return
    apply_statuses(delivery, list(attempt.reports.filter(provider_sid=attempt.provider_sid)))


def apply_statuses(delivery: Delivery, reports: Iterable[DeliveryReport]) -> None:
    """Move an accepted delivery by `reports`; forward only. The caller holds it.

    A report that proves the text unsent queues it again, and ends what the others could say of it. Of equals, one with a code says more.
    """
    for report in sorted(reports, key=lambda r: (r.rank, not r.error_code, r.pk)):
        if _returns(delivery, report):
            _take_return(delivery, report)
            return
        before = delivery.state
        step = states.advance(Standing(delivery.state, delivery.status_rank), report.status)
        if step.ask:
            _ask(report.attempt_id)
        delivery.status_rank = step.standing.rank
        if step.standing.state != before:
            final(delivery, step.standing.state, report.status, report.error_code)
        else:
            delivery.save(update_fields=["status_rank"])
            _learn_why(delivery, report)


def final(delivery: Delivery, state: str, status: str, code: str) -> None:
    """Write down a final word of the provider. The caller holds the delivery."""
    before = delivery.state
    delivery.state, delivery.finished_at, delivery.error_code = state, timezone.now(), code
    delivery.reason = "" if state == DeliveryState.DELIVERED else f"provider_{status}"[:40]
    delivery.ask_at = delivery.unconfirmed_at = None
    delivery.save(
        update_fields=[
            "state",
            "finished_at",
            "error_code",
            "reason",
            "status_rank",
            "ask_at",
            "unconfirmed_at",
        ]
    )
    current().record(
        events.message_delivery_status_updated(
            **ids(delivery),
            from_state=before,
            to_state=state,
            provider_status=status,
            error_code=code or None,
        )
    )
    if state != DeliveryState.DELIVERED:
        current().alert(_failed(delivery))
        relays.ended(delivery)
        occurrences.delivery_failed(delivery)
        health.refresh(delivery.line.number_id)
        filtering.observe(delivery)
    elif before != DeliveryState.SENT:
        settle_alert(delivery, alerts.delivery_failed, timezone.now())
        health.refresh(delivery.line.number_id)


def _failed(delivery: Delivery) -> Notice:
    return alerts.delivery_failed(
        organization_id=delivery.organization_id,
        thread_id=delivery.thread_id,
        delivery_id=delivery.pk,
        state=delivery.state,
        reason=delivery.reason,
        code=delivery.error_code,
    )


def settle_alert(delivery: Delivery, kind: AlertKind[...], at: datetime) -> None:
    """What called for the owner is over."""
    alert_lifecycle.settle(kind, organization_id=delivery.organization_id, subject_id=delivery.pk, at=at)


def _returns(delivery: Delivery, report: DeliveryReport) -> bool:
    """Whether the text never left the provider, and no other report of the attempt or second attempt says that it may have arrived."""
    if delivery.state != DeliveryState.SENT or not proves_unsent(report.status, _code(report)):
        return False
    attempt = delivery.accepted_attempt
    others = delivery.attempts.exclude(pk=attempt.pk).filter(state__in=_MAYBE_SENT)
    otherwise = attempt.reports.filter(provider_sid=attempt.provider_sid, status__in=states.OTHER_ENDS)
    return not others.exists() and not otherwise.exists()


def _take_return(delivery: Delivery, report: DeliveryReport) -> None:
    """The provider took the text and gave it back unsent: as a refusal, only later."""
    attempt = locks.attempt(delivery.accepted_attempt.pk)
    attempt.state, attempt.error_code = AttemptState.RETURNED, report.error_code
    attempt.reason, attempt.next_look_up_at = f"provider_{report.status}"[:60], None
    attempt.save(update_fields=["state", "error_code", "reason", "next_look_up_at"])
    delivery.accepted_attempt = delivery.sent_at = delivery.ask_at = delivery.unconfirmed_at = None
    delivery.status_rank = delivery.asked = 0
    retries.again(attempt, delivery, report.error_code)
    current().record(
        events.message_delivery_status_updated(
            **ids(delivery),
            from_state=DeliveryState.SENT,
            to_state=delivery.state,
            provider_status=report.status,
            error_code=report.error_code,
        )
    )


def _learn_why(delivery: Delivery, report: DeliveryReport) -> None:
    """A report that repeats the end with a code says why, when none did before."""
    repeats = states.STATES.get(report.status) == delivery.state != DeliveryState.DELIVERED
    if not repeats or delivery.error_code or not report.error_code:
        return
    delivery.error_code = report.error_code
    delivery.save(update_fields=["error_code"])
    filtering.observe(delivery)
    current().record(
        events.message_delivery_status_updated(
            **ids(delivery),
            from_state=delivery.state,
            to_state=delivery.state,
            provider_status=report.status,
            error_code=report.error_code,
        )
    )
    alert_lifecycle.reword(_failed(delivery))


def _code(report: DeliveryReport) -> int | None:
    return int(report.error_code) if report.error_code.isdecimal() else None


def _mark(attempt: SendAttempt, state: AttemptState, sid: str) -> None:
    attempt.state, attempt.provider_sid, attempt.settled_at = state, sid, Now()
    attempt.next_look_up_at = None
    attempt.save(update_fields=["state", "provider_sid", "settled_at", "next_look_up_at"])
    _hurry_early_reports(attempt)


def _hurry_early_reports(attempt: SendAttempt) -> None:
    """What was reported about the SID before anybody knew whose it is can be taken in now. One that is being looked at is passed over:
    holding a delivery, nobody may wait for a receipt."""
    early = WebhookReceipt.objects.select_for_update(skip_locked=True, no_key=True).filter(
        account_id=attempt.account_id, recipient=attempt.provider_sid, state=ReceiptState.UNMATCHED
    )
    found = list(early.values_list("pk", flat=True))
    if found:
        WebhookReceipt.objects.filter(pk__in=found).update(next_try_at=Now())
        publish.on_commit("messaging.tasks.retry_receipts")


def _sent(attempt: SendAttempt, delivery: Delivery) -> None:
    before, at = delivery.state, timezone.now()
    delivery.state, delivery.accepted_attempt, delivery.sent_at = DeliveryState.SENT, attempt, at
    delivery.reason, delivery.error_code, delivery.finished_at = "", "", None
    delivery.ask_at = at + ASK_AFTER[0]
    delivery.save(
        update_fields=[
            "state",
            "accepted_attempt",
            "sent_at",
            "reason",
            "error_code",
            "finished_at",
            "ask_at",
        ]
    )
    if before == DeliveryState.PARKED:
        settle_alert(delivery, alerts.delivery_parked, at)
    if before == DeliveryState.FAILED:
        settle_alert(delivery, alerts.delivery_dead_letter, at)
        settle_alert(delivery, alerts.delivery_failed, at)
    current().record(events.message_outbound_sent(**ids(delivery), attempt_id=attempt.pk))


def _ask(attempt_id: int) -> None:
    """Two final words differ. The ring may be lost, so the question also stands in the row, where the reconciler finds it."""
    SendAttempt.objects.filter(pk=attempt_id).update(next_look_up_at=Now())
    publish.on_commit("messaging.tasks.ask_status", attempt_id)


def _meet_other_attempts(attempt: SendAttempt, delivery: Delivery) -> None:
    """A second attempt that has not called yet never will; one that has, or may have, means the text went out twice."""
    others = SendAttempt.objects.select_for_update().filter(delivery=delivery, state__in=_MAYBE_SENT)
    twice = False
    for other in others.exclude(pk=attempt.pk).order_by("pk"):
        if other.state == AttemptState.CLAIMED:
            other.state, other.settled_at = AttemptState.ABANDONED, Now()
            other.save(update_fields=["state", "settled_at"])
        else:
            twice = True
    if twice:
        current().alert(
            alerts.delivery_sent_twice(
                organization_id=delivery.organization_id,
                thread_id=delivery.thread_id,
                delivery_id=delivery.pk,
            )
        )
