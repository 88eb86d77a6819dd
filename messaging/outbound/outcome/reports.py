"""Status callbacks: kept, matched by the attempt's token or the SID, applied forward only."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from audit.record import Actor, recording
from messaging import locks
from messaging.consent.standing import Change, apply
from messaging.models import DeliveryReport, ProviderAccount, SendAttempt, WebhookReceipt
from messaging.models.consent import ConsentKind, ConsentSource
from messaging.models.deliveries import AttemptState
from messaging.models.receipts import ReceiptState
from messaging.outbound.outcome import acceptance, states
from messaging.providers.webhooks import StatusReport
from messaging.timeline import notify_pages
from messaging.timing import scaled
from messaging.wording.codes import CodeClass, class_of

# A report about a text nobody knows yet is looked at again so long after; from then on when an attempt gets its SID (`proof.accept`).
# These close the gap between two transactions that could not see each other.
MATCH_AGAIN = (scaled(seconds=30), scaled(minutes=5), scaled(hours=1))


def store(report: StatusReport, token: str, *, account: ProviderAccount, receipt: WebhookReceipt) -> None:
    """Take in one report, inside the transaction of its receipt.

    The token says which attempt, or else the SID; they are correlators and never an authority: the signature was checked before, and the
    account must agree. A report that comes before the answer to our own call waits for it; one for an unknown attempt is the proof it was
    sent. One about a text nobody knows is kept until its attempt becomes known; one whose SID is not its token's changes nothing.
    """
    attempt = _attempt_of(report, token, account)
    if attempt is None:
        _keep_until_known(receipt, report.sid)
        return
    with transaction.atomic(), recording(actor=Actor.provider(account.pk)):
        if class_of(report.error_code) is CodeClass.OPTED_OUT:
            learn_opt_out(attempt, receipt.received_at)
        delivery = locks.ending_delivery(attempt.delivery_id)
        held = locks.attempt(attempt.pk)
        if not _is_about(report, held):
            _keep_only(receipt)
            return
        stored = DeliveryReport.objects.create(
            organization_id=held.organization_id,
            attempt=held,
            status=report.status[:24],
            rank=states.rank_of(report.status),
            error_code=str(report.error_code or ""),
            provider_sid=report.sid,
            receipt=receipt,
            reported_at=receipt.received_at,
        )
        if held.state in (AttemptState.UNKNOWN, AttemptState.ABSENT):
            acceptance.accept(held, delivery, report.sid)
        elif delivery.accepted_attempt_id == held.pk:
            acceptance.apply_statuses(delivery, [stored])
        notify_pages(delivery.thread)


def learn_opt_out(attempt: SendAttempt, at: datetime) -> None:
    """The provider says the phone opted out: take its word for the whole organization. Takes the phone: before any delivery is held."""
    apply(
        Change(
            organization_id=attempt.organization_id,
            e164=attempt.recipient,
            kind=ConsentKind.OPTED_OUT,
            source=ConsentSource.PROVIDER,
            at=at,
            is_answered=True,
        )
    )


def _attempt_of(report: StatusReport, token: str, account: ProviderAccount) -> SendAttempt | None:
    of_account = SendAttempt.objects.filter(account=account)
    found: SendAttempt | None = of_account.filter(token=token).first() if token else None
    return found or of_account.exclude(provider_sid="").filter(provider_sid=report.sid).first()


def _is_about(report: StatusReport, attempt: SendAttempt) -> bool:
    """Whether the report's SID is the attempt's own, or could become it."""
    if attempt.provider_sid:
        return attempt.provider_sid == report.sid
    others = SendAttempt.objects.filter(account_id=attempt.account_id).exclude(provider_sid="")
    return not others.filter(provider_sid=report.sid).exists()


def _keep_only(receipt: WebhookReceipt) -> None:
    WebhookReceipt.objects.filter(pk=receipt.pk).update(state=ReceiptState.UNACTIONABLE)


def _keep_until_known(receipt: WebhookReceipt, sid: str) -> None:
    again = Now() + MATCH_AGAIN[receipt.tries] if receipt.tries < len(MATCH_AGAIN) else None
    WebhookReceipt.objects.filter(pk=receipt.pk).update(
        state=ReceiptState.UNMATCHED, recipient=sid, next_try_at=again, tries=F("tries") + 1
    )
