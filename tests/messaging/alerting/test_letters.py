"""A letter is claimed before it leaves: proven unsent it is tried again, of unknown fate never, and two processes send it once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from audit.models import AuditEvent
from messaging.alerting import channels, letters, notify
from messaging.models import AlertChannel, Notification
from tests.business import Business
from tests.mailserver import MailServer, mail_server
from tests.messaging.alerting.steps import hurry, locked, states, tick

pytestmark = pytest.mark.django_db


@pytest.fixture
def server(settings: Any) -> Iterator[MailServer]:
    with mail_server(settings) as running:
        yield running


def test_a_refusal_for_now_is_tried_again_soon(business: Business, server: MailServer) -> None:
    server.refuses_recipient = "451 later"
    alert = locked(business)
    tick()
    assert states(alert) == [("mail", "waiting")]
    server.refuses_recipient = None
    letters.send_due()
    assert server.letters == [], "not before its time"
    hurry(timedelta(seconds=16))
    letters.send_due()
    assert states(alert) == [("mail", "sent")]
    assert len(server.letters) == 1


def test_a_server_that_is_away_for_an_hour_is_given_up_and_said(
    business: Business, server: MailServer, settings: Any
) -> None:
    settings.EMAIL_PORT = 1
    alert = locked(business)
    tick()
    for _ in letters.AGAIN_AFTER:
        hurry(timedelta(minutes=6))
        letters.send_due()
    assert states(alert) == [("mail", "failed")]
    event = AuditEvent.objects.get(verb="alert.not_notified")
    assert event.data["reason"].startswith("connect_")
    hurry(timedelta(hours=1))
    letters.send_due()
    assert Notification.objects.get().tries == len(letters.AGAIN_AFTER) + 1


def test_an_address_nobody_has_is_not_tried_again(business: Business, server: MailServer) -> None:
    server.refuses_recipient = "550 nobody here"
    alert = locked(business)
    tick()
    assert states(alert) == [("mail", "failed")]
    assert Notification.objects.get().reason == "recipient_550"


def test_a_letter_whose_fate_is_unknown_is_never_sent_again(business: Business, server: MailServer) -> None:
    server.breaks_off_after_taking = True
    alert = locked(business)
    tick()
    assert states(alert) == [("mail", "unknown")]
    for _ in range(3):
        tick(after=timedelta(minutes=30))
    assert len(server.letters) == 1
    assert AuditEvent.objects.filter(verb="alert.not_notified").count() == 1


def test_a_claim_is_nobody_elses(business: Business, server: MailServer) -> None:
    locked(business)
    notify.notify(timezone.now())
    server.when_taken = lambda: None
    claim = letters._claim(timezone.now())
    assert claim is not None
    assert letters._claim(timezone.now()) is None
    assert letters.send_due() == 0


def test_an_answer_that_comes_after_the_claim_was_given_up_is_kept(
    business: Business, server: MailServer
) -> None:
    from snoutos.core import mail

    alert = locked(business)
    notify.notify(timezone.now())
    claim = letters._claim(timezone.now())
    assert claim is not None
    hurry(letters.LEASE + timedelta(seconds=1))
    letters.send_due()
    assert states(alert) == [("mail", "unknown")]
    letters._settle(claim, mail.Sent(), timezone.now())
    assert states(alert) == [("mail", "sent")]


def test_an_address_taken_out_meanwhile_gets_nothing(business: Business, server: MailServer) -> None:
    alert = locked(business)
    notify.notify(timezone.now())
    channels.choose(
        business.organization, phone="", emails=["other@tails.example"], by=business.owner, at=timezone.now()
    )
    letters.send_due()
    assert server.letters == []
    assert states(alert) == [("mail", "skipped")]


def test_typed_in_addresses_get_alerts_only_once_they_are_proven(
    business: Business, server: MailServer
) -> None:
    channels.choose(
        business.organization,
        phone="",
        emails=["partner@tails.example"],
        by=business.owner,
        at=timezone.now(),
    )
    locked(business)
    tick()
    assert server.letters == []
    AlertChannel.objects.create(
        organization=business.organization,
        kind="mail",
        address="partner@tails.example",
        proven_at=timezone.now(),
        proven_by=business.owner,
    )
    tick()
    assert [address for address, _ in server.letters] == ["partner@tails.example"]
