"""Changing whose a phone is, against a text that is just leaving: it left before the change, or it does not leave at all."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from django.utils import timezone

from messaging.errors import NotPossibleNow
from messaging.models import Delivery, Participant, SendAttempt, SendingLine, Sitter
from messaging.outbound.outcome import record_outcome
from messaging.phones import blocking, changes, moving
from messaging.phones import sitters as sitter_phones
from messaging.providers.base import Refused
from tests.business import Business, number_of, open_business, stranger
from tests.messaging.outbound.racing import race
from tests.messaging.outbound.steps import at_full_speed, claim, fresh, owner_says, send, travel
from tests.messaging.people.test_claiming_at_once import told
from tests.messaging.people.test_starting_at_once import at_once

pytestmark = [pytest.mark.django_db(transaction=True)]

# More of them show more: SNOUTOS_TEST_ROUNDS=1000.
ROUNDS = int(os.environ.get("SNOUTOS_TEST_ROUNDS", "25"))


def replace(business: Business) -> None:
    changes.replace(business.client.phones.get(), new=stranger(), by=business.owner, at=timezone.now())


def recycle(business: Business) -> None:
    changes.recycle(business.client.phones.get(), by=business.owner, at=timezone.now())


def move(business: Business) -> None:
    other = number_of(business.account, "front_desk")
    moving.move(business.thread(), other, by=business.owner, at=timezone.now())


def block(business: Business) -> None:
    blocking.block(business.thread(), by=business.owner, at=timezone.now())


@pytest.mark.exhaustive
@pytest.mark.parametrize("change", [replace, recycle, move, block])
def test_no_text_leaves_after_the_change(
    change: Callable[[Business], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    left_after = stopped = 0
    head_start = 0.005
    for _ in itertools.repeat(None, ROUNDS):
        business = open_business()
        delivery = owner_says(business, "Hi")
        committed, left_at = race(partial(change, business), claim(delivery), monkeypatch, head_start)
        if left_at is None:
            stopped += 1
            assert fresh(delivery).state == "canceled"
        elif committed < left_at:
            left_after += 1
        else:
            assert fresh(delivery).revoked, "what is under way doesn't leave again after a refusal"
        # Whoever won gives the other a head start: the rounds gather where the two meet.
        head_start += -0.002 if left_at is None else 0.002
        _settle(delivery)
    assert left_after == 0
    assert 0 < stopped < ROUNDS, "a race that one side always wins shows nothing"


def _settle(delivery: Delivery) -> None:
    """The provider refuses what was under way: it is queued again, and the next turn cancels it."""
    for attempt in SendAttempt.objects.filter(delivery=delivery, state="calling"):
        record_outcome.record(attempt, Refused(20429, "retry_later"))
        travel(delivery, timedelta(minutes=5))
        at_full_speed(delivery.line_id)
        SendingLine.objects.filter(pk=delivery.line_id).update(next_due_at=timezone.now())
        assert send(delivery).state == "canceled"


def client_phone(business: Business) -> Callable[[str], object]:
    seen = business.client.phones.get()
    return lambda new: changes.replace(seen, new=new, by=business.owner, at=timezone.now())


def sitter_phone(business: Business) -> Callable[[str], object]:
    seen = Sitter.objects.get(pk=business.sitter.pk)
    return lambda new: sitter_phones.change_phone(seen, new=new, by=business.owner, at=timezone.now())


def phones_of(business: Business) -> set[str]:
    """What stands on the cards, and what takes part in the conversations of both."""
    cards = {business.client.phones.get().e164, Sitter.objects.get(pk=business.sitter.pk).phone}
    parties = Participant.objects.of(business.organization).filter(left_at__isnull=True)
    assert set(parties.values_list("e164", flat=True)) == cards
    return cards


@pytest.mark.parametrize("form", [client_phone, sitter_phone])
def test_of_many_who_change_one_phone_at_once_one_succeeds_and_the_others_are_told(
    form: Callable[[Business], Callable[[str], object]],
) -> None:
    business = open_business()
    business.thread()
    business.text("I am ill", sender=business.sitter.phone)
    change, news = form(business), [stranger() for _ in range(8)]
    found = at_once(*(told(partial(change, new)) for new in news))
    refused = [one for one in found if isinstance(one, NotPossibleNow)]
    assert len(refused) == 7, found
    assert all("Someone else just changed this phone" in one.sentence for one in refused)
    done = [new for new, answer in zip(news, found, strict=True) if answer not in refused]
    assert phones_of(business) & set(news) == set(done)
