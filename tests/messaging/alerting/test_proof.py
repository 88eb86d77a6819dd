"""An address counts as reached once its owner typed in the code that a test brought there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from messaging.alerting import channels, proof
from messaging.errors import (
    AlertAddressRefused,
    MailNotSent,
    MailOff,
    MessagingError,
    OptedOut,
    TooSoonForATest,
    WrongTestCode,
)
from messaging.models import AlertChannel, Participant
from messaging.people import clients
from tests.business import Business
from tests.mailserver import MailServer, mail_server
from tests.messaging.alerting.steps import channel, locked, texts_to, tick, use_phone

pytestmark = pytest.mark.django_db


@pytest.fixture
def server(settings: Any) -> Iterator[MailServer]:
    with mail_server(settings) as running:
        yield running


def choose(business: Business, *, phone: str = "", emails: tuple[str, ...] = ()) -> None:
    channels.choose(
        business.organization, phone=phone, emails=list(emails), by=business.owner, at=timezone.now()
    )
    business.organization.refresh_from_db()


def run_test(business: Business, kind: str, at: datetime | None = None) -> None:
    proof.test(business.organization, channel(business, kind), by=business.owner, at=at or timezone.now())


def prove(business: Business, kind: str, code: str, at: datetime | None = None) -> AlertChannel:
    return proof.prove(
        business.organization, channel(business, kind), code, by=business.owner, at=at or timezone.now()
    )


def code_in(text: str) -> str:
    found = re.search(r"\b(\d{6})\b", text)
    assert found, text
    return found[1]


def test_a_test_letter_proves_an_address(business: Business, server: MailServer) -> None:
    assert not channel(business, "mail").is_proven
    run_test(business, "mail")
    (letter,) = server.to(business.owner.email)
    code = code_in(letter.get_content().rpartition("“Where alerts go”:")[2])
    assert f"code={code}" in letter.get_content()
    row = prove(business, "mail", f" {code[:3]} {code[3:]} ")
    assert row.proven_by == business.owner
    assert channel(business, "mail").is_proven
    assert {"alert_channel.tested", "alert_channel.proven"} <= set(business.verbs())


def test_a_test_text_proves_a_phone_and_alerts_go_there_only_then(business: Business) -> None:
    phone = "+19175550133"
    choose(business, phone="(917) 555-0133")
    locked(business)
    tick()
    assert texts_to(phone) == []
    run_test(business, "text")
    (text,) = texts_to(phone)
    prove(business, "text", code_in(text.body))
    tick()
    assert len(texts_to(phone)) == 2


def test_twenty_test_texts_in_a_row_are_all_sent(business: Business) -> None:
    """Codes side by side may look like a phone number in pieces; they are our own."""
    choose(business, phone="(917) 555-0133")
    for minute in range(20):
        run_test(business, "text", at=timezone.now() + timedelta(minutes=minute))
    assert [text.state for text in texts_to("+19175550133")] == ["queued"] * 20


@pytest.mark.parametrize("wrong", ["", "000000x", "12345", "not the code"])
def test_a_wrong_code_proves_nothing(business: Business, server: MailServer, wrong: str) -> None:
    run_test(business, "mail")
    with pytest.raises(WrongTestCode):
        prove(business, "mail", wrong)
    assert not channel(business, "mail").is_proven


def test_a_code_cannot_be_guessed(business: Business, server: MailServer) -> None:
    run_test(business, "mail")
    right = code_in(server.letters[0][1].get_content().rpartition("“Where alerts go”:")[2])
    for _ in range(proof.TRIES):
        with pytest.raises(WrongTestCode):
            prove(business, "mail", "1" if right != "1" else "2")
    with pytest.raises(WrongTestCode):
        prove(business, "mail", right)


def test_a_code_holds_for_an_hour_is_used_once_and_ends_with_the_next_test(
    business: Business, server: MailServer
) -> None:
    now = timezone.now()
    run_test(business, "mail")
    run_test(business, "mail", at=now + timedelta(minutes=2))
    old, new = (
        code_in(letter.get_content().rpartition("“Where alerts go”:")[2]) for _, letter in server.letters
    )
    if old != new:
        with pytest.raises(WrongTestCode):
            prove(business, "mail", old, at=now + timedelta(minutes=3))
    with pytest.raises(WrongTestCode):
        prove(business, "mail", new, at=now + timedelta(minutes=63))
    prove(business, "mail", new, at=now + timedelta(minutes=61))
    with pytest.raises(WrongTestCode):
        prove(business, "mail", new, at=now + timedelta(minutes=61))
    assert channel(business, "mail").is_proven


def test_a_code_is_stored_as_a_hash_and_never_in_the_trail(business: Business, server: MailServer) -> None:
    run_test(business, "mail")
    code = code_in(server.letters[0][1].get_content().rpartition("“Where alerts go”:")[2])
    row = AlertChannel.objects.get()
    assert len(row.code_hash) == 64
    assert code not in row.code_hash or len(code) < 6


def test_a_double_click_sends_one_test(business: Business, server: MailServer) -> None:
    run_test(business, "mail")
    with pytest.raises(TooSoonForATest):
        run_test(business, "mail")
    assert len(server.letters) == 1


def test_what_keeps_a_test_from_leaving_is_said(
    business: Business, server: MailServer, settings: Any
) -> None:
    server.refuses_recipient = "550 nobody here"
    with pytest.raises(MailNotSent):
        run_test(business, "mail")
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    with pytest.raises(MailOff):
        run_test(business, "mail", at=timezone.now() + timedelta(minutes=1))
    phone = use_phone(business)
    business.text("STOP", sender=phone)
    with pytest.raises(OptedOut):
        run_test(business, "text")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("555-0133", "add the area code"),
        ("917-555-013", "valid"),
        ("not a phone", "isn't a phone number"),
        ("+1 212 555 1234 5678 99", "phone"),
    ],
)
def test_a_phone_that_is_none_is_refused(business: Business, typed: str, said: str) -> None:
    with pytest.raises(AlertAddressRefused) as refused:
        choose(business, phone=typed)
    assert said in refused.value.sentence


def test_an_own_number_and_a_clients_phone_are_refused(business: Business) -> None:
    for taken, said in (
        (business.pool.e164, "business numbers"),
        (business.client_phone, business.client.name),
    ):
        with pytest.raises(AlertAddressRefused) as refused:
            choose(business, phone=taken)
        assert said in refused.value.sentence


def test_a_client_cannot_get_the_phone_that_alerts_go_to(business: Business) -> None:
    phone = use_phone(business)
    with pytest.raises(MessagingError):
        clients.create_client(
            organization=business.organization,
            name="Mo",
            phones=[phone],
            by=business.owner,
            at=timezone.now(),
        )


@pytest.mark.parametrize("typed", ["nobody", "a@b", "two@example.com extra", "x@example.com\n"])
def test_addresses_are_checked(business: Business, typed: str) -> None:
    if typed.strip() == "x@example.com":
        choose(business, emails=(typed, "X@Example.com"))
        assert business.organization.alert_emails == ["x@example.com"]
        return
    with pytest.raises(AlertAddressRefused):
        choose(business, emails=(typed,))


def test_at_most_five_addresses(business: Business) -> None:
    with pytest.raises(AlertAddressRefused):
        choose(business, emails=tuple(f"a{n}@example.com" for n in range(6)))


def test_another_phone_ends_the_old_ones_conversation(business: Business) -> None:
    old = use_phone(business)
    locked(business)
    tick()
    choose(business, phone="(917) 555-0144")
    (text,) = texts_to(old)
    assert (text.state, text.reason) == ("canceled", "alert_phone_changed")
    assert Participant.objects.get(e164=old).left_at is not None
    began = business.text("Hello?", sender=old)
    assert began.thread_id != text.thread_id, (
        "whoever has the phone now never reads on in the office's conversation"
    )
    assert began.thread.owner_position == began.position
    assert "settings.changed" in business.verbs()


def test_an_address_that_comes_back_is_still_proven(business: Business) -> None:
    phone = use_phone(business)
    choose(business, phone="")
    choose(business, phone=phone)
    assert channel(business, "text").is_proven


def test_a_phone_that_became_a_clients_by_another_way_gets_nothing(business: Business) -> None:
    from messaging.models import ClientPhone

    phone = use_phone(business)
    ClientPhone.objects.create(organization=business.organization, client=business.client, e164=phone)
    locked(business)
    tick()
    assert texts_to(phone) == []
    assert channel(business, "text").trouble == "phone_taken"
