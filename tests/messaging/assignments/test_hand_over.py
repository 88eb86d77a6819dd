"""Visits pass to another sitter, and the past stays: who was on duty at a moment behind never changes."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from messaging.assignments import handovers, windows
from messaging.errors import BadTimes, MessagingError, NoSitter, NotPossibleNow
from messaging.models import AssignmentWindow, Delivery, Participant, Sitter, Thread
from routing import duty
from snoutos.core.dberrors import violated
from tests.business import Business, open_business
from tests.constraints import breaks
from tests.messaging.outbound.steps import fresh, in_hours, sitter_says
from tests.searching import searched

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


@pytest.fixture
def thread(business: Business) -> Thread:
    return business.thread()


@pytest.fixture
def ben(business: Business) -> Sitter:
    return business.add_sitter("Ben")


def on_duty(thread: Thread, at: datetime) -> int | None:
    found: int | None = (
        duty.on_duty(Thread.objects.filter(pk=thread.pk), at).values_list("duty_sitter_id", flat=True).first()
    )
    return found


class TestHandingOver:
    def test_now_both_stay_true(self, business: Business, thread: Thread, ben: Sitter) -> None:
        stay, now = business.window(thread, begins=-3, ends=3), timezone.now()
        until = stay.ends_at
        taken = windows.hand_over(stay, to=ben, by=business.owner, at=now)
        stay.refresh_from_db()
        assert (stay.sitter, stay.ends_at) == (business.sitter, now)
        assert (taken.sitter, taken.starts_at, taken.ends_at) == (ben, now, until)
        assert on_duty(thread, now - 2 * HOUR) == business.sitter.pk
        assert on_duty(thread, now + HOUR) == ben.pk

    def test_at_three_sharp_exactly_one_is_on_duty(
        self, business: Business, thread: Thread, ben: Sitter
    ) -> None:
        stay, three = business.window(thread, begins=-1, ends=3), in_hours(1)
        windows.hand_over(stay, to=ben, at_time=three, by=business.owner, at=timezone.now())
        instant = timedelta(microseconds=1)
        assert [on_duty(thread, three + n * instant) for n in (-1, 0, 1)] == [
            business.sitter.pk,
            ben.pk,
            ben.pk,
        ]

    def test_before_it_begins_the_whole_visit_passes(
        self, business: Business, thread: Thread, ben: Sitter
    ) -> None:
        visit = business.window(thread, begins=2, ends=3)
        taken = windows.hand_over(visit, to=ben, by=business.owner, at=timezone.now())
        assert (taken.pk, taken.sitter, taken.starts_at) == (visit.pk, ben, visit.starts_at)
        assert AssignmentWindow.objects.count() == 1

    def test_a_coming_visit_can_be_split_ahead(self, business: Business, thread: Thread, ben: Sitter) -> None:
        stay = business.window(thread, begins=2, ends=6)
        taken = windows.hand_over(stay, to=ben, at_time=in_hours(4), by=business.owner, at=timezone.now())
        stay.refresh_from_db()
        assert stay.ends_at == taken.starts_at < taken.ends_at
        assert (stay.sitter, taken.sitter) == (business.sitter, ben)

    def test_their_phone_gets_a_line(self, business: Business, thread: Thread) -> None:
        ben = business.add_sitter("Ben", phone="+15035559999")
        windows.hand_over(business.window(thread), to=ben, by=business.owner, at=timezone.now())
        assert Participant.objects.filter(thread=thread, sitter=ben, left_at=None).exists()

    @pytest.mark.parametrize(("hours", "why"), [(-0.5, "passed"), (3, "over by then"), (9, "over by then")])
    def test_a_moment_behind_or_after_it_is_refused(
        self, business: Business, thread: Thread, ben: Sitter, hours: float, why: str
    ) -> None:
        stay = business.window(thread, begins=-1, ends=3)
        moment = min(in_hours(hours), stay.ends_at) if hours == 3 else in_hours(hours)
        for ask in (handovers.preview, windows.hand_over):
            more = {"by": business.owner} if ask is windows.hand_over else {}
            with pytest.raises(BadTimes, match=why):
                ask(stay, to=ben, at_time=moment, at=timezone.now(), **more)
        assert AssignmentWindow.objects.get().sitter == business.sitter

    def test_to_nobody_who_can_take_it(self, business: Business, thread: Thread, ben: Sitter) -> None:
        stay = business.window(thread)
        Sitter.objects.filter(pk=ben.pk).update(is_active=False)
        for to, refusal in (
            (Sitter.objects.get(pk=ben.pk), NoSitter),
            (open_business("Other").sitter, NoSitter),
            (business.sitter, NotPossibleNow),
        ):
            with pytest.raises(refusal):
                handovers.preview(stay, to=to, at=timezone.now())
            with pytest.raises(refusal):
                windows.hand_over(stay, to=to, by=business.owner, at=timezone.now())

    def test_another_sitter_of_a_running_visit_takes_over_now(
        self, business: Business, thread: Thread, ben: Sitter
    ) -> None:
        stay, now = business.window(thread), timezone.now()
        taken = windows.move(stay, sitter=ben, ends_at=in_hours(9), by=business.owner, at=now)
        stay.refresh_from_db()
        assert (stay.sitter, stay.ends_at) == (business.sitter, now)
        assert (taken.sitter, taken.starts_at) == (ben, now)
        assert taken.ends_at > in_hours(8)


class TestPreview:
    def test_it_counts_what_is_canceled_and_changes_no_row(
        self, business: Business, thread: Thread, ben: Sitter
    ) -> None:
        stay = business.window(thread)
        said = sitter_says(business, "On my way", thread=thread)
        with CaptureQueriesContext(connection) as asked:
            shown = handovers.preview(stay, to=ben, at=timezone.now())
        assert all(query["sql"].startswith("SELECT") for query in asked)
        assert (shown.queued, shown.is_whole, shown.ends_at) == (1, False, stay.ends_at)
        windows.hand_over(stay, to=ben, by=business.owner, at=timezone.now())
        assert (fresh(said).state, fresh(said).reason) == ("canceled", "window_changed")
        assert "The office has it" in Delivery.objects.get(recipient=business.sitter.phone).body

    def test_a_later_hand_over_cancels_nothing(self, business: Business, thread: Thread, ben: Sitter) -> None:
        stay = business.window(thread, ends=3)
        said = sitter_says(business, "On my way", thread=thread)
        assert handovers.preview(stay, to=ben, at_time=in_hours(1), at=timezone.now()).queued == 0
        windows.hand_over(stay, to=ben, at_time=in_hours(1), by=business.owner, at=timezone.now())
        assert fresh(said).state == "queued"

    def test_it_names_their_other_visits(self, business: Business, thread: Thread, ben: Sitter) -> None:
        stay = business.window(thread, begins=1, ends=3)
        other = business.receive("Hi", sender=business.add_client("Sam").phones.get().e164).thread
        touching, _after = (business.window(other, sitter=ben, begins=n, ends=n + 1) for n in (2, 3))
        assert [one.pk for one in handovers.preview(stay, to=ben, at=timezone.now()).also] == [touching.pk]


class TestThePast:
    def test_what_is_entered_late_begins_now(self, business: Business, thread: Thread) -> None:
        now = timezone.now()
        made = windows.create(
            thread=thread,
            sitter=business.sitter,
            starts_at=now - HOUR,
            ends_at=now + HOUR,
            by=business.owner,
            at=now,
        )
        assert made.starts_at == now
        assert on_duty(thread, now - HOUR / 2) is None

    def test_what_is_over_is_not_entered_any_more(self, business: Business, thread: Thread) -> None:
        now = timezone.now()
        with pytest.raises(BadTimes, match="passed"):
            windows.create(
                thread=thread,
                sitter=business.sitter,
                starts_at=now - HOUR,
                ends_at=now,
                by=business.owner,
                at=now,
            )

    def test_the_start_of_a_running_visit_stays(self, business: Business, thread: Thread) -> None:
        stay = business.window(thread)
        for start in (in_hours(-2), in_hours(0.5)):
            with pytest.raises(NotPossibleNow, match="its start stays"):
                windows.move(stay, starts_at=start, by=business.owner, at=timezone.now())

    def test_its_end_is_not_moved_behind(self, business: Business, thread: Thread) -> None:
        stay = business.window(thread)
        with pytest.raises(BadTimes, match="passed"):
            windows.move(stay, ends_at=in_hours(-0.5), by=business.owner, at=timezone.now())

    def test_canceling_a_running_visit_ends_it(self, business: Business, thread: Thread) -> None:
        stay, now = business.window(thread), timezone.now()
        windows.cancel(stay, by=business.owner, at=now)
        stay.refresh_from_db()
        assert (stay.ends_at, stay.canceled_at) == (now, None)
        assert on_duty(thread, now - HOUR / 2) == business.sitter.pk


ATTACKS = {
    "another sitter": "sitter_id = (SELECT max(id) FROM messaging_sitter)",
    "an earlier start": "starts_at = starts_at - interval '1 hour'",
    "a later start": "starts_at = starts_at + interval '30 minutes'",
    "an end behind": "ends_at = now() - interval '30 minutes'",
    "canceled": "canceled_at = now()",
    "all in the future": "starts_at = now() + interval '1 day', ends_at = now() + interval '2 days'",
}


class TestGuard:
    @breaks("assignmentwindow_past_stays")
    @pytest.mark.parametrize("attack", ATTACKS)
    def test_no_statement_rewrites_a_running_visit(
        self, business: Business, thread: Thread, ben: Sitter, attack: str
    ) -> None:
        stay = business.window(thread, begins=-2, ends=2)
        assert ben.pk > business.sitter.pk
        refused(f"UPDATE messaging_assignmentwindow SET {ATTACKS[attack]} WHERE id = {stay.pk}")
        refused(f"DELETE FROM messaging_assignmentwindow WHERE id = {stay.pk}")

    def test_nor_lengthens_what_is_over_nor_brings_back_what_was_canceled(
        self, business: Business, thread: Thread
    ) -> None:
        over = business.window(thread, begins=-3, ends=-2)
        canceled = AssignmentWindow.objects.create(
            organization=business.organization,
            thread=thread,
            sitter=business.sitter,
            starts_at=in_hours(-1),
            ends_at=in_hours(1),
            canceled_at=in_hours(-2),
        )
        refused(
            f"UPDATE messaging_assignmentwindow SET ends_at = ends_at + interval '1 hour' WHERE id = {over.pk}"
        )
        refused(f"UPDATE messaging_assignmentwindow SET canceled_at = NULL WHERE id = {canceled.pk}")

    def test_what_is_ahead_changes_freely(self, business: Business, thread: Thread, ben: Sitter) -> None:
        ahead, running = business.window(thread, begins=2, ends=3), business.window(thread)
        rows = AssignmentWindow.objects
        assert rows.filter(pk=ahead.pk).update(sitter=ben, starts_at=in_hours(4), ends_at=in_hours(5)) == 1
        assert rows.filter(pk=running.pk).update(ends_at=in_hours(3)) == 1
        assert rows.filter(pk=running.pk).update(ends_at=timezone.now(), canceled_by=business.owner) == 1
        assert rows.filter(pk=ahead.pk).delete()[1]["messaging.AssignmentWindow"] == 1


def refused(sql: str) -> None:
    with pytest.raises(IntegrityError) as refusal, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    assert violated(refusal.value) == "assignmentwindow_past_stays"


VERBS = ("create", "move", "hand_over", "end", "cancel")
steps = st.tuples(
    st.sampled_from(VERBS),
    st.integers(0, 3),  # which window
    st.integers(0, 2),  # which sitter
    st.integers(-4, 8),  # from when, in half hours from now
    st.integers(1, 6),  # for how long
    st.integers(0, 3),  # how much later it is then, in half hours
)


def do(
    verb: str, business: Business, thread: Thread, sitters: list[Sitter], at: datetime, *drawn: int
) -> None:
    which, who, starts, lasts = drawn
    sitter, starts_at = sitters[who], at + starts * HOUR / 2
    ends_at = starts_at + lasts * HOUR / 2
    by = {"by": business.owner, "at": at}
    rows = list(AssignmentWindow.objects.filter(thread=thread).order_by("pk"))
    if verb == "create" or not rows:
        windows.create(thread=thread, sitter=sitter, starts_at=starts_at, ends_at=ends_at, **by)  # type: ignore[arg-type]
        return
    row = rows[which % len(rows)]
    if verb == "move":
        start = starts_at if starts % 2 else None
        windows.move(row, sitter=sitter, starts_at=start, ends_at=ends_at, **by)  # type: ignore[arg-type]
    elif verb == "hand_over":
        windows.hand_over(row, to=sitter, at_time=starts_at if starts else None, **by)  # type: ignore[arg-type]
    else:
        {"end": windows.end, "cancel": windows.cancel}[verb](row, **by)  # type: ignore[arg-type]


@searched(25)
@given(st.lists(steps, min_size=2, max_size=8))
def test_no_sequence_of_changes_rewrites_who_was_on_duty(
    drawn: list[tuple[str, int, int, int, int, int]],
) -> None:
    business = open_business()
    thread = business.thread()
    sitters = [business.sitter, business.add_sitter("Ben"), business.add_sitter("Cleo")]
    begin = at = (timezone.now() + timedelta(days=1)).replace(microsecond=0)
    do("create", business, thread, sitters, at, 0, 0, 0, 6)
    for verb, *numbers, later in drawn:
        at += later * HOUR / 2
        # Everything begins and ends at half hours.
        past = [begin + n * HOUR / 2 for n in range(-4, 26) if begin + n * HOUR / 2 < at]
        before = [on_duty(thread, moment) for moment in past]
        try:
            do(verb, business, thread, sitters, at, *numbers)
        except MessagingError:
            continue
        assert [on_duty(thread, moment) for moment in past] == before, (verb, numbers)
        held = AssignmentWindow.objects.filter(thread=thread, canceled_at=None).order_by("starts_at")
        spans = list(held.values_list("starts_at", "ends_at"))
        assert all(one[1] <= other[0] for one, other in pairwise(spans))
