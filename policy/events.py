"""What screening found, and what followed."""

from __future__ import annotations

from collections.abc import Iterable

from audit.registry import About, about, subject, verb

subject("violation", "policy.Violation")
subject("allowed_entry", "policy.AllowedContact")


@verb("policy.violation.detected", "Screening found {kinds} ({action}).", subject="message")
def policy_violation_detected(
    *,
    organization_id: int,
    thread_id: int,
    message_id: int,
    violation_id: int | None,
    kinds: Iterable[str],
    action: str,
) -> About:
    return about(
        organization_id, message_id, thread_id, violation_id=violation_id, kinds=kinds, action=action
    )


@verb("policy.violation.resolved", "A finding was closed ({resolution}).", subject="message")
def policy_violation_resolved(
    *, organization_id: int, thread_id: int, message_id: int, violation_id: int, resolution: str
) -> About:
    return about(organization_id, message_id, thread_id, violation_id=violation_id, resolution=resolution)


@verb("policy.detector_failed", "Screening failed; the text was held.", subject="message")
def policy_detector_failed(
    *, organization_id: int, thread_id: int, message_id: int, error_type: str
) -> About:
    """The message is held. `error_type` is the exception's class name."""
    return about(organization_id, message_id, thread_id, error_type=error_type)


@verb(
    "policy.sitter_locked",
    "A sitter's texts were paused after {violations} violations in 30 days.",
    subject="sitter",
)
def policy_sitter_locked(*, organization_id: int, sitter_id: int, violations: int) -> About:
    """Their texts do not leave until the owner lifts it. `violations` counts the last 30 days."""
    return about(organization_id, sitter_id, violations=violations)


@verb("policy.sitter_unlocked", "A sitter's texts were unlocked.", subject="sitter")
def policy_sitter_unlocked(*, organization_id: int, sitter_id: int) -> About:
    return about(organization_id, sitter_id)


@verb("policy.allowed_added", "An allowed contact was added ({kind}).", subject="allowed_entry")
def policy_allowed_added(*, organization_id: int, entry_id: int, kind: str) -> About:
    """Something the detector would flag is now allowed here."""
    return about(organization_id, entry_id, kind=kind)
