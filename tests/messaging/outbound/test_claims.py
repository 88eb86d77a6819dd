"""Claiming: one text of one line at a time, in order, paced, and never waiting for anybody."""

from __future__ import annotations

import threading
import time
from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from messaging.models import Delivery, ProviderAccount, SendAttempt, SendingLine
from messaging.outbound.outcome import record_outcome
from messaging.outbound.queue import begin_call, claims, outbox, sending
from messaging.outbound.queue.submit import Author, submit
from messaging.outbound.recovery import sweeps
from messaging.people import starting
from messaging.people.starting import Whom
from messaging.providers.base import Accepted
from tests.business import Business, another_client, new_sid
from tests.messaging.outbound.steps import claim, fresh, owner_says

pytestmark = pytest.mark.django_db


def _line(delivery: Delivery) -> SendingLine:
    line: SendingLine = SendingLine.objects.get(pk=delivery.line_id)
    return line


def _to_many(business: Business, count: int) -> list[Delivery]:
    """One text to each of `count` clients, over the front desk."""
    deliveries = []
    for n in range(count):
        client, _ = another_client(business, f"Client {n}")
        thread = starting.start(Whom(client=client), by=business.owner, at=timezone.now()).thread
        deliveries.append(owner_says(business, f"Text {n}", thread=thread))
    return deliveries


def _claim_next(line_id: int) -> SendAttempt | None:
    claims.wake(line_id)
    return claims.claim(line_id)


def test_a_claim_has_a_lease_of_90_seconds_and_a_token_of_its_own(business: Business) -> None:
    first, second = (claim(one) for one in _to_many(business, 2))
    assert first.state == "claimed"
    assert timedelta(seconds=85) < first.lease_until - claims.database_now() <= timedelta(seconds=90)
    assert len(first.token) >= 24
    assert first.token != second.token


def test_texts_leave_by_priority_and_then_in_order(business: Business) -> None:
    first, second, third, fourth = _to_many(business, 4)
    Delivery.objects.filter(pk=first.pk).update(priority=30)
    Delivery.objects.filter(pk=third.pk).update(priority=20)
    order = []
    for _ in range(4):
        attempt = _claim_next(first.line_id)
        assert attempt is not None
        order.append(attempt.delivery_id)
    assert order == [second.pk, fourth.pk, third.pk, first.pk]


def test_a_busy_lane_lets_others_pass(business: Business) -> None:
    first = owner_says(business, "one")
    claim(first)
    same_lane = owner_says(business, "two")
    (other,) = _to_many(business, 1)
    attempt = _claim_next(first.line_id)
    assert attempt is not None
    assert attempt.delivery_id == other.pk
    assert _claim_next(first.line_id) is None
    assert fresh(same_lane).state == "queued"


def test_a_line_without_work_becomes_idle_and_wakes(business: Business) -> None:
    delivery = owner_says(business, "Hi")
    claim(delivery)
    assert claims.claim(delivery.line_id) is None
    assert _line(delivery).next_due_at is None
    claims.wake(delivery.line_id)
    assert _line(delivery).next_due_at is not None


def test_the_sweep_wakes_an_idle_line_whose_ring_was_lost(business: Business) -> None:
    delivery = owner_says(business, "Hi")
    assert _line(delivery).next_due_at is None
    sweeps.sweep()
    assert sweeps.due_lines() == [delivery.line_id]
    assert claims.claim() is not None


def test_what_is_not_due_is_not_claimed_until_the_tick_says_so(business: Business) -> None:
    delivery = owner_says(business, "Hi")
    later = timezone.now() + timedelta(minutes=1)
    Delivery.objects.filter(pk=delivery.pk).update(ready=False, next_attempt_at=later)
    sweeps.sweep()
    assert _claim_next(delivery.line_id) is None
    Delivery.objects.filter(pk=delivery.pk).update(next_attempt_at=timezone.now())
    assert _claim_next(delivery.line_id) is None
    sweeps.sweep()
    assert _claim_next(delivery.line_id) is not None


def test_a_stopped_accounts_lines_are_skipped_by_claim_and_sweep(business: Business) -> None:
    delivery = owner_says(business, "Hi")
    ProviderAccount.objects.filter(pk=business.account.pk).update(line_state="stopped")
    assert _claim_next(delivery.line_id) is None
    sweeps.sweep()
    assert sweeps.due_lines() == []
    ProviderAccount.objects.filter(pk=business.account.pk).update(line_state="open")
    assert _claim_next(delivery.line_id) is not None


@pytest.mark.django_db(transaction=True)
def test_a_line_paces_itself_by_segments(business: Business) -> None:
    """A burst of 2, then 10 segments a second: of five texts of one segment, three go at once, the rest 0.1 s apart."""
    deliveries = _to_many(business, 5)
    line_id = deliveries[0].line_id
    SendingLine.objects.filter(pk=line_id).update(tokens=2, burst=2, segments_per_second=10, next_due_at=None)
    started, times = time.monotonic(), list[float]()
    claims.wake(line_id)
    while len(times) < 5 and time.monotonic() - started < 5:
        if claims.claim(line_id) is not None:
            times.append(time.monotonic() - started)
        else:
            claims.wake(line_id)
            time.sleep(0.005)
    # Two tokens, one on credit, then what flows in: 10 a second.
    assert len(times) == 5
    assert times[4] >= 0.18
    line = SendingLine.objects.get(pk=line_id)
    assert line.tokens >= -1.01


@pytest.mark.django_db(transaction=True)
def test_a_long_text_costs_as_many_tokens_as_segments(business: Business) -> None:
    thread = business.thread()
    delivery = owner_says(business, "ж" * 300, thread=thread)
    assert delivery.segments == 5
    SendingLine.objects.filter(pk=delivery.line_id).update(tokens=1, burst=1, segments_per_second=1)
    claim(delivery)
    due = _line(delivery).next_due_at
    assert due is not None
    assert 3.5 < (due - claims.database_now()).total_seconds() <= 4.1


def test_waking_does_not_hurry_a_line_that_paces_itself(business: Business) -> None:
    delivery = owner_says(business, "Hi")
    later = timezone.now() + timedelta(seconds=30)
    SendingLine.objects.filter(pk=delivery.line_id).update(next_due_at=later)
    assert _claim_next(delivery.line_id) is None
    assert _line(delivery).next_due_at == later


@pytest.mark.django_db(transaction=True)
def test_a_line_that_another_worker_holds_is_skipped_without_waiting(business: Business) -> None:
    delivery = owner_says(business, "Hi")
    claims.wake(delivery.line_id)
    held, go_on = threading.Event(), threading.Event()

    def hold() -> None:
        try:
            with transaction.atomic():
                SendingLine.objects.select_for_update(no_key=True).get(pk=delivery.line_id)
                held.set()
                go_on.wait(5)
        finally:
            connection.close()

    holder = threading.Thread(target=hold)
    holder.start()
    held.wait(5)
    started = time.monotonic()
    assert claims.claim(delivery.line_id) is None
    assert time.monotonic() - started < 1
    go_on.set()
    holder.join()
    assert claims.claim(delivery.line_id) is not None


@pytest.mark.django_db(transaction=True)
def test_a_text_that_is_being_queued_does_not_hide_its_line(business: Business) -> None:
    """A queued row holds its line's key until it commits; others' texts must leave meanwhile."""
    delivery = owner_says(business, "Hi")
    (other,) = _to_many(business, 1)
    Delivery.objects.filter(pk=other.pk).update(state="canceled", reason="not_this_one")
    claims.wake(delivery.line_id)
    queued, go_on = threading.Event(), threading.Event()

    def queue() -> None:
        try:
            with transaction.atomic():
                submit(
                    thread=other.thread, author=Author.owner(business.owner), body="slow", at=timezone.now()
                )
                queued.set()
                go_on.wait(5)
        finally:
            connection.close()

    submitter = threading.Thread(target=queue)
    submitter.start()
    queued.wait(5)
    attempt = claims.claim(delivery.line_id)
    go_on.set()
    submitter.join()
    assert attempt is not None
    assert attempt.delivery_id == delivery.pk


@pytest.mark.django_db(transaction=True)
def test_many_workers_on_one_line_never_claim_the_same_text(business: Business) -> None:
    deliveries = _to_many(business, 40)
    line_id = deliveries[0].line_id
    claimed: list[int] = []
    start = threading.Barrier(6)

    def work() -> None:
        start.wait()
        try:
            misses = 0
            while misses < 30:
                attempt = _claim_next(line_id)
                if attempt is None:
                    misses += 1
                    time.sleep(0.002)
                else:
                    claimed.append(attempt.delivery_id)
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(6)]
    for one in workers:
        one.start()
    for one in workers:
        one.join()
    assert Counter(claimed) == Counter(one.pk for one in deliveries)
    assert SendAttempt.objects.count() == 40


@pytest.mark.django_db(transaction=True)
def test_texts_of_one_lane_arrive_in_the_order_they_were_said(
    business: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = [owner_says(business, f"{n}").pk for n in range(12)]
    line_id = fresh(Delivery.objects.get(pk=said[0])).line_id
    called: list[int] = []

    def call(left: begin_call.BegunCall, *_: object) -> None:
        called.append(left.delivery.pk)
        record_outcome.record(left.attempt, Accepted(new_sid(), "queued"))

    monkeypatch.setattr(sending, "_call", call)

    def work() -> None:
        try:
            # Until all have left, not so many times: how often one comes too early depends on who else works on the machine.
            gives_up = time.monotonic() + 60
            while len(called) < len(said) and time.monotonic() < gives_up:
                claims.wake(line_id)
                sending.dispatch(line_id)
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(3)]
    for one in workers:
        one.start()
    for one in workers:
        one.join()
    assert called == said


def test_a_claim_among_thousands_reads_an_index_and_a_few_pages(business: Business) -> None:
    delivery = owner_says(business, "Hi")
    _fill(delivery, 5000)
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        cursor.execute("ANALYZE messaging_delivery")
        cursor.execute("EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) " + claims._FIRST, [delivery.line_id])
        (plan,) = cursor.fetchone()
    assert "delivery_claimable" in str(plan)
    # Pages, not seconds: those depend on who else works on the machine (`python -m benchmarks.claim` measures them).
    root = plan[0]["Plan"]
    assert root["Shared Hit Blocks"] + root["Shared Read Blocks"] < 30
    claims.wake(delivery.line_id)
    for _ in range(30):
        assert claims.claim(delivery.line_id) is not None


def _fill(like: Delivery, count: int) -> None:
    rows: list[Delivery] = []
    for n in range(count):
        row = Delivery.objects.get(pk=like.pk) if n == 0 else rows[0]
        fields = {
            field.attname: getattr(row, field.attname)
            for field in Delivery._meta.concrete_fields
            if field.attname not in ("id", "public_id", "recipient", "body_hash")
        }
        rows.append(Delivery(**fields, recipient=f"+1415555{n:04d}", body_hash=outbox.body_hash(f"{n}", 0)))
    Delivery.objects.bulk_create(rows)
