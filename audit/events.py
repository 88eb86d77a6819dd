"""What any page may do, and what is done with alerts."""

from __future__ import annotations

from collections.abc import Iterable

from audit.registry import About, about, subject, verb

subject("alert", "audit.Alert")
subject("occurrence", "audit.Occurrence")
subject("export")


@verb("settings.changed", "Settings were changed: {fields}.", subject="organization")
def settings_changed(*, organization_id: int, fields: Iterable[str]) -> About:
    """Names of the fields, never their values."""
    return about(organization_id, organization_id, fields=fields)


@verb("export.made", "{rows} rows were exported ({kind}).", subject="export")
def export_made(*, organization_id: int, kind: str, rows: int) -> About:
    return about(organization_id, None, kind=kind, rows=rows)


@verb("alert.acknowledged", "An alert was acknowledged.", subject="alert")
def alert_acknowledged(*, organization_id: int, alert_id: int, thread_id: int | None = None) -> About:
    return about(organization_id, alert_id, thread_id)


@verb("alert.resolved", "An alert was resolved.", subject="alert")
def alert_resolved(*, organization_id: int, alert_id: int, thread_id: int | None = None) -> About:
    return about(organization_id, alert_id, thread_id)


@verb("alert.dismissed", "An alert was dismissed.", subject="alert")
def alert_dismissed(*, organization_id: int, alert_id: int, thread_id: int | None = None) -> About:
    return about(organization_id, alert_id, thread_id)
