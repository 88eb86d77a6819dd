"""The only front desk in use stays one, whatever is done and however many do it at once."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.utils import timezone

from messaging.errors import LastFrontDesk
from messaging.models import MessageNumber
from messaging.numbers import lifecycle
from messaging.phones import vacating
from messaging.phones.vacating import Way
from tests.business import Business, open_business
from tests.messaging.people.test_claiming_at_once import told
from tests.messaging.people.test_starting_at_once import at_once

Verb = Callable[[Business, MessageNumber], object]
ROUNDS = 10


def pause(business: Business, number: MessageNumber) -> object:
    return lifecycle.quarantine(number, reason="Spam", by=business.owner, at=timezone.now())


def release(business: Business, number: MessageNumber) -> object:
    return lifecycle.retire(number, reason="Spam", by=business.owner, at=timezone.now())


def to_pool(business: Business, number: MessageNumber) -> object:
    return lifecycle.set_role(number, role="pool", by=business.owner, at=timezone.now())


VERBS = [pause, release, to_pool]


def front_desks(business: Business) -> int:
    return int(
        MessageNumber.objects.of(business.organization).filter(role="front_desk", state="active").count()
    )


@pytest.mark.django_db
@pytest.mark.parametrize("verb", VERBS)
class TestTheOnlyOne:
    def test_it_stays_and_the_refusal_says_what_to_do(self, business: Business, verb: Verb) -> None:
        before = business.verbs()
        with pytest.raises(LastFrontDesk, match="Add another front desk number"):
            verb(business, business.front_desk)
        assert front_desks(business) == 1
        assert business.verbs() == before

    def test_one_that_is_paused_or_anothers_is_no_second(self, business: Business, verb: Verb) -> None:
        business.add_number("front_desk", state="quarantined")
        open_business("Paws")
        with pytest.raises(LastFrontDesk):
            verb(business, business.front_desk)

    def test_with_another_it_may_go(self, business: Business, verb: Verb) -> None:
        business.add_number("front_desk")
        verb(business, business.front_desk)
        assert front_desks(business) == 1

    def test_other_numbers_may_go(self, business: Business, verb: Verb) -> None:
        verb(business, business.pool)
        assert front_desks(business) == 1


@pytest.mark.django_db
@pytest.mark.parametrize("way", list(Way))
def test_the_look_before_says_it_too(business: Business, way: Way) -> None:
    with pytest.raises(LastFrontDesk):
        vacating.preview(business.front_desk, way, at=timezone.now())


@pytest.mark.django_db
def test_a_front_desk_may_be_given_the_role_it_has(business: Business) -> None:
    lifecycle.set_role(business.front_desk, role="front_desk", by=business.owner, at=timezone.now())
    assert front_desks(business) == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("one", "other"), [(pause, pause), (pause, release), (release, to_pool)])
def test_of_two_that_go_at_once_one_stays(one: Verb, other: Verb) -> None:
    for _ in range(ROUNDS):
        business = open_business()
        second = business.add_number("front_desk")
        found = at_once(
            told(lambda made=business, number=business.front_desk: one(made, number)),  # type: ignore[misc]
            told(lambda made=business, number=second: other(made, number)),  # type: ignore[misc]
        )
        assert sum(isinstance(was, LastFrontDesk) for was in found) == 1, found
        assert front_desks(business) == 1
