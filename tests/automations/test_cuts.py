"""What keeps automations from texting too much: loops, limits, quiet hours."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from automations.engine import external_events
from automations.models import Automation, Limits, Step
from messaging.models import Delivery, Message
from messaging.outbound.queue.submit import Author, submit
from tests.automations.rules import ALERT, active, ran, settle, steps
from tests.business import Business, open_business

pytestmark = pytest.mark.django_db


def answers(business: Business) -> int:
    return Message.objects.of(business.organization).filter(author_kind="automation").count()


def test_two_automations_that_answer_each_other_stop(business: Business) -> None:
    Limits.objects.create(organization=business.organization, texts_per_client_and_day=50)
    rule = active(business, {"kind": "text_client", "body": "Thank you for your text!"})
    for _ in range(10):
        # What the other machine answers, as fast as machines do.
        business.text("Thank you for YOUR text!")
        settle()
    assert answers(business) == 4
    assert len(ran(rule)) == 4


def test_a_persons_word_in_between_begins_anew(business: Business) -> None:
    Limits.objects.create(organization=business.organization, texts_per_client_and_day=50)
    active(business, {"kind": "text_client", "body": "Thank you for your text!"})
    for n in range(3):
        thread = business.text(f"Hello {n}").thread
        settle()
        submit(thread=thread, author=Author.owner(business.owner), body=f"Me again {n}", at=timezone.now())
    assert not Step.objects.filter(execution__depth__gt=0).exists()
    assert answers(business) == 3


def test_an_event_says_how_deep_it_lies(business: Business) -> None:
    rule = active(business, ALERT, lane="system", trigger={"kind": "event", "name": "booking.*"})

    def report(depth: int) -> Any:
        return external_events.report(
            organization=business.organization,
            name="booking.created",
            data={"pets": 2},
            by=business.owner,
            at=timezone.now(),
            depth=depth,
        )

    for depth in (0, 3):
        report(depth)
    settle()
    assert ran(rule) == [("done", ""), ("done", "")]
    with pytest.raises(external_events.TooDeep):
        report(4)


def test_a_client_gets_so_many_automation_texts_a_day(business: Business) -> None:
    Limits.objects.create(organization=business.organization, texts_per_client_and_day=2)
    rule = active(business)
    for n in range(4):
        thread = business.text(f"Hello {n}").thread
        settle()
        submit(thread=thread, author=Author.owner(business.owner), body=f"Hm {n}", at=timezone.now())
    assert answers(business) == 2
    assert steps(rule) == [("text_client", "skipped", "daily_limit")]
    assert ran(rule) == [("done", "")] * 4
    assert "automation.limit_reached" in business.alerts()


def test_yesterdays_texts_do_not_count(business: Business) -> None:
    Limits.objects.create(organization=business.organization, texts_per_client_and_day=1)
    active(business)
    business.text("Hello")
    settle()
    Step.objects.update(sent_at=timezone.now() - timedelta(days=1, minutes=1))
    business.text("Hello again")
    settle()
    assert answers(business) == 2


def test_the_whole_business_sends_so_many_an_hour(business: Business) -> None:
    Limits.objects.create(organization=business.organization, texts_per_hour=1)
    rule = active(business)
    business.text("Hello")
    business.text("Hello again")
    settle()
    assert answers(business) == 1
    assert steps(rule) == [("text_client", "skipped", "hourly_limit")]
    # Another business has its own count.
    other = open_business("Paws")
    active(other)
    other.text("Hello")
    settle()
    assert answers(other) == 1


def test_a_text_to_a_sitter_counts_only_when_it_was_sent(business: Business) -> None:
    thread = business.thread()
    business.window(thread)
    rule = active(business, {"kind": "text_sitter", "body": "Please have a look"}, thread=thread)
    business.text("Hello")
    settle()
    assert steps(rule) == [("text_sitter", "done", "")]
    assert Step.objects.filter(sent_at__isnull=False).count() == 1
    type(business.sitter).objects.filter(pk=business.sitter.pk).update(phone="")
    business.text("Hello again")
    settle()
    assert steps(rule) == [("text_sitter", "skipped", "sitter_without_line")]
    assert Step.objects.filter(sent_at__isnull=False).count() == 1


@pytest.mark.parametrize(("is_urgent", "waits"), [(False, True), (True, False)])
def test_quiet_hours_hold_its_texts_unless_it_is_urgent(
    business: Business, *, is_urgent: bool, waits: bool
) -> None:
    active(business, is_urgent=is_urgent, urgent_reason="They have just written" if is_urgent else "")
    business.text("Hello")
    settle()
    assert Delivery.objects.get(message__author_kind="automation").obeys_quiet_hours is waits


def test_an_automations_texts_come_after_a_persons(business: Business) -> None:
    active(business)
    business.text("Hello")
    settle()
    delivery = Delivery.objects.get(message__author_kind="automation")
    assert delivery.get_priority_display() == "An automation"
    assert delivery.authority == "rule"


@pytest.mark.parametrize("lane", ["front_desk", "sitter", "system"])
def test_a_lane_keeps_to_its_conversations(business: Business, lane: str) -> None:
    rule: Automation = active(business, lane=lane)
    thread = business.text("Over the front desk").thread
    over_sitter = business.text("Over the sitter's number", to=business.sitter_number.e164).thread
    settle()
    touched = set(rule.executions.values_list("thread_id", flat=True))
    assert (
        touched
        == {
            "front_desk": {thread.pk},
            "sitter": {over_sitter.pk},
            "system": {thread.pk, over_sitter.pk},
        }[lane]
    )
