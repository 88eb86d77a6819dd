"""Lines take turns: one text each, rung for again when its pace allows, and no thread waits for it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from messaging import publish
from messaging.models import Delivery, SendingLine
from messaging.outbound.queue import claims, pacing, sending, shares
from messaging.outbound.queue.submit import Author, submit
from messaging.people import starting
from messaging.people.starting import Whom
from messaging.providers.base import Accepted, OutgoingText
from tests.business import Business, another_client, new_sid

pytestmark = pytest.mark.django_db


class Taker:
    """A provider that takes everything at once."""

    def send(self, text: OutgoingText) -> Accepted:
        return Accepted(new_sid(), "queued", 1)


@pytest.fixture
def rung(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The lines that were rung for, in order."""
    found: list[int] = []
    monkeypatch.setattr(publish, "now", lambda task, line_id, queue: found.append(line_id))
    return found


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, float]]:
    """The lines that are to be rung for later, and when."""
    found: list[tuple[int, float]] = []
    monkeypatch.setattr(sending._alarm, "set", lambda line_id, seconds: found.append((line_id, seconds)))
    return found


@pytest.fixture(autouse=True)
def _taker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "provider_of", lambda account: Taker())
    monkeypatch.setattr(shares, "THIS_PROCESS", shares.Threads(16))


def _paced(business: Business, *, rate: float, burst: float = 1, texts: int = 3) -> SendingLine:
    for n in range(texts):
        client, _ = another_client(business, f"Client {n}")
        thread = starting.start(Whom(client=client), by=business.owner, at=timezone.now()).thread
        submit(thread=thread, author=Author.owner(business.owner), body=f"Text {n}", at=timezone.now())
    line = SendingLine.objects.get(number=business.front_desk)
    # One transaction, and so one now(), per test: it began before this.
    rested = timezone.now() - timedelta(hours=1)
    SendingLine.objects.filter(pk=line.pk).update(
        segments_per_second=rate, burst=burst, tokens=burst, refilled_at=rested
    )
    return line


def _sent(line: SendingLine) -> int:
    return Delivery.objects.filter(line=line, state="sent").count()


def test_a_turn_is_one_text_and_the_next_is_rung_for_before_the_call(
    business: Business, rung: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    line = _paced(business, rate=1000, burst=1000)
    at_the_call: list[int] = []
    call = sending._call

    def note(*args: Any) -> None:
        at_the_call.extend(rung)
        call(*args)

    monkeypatch.setattr(sending, "_call", note)
    assert sending.take_turn(line.pk)
    assert _sent(line) == 1
    assert at_the_call == [line.pk]


def test_the_last_text_rings_for_nothing(business: Business, rung: list[int], later: list[Any]) -> None:
    line = _paced(business, rate=1000, burst=1000, texts=1)
    assert sending.take_turn(line.pk)
    assert not sending.take_turn(line.pk)
    assert (rung, later) == ([], [])


def test_a_short_pace_is_rung_for_when_it_is_over_and_nobody_waits(
    business: Business, rung: list[int], later: list[tuple[int, float]], monkeypatch: pytest.MonkeyPatch
) -> None:
    line = _paced(business, rate=2)
    # The database's now() stands still in a test, and the clock does not.
    monkeypatch.setattr(claims, "due_in", lambda line_id: 0.5)
    began = time.monotonic()
    assert sending.take_turn(line.pk)
    SendingLine.objects.filter(pk=line.pk).update(next_due_at=timezone.now() + timedelta(seconds=1))
    assert not sending.take_turn(line.pk)
    assert time.monotonic() - began < 1
    assert rung == []
    assert {line_id for line_id, _ in later} == {line.pk}
    assert all(0 < seconds <= 2 for _, seconds in later)


def test_a_long_pace_is_left_to_the_sweep(business: Business, rung: list[int], later: list[Any]) -> None:
    line = _paced(business, rate=0.01)
    assert sending.take_turn(line.pk)
    SendingLine.objects.filter(pk=line.pk).update(next_due_at=timezone.now() + timedelta(seconds=9))
    rung.clear()
    later.clear()
    assert not sending.take_turn(line.pk)
    assert (rung, later) == ([], [])


def test_a_line_that_is_turned_away_is_rung_for_when_a_call_of_its_account_ends(
    business: Business, rung: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    line = _paced(business, rate=1000, burst=1000, texts=1)
    threads = shares.Threads(2)
    monkeypatch.setattr(shares, "THIS_PROCESS", threads)
    assert threads.begin(business.account.pk, 0)
    assert not sending.take_turn(line.pk)
    assert _sent(line) == 0
    assert threads.end(business.account.pk) == line.pk
    assert sending.take_turn(line.pk)
    assert _sent(line) == 1


def test_an_account_has_as_many_threads_as_it_leaves_free() -> None:
    threads = shares.Threads(32)

    def taken(account: int) -> int:
        count = 0
        while threads.begin(account, account):
            count += 1
        return count

    assert taken(1) == 16
    assert taken(2) == 8
    assert taken(3) == 4
    assert [taken(account) for account in range(4, 8)] == [2, 1, 1, 0]
    for account in range(4, 7):
        threads.end(account)
    assert taken(8) > 0, "who comes next finds one as soon as any call ends"


def test_the_lines_of_an_account_wait_in_turn() -> None:
    threads = shares.Threads(2)
    assert threads.begin(1, 10)
    for line_id in (11, 12, 11):
        assert not threads.begin(1, line_id)
    assert threads.end(1) == 11
    assert threads.begin(1, 11)
    assert threads.end(1) == 12
    assert threads.end(2) is None


def test_a_process_with_one_thread_sends() -> None:
    threads = shares.Threads(1)
    assert threads.begin(1, 1)
    assert not threads.begin(2, 2)
    threads.end(1)
    assert threads.begin(2, 2)


def _until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_an_alarm_rings_in_the_order_of_time_and_once_a_line() -> None:
    rung: list[int] = []
    alarm = pacing.Alarm(rung.append)
    alarm.set(1, 0.4)
    alarm.set(2, 0.1)
    alarm.set(1, 0.0)
    _until(lambda: len(rung) == 2)
    assert rung == [2, 1]
    alarm.set(1, 0.0)
    _until(lambda: rung == [2, 1, 1])


def test_an_alarm_whose_thread_is_gone_starts_another() -> None:
    rung: list[int] = []
    alarm = pacing.Alarm(rung.append)
    alarm._thread = threading.Thread(target=lambda: None)
    alarm.set(7, 0.0)
    _until(lambda: rung == [7])


def test_a_line_knows_its_account(business: Business) -> None:
    line = SendingLine.objects.get(number=business.front_desk)
    assert claims.account_of(line.pk) == business.account.pk
    assert claims.account_of(0) is None
