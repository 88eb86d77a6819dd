"""Sitters are told of new, changed and canceled visits: one text from the office, soon, once, and nothing of what was undone."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from messaging import tasks
from messaging.assignments import sitter_out, visit_notices, visits, windows
from messaging.models import Delivery, OptOut, Sitter, Visit, VisitNotice
from messaging.people import threads as conversations
from tests.business import Business, new_phone
from tests.constraints import breaks
from tests.messaging.outbound.steps import in_hours
from tests.refusals import refusal

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
LATER = timedelta(minutes=11)


@pytest.fixture
def ben(business: Business) -> Sitter:
    return business.add_sitter("Ben", phone=new_phone("503"))


def told(sitter: Sitter) -> list[str]:
    rows = Delivery.objects.filter(recipient=sitter.phone, message__author_kind="system")
    return list(rows.order_by("pk").values_list("body", flat=True))


def tell(after: timedelta = LATER) -> None:
    visit_notices.tell_due(timezone.now() + after)


class TestWhatIsSaid:
    def test_a_new_visit_from_the_office_and_never_over_a_clients_line(self, business: Business) -> None:
        business.thread()
        business.visit(begins=20, ends=21)
        tell(timedelta(minutes=9))
        assert told(business.sitter) == []
        tell()
        (said,) = told(business.sitter)
        assert said.startswith("New for you: Dana, ")
        delivery = Delivery.objects.get(message__author_kind="system")
        assert (delivery.thread.kind, delivery.sender) == ("staff", business.front_desk.e164)
        assert said.isascii()
        assert business.client_phone[2:] not in said
        assert not VisitNotice.objects.exists()

    def test_all_of_it_in_one_text(self, business: Business, ben: Sitter) -> None:
        by, at = business.owner, timezone.now()
        gone, moved = business.visit(begins=20, ends=21), business.visit(begins=30, ends=31)
        tell()
        business.visit(begins=40, ends=41)
        visits.cancel(gone, by=by, at=at)
        visits.move(moved, ends_at=moved.ends_at + HOUR, by=by, at=at)
        tell()
        first, second = told(business.sitter)
        assert first.count("Dana, ") == 2
        places = [second.index(word) for word in ("New for you: ", "Changed: ", "No longer yours: ")]
        assert places == sorted(places)

    def test_a_hand_over_is_told_to_both(self, business: Business, ben: Sitter) -> None:
        visit = business.visit(begins=20, ends=24)
        tell()
        visits.hand_over(visit, to=ben, at_time=in_hours(22), by=business.owner, at=timezone.now())
        tell()
        assert told(business.sitter)[1].startswith("Changed: Dana, ")
        assert told(ben)[0].startswith("New for you: Dana, ")

    def test_one_in_one_conversation_too(self, business: Business) -> None:
        window = business.window(business.thread(), begins=20, ends=21)
        tell()
        windows.cancel(window, by=business.owner, at=timezone.now())
        tell()
        assert [one.split(":")[0] for one in told(business.sitter)] == ["New for you", "No longer yours"]

    def test_a_couples_visit_once(self, business: Business) -> None:
        thread = business.thread()
        conversations.close_thread(thread, by=business.owner, at=timezone.now())
        business.visit(begins=20, ends=21)
        conversations.reopen_thread(thread, by=business.owner, at=timezone.now())
        tell()
        assert [one.count("Dana, ") for one in told(business.sitter)] == [1]

    def test_what_was_undone_says_nothing(self, business: Business, ben: Sitter) -> None:
        by, at = business.owner, timezone.now()
        visit = business.visit(begins=20, ends=21)
        tell()
        visits.move(visit, starts_at=visit.starts_at - HOUR, by=by, at=at)
        visits.move(visit, starts_at=visit.starts_at, by=by, at=at)
        visits.hand_over(visit, to=ben, by=by, at=at)
        visits.hand_over(visit, to=business.sitter, by=by, at=at)
        visits.cancel(business.visit(begins=30, ends=31), by=by, at=at)
        tell()
        assert (len(told(business.sitter)), told(ben)) == (1, [])
        assert not VisitNotice.objects.exists()

    def test_one_that_ends_early(self, business: Business) -> None:
        visit = business.visit(begins=-1, ends=4)
        tell()
        visits.end(visit, by=business.owner, at=timezone.now())
        tell()
        assert told(business.sitter)[1].startswith("No longer yours: Dana, ")

    def test_who_was_told_by_being_out_is_not_told_again(self, business: Business, ben: Sitter) -> None:
        visit = business.visit(begins=5, ends=6)
        tell()
        sitter_out.take_out(
            business.sitter,
            starts_at=in_hours(0),
            ends_at=in_hours(9),
            choices={visit.public_id: ben},
            by=business.owner,
            at=timezone.now(),
        )
        tell()
        assert (len(told(business.sitter)), len(told(ben))) == (2, 1)


class TestWhen:
    def test_what_begins_soon_is_told_after_a_minute_and_in_quiet_hours(self, business: Business) -> None:
        business.visit(begins=0.5, ends=1)
        tell(timedelta(seconds=61))
        assert Delivery.objects.get(message__author_kind="system").obeys_quiet_hours is False

    @pytest.mark.parametrize(("begins", "obeys"), [(11.9, False), (12.5, True)])
    def test_quiet_hours_hold_what_is_not_within_twelve_hours(
        self, business: Business, begins: float, obeys: bool
    ) -> None:
        business.visit(begins=begins, ends=begins + 1)
        tell()
        assert Delivery.objects.get(message__author_kind="system").obeys_quiet_hours is obeys

    def test_the_tick_tells_nobody_twice(self, business: Business) -> None:
        business.visit(begins=20, ends=21)
        VisitNotice.objects.update(due_at=timezone.now())
        for _ in range(3):
            tasks.tell_sitters()
        assert len(told(business.sitter)) == 1

    def test_times_are_right_on_the_day_the_clocks_change(self, business: Business) -> None:
        at = datetime(2027, 11, 6, 12, tzinfo=UTC)
        zone = business.organization.zone
        visits.create(
            client=business.client,
            sitter=business.sitter,
            starts_at=datetime(2027, 11, 7, 1, 30, tzinfo=zone, fold=1),
            ends_at=datetime(2027, 11, 7, 8, tzinfo=zone),
            by=business.owner,
            at=at,
        )
        visit_notices.tell_due(at + LATER)
        assert "1:30" in told(business.sitter)[0]


class TestWhoIsNotTold:
    def test_nobody_when_the_business_does_not_want_it(self, business: Business) -> None:
        business.visit(begins=20, ends=21)
        business.organization.tell_sitters_of_visits = False
        business.organization.save()
        business.visit(begins=30, ends=31)
        assert VisitNotice.objects.count() == 1
        tell()
        assert told(business.sitter) == []
        assert not VisitNotice.objects.exists()

    def test_who_has_no_phone_or_left_or_said_stop(self, business: Business, ben: Sitter) -> None:
        business.visit(sitter=business.add_sitter("Cleo"), begins=10, ends=11)
        business.visit(sitter=ben, begins=20, ends=21)
        business.visit(begins=30, ends=31)
        Sitter.objects.filter(pk=ben.pk).update(is_active=False)
        business.text("STOP", sender=business.sitter.phone)
        assert OptOut.objects.filter(e164=business.sitter.phone, is_in_force=True).exists()
        tell()
        assert not [one for one in (*told(ben), *told(business.sitter)) if "New for you" in one]
        assert not VisitNotice.objects.exists()


@breaks(
    "visitnotice_one_per_sitter_and_visit",
    "visitnotice_one_per_sitter_and_window",
    "visitnotice_is_about_one",
    "visitnotice_knew_both_times_or_none",
)
def test_the_database_keeps_one_notice_for_a_sitter_and_visit(business: Business) -> None:
    visit, window = business.visit(begins=20, ends=21), business.window(business.thread(), begins=40, ends=41)
    mine = {"organization": business.organization, "sitter": business.sitter, "due_at": timezone.now()}

    def refused(**columns: Any) -> str:
        return refusal(lambda: VisitNotice.objects.create(**mine, **columns))

    assert refused(visit=visit) == "visitnotice_one_per_sitter_and_visit"
    assert refused(window=window) == "visitnotice_one_per_sitter_and_window"
    assert refused() == "visitnotice_is_about_one"
    VisitNotice.objects.all().delete()
    assert refused(visit=visit, was_starts_at=timezone.now()) == "visitnotice_knew_both_times_or_none"


@pytest.mark.django_db(transaction=True)
def test_two_at_once_tell_once_and_wait_for_nobody(business: Business) -> None:
    business.visit(begins=20, ends=21)
    with transaction.atomic():
        list(VisitNotice.objects.select_for_update())
        _in_another_session(lambda: visit_notices.tell_due(timezone.now() + LATER))
        assert VisitNotice.objects.count() == 1
    tell()
    tell()
    assert len(told(business.sitter)) == 1
    assert Visit.objects.count() == 1


def _in_another_session(work: Callable[[], object]) -> None:
    def run() -> None:
        work()
        connection.close()

    other = threading.Thread(target=run)
    other.start()
    other.join(10)
    assert not other.is_alive()
