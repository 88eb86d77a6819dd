"""A process that stands still in the middle of a transaction holds up nobody who does not need its very rows."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from celery import current_app
from django.db import connection
from django.db.models.functions import Now
from django.utils import timezone

from audit.models import Alert, Occurrence
from messaging.assignments import overrides
from messaging.inbound import backfill, process, receipts
from messaging.media import fetching
from messaging.models import (
    Delivery,
    Message,
    RoutingOverride,
    SendAttempt,
    SendingLine,
    WebhookReceipt,
)
from messaging.outbound.outcome import record_outcome
from messaging.outbound.queue import begin_call, claims, sending
from messaging.outbound.recovery import probing, reconcile, status_polling, sweeps
from messaging.providers.base import Accepted, Media, OutgoingText, Unknown
from snoutos.celery import app
from tests.business import Business, another_client, new_sid, open_business
from tests.messaging.outbound.steps import claim, fresh, owner_says
from tests.messaging.review.held import age, hold
from tests.standing_still import impatient, rows_of, standing_still
from tests.tenancy.full_business import open_full_business

pytestmark = pytest.mark.django_db(transaction=True)

TICKS = sorted({(entry["task"], tuple(entry.get("args", ()))) for entry in app.conf.beat_schedule.values()})


class Taker:
    """A provider that takes everything, has nothing in its books, and works."""

    def send(self, text: OutgoingText) -> Accepted:
        return Accepted(new_sid(), "queued", 1)

    def list_texts(self, **_: object) -> list[Any]:
        return []

    def fetch_text(self, sid: str) -> None:
        return None

    def fetch_media(self, url: str) -> Media:
        return Media(content_type="image/jpeg", content=b"\xff\xd8\xff")

    def check_credentials(self) -> Any:
        raise AssertionError("No line is shut here.")


@pytest.fixture(autouse=True)
def _provider(monkeypatch: pytest.MonkeyPatch) -> None:
    app.loader.import_default_modules()
    for room in (reconcile, status_polling, probing, backfill, fetching, sending):
        monkeypatch.setattr(room, "provider_of", lambda _: Taker())


@pytest.fixture
def other() -> Business:
    return open_business("Other Tails")


@pytest.fixture
def frozen(other: Business) -> Iterator[Business]:
    """A business with a row in every table, all of it due, and all of it held by a process that stands still. Opened after `other`, and
    due before it."""
    whole = open_full_business("Frozen")
    _let_everything_be_due(whole, minutes=60)
    with standing_still(*rows_of(whole.organization.pk)), impatient():
        yield whole


def _let_everything_be_due(business: Business, *, minutes: float = 1) -> None:
    """Whatever a tick looks for, of what there is."""
    at, mine = timezone.now() - timedelta(minutes=minutes), {"organization": business.organization}
    SendAttempt.objects.filter(state__in=["claimed", "calling"], **mine).update(lease_until=at)
    SendAttempt.objects.filter(state="unknown", **mine).update(next_look_up_at=at)
    Delivery.objects.filter(state="queued", **mine).update(ready=False, next_attempt_at=at)
    Delivery.objects.filter(state="sent", **mine).update(sent_at=at - timedelta(hours=30), ask_at=at)
    WebhookReceipt.objects.filter(state="failed", **mine).update(next_try_at=at)
    Occurrence.objects.filter(done_at=None, organization_id=business.organization.pk).update(due_at=at)
    RoutingOverride.objects.filter(**mine).update(starts_at=at - timedelta(hours=1), ends_at=at)


@pytest.mark.exhaustive
@pytest.mark.parametrize(("task", "arguments"), TICKS, ids=lambda value: str(value))
def test_every_tick_ends_soon_whatever_a_business_holds(
    task: str, arguments: tuple[str, ...], frozen: Business
) -> None:
    began = time.monotonic()
    current_app.tasks[task](*arguments)
    assert time.monotonic() - began < 8


def test_the_sweep_serves_everybody_else(other: Business, frozen: Business) -> None:
    claimed = owner_says(other, "claimed")
    claim(claimed)
    retried = owner_says(other, "again", thread=_thread(other))
    called = begin_call.begin(claim_of(owner_says(other, "called", thread=_thread(other))))
    assert called is not None
    _let_everything_be_due(other)
    began = time.monotonic()
    sweeps.sweep()
    assert time.monotonic() - began < 3
    assert fresh(claimed).state == "queued"
    assert fresh(retried).ready
    assert fresh(called.delivery).state == "unknown"
    assert retried.line_id in sweeps.due_lines()


def test_failed_receipts_of_everybody_else_are_taken_in(
    other: Business, frozen: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    _failed_text(other, monkeypatch)
    _let_everything_be_due(other)
    assert receipts.retry_failed() == 1
    assert Message.objects.of(other.organization).filter(body="again").exists()


def test_other_texts_are_asked_about_and_marked(other: Business, frozen: Business) -> None:
    left = begin_call.begin(claim_of(owner_says(other, "sent")))
    assert left is not None
    record_outcome.record(left.attempt, Accepted(new_sid(), "queued"))
    _let_everything_be_due(other)
    status_polling.confirm()
    assert fresh(left.delivery).is_unconfirmed
    assert fresh(left.delivery).asked == 1


def test_other_unknown_texts_are_looked_up(other: Business, frozen: Business) -> None:
    left = begin_call.begin(claim_of(owner_says(other, "unknown")))
    assert left is not None
    record_outcome.record(left.attempt, Unknown("read_timeout"))
    _let_everything_be_due(other)
    reconcile.reconcile()
    assert SendAttempt.objects.get(pk=left.attempt.pk).looked_up == 1


def test_other_businesses_are_told_of_waiting_texts_and_expired_redirects(
    other: Business, frozen: Business
) -> None:
    age(hold(other), 20)
    _redirect(other)
    _let_everything_be_due(other)
    for task in ("messaging.tasks.alert_waiting_reviews", "messaging.tasks.expire_overrides"):
        current_app.tasks[task]()
    assert Alert.objects.of(other.organization).filter(kind="review.waiting").exists()
    assert RoutingOverride.objects.of(other.organization).get().expiry_announced_at is not None


def test_other_occurrences_are_matched(other: Business, frozen: Business) -> None:
    other.text("Does anybody react?")
    current_app.tasks["automations.tasks.match_due"]()
    assert not Occurrence.objects.filter(
        organization_id=other.organization.pk, done_at=None, due_at__lte=Now()
    ).exists()


def test_a_ring_does_not_wait_for_a_line_that_is_held(business: Business, other: Business) -> None:
    mine, theirs = owner_says(business, "Hi"), owner_says(other, "Hi")
    line = ("SELECT 1 FROM messaging_sendingline WHERE id = %s FOR UPDATE", [mine.line_id])
    with standing_still(line):
        began = time.monotonic()
        for delivery in (mine, theirs):
            current_app.tasks["messaging.tasks.send_line"](delivery.line_id)
        sweeps.sweep()
        assert time.monotonic() - began < 2
        assert fresh(theirs).state == "sent"
        assert fresh(mine).state == "queued"
    sweeps.sweep()
    current_app.tasks["messaging.tasks.send_line"](mine.line_id)
    assert fresh(mine).state == "sent"


def test_a_text_queued_and_rung_for_during_a_claim_that_finds_nothing_is_not_left_waiting(
    business: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The ring passes over the line, because the claim holds it: so whoever claims looks once more before the line rests."""
    done = owner_says(business, "first")
    assert claims.claim(done.line_id) is None
    claim(done)
    SendingLine.objects.filter(pk=done.line_id).update(next_due_at=Now())
    late: list[Delivery] = []
    look = claims._first

    def look_and_be_late(line_id: int) -> int | None:
        found = look(line_id)
        if not late:
            _in_another_session(lambda: late.append(_queued_and_rung_for(business)))
        return found

    monkeypatch.setattr(claims, "_first", look_and_be_late)
    attempt = claims.claim(done.line_id)
    assert attempt is not None
    assert attempt.delivery_id == late[0].pk


def test_a_held_text_is_no_try_of_its_receipt_and_is_taken_in_as_soon_as_it_can_be(
    business: Business,
) -> None:
    thread = business.thread()
    row = ("SELECT 1 FROM messaging_thread WHERE id = %s FOR UPDATE", [thread.pk])
    params = business.inbound_params("Are you there?")
    with standing_still(row), impatient():
        assert business.post(params).status_code == 200
        receipt = WebhookReceipt.objects.get(dedupe_key=params["MessageSid"])
        for _ in range(receipts.TRIES + 1):
            WebhookReceipt.objects.filter(pk=receipt.pk).update(next_try_at=Now())
            assert receipts.retry_failed() == 0
        receipt.refresh_from_db()
        assert (receipt.state, receipt.tries) == ("failed", 0)
        assert receipt.next_try_at is not None
        assert receipt.next_try_at - timezone.now() < timedelta(seconds=6)
    assert "webhook.inbound.failed" not in business.verbs()
    WebhookReceipt.objects.filter(pk=receipt.pk).update(next_try_at=Now())
    assert receipts.retry_failed() == 1
    assert Message.objects.get(provider_sid=params["MessageSid"]).thread_id == thread.pk


def claim_of(delivery: Delivery) -> SendAttempt:
    """Claim that delivery, whatever else its line has."""
    claims.wake(delivery.line_id)
    while (attempt := claims.claim(delivery.line_id)) is not None:
        if attempt.delivery_id == delivery.pk:
            return attempt
    raise AssertionError("The text was not to be claimed.")


def _thread(business: Business) -> Any:
    from messaging.people import starting
    from messaging.people.starting import Whom

    client, _ = another_client(business, "Sam")
    return starting.start(Whom(client=client), by=business.owner, at=timezone.now()).thread


def _failed_text(business: Business, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ValueError

    with monkeypatch.context() as patch:
        patch.setattr(process, "_keep_media", fail)
        business.post(business.inbound_params("again"))


def _redirect(business: Business) -> None:
    at = timezone.now()
    overrides.set_override(
        thread=business.thread(),
        target="owner_inbox",
        ends_at=at + timedelta(hours=1),
        reason="ill",
        by=business.owner,
        at=at,
    )


def _queued_and_rung_for(business: Business) -> Delivery:
    delivery = owner_says(business, "late", thread=_thread(business))
    claims.wake(delivery.line_id)
    return delivery


def _in_another_session(work: Any) -> None:
    def alone() -> None:
        try:
            work()
        finally:
            connection.close()

    thread = threading.Thread(target=alone)
    thread.start()
    thread.join()
