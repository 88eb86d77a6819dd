"""Orders of five statuses, each told twice, before and after the SID is known: the end is what the pure model says. `make test-rest` tries
all orders, `make test` some.

Thousands of reports: they go in where the view hands them over, each order rolled back before the next.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest
from django.db import transaction

from messaging.inbound import receipts
from messaging.inbound.verify import Genuine
from messaging.models import Delivery, SendAttempt
from messaging.outbound.outcome import record_outcome, states
from messaging.outbound.outcome.states import Standing
from messaging.outbound.queue import begin_call
from messaging.providers.base import Accepted
from tests.business import Business
from tests.messaging.outbound.steps import claim, owner_says
from tests.searching import some

pytestmark = pytest.mark.django_db

SID = "SM" + "7" * 32
FIVE = {
    "delivered": ("queued", "sending", "sent", "delivered", "read"),
    "undelivered": ("accepted", "queued", "sending", "sent", "undelivered"),
    "failed": ("scheduled", "queued", "sending", "sent", "failed"),
    "two final words": ("queued", "sending", "sent", "delivered", "undelivered"),
}


@contextmanager
def _tried() -> Iterator[None]:
    """What happens inside is taken back."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def _report(business: Business, attempt: SendAttempt, status: str, *, by_token: bool) -> None:
    params = {"MessageSid": SID, "MessageStatus": status, "AccountSid": business.account.sid}
    raw = "&".join(f"{name}={value}" for name, value in params.items()).encode()
    genuine = Genuine(business.account, raw, params, None)
    receipts.receive_status(genuine, attempt.token if by_token else "")


def _model(early: Sequence[str], late: Sequence[str]) -> tuple[Standing, bool]:
    step = states.fold(Standing("sent", 0), dict.fromkeys(early))
    standing, ask = step.standing, step.ask
    for status in late:
        step = states.advance(standing, status)
        standing, ask = step.standing, ask or step.ask
    return standing, ask


def _run(business: Business, attempt: SendAttempt, told: Sequence[str], known_after: int) -> None:
    early, late = told[:known_after], told[known_after:]
    for status in early:
        _report(business, attempt, status, by_token=True)
    record_outcome.record(attempt, Accepted(SID, "queued"))
    reached = 0
    for n, status in enumerate(late):
        # Once the SID is known, a callback without a token is as good as one with it.
        _report(business, attempt, status, by_token=bool(n % 2))
        rank = Delivery.objects.values_list("status_rank", flat=True).get(pk=attempt.delivery_id)
        assert rank >= reached, "never back"
        reached = rank
    delivery = Delivery.objects.get(pk=attempt.delivery_id)
    standing, ask = _model(early, late)
    assert (delivery.state, delivery.status_rank) == (standing.state, standing.rank), (early, late)
    asked = SendAttempt.objects.filter(pk=attempt.pk, next_look_up_at__isnull=False).exists()
    assert asked == ask, (early, late)


def _told_twice(order: Sequence[str], chance: random.Random) -> list[str]:
    """Each status once more, anywhere after its first time."""
    told = list(order)
    for status in order:
        told.insert(chance.randint(told.index(status) + 1, len(told)), status)
    return told


def _orders(end: str) -> list[tuple[str, ...]]:
    orders = list(itertools.permutations(FIVE[end]))
    assert len(orders) == 120
    return orders


def _sending(business: Business) -> SendAttempt:
    left = begin_call.begin(claim(owner_says(business, "Hi")))
    assert left is not None
    return left.attempt


@pytest.mark.hypothesis
@pytest.mark.parametrize("known", ["before", "after"])
@pytest.mark.parametrize("end", ["delivered", "two final words"])
def test_every_order_of_five_statuses_ends_as_the_model_says(
    business: Business, end: str, known: str
) -> None:
    attempt, chance = _sending(business), random.Random(end)
    for order in some(_orders(end), 20):
        told = _told_twice(order, chance)
        with _tried():
            _run(business, attempt, told, 0 if known == "before" else len(told))


@pytest.mark.parametrize("end", FIVE)
def test_so_do_orders_in_the_midst_of_which_the_sid_becomes_known(business: Business, end: str) -> None:
    attempt, chance = _sending(business), random.Random(end)
    for order in chance.sample(_orders(end), 15):
        told = _told_twice(order, chance)
        with _tried():
            _run(business, attempt, told, chance.randint(1, len(told) - 1))
