"""What waits for review, and who broke the rules."""

from __future__ import annotations

from audit.alerts.notice import Notice
from audit.models import Severity


def policy_held(*, organization_id: int, thread_id: int) -> Notice:
    return Notice(
        organization_id=organization_id,
        kind="policy.held",
        severity=Severity.WARNING,
        subject_kind="thread",
        subject_id=thread_id,
        thread_id=thread_id,
        title="A text waits for your review",
        detail="Screening found something in it. Approve, edit or reject it.",
    )


def review_waiting(*, organization_id: int, waiting: int, minutes: int) -> Notice:
    """`waiting` texts wait, the oldest for `minutes`."""
    return Notice(
        organization_id=organization_id,
        kind="review.waiting",
        severity=Severity.WARNING,
        subject_kind="organization",
        subject_id=organization_id,
        title="Texts have waited for your review for a while",
        detail=f"Nobody decided meanwhile. Texts: {waiting}; minutes of the oldest: {minutes}. Open the review.",
    )


def detector_failed(*, organization_id: int) -> Notice:
    return Notice(
        organization_id=organization_id,
        kind="policy.detector_failed",
        severity=Severity.CRITICAL,
        subject_kind="organization",
        subject_id=organization_id,
        title="Screening does not work",
        detail="Sitters' texts wait for your review until it does. Tell whoever runs this installation.",
    )


def policy_repeat(*, organization_id: int, sitter_id: int, thread_id: int | None = None) -> Notice:
    return Notice(
        organization_id=organization_id,
        kind="policy.repeat",
        severity=Severity.WARNING,
        subject_kind="sitter",
        subject_id=sitter_id,
        thread_id=thread_id,
        title="A sitter broke the rules a second time",
        detail="It is the second time in 30 days. The third locks their sending.",
    )


def sitter_locked(*, organization_id: int, sitter_id: int, thread_id: int | None = None) -> Notice:
    return Notice(
        organization_id=organization_id,
        kind="policy.sitter_locked",
        severity=Severity.CRITICAL,
        subject_kind="sitter",
        subject_id=sitter_id,
        thread_id=thread_id,
        title="A sitter's sending is locked",
        detail="They broke the rules three times in 30 days. Their texts do not leave until you unlock them.",
    )


def emergency(*, organization_id: int, thread_id: int) -> Notice:
    return Notice(
        organization_id=organization_id,
        kind="policy.emergency",
        severity=Severity.CRITICAL,
        subject_kind="thread",
        subject_id=thread_id,
        thread_id=thread_id,
        title="A text may be about an emergency",
        detail="Read the conversation now.",
    )
