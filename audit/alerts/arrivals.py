"""What came in oddly, or not at all."""

from __future__ import annotations

from audit.alerts.notice import Notice
from audit.models import Severity


def unmapped_pool(*, organization_id: int, thread_id: int) -> Notice:
    return Notice(
        organization_id=organization_id,
        kind="routing.unmapped_pool",
        severity=Severity.WARNING,
        subject_kind="thread",
        subject_id=thread_id,
        thread_id=thread_id,
        title="Somebody unknown wrote to a pool number",
        detail="Their text is in your inbox and nobody else saw it. Link them to a client or reply yourself.",
    )


def number_unknown(*, organization_id: int, account_id: int) -> Notice:
    return Notice(
        organization_id=organization_id,
        kind="number.unknown",
        severity=Severity.WARNING,
        subject_kind="account",
        subject_id=account_id,
        title="Texts arrive for a number that is not set up",
        detail="They are kept. Add the number and they appear in the right conversations.",
    )


def number_quarantined_text(*, organization_id: int, number_id: int, thread_id: int | None = None) -> Notice:
    return Notice(
        organization_id=organization_id,
        kind="number.quarantined_text",
        severity=Severity.WARNING,
        subject_kind="number",
        subject_id=number_id,
        thread_id=thread_id,
        title="A text arrived on a number that is out of use",
        detail="It is in your inbox and was passed on to nobody. Reply from a number that is in use.",
    )


def fallback_used(*, organization_id: int, account_id: int) -> Notice:
    return Notice(
        organization_id=organization_id,
        kind="webhook.fallback_used",
        severity=Severity.WARNING,
        subject_kind="account",
        subject_id=account_id,
        title="Texts came in by the second address only",
        detail="Nothing was lost. The provider could not reach the first address: see whether it answers.",
    )


def texts_missed(*, organization_id: int, account_id: int, count: int) -> Notice:
    """`count` texts were found late."""
    return Notice(
        organization_id=organization_id,
        kind="webhook.texts_missed",
        severity=Severity.WARNING,
        subject_kind="account",
        subject_id=account_id,
        count=count,
        title="Texts reached us late",
        detail="They had not been handed over and were found in the provider's list. They are in your inbox now.",
    )


def receipt_quarantined(*, organization_id: int, receipt_id: int) -> Notice:
    return Notice(
        organization_id=organization_id,
        kind="webhook.receipt_quarantined",
        severity=Severity.CRITICAL,
        subject_kind="receipt",
        subject_id=receipt_id,
        title="An incoming text could not be processed",
        detail="It is kept whole. Process it again; if that fails, tell whoever runs this installation.",
    )


def signature_rejected(*, organization_id: int, account_id: int, count: int) -> Notice:
    return Notice(
        organization_id=organization_id,
        kind="webhook.signature_rejected",
        severity=Severity.WARNING,
        subject_kind="account",
        subject_id=account_id,
        count=count,
        title="Requests that are not provably the provider's were refused",
        detail="The account's token or the public address is wrong, or somebody tries. Texts may be missing.",
    )


def cancel_near_visit(*, organization_id: int, thread_id: int) -> Notice:
    return Notice(
        organization_id=organization_id,
        kind="consent.cancel_near_visit",
        severity=Severity.WARNING,
        subject_kind="thread",
        subject_id=thread_id,
        thread_id=thread_id,
        title="A client may have meant to cancel a visit",
        detail="The word they sent also stops all texts to them, and a visit is near. Call them.",
    )


def revocation(*, organization_id: int, thread_id: int) -> Notice:
    return Notice(
        organization_id=organization_id,
        kind="consent.revocation",
        severity=Severity.WARNING,
        subject_kind="thread",
        subject_id=thread_id,
        thread_id=thread_id,
        title="A client may not want any more texts",
        detail="Read their text and decide within 10 business days.",
    )
