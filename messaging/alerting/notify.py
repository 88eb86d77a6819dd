"""The tick that lets critical alerts leave: each once by each channel, several at a time as one letter or text.

After a letter an address has two minutes of peace, so that a storm of alerts becomes a few letters; what is raised meanwhile leaves with
the next. So an alert waits two minutes and a tick at most. One that somebody has acknowledged or resolved by then stays.
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

import structlog
from django.db import connection, transaction
from django.db.models import Exists, OuterRef, QuerySet

from audit.models import Alert, AlertState, Severity
from audit.record import Actor, current, recording
from messaging import events, publish
from messaging.alerting import channels, texts, words
from messaging.alerting.channels import Channel, row_of
from messaging.errors import MessagingError, NoNumber
from messaging.models import AlertChannel, Notification, Participant
from messaging.models.alerting import ChannelKind, NotificationState
from messaging.models.deliveries import Authority
from messaging.timing import scaled
from snoutos.accounts.models import Organization

log = structlog.get_logger(__name__)

PEACE = scaled(minutes=2)
# What was raised earlier is old news: the desk has it.
FRESH = timedelta(hours=24)
AT_ONCE = 50


def notify(at: datetime) -> None:
    """Let what is due leave. What fails for one business keeps nobody else's alerts back."""
    for organization in Organization.objects.filter(
        Exists(_open(at).filter(organization=OuterRef("pk"))), is_active=True
    ):
        try:
            _of(organization, at)
        except Exception as error:
            # The error's words may quote an address: only its type is kept.
            log.error("alerting.failed", organization_id=organization.pk, error=type(error).__name__)


def _of(organization: Organization, at: datetime) -> None:
    for channel in channels.channels(organization):
        if not channel.is_used:
            continue
        with transaction.atomic(), recording(actor=Actor.system(), at=at):
            row = row_of(organization.pk, channel)
            if not _mine(row) or _is_at_peace(row, at):
                continue
            due = list(_due(organization, channel, row, at).order_by("first_at", "pk")[:AT_ONCE])
            if due:
                _leave(organization, channel, row, due, at)


def _open(at: datetime) -> QuerySet[Alert]:
    return Alert.objects.filter(severity=Severity.CRITICAL, state=AlertState.OPEN, last_at__gt=at - FRESH)


def _due(organization: Organization, channel: Channel, row: AlertChannel, at: datetime) -> QuerySet[Alert]:
    """The open critical alerts that have not gone by this channel. One about the texts to a phone does not go there as one more text."""
    told = Notification.objects.filter(alert=OuterRef("pk"), channel=row)
    due = _open(at).filter(~Exists(told), organization=organization)
    if channel.kind == ChannelKind.TEXT:
        own = Participant.objects.filter(
            organization=organization,
            e164=channel.address,
            thread=OuterRef("thread_id"),
            thread__kind="staff",
        )
        due = due.filter(~Exists(own))
    return due


def _is_at_peace(row: AlertChannel, at: datetime) -> bool:
    return Notification.objects.filter(channel=row, created_at__gt=at - PEACE).exists()


def _mine(row: AlertChannel) -> bool:
    """Whether no other process is at this channel: its claims would be the same."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [f"alertchannel:{row.pk}"]
        )
        (mine,) = cursor.fetchone()
    return bool(mine)


def _leave(
    organization: Organization, channel: Channel, row: AlertChannel, due: list[Alert], at: datetime
) -> None:
    letter = uuid.uuid4()
    rows = [
        Notification(
            organization=organization, alert=alert, channel=row, letter=letter, created_at=at, next_try_at=at
        )
        for alert in due
    ]
    if channel.kind == ChannelKind.TEXT and not _text(organization, channel, rows, due, at):
        return
    Notification.objects.bulk_create(rows)
    if channel.kind == ChannelKind.MAIL:
        publish.on_commit("messaging.tasks.send_letters", queue="default")


def _text(
    organization: Organization, channel: Channel, rows: list[Notification], due: list[Alert], at: datetime
) -> bool:
    """Put one text for `due` into the outbox. False when no number can send now: the next tick tries again."""
    state, reason, message = NotificationState.SENT, "", None
    try:
        with transaction.atomic():
            message = texts.tell(
                organization,
                channel.address,
                words.text(due),
                key=f"alert:{rows[0].letter}",
                at=at,
                authority=Authority.ALERT,
            )
    except NoNumber:
        return False
    except MessagingError as refused:
        state, reason = NotificationState.FAILED, refused.code
    for row, alert in zip(rows, due, strict=True):
        row.state, row.reason, row.message = state, reason, message
        row.settled_at, row.next_try_at, row.tries = at, None, 1
        record(row, alert)
    return True


def record(row: Notification, alert: Alert) -> None:
    """Say in the trail what became of a notification, inside a recording block."""
    known = {
        "organization_id": row.organization_id,
        "alert_id": alert.pk,
        "thread_id": alert.thread_id,
        "channel": row.channel.kind,
        "channel_id": row.channel_id,
    }
    if row.state == NotificationState.SENT:
        current().record(events.alert_notified(**known))
    elif row.state in (NotificationState.FAILED, NotificationState.UNKNOWN):
        current().record(events.alert_not_notified(**known, reason=row.reason))
