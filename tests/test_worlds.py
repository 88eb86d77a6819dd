"""What a module's tests begin with is made once, is the same for each of them, and is gone with the module."""

from __future__ import annotations

import pytest

from messaging.models import Message
from snoutos.accounts.models import Organization
from tests.business import Business, open_business
from tests.worlds import Worlds, world

pytestmark = pytest.mark.django_db


def _greeted() -> Business:
    business = open_business("Greeted")
    business.text("Hello")
    return business


greeted = world(_greeted)


@pytest.mark.parametrize("turn", range(3))
def test_every_test_finds_it_as_it_was(turn: int, greeted: Business) -> None:
    assert Message.objects.count() == 1
    assert Organization.objects.get().name == greeted.organization.name == "Greeted"
    greeted.text(f"Once more, {turn}")
    greeted.organization.name = "Changed"
    greeted.organization.save()


def test_it_stands_before_the_test_begins(greeted: Business, request: pytest.FixtureRequest) -> None:
    worlds: Worlds = request.getfixturevalue("_worlds")
    assert worlds.standing is _greeted


def test_who_asks_for_none_sees_none() -> None:
    assert not Organization.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_with_real_commits_it_is_made_for_the_test(greeted: Business) -> None:
    greeted.text("Good night")
    assert Message.objects.count() == 2


def test_it_is_made_once_a_module() -> None:
    made: list[Business] = []

    def make() -> Business:
        made.append(open_business())
        return made[-1]

    worlds = Worlds()
    for module, times in (("one", 1), ("one", 1), ("two", 2)):
        worlds.begin(make, module)
        copy = worlds.as_it_was(make)
        assert copy is not made[-1]
        assert copy.client == made[-1].client
        assert len(made) == times
        assert Organization.objects.count() == 1
    worlds.begin(None, "two")
    assert not Organization.objects.exists()


def test_parts_of_a_copy_belong_together(greeted: Business) -> None:
    assert greeted.sitter.organization is greeted.organization
    assert greeted.pool.account is greeted.account
