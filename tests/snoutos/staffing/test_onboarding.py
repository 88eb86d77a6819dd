"""A sitter joins: card, phone, number and first text, all or nothing."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from messaging.errors import NumberInUse, PhoneInUse, SitterWithoutLine
from messaging.models import Delivery, MessageNumber, Sitter
from messaging.models.threads import ThreadKind
from snoutos.accounts.permissions import NotAllowed
from snoutos.staffing import onboarding
from snoutos.staffing.onboarding import Joined
from tests.business import Business, number_of, stranger
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def joins(business: Business, **more: Any) -> Joined:
    asked = {"organization": business.organization, "name": "Ben", "by": business.owner, "at": timezone.now()}
    return onboarding.onboard(**{**asked, **more})


def test_card_number_and_first_text(business: Business) -> None:
    phone, own = stranger(), number_of(business.account, "pool")
    joined = joins(business, phone=phone, number=own, welcome="Welcome, Ben!")
    own.refresh_from_db()
    assert (own.role, own.sitter) == ("sitter", joined.sitter)
    sent, link = Delivery.objects.filter(recipient=phone).order_by("pk")
    assert "/sitter/link/" in link.body
    assert (sent.body, sent.sender) == ("Welcome, Ben!", business.front_desk.e164)
    assert joined.thread is not None
    assert joined.thread.kind == ThreadKind.STAFF
    assert business.verbs().count("sitter.onboarded") == 1


def test_what_they_wrote_before_is_where_the_first_text_goes(business: Business) -> None:
    phone = stranger()
    before = business.text("I'd like to sit for you", sender=phone).thread
    assert joins(business, phone=phone, welcome="Welcome!").thread == before


def test_a_name_is_enough(business: Business) -> None:
    assert joins(business).thread is None
    assert not Delivery.objects.exists()


@pytest.mark.parametrize("role", ["front_desk", "sitter"])
def test_a_number_that_is_somebodys_is_refused_and_nothing_is_made(business: Business, role: str) -> None:
    taken = MessageNumber.objects.get(organization=business.organization, role=role)
    with pytest.raises(NumberInUse):
        joins(business, phone=stranger(), number=taken)
    assert not Sitter.objects.filter(name="Ben").exists()


def test_a_number_with_an_open_conversation_is_not_offered(business: Business) -> None:
    assert business.pool in onboarding.free_numbers(business.organization.pk)
    business.text("Who is this?", sender=stranger(), to=business.pool.e164)
    assert business.pool not in onboarding.free_numbers(business.organization.pk)


def test_refusals_leave_nothing_behind(business: Business) -> None:
    for refused, asked in (
        (SitterWithoutLine, {"welcome": "Welcome!"}),
        (PhoneInUse, {"phone": business.client_phone}),
        (NotAllowed, {"by": UserFactory(organization=business.organization, role="staff")}),
    ):
        with pytest.raises(refused):
            joins(business, **asked)
    assert not Sitter.objects.filter(name="Ben").exists()
