"""What triggers and actions of automations ask for: what is different by it. The rest is in tests/automations."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client as Browser
from django.utils import timezone

from audit.models import Alert, Occurrence
from automations.content.triggers import parse
from automations.engine import time_triggers
from automations.engine.matcher import OccurrenceFacts, sets_off
from automations.models import AutomationVersion, Execution
from messaging.models import Delivery, Thread
from routing import standing
from tests.automations.rules import ALERT, active, ran, settle, steps
from tests.business import Business

KINDS = {"window.starting": -30, "window.started": 30, "window.ending": -30, "window.ended": 30}


@pytest.mark.parametrize(("kind", "minutes"), KINDS.items())
def test_a_visits_moment_is_so_many_minutes_off(kind: str, minutes: int, business: Business) -> None:
    thread = business.thread()
    window = business.window(thread, begins=2, ends=4)
    edge = window.starts_at if "start" in kind else window.ends_at
    active(business, ALERT, thread=thread, trigger={"kind": kind, "minutes": abs(minutes)})
    due = edge + timedelta(minutes=minutes)
    time_triggers.plan(due - timedelta(minutes=1))
    assert Occurrence.objects.get(kind=kind).due_at == due


@pytest.mark.parametrize(("weekdays", "fires"), [(["monday"], True), (["tuesday", "friday"], False)])
def test_a_set_time_keeps_to_its_days(weekdays: list[str], fires: bool, business: Business) -> None:
    noon = datetime(2026, 7, 6, 19, 0, tzinfo=UTC)  # a Monday, noon in Los Angeles
    trigger = {"kind": "schedule", "weekdays": weekdays, "at": "12:00"}
    rule = active(business, ALERT, lane="system", trigger=trigger)
    AutomationVersion.objects.filter(automation=rule).update(activated_at=noon - timedelta(hours=1))
    time_triggers.plan(noon)
    assert Occurrence.objects.filter(kind="schedule").exists() is fires


@pytest.mark.parametrize(
    ("trigger", "payload", "fires"),
    [
        ({"kind": "delivery.failed", "only": "any"}, {"is_dead_letter": False}, True),
        ({"kind": "delivery.failed", "only": "dead_letter"}, {"is_dead_letter": False}, False),
        ({"kind": "delivery.failed", "only": "dead_letter"}, {"is_dead_letter": True}, True),
        ({"kind": "number.health_changed", "to": "any"}, {"to_health": "watch"}, True),
        ({"kind": "number.health_changed", "to": "failing"}, {"to_health": "watch"}, False),
        ({"kind": "number.health_changed", "to": "failing"}, {"to_health": "failing"}, True),
    ],
)
def test_a_trigger_takes_what_was_chosen(
    trigger: dict[str, str], payload: dict[str, object], fires: bool
) -> None:
    happened = OccurrenceFacts(kind=trigger["kind"], payload=payload, due_at=timezone.now())
    assert sets_off(parse(trigger), happened, automation_id=1) is fires


def test_a_tag_is_put_on_or_taken_off(business: Business) -> None:
    thread = business.thread()
    active(business, {"kind": "tag_thread", "tag": "Vip"}, name="On")
    business.text("Hello")
    settle()
    assert Thread.objects.get(pk=thread.pk).tags == ["vip"]
    active(business, {"kind": "tag_thread", "tag": "Vip", "remove": True}, name="Off")
    AutomationVersion.objects.filter(automation__name="On").update(state="paused")
    business.text("Hello again")
    settle()
    assert Thread.objects.get(pk=thread.pk).tags == []


def test_a_wait_until_a_time_of_day_ends_at_its_next_one(business: Business) -> None:
    active(business, {"kind": "wait", "until": "04:30"}, ALERT)
    business.text("Hello")
    settle()
    waiting = Execution.objects.get()
    assert waiting.due_at is not None
    due = waiting.due_at.astimezone(business.organization.zone)
    assert (due.hour, due.minute) == (4, 30)
    assert timedelta(0) < due - timezone.now() <= timedelta(days=1, hours=1)


def test_the_sitter_gets_the_words_of_the_rule(business: Business) -> None:
    thread = business.thread()
    business.window(thread)
    active(business, {"kind": "text_sitter", "body": "Have a look at {{ client.pets }}"}, thread=thread)
    business.text("Hello")
    settle()
    said = Delivery.objects.filter(recipient=business.sitter.phone, message__author_kind="automation")
    assert [one.body for one in said] == ["Have a look at Biscuit"]


@pytest.mark.parametrize("severity", ["info", "critical"])
def test_the_owner_is_alerted_in_the_words_and_as_urgently_as_the_rule_says(
    severity: str, desk: Browser, business: Business
) -> None:
    active(business, {"kind": "notify_owner", "say": "Somebody waits", "severity": severity})
    business.text("Hello")
    settle()
    (alert,) = Alert.objects.filter(kind__startswith="automation.notice")
    assert alert.severity == severity
    assert "Somebody waits" in desk.get("/admin/audit/alert/").content.decode()


@pytest.mark.parametrize(
    ("limits", "reason"),
    [({"day": "1", "hour": "50"}, "daily_limit"), ({"day": "9", "hour": "1"}, "hourly_limit")],
)
def test_limits_hold_as_the_owner_sets_them(
    limits: dict[str, str], reason: str, desk: Browser, business: Business
) -> None:
    typed = {"texts_per_client_and_day": limits["day"], "texts_per_hour": limits["hour"]}
    assert desk.post("/admin/automations/limits/", typed).status_code == 303
    rule = active(business)
    for words in ("Hello", "Hello again"):
        business.text(words)
        settle()
    assert ran(rule) == [("done", ""), ("done", "")]
    assert steps(rule) == [("text_client", "skipped", reason)]


def test_a_conversation_is_the_owners_for_the_hours_and_reason_of_the_rule(
    desk: Browser, business: Business
) -> None:
    thread = business.thread()
    business.window(thread, ends=9)
    active(business, {"kind": "set_override", "hours": 2, "reason": "The office answers"}, thread=thread)
    business.text("Hello")
    settle()
    now = timezone.now()
    goes_to = [standing.of(thread, now + timedelta(hours=n)).receives.target for n in (1, 3)]
    assert goes_to == ["owner_inbox", "sitter"]
    assert "The office answers" in desk.get(f"/admin/conversations/{thread.public_id}/").content.decode()
