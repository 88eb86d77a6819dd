"""A sitter is out for a while: all their visits at once, who is free for each, and who is told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from audit.models import AuditEvent
from messaging.assignments import overrides, sitter_out, windows
from messaging.assignments.sitter_out import Affected
from messaging.errors import BadTimes, NoSitter, NotPossibleNow
from messaging.models import AssignmentWindow, Delivery, RoutingOverride, Sitter, Thread
from routing import standing
from snoutos.accounts.permissions import NotAllowed
from tests.business import Business, new_phone, open_business
from tests.messaging.outbound.steps import fresh, in_hours, sitter_says

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


def conversation(business: Business, name: str) -> Thread:
    thread: Thread = business.receive("Hi", sender=business.add_client(name).phones.get().e164).thread
    return thread


@pytest.fixture
def thread(business: Business) -> Thread:
    return business.thread()


def look(business: Business, begins: float = 0, ends: float = 24) -> sitter_out.Out:
    return sitter_out.preview(
        business.sitter, starts_at=in_hours(begins), ends_at=in_hours(ends), at=timezone.now()
    )


def take_out(business: Business, *to: Sitter | None, begins: float = 0, ends: float = 24) -> sitter_out.Done:
    """Out for so many hours; `to` in the order of the visits."""
    rows = [one.booking.public_id for one in look(business, begins, ends).visits]
    return sitter_out.take_out(
        business.sitter,
        starts_at=in_hours(begins),
        ends_at=in_hours(ends),
        choices=dict(zip(rows, to, strict=True)),
        by=business.owner,
        at=timezone.now(),
    )


def names(visit: Affected) -> list[tuple[str, bool, bool]]:
    return [(one.sitter.name, one.is_free, one.knows_client) for one in visit.candidates]


class TestPreview:
    def test_all_that_touches_the_time_with_who_is_free_first(
        self, business: Business, thread: Thread
    ) -> None:
        other = conversation(business, "Sam")
        ben, cleo, dora = (business.add_sitter(name) for name in ("Ben", "Cleo", "Dora"))
        business.window(thread, sitter=cleo, begins=-30, ends=-29)
        business.window(other, sitter=ben, begins=4.5, ends=6)
        running = business.window(thread, begins=-1, ends=2)
        coming = business.window(thread, begins=4, ends=5)
        business.window(thread, begins=25, ends=26)
        shown = look(business)
        assert [one.booking.pk for one in shown.visits] == [running.pk, coming.pk]
        first, second = shown.visits
        assert names(first) == [("Cleo", True, True), ("Ben", True, False), ("Dora", True, False)]
        assert names(second) == [("Cleo", True, True), ("Dora", True, False), ("Ben", False, False)]
        assert (first.begins_at, first.ends_at) == (shown.starts_at, running.ends_at)
        assert (second.begins_at, second.ends_at) == (coming.starts_at, coming.ends_at)
        assert (first.suggested, second.suggested) == (cleo, cleo)
        assert dora.pk

    def test_nobody_is_suggested_for_two_visits_at_once(self, business: Business, thread: Thread) -> None:
        business.window(thread, begins=1, ends=2)
        business.window(conversation(business, "Sam"), begins=1.5, ends=3)
        ben = business.add_sitter("Ben")
        assert [one.suggested for one in look(business).visits] == [ben, None]

    def test_it_changes_no_row_and_asks_no_more_for_more_visits(
        self, business: Business, thread: Thread
    ) -> None:
        for n in range(3):
            business.add_sitter(f"S{n}")
        asked = []
        for n in range(2):
            for hour in range(n * 6, n * 6 + 5):
                business.window(thread, begins=hour + 1, ends=hour + 1.5)
            with CaptureQueriesContext(connection) as queries:
                found = look(business).visits
            assert len(found) == 5 * (n + 1)
            assert all(query["sql"].startswith("SELECT") for query in queries)
            asked.append(len(queries))
        assert asked[0] == asked[1] <= 10

    def test_inactive_sitters_and_another_business_are_nobody(
        self, business: Business, thread: Thread
    ) -> None:
        business.window(thread, begins=1, ends=2)
        Sitter.objects.filter(pk=business.add_sitter("Gone").pk).update(is_active=False)
        open_business("Other").add_sitter("Stranger")
        assert names(look(business).visits[0]) == []

    @pytest.mark.parametrize(("begins", "ends"), [(-3, -1), (2, 1), (1, 1)])
    def test_a_time_that_is_over_or_backwards_is_refused(
        self, business: Business, begins: float, ends: float
    ) -> None:
        at = timezone.now()
        for_ = {"starts_at": at + begins * HOUR, "ends_at": at + ends * HOUR}
        with pytest.raises(BadTimes):
            sitter_out.preview(business.sitter, **for_, at=at)
        with pytest.raises(BadTimes):
            sitter_out.take_out(business.sitter, **for_, choices={}, by=business.owner, at=at)


class TestTakingOut:
    def test_each_visit_goes_where_it_was_sent(self, business: Business, thread: Thread) -> None:
        ben = business.add_sitter("Ben")
        running = business.window(thread, begins=-1, ends=2)
        coming = business.window(thread, begins=4, ends=5)
        dropped = business.window(conversation(business, "Sam"), begins=6, ends=7)
        done = take_out(business, ben, ben, None)
        running.refresh_from_db()
        assert (running.sitter, running.ends_at <= timezone.now()) == (business.sitter, True)
        assert [one.sitter for one in done.handed_over] == [ben, ben]
        assert [one.pk for one in done.ended] == [dropped.pk]
        assert AssignmentWindow.objects.get(pk=dropped.pk).canceled_at is not None
        assert AssignmentWindow.objects.get(pk=coming.pk).sitter == ben
        assert standing.of(thread, timezone.now()).sitter_name == "Ben"
        event = AuditEvent.objects.get(verb="sitter.out")
        assert (event.data["handed_over"], event.data["ended"]) == (2, 1)

    def test_of_a_visit_that_begins_before_only_the_rest_passes(
        self, business: Business, thread: Thread
    ) -> None:
        ben = business.add_sitter("Ben")
        stay = business.window(thread, begins=-1, ends=9)
        take_out(business, ben, begins=3)
        stay.refresh_from_db()
        taken = AssignmentWindow.objects.get(sitter=ben)
        assert stay.ends_at == taken.starts_at > in_hours(2.9)
        assert standing.of(thread, timezone.now()).sitter_name == "Ana"

    def test_or_ends_when_nobody_takes_it(self, business: Business, thread: Thread) -> None:
        stay = business.window(thread, begins=-1, ends=9)
        take_out(business, None, begins=3)
        stay.refresh_from_db()
        assert in_hours(2.9) < stay.ends_at < in_hours(3.1)

    def test_texts_that_have_not_left_are_canceled(self, business: Business, thread: Thread) -> None:
        business.window(thread)
        said = sitter_says(business, "On my way", thread=thread)
        assert look(business).queued == 1
        take_out(business, business.add_sitter("Ben"))
        assert fresh(said).state == "canceled"

    def test_a_redirect_to_them_ends_when_they_are_out_now(self, business: Business, thread: Thread) -> None:
        overrides.set_override(
            thread=thread,
            target="sitter",
            sitter=business.sitter,
            ends_at=in_hours(20),
            reason="Mine",
            by=business.owner,
            at=timezone.now(),
        )
        later = look(business, begins=4)
        assert (len(later.redirects), len(later.staying)) == (0, 1)
        take_out(business, begins=4)
        assert RoutingOverride.objects.get().canceled_at is None
        take_out(business)
        assert RoutingOverride.objects.get().canceled_at is not None

    def test_all_or_nothing(self, business: Business, thread: Thread) -> None:
        ben = business.add_sitter("Ben")
        business.window(thread, begins=1, ends=2)
        business.window(thread, begins=3, ends=4)
        with pytest.raises(NoSitter):
            take_out(business, ben, open_business("Other").sitter)
        with pytest.raises(NoSitter):
            take_out(business, ben, business.sitter)
        assert not AssignmentWindow.objects.exclude(sitter=business.sitter).exists()
        assert not AuditEvent.objects.filter(verb="sitter.out").exists()

    def test_visits_that_changed_since_the_look_are_looked_at_again(
        self, business: Business, thread: Thread
    ) -> None:
        ben = business.add_sitter("Ben")
        one = business.window(thread, begins=1, ends=2)
        for choices in ({}, {one.public_id: ben, business.organization.public_id: ben}):
            with pytest.raises(NotPossibleNow, match="changed in the meantime"):
                sitter_out.take_out(
                    business.sitter,
                    starts_at=in_hours(0),
                    ends_at=in_hours(9),
                    choices=choices,
                    by=business.owner,
                    at=timezone.now(),
                )

    def test_a_sitter_may_not(self, business: Business, thread: Thread) -> None:
        with pytest.raises(NotAllowed):
            sitter_out.take_out(
                business.sitter,
                starts_at=in_hours(0),
                ends_at=in_hours(9),
                choices={},
                by=business.sitter_user,
                at=timezone.now(),
            )


class TestTelling:
    def test_everybody_concerned_gets_one_text_from_the_office(
        self, business: Business, thread: Thread
    ) -> None:
        ben = business.add_sitter("Ben", phone=new_phone("503"))
        business.window(thread, begins=1, ends=2)
        business.window(conversation(business, "Sam"), begins=3, ends=4)
        take_out(business, ben, ben)
        told = {one.recipient: one for one in Delivery.objects.filter(message__author_kind="system")}
        assert set(told) == {ben.phone, business.sitter.phone}
        for one in told.values():
            assert (one.thread.kind, one.sender) == ("staff", business.front_desk.e164)
            assert all(word in one.body for word in ("Dana, ", "Sam, "))
        assert told[ben.phone].body.startswith("New for you: Dana, ")
        assert told[business.sitter.phone].body.startswith("You're off ")
        assert "No longer yours: Dana, " in told[business.sitter.phone].body
        assert all(one.body.isascii() for one in told.values())

    def test_quiet_hours_hold_only_what_is_not_soon(self, business: Business, thread: Thread) -> None:
        ben = business.add_sitter("Ben", phone=new_phone("503"))
        for begins, obeys in ((11.9, False), (12.2, True)):
            visit = business.window(thread, begins=begins, ends=begins + 0.2)
            take_out(business, ben, begins=begins - 0.1, ends=begins + 0.1)
            latest = Delivery.objects.filter(recipient=ben.phone).latest("pk")
            assert latest.obeys_quiet_hours is obeys
            assert visit.pk

    def test_who_cannot_be_texted_is_noted_in_the_conversation(
        self, business: Business, thread: Thread
    ) -> None:
        business.window(thread, begins=1, ends=2)
        take_out(business, business.add_sitter("Ben"))
        note = thread.messages.get(is_note=True)
        assert note.body == "Ben wasn't told by text: there's no phone on their card."

    def test_a_client_whose_name_is_a_phone_is_a_client(self, business: Business) -> None:
        ben = business.add_sitter("Ben", phone=new_phone("503"))
        business.window(conversation(business, "619-701-0558"), begins=1, ends=2)
        take_out(business, ben)
        assert Delivery.objects.get(recipient=ben.phone).body.startswith("New for you: a client, ")


def test_it_is_right_over_a_change_of_the_clock(business: Business, thread: Thread) -> None:
    """Out from midnight to midnight of the 25-hour day: what begins at 11:30 PM is among it, what begins at midnight is not."""
    zone = business.organization.zone
    at = datetime(2027, 11, 6, 12, tzinfo=UTC)
    midnights = [datetime(2027, 11, day, tzinfo=zone) for day in (7, 8)]
    late, after = (
        windows.create(
            thread=thread,
            sitter=business.sitter,
            starts_at=start,
            ends_at=start + HOUR / 2,
            by=business.owner,
            at=at,
        )
        for start in (midnights[1] - HOUR / 2, midnights[1])
    )
    shown = sitter_out.preview(business.sitter, starts_at=midnights[0], ends_at=midnights[1], at=at)
    assert [one.booking.pk for one in shown.visits] == [late.pk]
    assert midnights[1].astimezone(UTC) - midnights[0].astimezone(UTC) == 25 * HOUR
    assert after.pk
