"""A number is paused or released, and its conversations go on over another one: each where it was, none mixed."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from messaging.consent import changes as consent
from messaging.errors import NotForClients, NotPossibleNow, NumberResting, ReasonNeeded
from messaging.models import Delivery, Message, MessageNumber, Participant, Thread
from messaging.people import participants
from messaging.phones import vacating
from messaging.phones.vacating import Vacated, Way
from snoutos.accounts.permissions import NotAllowed
from tests.business import Business, another_client, open_business, stranger
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def other(business: Business) -> MessageNumber:
    return business.add_number("front_desk")


def vacate(business: Business, way: Way = Way.PAUSE, **asked: Any) -> Vacated:
    asked = {"reason": "Too much spam", "by": business.owner, "at": timezone.now(), **asked}
    return vacating.vacate(business.front_desk, way, **asked)


def state(number: MessageNumber) -> str:
    return str(MessageNumber.objects.get(pk=number.pk).state)


class TestTheLook:
    def test_it_shows_it_all_and_changes_no_row(self, business: Business, other: MessageNumber) -> None:
        thread = business.thread()
        window = business.window(thread)
        business.window(thread, begins=24, ends=25)
        unknown = business.text("Who is this?", sender=stranger()).thread
        business.text("I'm ill", sender=business.sitter.phone)
        business.says(thread, "Hello")
        business.add_client("Sam")
        with CaptureQueriesContext(connection) as asked:
            shown = vacating.preview(business.front_desk, Way.PAUSE, at=timezone.now())
        assert all(query["sql"].lstrip("( ").startswith("SELECT") for query in asked)
        assert {one.thread_id for one in shown.conversations} == {thread.pk, unknown.pk}
        assert shown.staff_conversations == 1
        assert shown.visits[0] == window
        assert len(shown.visits) == 2
        assert (shown.queued, shown.automatic) == (1, 0)
        assert {one.number for one in shown.targets} == {other, business.sitter_number}
        assert shown.until is not None

    def test_the_sitters_lines_of_a_pool_number(self, business: Business) -> None:
        business.sitter_number.state = "quarantined"
        business.sitter_number.save()
        business.window(business.thread())
        shown = vacating.preview(business.pool, Way.RELEASE, at=timezone.now())
        assert (shown.lines, shown.until) == (1, None)
        assert list(shown.conversations) == []

    def test_it_says_what_cannot_move_where(self, business: Business, other: MessageNumber) -> None:
        _of_another_client_on(business, other)
        targets = vacating.preview(business.front_desk, Way.PAUSE, at=timezone.now()).targets
        assert {one.number: one.refused for one in targets} == {other: 1, business.sitter_number: 0}

    def test_it_costs_the_same_however_many_there_are(self, business: Business, other: MessageNumber) -> None:
        def asked() -> int:
            with CaptureQueriesContext(connection) as queries:
                vacating.preview(business.front_desk, Way.PAUSE, at=timezone.now())
            return len(queries)

        business.thread()
        few = asked()
        for _ in range(10):
            business.text("Hi", sender=stranger())
        assert asked() == few


def _of_another_client_on(business: Business, number: MessageNumber) -> Thread:
    """The client's phone is another client's on `number`; their own conversation stands on the front desk."""
    thread = business.thread()
    sam, _ = another_client(business)
    theirs = business.text("x", to=number.e164).thread
    Participant.objects.filter(thread=theirs).update(client=sam, role="client")
    Thread.objects.filter(pk=theirs.pk).update(client=sam)
    return thread


class TestMoving:
    @pytest.mark.parametrize("way", list(Way))
    def test_fifty_conversations_go_on_and_none_is_mixed(
        self, business: Business, other: MessageNumber, way: Way
    ) -> None:
        phones = [stranger() for _ in range(40)] + [another_client(business, f"C{n}")[1] for n in range(10)]
        threads = {phone: business.text("Hi", sender=phone).thread for phone in phones}
        done = vacate(business, way, move_to=other, text="We text you from this number now.")
        assert (done.moved, done.stayed, done.untold) == (50, [], 0)
        assert state(business.front_desk) == ("quarantined" if way is Way.PAUSE else "retired")
        for phone, thread in threads.items():
            first = Delivery.objects.get(recipient=phone)
            assert (first.thread_id, first.sender) == (thread.pk, other.e164)
            assert business.text("Got it", sender=phone, to=other.e164).thread == thread
            if way is Way.PAUSE:
                late = business.text("An answer to the old number", sender=phone)
                assert late.thread == thread
        assert Message.objects.filter(author_kind="owner").count() == 50

    def test_what_is_queued_goes_out_from_the_new_number(
        self, business: Business, other: MessageNumber
    ) -> None:
        business.says(business.thread(), "Hello")
        vacate(business, move_to=other)
        assert [one.sender for one in Delivery.objects.filter(state="queued")] == [other.e164]

    def test_without_another_number_they_stay_and_texts_come_to_the_owner(
        self, business: Business, other: MessageNumber
    ) -> None:
        thread = business.thread()
        assert vacate(business).moved == 0
        assert participants.outside_party(thread).number == business.front_desk
        assert business.text("Hello?").thread == thread

    def test_what_cannot_move_stays_and_is_named(self, business: Business, other: MessageNumber) -> None:
        thread = _of_another_client_on(business, other)
        free = business.text("Hi", sender=stranger()).thread
        done = vacate(business, move_to=other)
        assert done.moved == 1
        assert [(one, "Sam" in why) for one, why in done.stayed] == [(thread, True)]
        assert participants.outside_party(free).number == other
        assert state(business.front_desk) == "quarantined"

    def test_who_may_get_no_text_moves_without_one(self, business: Business, other: MessageNumber) -> None:
        thread = business.thread()
        consent.opt_out(business.organization, business.client_phone, by=business.owner, at=timezone.now())
        done = vacate(business, move_to=other, text="New number")
        assert (done.moved, done.untold) == (1, 1)
        assert participants.outside_party(thread).number == other
        assert not Message.objects.filter(body="New number").exists()

    def test_a_conversation_that_was_closed_moves_without_a_text(
        self, business: Business, other: MessageNumber
    ) -> None:
        thread = business.thread()
        Thread.objects.filter(pk=thread.pk).update(state="closed")
        done = vacate(business, move_to=other, text="New number")
        assert (done.moved, done.untold) == (1, 0)
        assert business.text("Hello again").thread == thread


class TestRefusals:
    def test_a_number_that_cannot_carry_them_changes_nothing(
        self, business: Business, other: MessageNumber
    ) -> None:
        thread = business.thread()
        paused = business.add_number("front_desk", state="quarantined")
        theirs = open_business("Paws").front_desk
        for target, refused in (
            (business.pool, NotForClients),
            (paused, NumberResting),
            (theirs, NumberResting),
            (business.front_desk, NotPossibleNow),
        ):
            with pytest.raises(refused):
                vacate(business, move_to=target)
        assert participants.outside_party(thread).number == business.front_desk
        assert state(business.front_desk) == "active"

    def test_without_a_reason_nothing_moves(self, business: Business, other: MessageNumber) -> None:
        thread = business.thread()
        with pytest.raises(ReasonNeeded):
            vacate(business, move_to=other, reason=" ")
        assert participants.outside_party(thread).number == business.front_desk

    def test_staff_may_not(self, business: Business, other: MessageNumber) -> None:
        staff = UserFactory(organization=business.organization, role="staff")
        with pytest.raises(NotAllowed):
            vacate(business, move_to=other, by=staff)
        assert state(business.front_desk) == "active"
