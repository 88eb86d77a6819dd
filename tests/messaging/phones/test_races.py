"""Changing whose a phone is, against a text that is just leaving: it left before the change, or it does not leave at all."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from django.db import connections
from django.utils import timezone

from messaging.errors import NotPossibleNow
from messaging.models import Delivery, SendAttempt, SendingLine
from messaging.outbound.outcome import record_outcome
from messaging.phones import blocking, changes, moving
from messaging.providers.base import Refused
from tests.business import Business, number_of, open_business, stranger
from tests.messaging.outbound.racing import race
from tests.messaging.outbound.steps import at_full_speed, claim, fresh, owner_says, send, travel

pytestmark = [pytest.mark.django_db(transaction=True)]

ROUNDS = 25


def replace(business: Business) -> None:
    changes.replace(business.client.phones.get(), new=stranger(), by=business.owner, at=timezone.now())


def recycle(business: Business) -> None:
    changes.recycle(business.client.phones.get(), by=business.owner, at=timezone.now())


def move(business: Business) -> None:
    other = number_of(business.account, "front_desk")
    moving.move(business.thread(), other, by=business.owner, at=timezone.now())


def block(business: Business) -> None:
    blocking.block(business.thread(), by=business.owner, at=timezone.now())


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


def test_of_many_who_replace_one_phone_at_once_one_succeeds() -> None:
    business = open_business()
    business.thread()
    phone, done, refused = business.client.phones.get(), [], []
    together = threading.Barrier(8)

    def run(new: str) -> None:
        together.wait()
        try:
            done.append(changes.replace(phone, new=new, by=business.owner, at=timezone.now()).e164)
        except NotPossibleNow:
            refused.append(new)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(stranger(),)) for _ in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(30)
    assert len(done) == 1
    assert len(refused) == 7
    assert business.client.phones.get().e164 == done[0]
