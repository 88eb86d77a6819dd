"""Status callbacks: kept, matched by the attempt's token, applied forward only."""

from __future__ import annotations

from django.db import transaction

from audit.record import Actor, recording
from messaging import locks
from messaging.consent.standing import Change, apply
from messaging.models import DeliveryReport, ProviderAccount, SendAttempt, WebhookReceipt
from messaging.models.consent import ConsentKind, ConsentSource
from messaging.models.deliveries import AttemptState
from messaging.models.receipts import ReceiptState
from messaging.outbound import proof, states
from messaging.outbound.classify import CodeClass, class_of
from messaging.posting import hint
from messaging.providers.webhooks import StatusReport


def take_in(report: StatusReport, token: str, *, account: ProviderAccount, receipt: WebhookReceipt) -> None:
    """Take in one report, inside the transaction of its receipt. One that fits no attempt of the account is kept and changes nothing.

    The token says which attempt; it is a correlator and never an authority: the signature was checked before, and the account must agree. A
    report that comes before the answer to our own call waits for it; one for an unknown attempt is the proof it was sent.
    """
    attempt: SendAttempt | None = SendAttempt.objects.filter(token=token, account=account).first()
    if attempt is None:
        _keep_only(receipt)
        return
    with transaction.atomic(), recording(actor=Actor.provider(account.pk)):
        if class_of(report.error_code) is CodeClass.OPTED_OUT:
            _learn_opt_out(attempt, receipt)
        delivery = locks.delivery(attempt.delivery_id)
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
            proof.accept(held, delivery, report.sid)
        elif delivery.accepted_attempt_id == held.pk:
            proof.apply_statuses(delivery, [stored])
        hint(delivery.thread)


def _is_about(report: StatusReport, attempt: SendAttempt) -> bool:
    """Whether the report's SID is the attempt's own, or could become it."""
    if attempt.provider_sid:
        return attempt.provider_sid == report.sid
    others = SendAttempt.objects.filter(account_id=attempt.account_id, provider_sid=report.sid)
    return not others.exists()


def _keep_only(receipt: WebhookReceipt) -> None:
    WebhookReceipt.objects.filter(pk=receipt.pk).update(state=ReceiptState.UNACTIONABLE)


def _learn_opt_out(attempt: SendAttempt, receipt: WebhookReceipt) -> None:
    apply(
        Change(
            organization_id=attempt.organization_id,
            e164=attempt.recipient,
            kind=ConsentKind.OPTED_OUT,
            source=ConsentSource.PROVIDER,
            at=receipt.received_at,
        )
    )
