"""A paced line: its texts leave one by one, without waiting for the sweep."""

from __future__ import annotations

import time

import pytest
from django.utils import timezone

from messaging.models import Delivery, SendingLine
from messaging.outbound import claiming, sending
from messaging.outbound.submit import Author, submit
from messaging.providers.base import Accepted, OutgoingText
from tests.business import Business, new_sid, open_business

pytestmark = pytest.mark.django_db


class Taker:
    """A provider that takes everything at once."""

    def send(self, text: OutgoingText) -> Accepted:
        return Accepted(new_sid(), "queued", 1)


@pytest.fixture
def business(monkeypatch: pytest.MonkeyPatch) -> Business:
    monkeypatch.setattr(sending, "provider_of", lambda account: Taker())
    # One transaction, and so one now(), per test: the clock of the wall decides here.
    monkeypatch.setattr(claiming, "_DUE_IN", claiming._DUE_IN.replace("now()", "clock_timestamp()"))
    return open_business()


def _paced(business: Business, *, rate: float) -> SendingLine:
    thread = business.thread()
    for n in range(3):
        submit(thread=thread, author=Author.owner(business.owner), body=f"Text {n}", at=timezone.now())
    line = SendingLine.objects.get(number=business.front_desk)
    SendingLine.objects.filter(pk=line.pk).update(
        segments_per_second=rate, burst=1, tokens=0, refilled_at=timezone.now()
    )
    return line


def test_a_line_with_nothing_to_do_is_not_waited_for(business: Business) -> None:
    line = _paced(business, rate=1000)
    began = time.monotonic()
    Delivery.objects.all().update(ready=False)
    claiming.wake(line.pk)
    assert sending.dispatch_line(line.pk) == 0
    assert time.monotonic() - began < 1


def test_a_long_pace_is_left_to_the_sweep(business: Business) -> None:
    line = _paced(business, rate=0.01)
    claiming.wake(line.pk)
    began = time.monotonic()
    assert sending.dispatch_line(line.pk) == 1
    assert time.monotonic() - began < 1
    assert Delivery.objects.filter(state="queued").count() == 2


def test_one_waiter_a_line_is_enough(business: Business) -> None:
    line = _paced(business, rate=1)
    claiming.wake(line.pk)
    sending._waited_for.add(line.pk)
    try:
        assert sending.dispatch_line(line.pk) == 1
    finally:
        sending._waited_for.discard(line.pk)


@pytest.mark.django_db(transaction=True)
def test_a_short_pace_is_waited_out(business: Business) -> None:
    line = _paced(business, rate=5)
    claiming.wake(line.pk)
    began = time.monotonic()
    assert sending.dispatch_line(line.pk) == 3
    assert time.monotonic() - began > 0.3
    assert not Delivery.objects.filter(state="queued").exists()
