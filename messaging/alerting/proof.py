"""A test letter or text with a code that the owner types in: the proof that what we send arrives.

A code holds for an hour and five tries; a new test makes the old code worthless. Only its keyed hash is stored.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac

from audit.record import Actor, current, recording
from messaging import events
from messaging.alerting import texts
from messaging.alerting.channels import Channel, row_of
from messaging.errors import MailNotSent, MailOff, TooSoonForATest, WrongTestCode
from messaging.models import AlertChannel
from messaging.models.alerting import ChannelKind
from messaging.permissions import CHOOSE_ALERTING
from snoutos.accounts.models import Organization, User
from snoutos.core import mail

CODE_HOLDS = timedelta(hours=1)
TRIES = 5
# A second test a moment later is a double click, or somebody who fills another's mailbox.
PAUSE = timedelta(seconds=30)


def test(organization: Organization, channel: Channel, *, by: User, at: datetime) -> None:
    """Send a test to `channel`. Outside any transaction: a letter is handed to the mail server here and now.

    Raises TooSoonForATest, MailOff, MailNotSent with what the mail server said, or the MessagingError that forbids the text.
    """
    CHOOSE_ALERTING.require(by)
    if channel.kind == ChannelKind.MAIL and not mail.can_leave():
        raise MailOff
    code = f"{secrets.randbelow(1_000_000):06d}"
    with transaction.atomic(), recording(actor=Actor.user(by.pk), at=at):
        row: AlertChannel = AlertChannel.objects.select_for_update(no_key=True).get(
            pk=row_of(organization.pk, channel).pk
        )
        if row.tested_at is not None and at - row.tested_at < PAUSE:
            raise TooSoonForATest
        row.code_hash, row.tested_at, row.tries = _hash(row, code), at, 0
        row.save(update_fields=["code_hash", "tested_at", "tries"])
        current().record(
            events.alert_channel_tested(organization_id=organization.pk, channel_id=row.pk, kind=row.kind)
        )
        if channel.kind == ChannelKind.TEXT:
            words = f"SnoutOS test: your code is {code}. Enter it on the page “Where alerts go”."
            texts.tell(
                organization, channel.address, words, key=f"alert-test:{row.pk}:{at.timestamp()}", at=at
            )
    if channel.kind == ChannelKind.MAIL:
        _send_letter(organization, row, code)


def prove(organization: Organization, channel: Channel, code: str, *, by: User, at: datetime) -> AlertChannel:
    """The owner read `code` where the test went: from now on alerts go there. Raises WrongTestCode; a wrong try is counted."""
    CHOOSE_ALERTING.require(by)
    typed = "".join(character for character in code if character.isdigit())
    with transaction.atomic(), recording(actor=Actor.user(by.pk), at=at):
        row: AlertChannel = AlertChannel.objects.select_for_update(no_key=True).get(
            pk=row_of(organization.pk, channel).pk
        )
        right = holds(row, at) and constant_time_compare(row.code_hash, _hash(row, typed))
        if right:
            row.code_hash, row.proven_at, row.proven_by = "", at, by
            current().record(
                events.alert_channel_proven(organization_id=organization.pk, channel_id=row.pk, kind=row.kind)
            )
        else:
            row.tries += 1
        row.save(update_fields=["code_hash", "proven_at", "proven_by", "tries"])
    if not right:
        raise WrongTestCode
    return row


def holds(row: AlertChannel, at: datetime) -> bool:
    """Whether the code of the newest test can still be typed in."""
    return (
        bool(row.code_hash)
        and row.tested_at is not None
        and at < row.tested_at + CODE_HOLDS
        and row.tries < TRIES
    )


def _hash(row: AlertChannel, code: str) -> str:
    return salted_hmac("messaging.alerting.proof", f"{row.pk}:{code}", algorithm="sha256").hexdigest()


def _send_letter(organization: Organization, row: AlertChannel, code: str) -> None:
    page = f"{settings.PUBLIC_BASE_URL}{reverse('admin:alerting')}?channel={row.public_id}&code={code}"
    fate = mail.send(
        to=row.address,
        subject=f"SnoutOS: a test e-mail for {organization.name}",
        body=(
            f"This is the test e-mail that an owner of {organization.name} asked for.\n\n"
            f"Confirm it arrived:\n{page}\n\nor enter this code on the page “Where alerts go”: {code}\n\n"
            "The code works for an hour. If you didn't expect this, ignore it: you won't get any alerts.\n"
        ),
    )
    if not isinstance(fate, mail.Sent):
        raise MailNotSent
