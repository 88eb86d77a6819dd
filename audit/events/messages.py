"""Texts: received, noted, reviewed, routed, screened."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.events.base import Event, event

if TYPE_CHECKING:
    from collections.abc import Iterable


def _message(
    verb: str,
    organization_id: int,
    thread_id: int,
    message_id: int,
    **data: str | int | Iterable[str | int] | None,
) -> Event:
    return event(verb, organization_id, "message", message_id, thread_id, **data)


def message_received(
    *, organization_id: int, thread_id: int, message_id: int, author_kind: str, audience: str
) -> Event:
    return _message(
        "message.received", organization_id, thread_id, message_id, author_kind=author_kind, audience=audience
    )


def message_note_added(*, organization_id: int, thread_id: int, message_id: int) -> Event:
    """A note among the business' own people; it never leaves."""
    return _message("message.note_added", organization_id, thread_id, message_id)


def review_approved(
    *, organization_id: int, thread_id: int, message_id: int, violation_ids: Iterable[int]
) -> Event:
    return _message("review.approved", organization_id, thread_id, message_id, violation_ids=violation_ids)


def review_edited(
    *, organization_id: int, thread_id: int, message_id: int, violation_ids: Iterable[int]
) -> Event:
    """Edited, then sent."""
    return _message("review.edited", organization_id, thread_id, message_id, violation_ids=violation_ids)


def review_rejected(
    *, organization_id: int, thread_id: int, message_id: int, violation_ids: Iterable[int], reason: str
) -> Event:
    """`reason` is its code; the words for the sitter stay with the message."""
    return _message(
        "review.rejected", organization_id, thread_id, message_id, violation_ids=violation_ids, reason=reason
    )


def review_dismissed(
    *, organization_id: int, thread_id: int, message_id: int, violation_ids: Iterable[int]
) -> Event:
    return _message("review.dismissed", organization_id, thread_id, message_id, violation_ids=violation_ids)


def routing_decided(
    *,
    organization_id: int,
    thread_id: int,
    message_id: int,
    decision_id: int | None,
    rule: str,
    reason: str,
    target_kind: str,
    sitter_id: int | None,
) -> Event:
    return _message(
        "routing.decided", organization_id, thread_id, message_id,
        decision_id=decision_id, rule=rule, reason=reason, target_kind=target_kind, sitter_id=sitter_id,
    )  # fmt: skip


def routing_unmapped_pool(
    *, organization_id: int, thread_id: int, participant_id: int, number_id: int
) -> Event:
    """A stranger wrote to a pool number: an own thread, the owner's inbox."""
    return event(
        "routing.unmapped_pool", organization_id, "thread", thread_id, thread_id,
        participant_id=participant_id, number_id=number_id,
    )  # fmt: skip


def policy_violation_detected(
    *,
    organization_id: int,
    thread_id: int,
    message_id: int,
    violation_id: int | None,
    kinds: Iterable[str],
    action: str,
) -> Event:
    return _message(
        "policy.violation.detected", organization_id, thread_id, message_id,
        violation_id=violation_id, kinds=kinds, action=action,
    )  # fmt: skip


def policy_violation_resolved(
    *, organization_id: int, thread_id: int, message_id: int, violation_id: int, resolution: str
) -> Event:
    return _message(
        "policy.violation.resolved", organization_id, thread_id, message_id,
        violation_id=violation_id, resolution=resolution,
    )  # fmt: skip


def policy_detector_failed(
    *, organization_id: int, thread_id: int, message_id: int, error_type: str
) -> Event:
    """The message is held. `error_type` is the exception's class name."""
    return _message("policy.detector_failed", organization_id, thread_id, message_id, error_type=error_type)


def policy_sitter_locked(*, organization_id: int, sitter_id: int, violations: int) -> Event:
    """Their texts do not leave until the owner lifts it. `violations` counts the last 30 days."""
    return event("policy.sitter_locked", organization_id, "sitter", sitter_id, violations=violations)


def policy_sitter_unlocked(*, organization_id: int, sitter_id: int) -> Event:
    return event("policy.sitter_unlocked", organization_id, "sitter", sitter_id)


def policy_allowed_added(*, organization_id: int, entry_id: int, kind: str) -> Event:
    """Something the detector would flag is now allowed here."""
    return event("policy.allowed_added", organization_id, "allowed_entry", entry_id, kind=kind)
