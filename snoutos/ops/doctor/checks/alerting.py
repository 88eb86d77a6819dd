"""Whether an owner who is away hears of critical alerts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef

from audit.models import Alert, AlertState, Severity
from messaging.alerting import channels
from messaging.alerting.channels import Channel
from messaging.models import Notification
from messaging.models.alerting import NotificationState
from snoutos.accounts.models import Organization
from snoutos.core import mail
from snoutos.ops import startup
from snoutos.ops.doctor.registry import Broken, check

LEFT_BY = timedelta(minutes=5)


def _is_rehearsal() -> bool:
    """Nobody is away from a machine that only this machine can reach."""
    return startup.is_this_machine(settings.PUBLIC_BASE_URL)


@check(
    "alerting.mail_cannot_leave",
    subject="setting",
    wrong="E-mails are printed and reach no one",
    do="set EMAIL_URL to a mail server, such as smtp+tls://USER:PASSWORD@HOST:587",
)
def mail_cannot_leave(at: datetime) -> Iterator[str]:
    if not mail.can_leave() and not _is_rehearsal():
        yield "EMAIL_URL"


@check(
    "alerting.nobody_hears",
    subject="organization",
    wrong="No e-mail address or phone of this business has been tested for alerts",
    do="have an owner send a test from the page “Where alerts go” of the desk",
)
def nobody_hears(at: datetime) -> Broken:
    if not _is_rehearsal():
        for organization in Organization.objects.filter(is_active=True).order_by("pk").iterator():
            if not any(_works(one) for one in channels.channels(organization)):
                yield organization.pk


def _works(channel: Channel) -> bool:
    return channel.is_proven and not channel.trouble


@check(
    "alerting.late",
    subject="alert",
    wrong="Is critical, has been open for over 5 minutes and wasn't sent anywhere, although there is a channel",
    do="check that the beat and workers of the queues `tick` and `default` run, and that the mail server and a number can send",
)
def late(at: datetime) -> Broken:
    told = Notification.objects.filter(alert=OuterRef("pk")).exclude(state=NotificationState.WAITING)
    open_ones = Alert.objects.filter(
        severity=Severity.CRITICAL, state=AlertState.OPEN, last_at__gt=at - timedelta(hours=24)
    )
    for alert in open_ones.filter(~Exists(told), first_at__lt=at - LEFT_BY).order_by("pk").iterator():
        organization = Organization.objects.get(pk=alert.organization_id)
        if organization.is_active and any(one.is_used for one in channels.channels(organization)):
            yield alert.pk


@check(
    "alerting.stuck",
    subject="notification",
    wrong="Was handed to the mail server over 10 minutes ago with no result",
    do="check that the beat and a worker of the queue `default` run",
)
def stuck(at: datetime) -> Broken:
    rows = Notification.objects.filter(
        state=NotificationState.SENDING, claimed_at__lt=at - timedelta(minutes=10)
    )
    return rows.order_by("pk").values_list("pk", flat=True).iterator()
