"""Moments ahead: visits that start and end, set times, texts that nobody answers."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
from django.utils import timezone

from audit.models import Occurrence
from automations.engine import context, match, runner, time_triggers
from automations.models import Automation, AutomationVersion
from messaging.assignments import visits, windows
from messaging.models import Delivery, Thread, Visit
from messaging.outbound.queue.submit import Author, submit
from messaging.people import clients
from tests.automations.rules import ALERT, active, come_due, ran, settle, steps
from tests.business import Business, another_client, new_phone
from tests.messaging.outbound.steps import sitter_says
from tests.past import rewrite

pytestmark = pytest.mark.django_db

REMIND = {"kind": "text_client", "body": "{{ sitter.first_name }} comes at {{ visit.starts }}"}


def since(automation: Automation, at: datetime) -> None:
    """Let it have been switched on at `at`."""
    AutomationVersion.objects.filter(automation=automation).update(activated_at=at)


def planned(kind: str) -> list[datetime]:
    return list(Occurrence.objects.filter(kind=kind).order_by("due_at").values_list("due_at", flat=True))


def test_a_visit_about_to_start_is_planned_once_however_often_the_tick_comes(business: Business) -> None:
    thread = business.thread()
    window = business.window(thread, begins=1, ends=2)
    rule = active(business, REMIND, thread=thread, trigger={"kind": "window.starting", "minutes": 60})
    due = window.starts_at - timedelta(hours=1)
    for _ in range(3):
        time_triggers.plan(due - timedelta(seconds=90))
    assert planned("window.starting") == [due]
    Occurrence.objects.filter(kind="window.starting").update(due_at=due)
    runner.run_due()
    assert ran(rule) == []


def test_it_fires_and_says_when(business: Business) -> None:
    thread = business.thread()
    now = timezone.now()
    window = business.window(thread, begins=1, ends=2)
    rule = active(business, REMIND, thread=thread, trigger={"kind": "window.starting", "minutes": 60})
    AutomationVersion.objects.update(activated_at=now - timedelta(hours=1))
    Occurrence.objects.filter(kind="window.starting").delete()
    type(window).objects.filter(pk=window.pk).update(
        starts_at=now + timedelta(minutes=59), created_at=now - timedelta(hours=5)
    )
    settle(now)
    assert ran(rule) == [("done", "")]
    local = (now + timedelta(minutes=59)).astimezone(business.organization.zone)
    said = Delivery.objects.get(message__author_kind="automation").body
    assert said == f"Ana comes at {local:%I:%M %p}".replace("at 0", "at ")


def test_a_moved_visit_is_planned_anew_and_the_old_moment_sets_nothing_off(business: Business) -> None:
    thread = business.thread()
    now = timezone.now()
    window = business.window(thread, begins=1, ends=2)
    rule = active(business, REMIND, thread=thread, trigger={"kind": "window.starting", "minutes": 59})
    time_triggers.plan(now)
    assert len(planned("window.starting")) == 1
    windows.move(
        window,
        starts_at=now + timedelta(hours=3),
        ends_at=now + timedelta(hours=4),
        by=business.owner,
        at=now,
    )
    # The old moment comes due in the database while the visit is elsewhere.
    old = Occurrence.objects.get(kind="window.starting")
    Occurrence.objects.filter(pk=old.pk).update(due_at=now - timedelta(seconds=1))
    match.match_due()
    assert ran(rule) == []
    time_triggers.plan(now + timedelta(hours=2, minutes=1))
    assert len(planned("window.starting")) == 2


def test_a_canceled_visit_sets_nothing_off(business: Business) -> None:
    thread = business.thread()
    now = timezone.now()
    window = business.window(thread, begins=1, ends=2)
    rule = active(business, REMIND, thread=thread, trigger={"kind": "window.starting", "minutes": 59})
    time_triggers.plan(now)
    windows.cancel(window, by=business.owner, at=now)
    come_due("window.starting", by=timedelta(minutes=5))
    settle()
    assert ran(rule) == []


def test_a_visit_that_was_entered_late_had_nothing_due_then(business: Business) -> None:
    thread = business.thread()
    business.window(thread, begins=0.25, ends=1)
    active(business, REMIND, thread=thread, trigger={"kind": "window.starting", "minutes": 60})
    since(Automation.objects.get(), timezone.now() - timedelta(hours=5))
    time_triggers.plan(timezone.now())
    assert planned("window.starting") == []


def test_the_end_of_a_visit_with_an_offset(business: Business) -> None:
    thread = business.thread()
    now = timezone.now()
    window = business.window(thread, begins=-3, ends=1)
    rule = active(business, ALERT, thread=thread, trigger={"kind": "window.ended", "minutes": 60})
    rewrite(type(window).objects.filter(pk=window.pk), ends_at=now - timedelta(minutes=61))
    type(window).objects.filter(pk=window.pk).update(created_at=now - timedelta(hours=9))
    since(rule, now - timedelta(hours=2))
    settle(now)
    assert ran(rule) == [("done", "")]


def test_a_set_time_fires_once_for_the_business(business: Business) -> None:
    noon = datetime(2026, 7, 6, 19, 0, tzinfo=UTC)  # a Monday, noon in Los Angeles
    rule = active(
        business, ALERT, lane="system", trigger={"kind": "schedule", "weekdays": ["monday"], "at": "12:00"}
    )
    since(rule, noon - timedelta(days=8))
    for _ in range(3):
        time_triggers.plan(noon)
    assert planned("schedule") == [noon]


def test_a_set_time_for_each_visit_of_the_day_after(business: Business) -> None:
    thread = business.thread()
    zone = business.organization.zone
    today = timezone.now().astimezone(zone).date()
    at = datetime.combine(today, time(18), tzinfo=zone)
    for client, hour in ((None, 9), ("Sam", 11)):
        where = thread
        if client:
            where = business.text("Hi", sender=another_client(business, client)[1]).thread
        windows.create(
            thread=where,
            sitter=business.sitter,
            starts_at=datetime.combine(today + timedelta(days=1), time(hour), tzinfo=zone),
            ends_at=datetime.combine(today + timedelta(days=1), time(hour, 30), tzinfo=zone),
            by=business.owner,
            at=at - timedelta(hours=1),
        )
    rule = active(
        business,
        REMIND,
        thread=thread,
        trigger={"kind": "schedule", "at": "18:00", "each": "visit_tomorrow"},
    )
    since(rule, at - timedelta(days=1))
    time_triggers.plan(at)
    assert planned("schedule") == [at, at]
    assert set(Occurrence.objects.filter(kind="schedule").values_list("thread_id", flat=True)) == {
        thread.pk,
        where.pk,
    }


def test_an_outage_is_skipped_and_said_not_fired_in_a_burst(business: Business) -> None:
    now = timezone.now()
    rule = active(business, ALERT, lane="system", trigger={"kind": "schedule", "at": "00:00"})
    zone = business.organization.zone
    since(rule, now - timedelta(days=10))
    midnight = datetime.combine(now.astimezone(zone).date(), time(), tzinfo=zone)
    time_triggers.plan(midnight + timedelta(hours=3))
    Occurrence.objects.filter(kind="schedule").update(due_at=midnight - timedelta(hours=2))
    settle(midnight + timedelta(hours=3))
    assert ran(rule) == [("skipped", "too_late")]


# Texts that nobody answers.


def _waiting(business: Business, **more: object) -> Automation:
    trigger = {"kind": "message.unanswered", "minutes": 15, "waiting": "client", **more}
    return active(business, ALERT, thread=_thread_of_another(business), trigger=trigger)


def _thread_of_another(business: Business) -> Thread:
    thread: Thread = business.text("Hi", sender=another_client(business)[1]).thread
    return thread


def test_a_text_that_waits_for_so_long_sets_it_off_once(business: Business) -> None:
    rule = _waiting(business)
    business.text("Hello?")
    business.text("Anybody?")
    settle()
    assert ran(rule) == []
    assert come_due("message.unanswered", by=timedelta(minutes=16)) == 1
    settle()
    assert ran(rule) == [("done", "")]


def test_an_answer_in_time_is_enough(business: Business) -> None:
    rule = _waiting(business)
    thread = business.text("Hello?").thread
    settle()
    submit(thread=thread, author=Author.owner(business.owner), body="Yes?", at=timezone.now())
    come_due("message.unanswered", by=timedelta(minutes=16))
    settle()
    assert ran(rule) == []


def test_an_automations_own_text_is_no_answer(business: Business) -> None:
    rule = _waiting(business)
    active(business, name="Reply", thread=_thread_of_another(business))
    business.text("Hello?")
    settle()
    come_due("message.unanswered", by=timedelta(minutes=16))
    settle()
    assert ran(rule) == [("done", "")]


def test_what_a_phone_says_by_itself_waits_for_nobody_and_answers_nobody(business: Business) -> None:
    rule = _waiting(business)
    business.text("Automatic reply: I am away until Monday")
    settle()
    assert come_due("message.unanswered", by=timedelta(minutes=16)) == 0
    thread = business.text("Hello?").thread
    business.window(thread)
    line = thread.participants.get(role="sitter").number.e164
    business.text("Automatic reply: I'm driving", sender=business.sitter.phone, to=line)
    settle()
    assert come_due("message.unanswered", by=timedelta(minutes=16)) == 1
    settle()
    assert ran(rule) == [("done", "")]


def test_whose_answer_counts_can_be_chosen(business: Business) -> None:
    rule = _waiting(business, reply_by="owner")
    thread = business.text("Hello?").thread
    business.window(thread)
    settle()
    submit(
        thread=thread,
        author=Author.sitter_by_app(business.sitter, business.sitter_user),
        body="On it",
        at=timezone.now(),
    )
    come_due("message.unanswered", by=timedelta(minutes=16))
    settle()
    assert ran(rule) == [("done", "")]
    assert steps(rule) == [("notify_owner", "done", "")]


def test_a_sitter_waits_for_the_office_not_for_the_client(business: Business) -> None:
    rule = active(
        business,
        ALERT,
        lane="system",
        thread=_thread_of_another(business),
        trigger={"kind": "message.unanswered", "minutes": 15, "waiting": "sitter"},
    )
    thread = business.thread()
    business.window(thread)
    by_app = Author.sitter_by_app(business.sitter, business.sitter_user)
    submit(thread=thread, author=by_app, body="We are home", at=timezone.now())
    business.text("I am ill today", sender=business.sitter.phone)
    settle()
    assert come_due("message.unanswered", by=timedelta(minutes=16)) == 1
    settle()
    assert ran(rule) == [("done", "")]


def test_after_an_answer_the_wait_begins_anew(business: Business) -> None:
    rule = _waiting(business)
    thread = business.text("Hello?").thread
    settle()
    submit(thread=thread, author=Author.owner(business.owner), body="Yes?", at=timezone.now())
    business.text("Still there?")
    settle()
    assert come_due("message.unanswered", by=timedelta(minutes=16)) == 2
    settle()
    assert ran(rule) == [("done", "")]


class TestAClientsVisit:
    """It is told once, however many conversations it reaches, in the one of the rule's lane that had a text last."""

    def couple(self, business: Business) -> tuple[Thread, Thread]:
        thread, other = business.thread(), new_phone()
        clients.add_partner(business.client, name="Lee", phone=other, by=business.owner, at=timezone.now())
        return thread, business.text("Lee here", sender=other).thread

    def test_once_before_it_starts(self, business: Business) -> None:
        _, lees = self.couple(business)
        now = timezone.now()
        visit = business.visit(begins=1, ends=2)
        Visit.objects.filter(pk=visit.pk).update(created_at=now - timedelta(hours=5))
        rule = active(business, REMIND, thread=lees, trigger={"kind": "window.starting", "minutes": 60})
        since(rule, now - timedelta(hours=1))
        visits.move(visit, starts_at=now + timedelta(minutes=59), by=business.owner, at=now)
        for _ in range(3):
            settle(now)
        assert ran(rule) == [("done", "")]
        assert Delivery.objects.get(message__author_kind="automation").thread == lees

    def test_each_rule_hears_of_it_in_its_lane(self, business: Business) -> None:
        thread = business.thread()
        now = timezone.now()
        line = business.text("Hi", to=business.sitter_number.e164).thread
        visit = business.visit(begins=1, ends=2)
        assert visit.windows.count() == 2
        rules = [
            active(
                business,
                REMIND,
                name=lane,
                lane=lane,
                thread=where,
                trigger={"kind": "window.starting", "minutes": 60},
            )
            for lane, where in (("front_desk", thread), ("sitter", line), ("system", line))
        ]
        for rule in rules:
            since(rule, now - timedelta(hours=1))
        time_triggers.plan(now)
        planned_for = Occurrence.objects.filter(kind="window.starting").order_by("payload__automation_id")
        assert [one.thread_id for one in planned_for] == [thread.pk, line.pk, line.pk]

    def test_a_day_ahead_once(self, business: Business) -> None:
        self.couple(business)
        zone = business.organization.zone
        today = timezone.now().astimezone(zone).date()
        at = datetime.combine(today, time(18), tzinfo=zone)
        starts = datetime.combine(today + timedelta(days=1), time(9), tzinfo=zone)
        visits.create(
            client=business.client,
            sitter=business.sitter,
            starts_at=starts,
            ends_at=starts + timedelta(hours=1),
            by=business.owner,
            at=at - timedelta(hours=1),
        )
        days = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
        rule = active(
            business,
            REMIND,
            thread=business.thread(),
            trigger={"kind": "schedule", "weekdays": days, "at": "18:00", "each": "visit_tomorrow"},
        )
        since(rule, at - timedelta(hours=3))
        for _ in range(3):
            time_triggers.plan(at)
        assert len(planned("schedule")) == 1

    def test_the_sitter_has_written_whichever_partner_they_wrote_to(self, business: Business) -> None:
        thread, lees = self.couple(business)
        visit = business.visit()
        window = visit.windows.get(thread=lees)
        facts = context.Situation(
            organization=business.organization, at=timezone.now(), thread=lees, window=window
        ).facts
        assert facts["visit.sitter_has_written"] is False
        sitter_says(business, "All good", thread=thread)
        assert facts["visit.sitter_has_written"] is True
