"""Sent texts nobody reports on: asked about at growing intervals, marked after a day, cleared by any final word."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F
from django.utils import timezone

from audit.models import AuditEvent
from messaging.api.words import explain
from messaging.models import Delivery, DeliveryReport, Heartbeat, OptOut, ProviderAccount
from messaging.outbound.outcome import acceptance, record_outcome
from messaging.outbound.queue import begin_call
from messaging.outbound.recovery import fairness, status_polling
from messaging.providers.base import Accepted, ListedText, ProviderError
from snoutos.devtools.twilio_sim.testing import SimulatorClient
from tests.business import Business, new_sid, open_business
from tests.messaging.outbound.steps import claim, fresh, mark, open_alerts, owner_says, send, verbs_since

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


class Books:
    """A provider that answers `status`, or not at all."""

    def __init__(
        self, status: str | None = "sent", *, error: int | None = None, silent: bool = False
    ) -> None:
        self.status, self.error, self.silent, self.asked = status, error, silent, list[str]()

    def fetch_text(self, sid: str) -> ListedText | None:
        self.asked.append(sid)
        if self.silent:
            raise ProviderError("Silent.", retry=True)
        if self.status is None:
            return None
        return ListedText(
            sid=sid, sender="", recipient="", body="", media_count=0, status=self.status,
            error_code=self.error, created_at=None, direction="outbound-api",
        )  # fmt: skip


@pytest.fixture
def books(monkeypatch: pytest.MonkeyPatch) -> Books:
    made = Books()
    monkeypatch.setattr(status_polling, "provider_of", lambda _: made)
    return made


def _sent(business: Business, body: str = "Hi") -> Delivery:
    left = begin_call.begin(claim(owner_says(business, body)))
    assert left is not None
    record_outcome.record(left.attempt, Accepted(new_sid(), "queued"))
    return fresh(left.delivery)


def _pass(by: timedelta) -> None:
    Delivery.objects.filter(sent_at__isnull=False).update(sent_at=F("sent_at") - by, ask_at=F("ask_at") - by)
    status_polling.confirm()


def test_it_is_asked_about_at_the_times_of_the_design_and_then_no_more(
    business: Business, books: Books
) -> None:
    delivery = _sent(business)
    waits = []
    while (ask_at := fresh(delivery).ask_at) is not None:
        sent_at = fresh(delivery).sent_at
        assert sent_at is not None
        waits.append(round((ask_at - sent_at) / timedelta(minutes=1)))
        _pass(ask_at - timezone.now() - timedelta(seconds=5))
        assert len(books.asked) == len(waits) - 1, "not before its time"
        _pass(timedelta(seconds=6))
    assert waits == [2, 10, 60, 360, 1440]
    assert len(books.asked) == 5


def test_a_lost_final_word_is_fetched_from_the_provider(
    business: Business, simulator: SimulatorClient
) -> None:
    delivery = send(owner_says(business, "Hi"))
    simulator.wait_for_text(business.client_phone)
    simulator.wait_idle()
    before = mark()
    _pass(timedelta(minutes=3))
    delivery = fresh(delivery)
    assert (delivery.state, delivery.ask_at) == ("delivered", None)
    assert verbs_since(before) == ["message.delivery.status_updated"]
    report = DeliveryReport.objects.get()
    assert (report.status, report.receipt) == ("delivered", None)


@pytest.mark.parametrize(("status", "state"), [("undelivered", "undelivered"), ("failed", "failed")])
def test_a_fetched_failure_counts_like_a_reported_one(
    business: Business, books: Books, status: str, state: str
) -> None:
    delivery = _sent(business)
    books.status, books.error = status, 30003
    _pass(timedelta(minutes=3))
    delivery = fresh(delivery)
    assert (delivery.state, delivery.error_code) == (state, "30003")
    assert ("delivery.failed", "warning") in open_alerts(business)


def test_a_fetched_opt_out_counts_for_the_whole_business(business: Business, books: Books) -> None:
    _sent(business)
    books.status, books.error = "failed", 21610
    _pass(timedelta(minutes=3))
    assert OptOut.objects.get(e164=business.client_phone).is_in_force


@pytest.mark.parametrize("status", ["sent", None], ids=["still sent", "unknown there"])
def test_after_a_day_without_a_final_word_it_is_unconfirmed(
    business: Business, books: Books, status: str | None
) -> None:
    delivery = _sent(business)
    books.status = status
    before = mark()
    _pass(23 * HOUR)
    assert not fresh(delivery).is_unconfirmed
    _pass(1.1 * HOUR)
    _pass(HOUR)
    delivery = fresh(delivery)
    assert (delivery.state, delivery.is_unconfirmed) == ("sent", True)
    assert list(status_polling.unconfirmed(business.organization)) == [delivery]
    told = explain(delivery)
    assert told is not None
    assert "not confirmed" in told["title"]
    assert list(status_polling.unconfirmed(open_business("Other").organization)) == []
    assert verbs_since(before, verb__startswith="message.") == ["message.delivery.unconfirmed"]
    assert open_alerts(business) == []


def test_a_later_final_word_takes_the_mark_away(business: Business, books: Books) -> None:
    delivery = _sent(business)
    _pass(25 * HOUR)
    assert fresh(delivery).is_unconfirmed
    business.report(delivery, "delivered")
    delivery = fresh(delivery)
    assert (delivery.state, delivery.unconfirmed_at, delivery.ask_at) == ("delivered", None, None)


def test_a_provider_that_cannot_be_asked_is_no_answer_but_the_day_counts(
    business: Business, books: Books
) -> None:
    delivery = _sent(business)
    books.silent = True
    _pass(25 * HOUR)
    delivery = fresh(delivery)
    assert (delivery.asked, delivery.is_unconfirmed) == (0, True)
    books.silent, books.status = False, "delivered"
    _pass(HOUR)
    assert (fresh(delivery).state, fresh(delivery).unconfirmed_at) == ("delivered", None)


def test_a_shut_accounts_texts_are_not_asked_about(business: Business, books: Books) -> None:
    delivery = _sent(business)
    for state in ("stopped", "paused"):
        ProviderAccount.objects.filter(pk=business.account.pk).update(line_state=state)
        _pass(timedelta(minutes=5))
    assert (books.asked, fresh(delivery).asked) == ([], 0)
    ProviderAccount.objects.filter(pk=business.account.pk).update(line_state="open")
    status_polling.confirm()
    assert fresh(delivery).asked == 1


def test_an_account_that_fails_three_times_in_a_row_has_had_its_round_and_starves_nobody(
    business: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    silent, good = Books(silent=True), Books("delivered")
    monkeypatch.setattr(
        status_polling, "provider_of", lambda account: silent if account.pk == business.account.pk else good
    )
    mine = [_sent(business, f"{n}") for n in range(5)]
    other = open_business("Other")
    theirs = [_sent(other, f"{n}") for n in range(3)]
    _pass(timedelta(minutes=3))
    assert len(silent.asked) == 3
    assert {fresh(one).state for one in theirs} == {"delivered"}
    assert {fresh(one).state for one in mine} == {"sent"}
    assert fairness.due(Delivery, "ask_at") == [one.pk for one in mine[3:]], "only what was asked about waits"


class Sometimes(Books):
    """Books that cannot be read every third time."""

    def fetch_text(self, sid: str) -> Any:
        self.silent = len(self.asked) % 3 == 1
        return super().fetch_text(sid)


def test_one_failed_question_postpones_only_itself(
    business: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    books = Sometimes("delivered")
    monkeypatch.setattr(status_polling, "provider_of", lambda _: books)
    texts = [_sent(business, f"{n}") for n in range(7)]
    _pass(timedelta(minutes=3))
    assert len(books.asked) == 7
    waiting = [one for one in texts if fresh(one).state == "sent"]
    assert len(waiting) == 2
    assert fairness.due(Delivery, "ask_at") == []
    books.asked.append("one more")
    _pass(timedelta(minutes=6))
    assert len([one for one in texts if fresh(one).state == "sent"]) < 2


def test_accounts_are_asked_in_turn(business: Business, books: Books) -> None:
    mine = [_sent(business, f"{n}") for n in range(2)]
    theirs = [_sent(open_business("Other"), f"{n}") for n in range(1)]
    Delivery.objects.update(ask_at=timezone.now() - timedelta(minutes=1))
    assert fairness.due(Delivery, "ask_at") == [mine[0].pk, theirs[0].pk, mine[1].pk]


def test_a_silent_account_ends_its_part_at_once_and_takes_no_time_from_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    one = fairness.Round()
    assert one.has_turn(1)
    clock[0] += 33
    one.failed(1)
    assert not one.has_turn(1)
    assert one.has_turn(2)
    clock[0] += fairness.ROUND_SECONDS + 1
    assert not one.has_turn(2)


def test_each_account_has_its_share_of_a_round(
    business: Business, books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fairness, "SHARE", 2)
    for n in range(4):
        _sent(business, f"{n}")
    other = _sent(open_business("Other"))
    _pass(timedelta(minutes=3))
    assert len(books.asked) == 3
    assert fresh(other).asked == 1


def test_a_round_that_took_long_asks_nothing_more(
    business: Business, books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    delivery = _sent(business)
    monkeypatch.setattr(fairness, "ROUND_SECONDS", -1.0)
    _pass(timedelta(minutes=3))
    assert books.asked == []
    assert fresh(delivery).asked == 0


def test_two_ticks_ask_once(business: Business, books: Books) -> None:
    delivery = _sent(business)
    Delivery.objects.filter(pk=delivery.pk).update(ask_at=timezone.now())
    stale = Delivery.objects.get(pk=delivery.pk)
    assert status_polling._take_turn(stale)
    assert not status_polling._take_turn(stale)


def test_a_final_word_that_comes_before_the_question_takes_the_turn_away(
    business: Business, books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = _sent(business, "one"), _sent(business, "two")
    work = fairness.due

    def due(*args: Any) -> list[int]:
        found = work(*args)
        business.report(first, "delivered")
        return found

    monkeypatch.setattr(fairness, "due", due)
    books.status = "delivered"
    _pass(timedelta(minutes=3))
    assert (fresh(first).state, fresh(second).state) == ("delivered", "delivered")
    assert len(books.asked) == 1


def test_one_that_cannot_be_settled_does_not_keep_the_others(
    business: Business, books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = _sent(business, "one"), _sent(business, "two")
    work = status_polling._ask

    def ask(delivery: Any) -> None:
        if delivery.pk == first.pk:
            raise RuntimeError
        work(delivery)

    monkeypatch.setattr(status_polling, "_ask", ask)
    books.status = "delivered"
    _pass(timedelta(minutes=3))
    assert (fresh(first).state, fresh(second).state) == ("sent", "delivered")


def test_a_final_word_that_comes_during_the_question_stands(business: Business, books: Books) -> None:
    delivery = _sent(business)
    business.report(delivery, "delivered")
    stale = Delivery.objects.get(pk=delivery.pk)
    books.status = "undelivered"
    status_polling._ask(stale)
    assert fresh(delivery).state == "delivered"
    assert not AuditEvent.objects.filter(verb="message.delivery.unconfirmed").exists()


def test_one_process_makes_rounds_at_a_time_and_one_that_stands_still_loses_that(business: Business) -> None:
    with fairness.alone() as first:
        assert first
        with fairness.alone() as second:
            assert not second
        Heartbeat.objects.filter(name=fairness.NAME).update(at=timezone.now() - timedelta(seconds=61))
        with fairness.alone() as third:
            assert third
            taken = Heartbeat.objects.get(name=fairness.NAME)
    assert not Heartbeat.objects.filter(name=fairness.NAME).exists()
    with fairness.alone() as again:
        assert again
    assert taken.at > timezone.now() - timedelta(seconds=30)


def test_the_first_question_comes_with_the_acceptance(business: Business) -> None:
    delivery = _sent(business)
    assert delivery.ask_at is not None
    assert delivery.sent_at is not None
    assert delivery.ask_at - delivery.sent_at == acceptance.ASK_AFTER[0]
