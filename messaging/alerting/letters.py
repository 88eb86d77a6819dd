"""Letters about alerts: claimed, handed to the mail server outside any transaction, settled. None leaves twice.

A process that dies while the mail server has a letter leaves it `sending`; after its lease it is `unknown`, and the desk says so.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from audit.models import Alert, AlertState
from audit.record import Actor, recording
from messaging.alerting import channels, notify, words
from messaging.models import AlertChannel, Notification
from messaging.models.alerting import ChannelKind, NotificationState
from messaging.timing import scaled
from snoutos.accounts.models import Organization
from snoutos.core import mail

# After a refusal that is proven: soon at first, for an hour in all.
AGAIN_AFTER = (
    *(scaled(seconds=15), scaled(seconds=30), scaled(minutes=1), scaled(minutes=2)),
    *([scaled(minutes=5)] * 11),
)
# Longer than a letter can take: each word with the mail server ends after ten seconds.
LEASE = scaled(minutes=3)
ROUND_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class _Claim:
    """A letter that this process alone may hand over now."""

    organization: Organization
    channel: AlertChannel
    letter: UUID
    tries: int
    alerts: list[Alert]


def send_due() -> int:
    """Hand over the letters that are due, for half a minute at most. Returns how many were claimed."""
    _give_up_lost(timezone.now())
    ends, claimed = time.monotonic() + ROUND_SECONDS, 0
    while time.monotonic() < ends:
        claim = _claim(timezone.now())
        if claim is None:
            break
        claimed += 1
        if claim.alerts:
            _settle(claim, _send(claim), timezone.now())
    return claimed


def _claim(at: datetime) -> _Claim | None:
    """The next letter due. Its `alerts` are empty when all of them were over before it left: then nothing leaves."""
    with transaction.atomic():
        first: Notification | None = (
            Notification.objects.select_for_update(skip_locked=True, of=("self",), no_key=True)
            .filter(state=NotificationState.WAITING, next_try_at__lte=at)
            .order_by("next_try_at", "pk")
            .first()
        )
        if first is None:
            return None
        rows = list(
            Notification.objects.select_for_update(of=("self",), no_key=True)
            .select_related("alert", "channel")
            .filter(letter=first.letter, state=NotificationState.WAITING)
            .order_by("pk")
        )
        organization = Organization.objects.get(pk=first.organization_id)
        wanted = _is_wanted(organization, rows[0].channel)
        going = [row for row in rows if wanted and row.alert.state == AlertState.OPEN]
        for row in rows:
            _mark(row, row in going, at)
        return _Claim(
            organization, rows[0].channel, first.letter, rows[0].tries, [row.alert for row in going]
        )


def _mark(row: Notification, goes: bool, at: datetime) -> None:
    if goes:
        row.state, row.claimed_at = NotificationState.SENDING, at
    else:
        row.state, row.settled_at, row.reason = NotificationState.SKIPPED, at, "over_before"
    row.tries, row.next_try_at = row.tries + 1, None
    row.save(update_fields=["state", "claimed_at", "settled_at", "reason", "tries", "next_try_at"])


def _is_wanted(organization: Organization, channel: AlertChannel) -> bool:
    """Whether alerts still go to this address: the owner may have taken it out meanwhile."""
    return any(
        one.kind == ChannelKind.MAIL and one.address == channel.address
        for one in channels.channels(organization)
    )


def _send(claim: _Claim) -> mail.Fate:
    return mail.send(
        to=claim.channel.address,
        subject=words.subject(claim.alerts),
        body=words.letter(claim.organization, claim.alerts),
        key=str(claim.letter),
    )


def _settle(claim: _Claim, fate: mail.Fate, at: datetime) -> None:
    """Keep what is known. A letter that was given up as lost meanwhile and was sent after all is `sent`."""
    with transaction.atomic(), recording(actor=Actor.system(), at=at):
        rows = (
            Notification.objects.select_for_update(of=("self",), no_key=True)
            .select_related("alert", "channel")
            .filter(letter=claim.letter, tries=claim.tries, alert__in=claim.alerts)
            .filter(state__in=[NotificationState.SENDING, NotificationState.UNKNOWN])
            .order_by("pk")
        )
        for row in rows:
            _become(row, fate, at)


def _become(row: Notification, fate: mail.Fate, at: datetime) -> None:
    row.state, row.reason, row.settled_at = NotificationState.SENT, "", at
    if isinstance(fate, mail.Unknown):
        row.state, row.reason = NotificationState.UNKNOWN, fate.reason[:60]
    elif isinstance(fate, mail.NotSent):
        row.state, row.reason = NotificationState.FAILED, fate.reason[:60]
        if fate.again and row.tries <= len(AGAIN_AFTER):
            row.state, row.settled_at = NotificationState.WAITING, None
            row.next_try_at = at + AGAIN_AFTER[row.tries - 1]
    row.save(update_fields=["state", "reason", "settled_at", "next_try_at"])
    notify.record(row, row.alert)


def _give_up_lost(at: datetime) -> None:
    """Letters whose process died in the middle: they may have left, so they are never sent again."""
    with transaction.atomic(), recording(actor=Actor.system(), at=at):
        lost = (
            Notification.objects.select_for_update(skip_locked=True, of=("self",), no_key=True)
            .select_related("alert", "channel")
            .filter(state=NotificationState.SENDING, claimed_at__lt=at - LEASE)
            .order_by("pk")
        )
        for row in lost:
            _become(row, mail.Unknown("worker_lost"), at)
