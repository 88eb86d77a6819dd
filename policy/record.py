"""Keeping what screening found: the violation, its events, and the ladder that repeated ones climb."""

from __future__ import annotations

from datetime import datetime, timedelta

from audit.record import current
from messaging.models import Message, Sitter
from policy import alerts, events
from policy.emergency import is_urgent
from policy.models import Action, Resolution, Violation
from policy.screen import Verdict
from snoutos.accounts.models import User

LADDER = timedelta(days=30)
WARN_AT = 2
LOCK_AT = 3


def record(message: Message, verdict: Verdict, *, at: datetime) -> Violation | None:
    """Store the findings on `message`, if any, and climb the ladder. Inside the message's transaction."""
    if verdict.failed:
        _detector_failed(message, verdict)
    alert_emergency(message)
    if not verdict.findings:
        return None
    violation = _store(message, verdict, at)
    if verdict.is_held and message.sitter_id is not None:
        _climb(message, at)
    return violation


def alert_emergency(message: Message) -> None:
    """Tell the owner at once when a client or sitter writes of an emergency, whoever is on duty and whatever screening says of the text."""
    if message.is_from_outside and is_urgent(message.body):
        current().alert(
            alerts.emergency(organization_id=message.organization_id, thread_id=message.thread_id)
        )


def resolve(message: Message, resolution: Resolution, *, by: User | None, at: datetime) -> list[int]:
    """Write down what a human (or, without one, an event) did about the open violations of `message`; return their ids."""
    open_ones = list(Violation.objects.of(message.organization_id).filter(message=message, resolution=""))
    for violation in open_ones:
        violation.resolution, violation.resolved_by, violation.resolved_at = resolution, by, at
        violation.save(update_fields=["resolution", "resolved_by", "resolved_at"])
        current().record(
            events.policy_violation_resolved(
                organization_id=message.organization_id,
                thread_id=message.thread_id,
                message_id=message.pk,
                violation_id=violation.pk,
                resolution=resolution,
            )
        )
    return [violation.pk for violation in open_ones]


def _store(message: Message, verdict: Verdict, at: datetime) -> Violation:
    violation: Violation = Violation.objects.create(
        organization_id=message.organization_id,
        message=message,
        thread_id=message.thread_id,
        sitter_id=message.sitter_id,
        author_kind=message.author_kind,
        findings=[
            {
                "kind": finding.kind,
                "start": finding.start,
                "end": finding.end,
                "score": round(finding.score, 3),
                "reasons": list(finding.reasons),
                "rule": finding.rule,
            }
            for finding in verdict.findings
        ],
        rule_version=verdict.version,
        action=verdict.action,
        created_at=at,
    )
    current().record(
        events.policy_violation_detected(
            organization_id=message.organization_id,
            thread_id=message.thread_id,
            message_id=message.pk,
            violation_id=violation.pk,
            kinds=verdict.kinds,
            action=verdict.action,
        )
    )
    return violation


def _detector_failed(message: Message, verdict: Verdict) -> None:
    trail = current()
    trail.record(
        events.policy_detector_failed(
            organization_id=message.organization_id,
            thread_id=message.thread_id,
            message_id=message.pk,
            error_type=verdict.failed,
        )
    )
    trail.alert(alerts.detector_failed(organization_id=message.organization_id))


def _climb(message: Message, at: datetime) -> None:
    """Second violation in 30 days: alert. Third: sending is locked until the owner lifts it. False alarms do not count."""
    assert message.sitter_id is not None  # noqa: S101  (the caller asked)
    since = _counts_from(message, at)
    count = (
        Violation.objects.of(message.organization_id)
        .filter(sitter_id=message.sitter_id, action=Action.HOLD, created_at__gt=since)
        .exclude(resolution=Resolution.DISMISSED)
        .count()
    )
    ids = {"organization_id": message.organization_id, "sitter_id": message.sitter_id}
    if count == WARN_AT:
        current().alert(alerts.policy_repeat(**ids, thread_id=message.thread_id))
    if count >= LOCK_AT:
        locked = Sitter.objects.filter(pk=message.sitter_id, sending_locked_at__isnull=True).update(
            sending_locked_at=at
        )
        if locked:
            current().record(events.policy_sitter_locked(**ids, violations=count))
            current().alert(alerts.sitter_locked(**ids, thread_id=message.thread_id))


def _counts_from(message: Message, at: datetime) -> datetime:
    """30 days back, or the moment the owner last lifted a lock: a lifted lock starts the ladder anew."""
    lifted = (
        Sitter.objects.filter(violations__message=message).values_list("lock_lifted_at", flat=True).first()
    )
    return max(at - LADDER, lifted) if lifted else at - LADDER
