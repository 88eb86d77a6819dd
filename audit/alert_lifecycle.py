"""The verbs that finish an alert."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from audit import events
from audit.errors import AlertFinishedError, CriticalAlertError
from audit.models import UNFINISHED, Alert, AlertState, Severity
from audit.record import Actor, recording

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from audit.registry import AlertKind
    from audit.types import Event, Notice
    from snoutos.accounts.models import User


def acknowledge(alert: Alert, *, by: User | None, at: datetime) -> Alert:
    """Mark an open alert as seen; again changes nothing. `by` nobody: by text, from a phone whose holder is no member.

    Raises `AlertFinishedError` on a closed one.
    """
    with transaction.atomic():
        locked = _unfinished(alert)
        if locked.state == AlertState.OPEN:
            locked.state = AlertState.ACKNOWLEDGED
            locked.save(update_fields=["state"])
            _record(locked, events.alert_acknowledged, Actor.person(by), at)
    return locked


def resolve(alert: Alert, *, by: User, at: datetime) -> Alert:
    """Close an alert whose problem is dealt with. Raises `AlertFinishedError` on a closed one."""
    with transaction.atomic():
        return _finish(_unfinished(alert), AlertState.RESOLVED, events.alert_resolved, by=by, at=at)


def dismiss(alert: Alert, *, by: User, at: datetime) -> Alert:
    """Close an alert that needs nothing done.

    Raises `CriticalAlertError` on a critical one, `AlertFinishedError` on a closed one.
    """
    with transaction.atomic():
        locked = _unfinished(alert)
        if locked.severity == Severity.CRITICAL:
            raise CriticalAlertError
        return _finish(locked, AlertState.DISMISSED, events.alert_dismissed, by=by, at=at)


def settle(kind: AlertKind[...], *, organization_id: int, subject_id: int, at: datetime) -> bool:
    """Close the alert of `kind` whose reason has gone by itself, by the system. Whether there was one."""
    about = {"kind": kind.code, "subject_kind": kind.subject, "subject_id": subject_id}
    with transaction.atomic():
        alert = (
            Alert.objects.of(organization_id)
            .filter(**about, state__in=UNFINISHED)
            .select_for_update(no_key=True)
            .first()
        )
        if alert is not None:
            _finish(alert, AlertState.RESOLVED, events.alert_resolved, by=None, at=at)
    return alert is not None


def reword(notice: Notice) -> None:
    """Say better what the unfinished alert of `notice`, if there is one, is about. That is no repeat: it is not counted."""
    Alert.objects.of(notice.organization_id).filter(
        kind=notice.kind,
        subject_kind=notice.subject_kind,
        subject_id=notice.subject_id,
        state__in=UNFINISHED,
    ).update(title=notice.title, detail=notice.detail)


def _unfinished(alert: Alert) -> Alert:
    """`alert` as it is now, locked; its repeats wait until the transaction ends."""
    locked: Alert = (
        Alert.objects.of(alert.organization_id).select_for_update(no_key=True, of=("self",)).get(pk=alert.pk)
    )
    if locked.state not in UNFINISHED:
        raise AlertFinishedError
    return locked


def _finish(
    alert: Alert, state: AlertState, verb: Callable[..., Event], *, by: User | None, at: datetime
) -> Alert:
    alert.state = state
    alert.resolved_by, alert.resolved_automatically, alert.resolved_at = by, by is None, at
    alert.save(update_fields=["state", "resolved_by", "resolved_automatically", "resolved_at"])
    _record(alert, verb, Actor.person(by), at)
    return alert


def _record(alert: Alert, verb: Callable[..., Event], actor: Actor, at: datetime) -> None:
    with recording(actor=actor, at=at) as trail:
        trail.record(
            verb(organization_id=alert.organization_id, alert_id=alert.pk, thread_id=alert.thread_id)
        )
