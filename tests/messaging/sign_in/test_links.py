"""Links that sign a sitter in: asked for by text, texted by the office, stored as a hash, good once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core import serializers
from django.utils import timezone

from audit.models import AuditEvent
from messaging.errors import OptedOut, SitterWithoutLine
from messaging.models import Delivery, Message, Participant, Sitter, SitterLink
from messaging.sign_in import devices, links
from messaging.sign_in.errors import LinkIsOver, SignInIsOff
from snoutos.accounts.permissions import NotAllowed
from snoutos.staffing import onboarding
from tests.business import Business, stranger
from tests.factories import UserFactory
from tests.snoutos.sitter_page.signing import link_in, texted_link

pytestmark = pytest.mark.django_db


def ask(business: Business, word: str = "LINK") -> Message:
    return business.text(word, sender=business.sitter.phone)


def token_of(path: str) -> str:
    return path.rstrip("/").rpartition("/")[2]


@pytest.mark.parametrize("word", ["LINK", "link", " Link. ", "“LINK”"])
def test_link_to_the_office_is_answered_with_one_and_nobody_has_to_read_it(
    business: Business, word: str
) -> None:
    asked = ask(business, word)
    sent = Delivery.objects.get()
    assert (sent.recipient, sent.sender) == (business.sitter.phone, business.front_desk.e164)
    assert links.find(token_of(link_in(sent.body)), timezone.now()).sitter == business.sitter
    asked.thread.refresh_from_db()
    assert asked.thread.owner_position < asked.position
    assert business.verbs().count("sitter.link_made") == 1


@pytest.mark.parametrize("words", ["LINK please call", "LINKS", "the link", "LINK?x"])
def test_other_words_are_for_the_office_to_read(business: Business, words: str) -> None:
    asked = ask(business, words)
    asked.thread.refresh_from_db()
    assert asked.thread.owner_position == asked.position
    assert not SitterLink.objects.exists()


def test_a_clients_link_and_one_over_a_clients_line_make_none(business: Business) -> None:
    thread = business.text("LINK").thread
    business.window(thread)
    business.text("Hello")
    line = Participant.objects.select_related("number").get(thread=thread, role="sitter")
    business.text("LINK", sender=business.sitter.phone, to=line.number.e164)
    business.text("LINK", sender=stranger())
    assert not SitterLink.objects.exists()


def test_the_same_request_of_the_provider_is_answered_once(business: Business) -> None:
    params = business.inbound_params("LINK", sender=business.sitter.phone)
    business.post(params)
    business.post(params)
    assert SitterLink.objects.count() == Delivery.objects.count() == 1


def test_the_sixth_in_an_hour_is_for_the_office(business: Business) -> None:
    for _ in range(links.MOST_ASKED_FOR):
        ask(business)
    last = ask(business)
    last.thread.refresh_from_db()
    assert (SitterLink.objects.count(), last.thread.owner_position) == (links.MOST_ASKED_FOR, last.position)
    refused = AuditEvent.objects.get(verb="sitter.link_refused")
    assert (refused.subject_id, refused.data) == (business.sitter.pk, {"why": "too_many"})
    SitterLink.objects.update(created_at=timezone.now() - timedelta(hours=2))
    ask(business)
    assert SitterLink.objects.count() == links.MOST_ASKED_FOR + 1


def test_who_left_whose_sign_in_is_off_or_who_said_stop_gets_none(business: Business) -> None:
    business.sitter_user.is_active = False
    business.sitter_user.save()
    ask(business)
    with pytest.raises(SignInIsOff):
        texted_link(business)
    business.sitter_user.is_active = True
    business.sitter_user.save()
    business.text("STOP", sender=business.sitter.phone)
    ask(business)
    with pytest.raises(OptedOut):
        texted_link(business, Sitter.objects.get())
    Sitter.objects.update(is_active=False)
    ask(business)
    assert not SitterLink.objects.exists()


def test_the_link_stands_in_the_text_alone(business: Business) -> None:
    token = token_of(texted_link(business))
    kept = [SitterLink, Message, AuditEvent]
    everywhere = "".join(serializers.serialize("json", model._default_manager.all()) for model in kept)
    assert token not in everywhere
    assert links.SHOWN_INSTEAD in Message.objects.latest("pk").body
    delivery = Delivery.objects.latest("pk").public_id
    page = business.signed_in().get(f"/admin/messaging/delivery/{delivery}/change/").content.decode()
    assert token not in page
    assert links.SHOWN_INSTEAD in page


def test_only_owners_text_one_and_only_to_a_phone(business: Business) -> None:
    staff = UserFactory(organization=business.organization, role="staff")
    with pytest.raises(NotAllowed):
        links.send(business.sitter, by=staff, at=timezone.now())
    with pytest.raises(SitterWithoutLine):
        texted_link(business, business.add_sitter("Ben"))


def test_the_welcome_brings_one_that_is_good_for_a_week(business: Business) -> None:
    phone = stranger()
    joined = onboarding.onboard(
        organization=business.organization, name="Ben", phone=phone, welcome="Welcome!", by=business.owner, at=timezone.now()
    )  # fmt: skip
    first, second = Delivery.objects.filter(recipient=phone).order_by("pk")
    assert first.body == "Welcome!"
    token, now = token_of(link_in(second.body)), timezone.now()
    assert links.find(token, now + timedelta(days=6)).sitter == joined.sitter
    with pytest.raises(LinkIsOver):
        links.find(token, now + timedelta(days=7, minutes=1))


def test_one_that_was_asked_for_is_good_for_ten_minutes(business: Business) -> None:
    token, now = token_of(texted_link(business)), timezone.now()
    assert links.find(token, now + timedelta(minutes=9))
    with pytest.raises(LinkIsOver):
        links.find(token, now + timedelta(minutes=10, seconds=1))


def test_what_is_over_is_forgotten(business: Business) -> None:
    texted_link(business)
    later = timezone.now() + timedelta(days=31)
    assert devices.forget(later, after=timedelta(days=30)) == 1
    assert not SitterLink.objects.exists()


def test_no_token_reads_as_a_phone_or_a_word(business: Business) -> None:
    made: set[Any] = {token_of(texted_link(business)) for _ in range(20)}
    assert len(made) == 20
    assert all(len(token) == 36 and not set(token) & set("aeiouy0123456789") for token in made)
