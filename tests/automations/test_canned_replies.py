"""Canned replies: who sees which, what cannot be kept, and what each says in a conversation."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from automations.canned_replies import Filling, seen_by
from automations.models import CannedReply
from tests.business import Business, open_business
from tests.constraints import breaks
from tests.factories import UserFactory
from tests.refusals import refusal

pytestmark = pytest.mark.django_db


def keep(business: Business, body: str, name: str = "Key", **columns: object) -> CannedReply:
    reply = CannedReply(organization=business.organization, name=name, body=body, **columns)
    reply.full_clean()
    reply.save()
    return reply


def says(business: Business, reply: CannedReply) -> str:
    filled = Filling(business.thread(), timezone.now()).of(reply)
    assert bool(filled.text) != bool(filled.missing)
    return filled.text or filled.missing


def test_a_member_sees_the_offices_and_their_own(business: Business) -> None:
    other = UserFactory(organization=business.organization, role="staff")
    keep(business, "Hi", "shared")
    keep(business, "Hi", "Mine", member=business.owner)
    keep(business, "Hi", "Theirs", member=other)
    keep(open_business("Paws"), "Hi", "Foreign")
    assert [reply.name for reply in seen_by(business.owner)] == ["Mine", "shared"]
    assert [reply.name for reply in seen_by(other)] == ["shared", "Theirs"]


def test_its_variables_are_those_of_the_conversation(business: Business) -> None:
    business.client.name, business.client.pets = "Dana {{ time.now }}", "Biscuit"
    business.client.save()
    reply = keep(business, "Hi {{ client.name }}, how is {{ client.pets }}? {{ business.name }}")
    assert says(business, reply) == "Hi Dana {{ time.now }}, how is Biscuit? Happy Tails"


def test_the_visit_is_the_one_that_runs_or_comes_next(business: Business) -> None:
    reply = keep(business, "{{ sitter.first_name }} comes {{ visit.date }}")
    assert "sitter" in says(business, reply), "without a visit it says what is not known"
    window = business.window(business.thread(), begins=48, ends=49)
    first = business.sitter.name.split()[0]
    assert says(business, reply).startswith(f"{first} comes ")
    type(window).objects.filter(pk=window.pk).update(canceled_at=timezone.now())
    assert "sitter" in says(business, reply)


@pytest.mark.parametrize(
    "body", ["{{ client.phone }}", "{{ client.name", "{% for x in y %}", "  ", "x" * 2001]
)
def test_what_can_never_be_filled_in_is_not_kept(business: Business, body: str) -> None:
    with pytest.raises(ValidationError) as refused:
        keep(business, body)
    assert set(refused.value.message_dict) == {"body"}


@breaks("cannedreply_name_once_per_member")
def test_a_name_is_taken_once_by_the_office_and_once_by_each_member(business: Business) -> None:
    def store(name: str, member: object = None, whose: Business = business) -> str | None:
        make = CannedReply.objects.create
        return refusal(lambda: make(organization=whose.organization, name=name, body="Hi", member=member))

    keep(business, "Hi")
    keep(business, "Hi", member=business.owner)
    keep(open_business("Paws"), "Hi")
    assert store("KEY") == store("key", business.owner) == "cannedreply_name_once_per_member"
    with pytest.raises(ValidationError, match="another canned reply"):
        keep(business, "Hi", "kEy")


@breaks("cannedreply_says_something")
def test_it_has_a_name_and_a_text(business: Business) -> None:
    for empty in ({"name": "", "body": "Hi"}, {"name": "Key", "body": ""}):
        make = CannedReply.objects.create
        name = refusal(lambda: make(organization=business.organization, **empty))  # noqa: B023
        assert name == "cannedreply_says_something"
