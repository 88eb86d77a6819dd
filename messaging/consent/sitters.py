"""What a sitter's STOP and START mean for the owner: which visits go on without texts to them."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from audit import alert_lifecycle
from audit.record import current
from messaging import alerts, bookings
from messaging.models import Sitter
from snoutos.core import timefmt

AHEAD = timedelta(days=14)
NAMED = 5


def stopped(organization_id: int, e164: str, at: datetime) -> None:
    """Tell the owner when `e164`, which said STOP, is a sitter's phone: how many visits it affects, and the times of the next ones."""
    sitter = _of_phone(organization_id, e164)
    if sitter is None:
        return
    visits = bookings.touching(at, at + AHEAD, sitter=sitter)
    ahead = [visit for visit in visits if visit.starts_at > at]
    current().alert(
        alerts.sitter_opted_out(
            organization_id=organization_id,
            sitter_id=sitter.pk,
            now=len(visits) - len(ahead),
            ahead=len(ahead),
            when=_when([visit.starts_at for visit in ahead], sitter.organization.zone, at),
        )
    )


def started(organization_id: int, e164: str, at: datetime) -> None:
    """The phone takes texts again: what called for the owner is over."""
    sitter = _of_phone(organization_id, e164)
    if sitter is not None:
        alert_lifecycle.settle(
            alerts.sitter_opted_out, organization_id=organization_id, subject_id=sitter.pk, at=at
        )


def _of_phone(organization_id: int, e164: str) -> Sitter | None:
    found: Sitter | None = (
        Sitter.objects.select_related("organization").of(organization_id).filter(phone=e164).first()
    )
    return found


def _when(starts: list[datetime], zone: ZoneInfo, at: datetime) -> str:
    named = "; ".join(timefmt.until(moment, zone, at) for moment in starts[:NAMED])
    return f"{named}; …" if len(starts) > NAMED else named
