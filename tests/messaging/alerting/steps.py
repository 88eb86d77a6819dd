"""What tests of alerts that leave do again and again."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from audit.models import Alert
from audit.record import recording
from audit.types import Notice
from messaging.alerting import channels, letters, notify
from messaging.alerting.channels import Channel
from messaging.models import AlertChannel, Delivery, Notification
from policy import alerts
from snoutos.accounts.models import Organization
from tests.business import Business, stranger


def raise_alert(notice: Notice, at: datetime | None = None) -> Alert:
    """Raise `notice`; the alert that stands for it."""
    with transaction.atomic(), recording(at=at or timezone.now()) as trail:
        trail.alert(notice)
    raised = Alert.objects.filter(kind=notice.kind, organization_id=notice.organization_id)
    found: Alert = raised.latest("pk")
    return found


def locked(business: Business, sitter_id: int = 1) -> Alert:
    """A critical alert about nothing in particular."""
    return raise_alert(alerts.sitter_locked(organization_id=business.organization.pk, sitter_id=sitter_id))


def use_phone(business: Business, phone: str = "") -> str:
    """Alerts go to a phone, and that is proven."""
    e164 = phone or stranger()
    channels.choose(business.organization, phone=e164, emails=[], by=business.owner, at=timezone.now())
    business.organization.refresh_from_db()
    AlertChannel.objects.update_or_create(
        organization=business.organization,
        kind="text",
        address=e164,
        defaults={"proven_at": timezone.now(), "proven_by": business.owner},
    )
    return e164


def channel(business: Business, kind: str) -> Channel:
    """The first channel of a kind."""
    fresh = Organization.objects.get(pk=business.organization.pk)
    return next(one for one in channels.channels(fresh) if one.kind == kind)


def tick(after: timedelta = timedelta()) -> None:
    """What the beat rings, `after` from now: alerts leave, letters are handed over."""
    hurry(after)
    notify.notify(timezone.now())
    letters.send_due()


def hurry(by: timedelta) -> None:
    """As if all that was done so far had been `by` earlier."""
    for row in Notification.objects.all():
        for name in ("created_at", "next_try_at", "claimed_at"):
            if getattr(row, name) is not None:
                setattr(row, name, getattr(row, name) - by)
        row.save()


def texts_to(e164: str) -> list[Delivery]:
    """What is queued or sent to a phone, oldest first."""
    return list(Delivery.objects.filter(recipient=e164).order_by("pk"))


def states(alert: Alert) -> list[tuple[str, str]]:
    """By which channel an alert went, and what became of it."""
    rows = Notification.objects.filter(alert=alert).order_by("channel__kind", "pk")
    return [(row.channel.kind, row.state) for row in rows.select_related("channel")]
