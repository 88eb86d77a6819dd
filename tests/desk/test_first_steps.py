"""An empty inbox says what a business has to do before it can text, to those who may do it."""

from __future__ import annotations

import html

import pytest
from django.urls import reverse

from messaging.models import MessageNumber, ProviderAccount
from snoutos.accounts.models import User
from tests.business import open_office
from tests.desk.business import Business
from tests.factories import OrganizationFactory, ProviderAccountFactory, UserFactory
from tests.worlds import world

pytestmark = pytest.mark.django_db
business = world(Business)

CONNECT, BUY, ADD = "admin:messaging_provideraccount_add", "admin:numbers_buy", "admin:numbers_add"


@pytest.fixture
def owner() -> User:
    return UserFactory(organization=OrganizationFactory(), role="owner")


def inbox(business: Business, user: User, query: str = "") -> str:
    return html.unescape(business.browser(user).get(f"/admin/inbox/{query}").content.decode())


def leads(shown: str) -> list[str]:
    """Which of the steps are offered as a link."""
    empty = shown[shown.index('class="d-empty"') :]
    return [name for name in (CONNECT, BUY, ADD) if f'href="{reverse(name)}"' in empty]


def test_the_account_comes_first_and_then_the_number(business: Business, owner: User) -> None:
    """`business` is another's: what it has counts for nobody else."""
    assert leads(inbox(business, owner)) == [CONNECT]
    account = ProviderAccountFactory(organization=owner.organization)
    assert leads(inbox(business, owner)) == [BUY, ADD]
    assert leads(inbox(business, owner, "?show=all")) == [BUY, ADD]
    assert ProviderAccount.objects.get(organization=owner.organization) == account


def test_with_a_front_desk_in_use_nothing_is_left_to_do(business: Business) -> None:
    shown = inbox(business, business.owner)
    assert leads(shown) == []
    assert "No conversations yet" in shown


def test_a_number_that_is_paused_or_of_another_role_is_no_front_desk() -> None:
    office = open_office()
    for columns in ({"state": "quarantined"}, {"state": "active", "role": "pool"}):
        MessageNumber.objects.filter(pk=office.front_desk.pk).update(**columns)
        shown = office.signed_in().get("/admin/inbox/").content.decode()
        assert leads(shown) == [BUY, ADD]


def test_staff_are_told_and_offered_nothing_they_may_not_do(business: Business, owner: User) -> None:
    staff = UserFactory(organization=owner.organization, role="staff")
    shown = inbox(business, staff)
    assert leads(shown) == []
    assert "Texts can come in once the owner has added the number" in shown


def test_other_views_and_searches_say_what_they_always_say(business: Business, owner: User) -> None:
    assert "Nothing is snoozed" in inbox(business, owner, "?show=snoozed")
    assert "Nothing found" in inbox(business, owner, "?q=Dana")
