"""A text that reached us late shows and is timed by when it was written, and is routed when it is taken in."""

from __future__ import annotations

from datetime import datetime, timedelta
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from automations.engine import recheck
from messaging.inbound import backfill, receipts
from messaging.models import Delivery, Message, MessageNumber, WebhookReceipt
from messaging.outbound.queue.submit import Author, submit
from routing.models import RoutingDecision
from tests.api.factories import key_of
from tests.business import Business
from tests.messaging.inbound.test_backfill import Listing
from tests.messaging.inbound.test_failures import listed

pytestmark = pytest.mark.django_db

AGO = timedelta(minutes=47)


def taken_in_late(
    business: Business, monkeypatch: pytest.MonkeyPatch, body: str = "Is Biscuit ok?", ago: timedelta = AGO
) -> Message:
    """A text that the provider had `ago` and that was found in its list now."""
    text = listed(business, body)
    object.__setattr__(text, "created_at", timezone.now() - ago)
    monkeypatch.setattr(backfill, "provider_of", lambda _: Listing(text))
    assert backfill.fetch_missed() == 1
    return Message.objects.get(provider_sid=text.sid)


def test_a_text_that_came_at_once_was_written_when_we_had_it(business: Business) -> None:
    message = business.text("Hello")
    assert timedelta() <= message.created_at - message.written_at < timedelta(seconds=30)
    assert not message.reached_us_late


def test_what_the_business_says_was_written_when_it_was_said(business: Business) -> None:
    at = timezone.now() - timedelta(days=1)
    said = submit(thread=business.thread(), author=Author.owner(business.owner), body="Hi", at=at)
    assert Message.objects.get(pk=said.message.pk).written_at == at


def test_a_text_found_late_has_its_writers_time_and_the_present_decision(
    business: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = timezone.now()
    message = taken_in_late(business, monkeypatch)
    assert abs(before - AGO - message.written_at) < timedelta(seconds=30)
    assert message.reached_us_late
    assert message.created_at >= before
    assert RoutingDecision.objects.get(message=message).at >= before


@pytest.mark.parametrize(("ago", "late"), [(timedelta(seconds=119), False), (timedelta(minutes=2), True)])
def test_two_minutes_are_late(*, ago: timedelta, late: bool) -> None:
    now = timezone.now()
    assert Message(written_at=now - ago, created_at=now).reached_us_late is late


def test_a_text_that_waited_for_its_number_is_late(business: Business) -> None:
    ours = business.front_desk.e164
    MessageNumber.objects.filter(pk=business.front_desk.pk).update(e164="+16285559999")
    params = business.inbound_params("Hello?", to=ours)
    business.post(params)
    WebhookReceipt.objects.update(received_at=timezone.now() - AGO)
    MessageNumber.objects.filter(pk=business.front_desk.pk).update(e164=ours)
    business.front_desk.refresh_from_db()
    assert receipts.process_unrouted(business.front_desk) == 1
    assert Message.objects.get(provider_sid=params["MessageSid"]).reached_us_late


def test_a_clock_ahead_of_ours_writes_nothing_in_the_future(
    business: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backfill, "SETTLES", timedelta(hours=-2))
    message = taken_in_late(business, monkeypatch, ago=timedelta(hours=-1))
    assert message.written_at <= message.created_at


def test_the_order_of_a_conversation_never_changes(
    business: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = business.text("First here")
    late = taken_in_late(business, monkeypatch)
    assert late.written_at < first.written_at
    assert late.position > first.position


def test_the_sitter_reads_that_it_is_late(business: Business, monkeypatch: pytest.MonkeyPatch) -> None:
    business.window(business.thread())
    message = taken_in_late(business, monkeypatch)
    relayed = Delivery.objects.get(message=message)
    written = message.written_at.astimezone(business.organization.zone).strftime("%-I:%M %p")
    assert relayed.body.startswith("Dana (")
    assert f"{written}, reached us late): Is Biscuit ok?" in relayed.body


def test_the_desk_shows_the_writers_time_and_that_it_came_late(
    business: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = taken_in_late(business, monkeypatch)
    business.browser.force_login(business.owner)
    page = business.browser.get(f"/admin/conversations/{message.thread.public_id}/").content.decode()
    written = message.written_at.astimezone(business.organization.zone).strftime("%-I:%M %p")
    assert "Reached us late" in page
    assert written in page
    assert message.written_at.isoformat() in page


def test_the_api_tells_both_times(business: Business, monkeypatch: pytest.MonkeyPatch) -> None:
    message = taken_in_late(business, monkeypatch)
    answer = business.browser.get(
        f"/api/v1/threads/{message.thread.public_id}/messages/",
        headers={"Authorization": f"Bearer {key_of(business.owner)}"},
    )
    shown = answer.json()["results"][0]
    assert datetime.fromisoformat(shown["written_at"]) == message.written_at
    assert shown["reached_us_late"] is True


@pytest.mark.parametrize(("minutes", "from_written"), [(60, True), (15, False)])
def test_a_wait_is_counted_from_when_it_was_written_but_not_before_we_had_it(
    *, minutes: int, from_written: bool
) -> None:
    now = timezone.now()
    message = Message(written_at=now - AGO, created_at=now)
    due = now - AGO + timedelta(minutes=minutes) if from_written else now
    assert recheck.due_at(message, minutes) == due


def test_a_text_whose_receipt_is_gone_never_comes_back(
    business: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = business.text("Hello")
    Message.objects.filter(pk=known.pk).update(body="", receipt=None)
    WebhookReceipt.objects.all().delete()
    monkeypatch.setattr(
        backfill, "provider_of", lambda _: Listing(listed(business, "Hello", sid=known.provider_sid))
    )
    assert backfill.fetch_missed() == 0
    assert Message.objects.get(provider_sid=known.provider_sid).body == ""
    assert not WebhookReceipt.objects.exists()


def _receipt(message: Message) -> WebhookReceipt:
    assert message.receipt is not None
    return message.receipt


def test_rows_of_an_older_release_are_given_their_time_in_steps(
    business: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    migration: Any = import_module("messaging.migrations.0006_say_when_texts_were_written")
    texts = [business.text(f"{n}") for n in range(5)]
    WebhookReceipt.objects.filter(pk=_receipt(texts[1]).pk).update(received_at=texts[1].created_at - AGO)
    Message.objects.update(written_at=timezone.now() + timedelta(days=1))
    Message.objects.filter(pk=texts[2].pk).update(receipt=None)
    monkeypatch.setattr(migration, "AT_ONCE", 2)
    for _ in range(2):
        migration.fill(None, SimpleNamespace(connection=connection))
    found = {one.pk: one for one in Message.objects.all()}
    assert found[texts[1].pk].written_at == texts[1].created_at - AGO
    assert found[texts[2].pk].written_at == texts[2].created_at
    assert all(one.written_at <= one.created_at for one in found.values())
