"""What became of texts on their way out, and of the accounts and numbers they leave by."""

from __future__ import annotations

from audit.alerts.notice import Notice
from audit.facts import facts
from audit.models import Severity


def delivery_dead_letter(
    *, organization_id: int, thread_id: int, delivery_id: int, attempts: int, code: str
) -> Notice:
    facts({"code": code})
    return Notice(
        organization_id=organization_id,
        kind="delivery.dead_letter",
        severity=Severity.CRITICAL,
        subject_kind="delivery",
        subject_id=delivery_id,
        thread_id=thread_id,
        title="A text could not be sent",
        detail=f"It was tried {attempts} times (error {code}). Open the conversation to try again.",
    )


def delivery_parked(*, organization_id: int, thread_id: int, delivery_id: int) -> Notice:
    return Notice(
        organization_id=organization_id,
        kind="delivery.parked",
        severity=Severity.WARNING,
        subject_kind="delivery",
        subject_id=delivery_id,
        thread_id=thread_id,
        title="A text was probably not sent",
        detail="The connection broke and the provider does not know the text. Send it again or leave it.",
    )


def delivery_sent_twice(*, organization_id: int, thread_id: int, delivery_id: int) -> Notice:
    return Notice(
        organization_id=organization_id,
        kind="delivery.sent_twice",
        severity=Severity.CRITICAL,
        subject_kind="delivery",
        subject_id=delivery_id,
        thread_id=thread_id,
        title="A text may have been sent twice",
        detail="The provider confirmed the first attempt during the second. A short apology may help.",
    )


def delivery_failed(*, organization_id: int, thread_id: int, delivery_id: int, code: str) -> Notice:
    facts({"code": code})
    return Notice(
        organization_id=organization_id,
        kind="delivery.failed",
        severity=Severity.WARNING,
        subject_kind="delivery",
        subject_id=delivery_id,
        thread_id=thread_id,
        title="A text was not delivered",
        detail=f"The provider gave error {code}. The conversation explains it and what you can do.",
    )


def account_credentials(*, organization_id: int, account_id: int) -> Notice:
    return Notice(
        organization_id=organization_id,
        kind="account.credentials",
        severity=Severity.CRITICAL,
        subject_kind="account",
        subject_id=account_id,
        title="The provider refuses your account",
        detail="No text leaves until you correct the account's token in the settings. Texts wait meanwhile.",
    )


def account_unreachable(*, organization_id: int, account_id: int) -> Notice:
    return Notice(
        organization_id=organization_id,
        kind="account.unreachable",
        severity=Severity.WARNING,
        subject_kind="account",
        subject_id=account_id,
        title="The provider does not answer",
        detail="Texts wait and leave by themselves as soon as it does. There is nothing to do.",
    )


def number_health(*, organization_id: int, number_id: int, failed: int, failing: bool) -> Notice:
    return Notice(
        organization_id=organization_id,
        kind="number.health",
        severity=Severity.WARNING if failing else Severity.INFO,
        subject_kind="number",
        subject_id=number_id,
        title="Texts from a number fail" if failing else "A number needs watching",
        detail=f"Texts that failed in the last 7 days: {failed}.",
    )


def pool_exhausted(*, organization_id: int, needed: int) -> Notice:
    """`needed` numbers more would be enough."""
    return Notice(
        organization_id=organization_id,
        kind="pool.exhausted",
        severity=Severity.WARNING,
        subject_kind="organization",
        subject_id=organization_id,
        title="No free number for a sitter's conversation",
        detail=f"The sitter can use the app only. Numbers needed: {needed}.",
    )
