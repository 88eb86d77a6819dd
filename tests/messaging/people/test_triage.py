"""Whose a conversation is, when it comes back, and its tags: no more than that, and told in the trail."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from messaging.errors import BadSnooze, NotAMember, NotPossibleNow, TooManyTags
from messaging.models import Thread
from messaging.outbound.queue.submit import Author, submit
from messaging.people import threads, triage
from routing.models import RoutingDecision
from snoutos.core import tags
from tests.business import Business
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def again(thread: Thread) -> Thread:
    found: Thread = Thread.objects.select_related("assignee").get(pk=thread.pk)
    return found


def both(thread: Thread, hours: float = 0) -> tuple[bool, bool]:
    """Whether it is snoozed and whether it is back so much later; what is asked of one and of many is the same."""
    at = timezone.now() + timedelta(hours=hours)
    one = again(thread)
    told = triage.is_snoozed(one, at), triage.is_back(one, at)
    rows = Thread.objects.filter(pk=thread.pk)
    assert told == (rows.filter(triage.snoozed(at)).exists(), rows.filter(triage.back(at)).exists())
    return told


def snooze(business: Business, thread: Thread, hours: float | None) -> None:
    at = timezone.now()
    until = None if hours is None else at + timedelta(hours=hours)
    triage.snooze(thread, until=until, by=business.owner, at=at)


class TestSnoozing:
    def test_it_comes_back_at_its_time(self, business: Business) -> None:
        thread = business.thread()
        assert both(thread) == (False, False)
        snooze(business, thread, 2)
        assert both(thread) == (True, False)
        assert both(thread, hours=2.1) == (False, True)
        assert business.verbs()[-1] == "thread.snoozed"

    def test_whoever_writes_brings_it_back(self, business: Business) -> None:
        for hours in (2, None):
            thread = business.text("Hello").thread
            snooze(business, thread, hours)
            assert both(thread) == (True, False)
            business.text("Are you there?")
            assert both(thread) == (False, False)

    def test_what_a_sitter_on_duty_is_told_of_does_not(self, business: Business) -> None:
        thread = business.thread()
        business.window(thread)
        snooze(business, thread, None)
        business.text("Is Rex fine?")
        assert both(thread) == (True, False)

    def test_an_answer_to_one_that_is_back_settles_it(self, business: Business) -> None:
        thread = business.thread()
        snooze(business, thread, 1)
        submit(thread=thread, author=Author.owner(business.owner), body="Hi", at=timezone.now())
        assert both(thread, hours=2) == (False, False)

    def test_it_is_taken_back(self, business: Business) -> None:
        thread = business.thread()
        snooze(business, thread, 1)
        triage.wake(thread, by=business.owner, at=timezone.now())
        assert both(thread) == both(thread, hours=2) == (False, False)
        triage.wake(thread, by=business.owner, at=timezone.now())
        assert business.verbs().count("thread.woken") == 1

    @pytest.mark.parametrize("hours", [0, -1, 367 * 24])
    def test_a_time_that_makes_no_sense_is_refused(self, business: Business, hours: float) -> None:
        with pytest.raises(BadSnooze):
            snooze(business, business.thread(), hours)

    def test_a_closed_one_is_not_snoozed(self, business: Business) -> None:
        thread = business.thread()
        threads.close_thread(thread, by=business.owner, at=timezone.now())
        with pytest.raises(NotPossibleNow):
            snooze(business, thread, 1)


class TestGiving:
    def test_a_member_gets_it_and_another_after_them(self, business: Business) -> None:
        thread = business.thread()
        olga = UserFactory(organization=business.organization, role="staff", name="Olga")
        for member in (business.owner, olga, olga, None):
            triage.give(thread, member, by=business.owner, at=timezone.now())
            assert triage.assignee(again(thread)) == member
        assert [verb for verb in business.verbs() if verb.startswith("thread.given")] == [
            "thread.given",
            "thread.given",
            "thread.given_to_nobody",
        ]

    def test_it_changes_nothing_about_where_texts_go(self, business: Business) -> None:
        thread = business.thread()
        triage.give(thread, business.owner, by=business.owner, at=timezone.now())
        business.window(thread)
        assert RoutingDecision.objects.get(message=business.text("Hello")).target == "sitter"

    def test_nobody_who_is_not_of_this_office_gets_it(self, business: Business) -> None:
        stranger = UserFactory(role="owner")
        gone = UserFactory(organization=business.organization, role="staff", is_active=False)
        for member in (business.sitter_user, stranger, gone):
            with pytest.raises(NotAMember):
                triage.give(business.thread(), member, by=business.owner, at=timezone.now())

    def test_a_member_who_left_sees_to_nothing(self, business: Business) -> None:
        thread = business.thread()
        olga = UserFactory(organization=business.organization, role="staff")
        triage.give(thread, olga, by=business.owner, at=timezone.now())
        type(olga).objects.filter(pk=olga.pk).update(is_active=False)
        assert triage.assignee(again(thread)) is None
        assert not Thread.objects.filter(triage.is_given(), pk=thread.pk).exists()


class TestTags:
    def test_these_are_its_tags(self, business: Business) -> None:
        thread = business.thread()
        for wanted in (["vip", "late payer"], ["late payer", "new", "new"], []):
            triage.set_tags(thread, wanted, by=business.owner, at=timezone.now())
            assert sorted(again(thread).tags) == sorted(set(wanted))
        assert business.verbs().count("thread.tagged") == 6

    def test_there_is_an_end_to_them(self, business: Business) -> None:
        thread = business.thread()
        with pytest.raises(TooManyTags):
            triage.set_tags(thread, [f"t{n}" for n in range(21)], by=business.owner, at=timezone.now())
        assert again(thread).tags == []

    def test_they_are_read_as_people_write_them(self) -> None:
        assert tags.read_list(" VIP, late  payer ,, vip") == ["vip", "late payer"]
        for bad in ("a/b", "-x", "<b>", "x" * 41, "\0"):
            with pytest.raises(ValueError, match="Tags can have"):
                tags.read_list(bad)

    @given(text=st.text(max_size=60))
    def test_what_is_a_tag_stays_what_it_is(self, text: str) -> None:
        try:
            tag = tags.read(text)
        except ValueError:
            return
        assert tags.read(tag) == tag
