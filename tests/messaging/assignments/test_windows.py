"""Windows: created, moved, ended, canceled; half open, one at a time per thread, never deleted."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from messaging import locks
from messaging.assignments import overrides, windows
from messaging.errors import BadTimes, NoSitter, NotPossibleNow, WindowOverlaps
from messaging.models import AssignmentWindow, Delivery, Participant, Sitter, Thread
from messaging.people import sitters, starting
from messaging.people.starting import Whom
from snoutos.core import timefmt
from tests.business import Business, another_client, open_business
from tests.messaging.outbound.steps import in_hours, mark, verbs_since

pytestmark = pytest.mark.django_db


@pytest.fixture
def thread(business: Business) -> Thread:
    return business.thread()


def _ben(business: Business) -> Sitter:
    return sitters.create_sitter(
        organization=business.organization, name="Ben", by=business.owner, at=timezone.now()
    )


def test_creating_puts_the_sitter_in_charge_and_gives_their_phone_a_line(
    business: Business, thread: Thread
) -> None:
    before = mark()
    window = business.window(thread)
    assert (window.sitter, window.thread) == (business.sitter, thread)
    line = Participant.objects.get(thread=thread, sitter=business.sitter, left_at__isnull=True)
    assert (line.number, line.e164) == (business.sitter_number, business.sitter.phone)
    assert verbs_since(before) == ["assignment.window_created"]


@pytest.mark.parametrize("length", [0, -1])
def test_the_end_must_come_after_the_start(business: Business, thread: Thread, length: float) -> None:
    with pytest.raises(BadTimes):
        business.window(thread, begins=1, ends=1 + length)
    assert not AssignmentWindow.objects.exists()


def test_an_inactive_sitter_gets_no_window(business: Business, thread: Thread) -> None:
    Sitter.objects.filter(pk=business.sitter.pk).update(is_active=False)
    business.sitter.refresh_from_db()
    with pytest.raises(NoSitter):
        business.window(thread)


def test_another_business_sitter_gets_no_window(business: Business, thread: Thread) -> None:
    with pytest.raises(NoSitter):
        business.window(thread, sitter=open_business("Other").sitter)


@pytest.mark.parametrize(("begins", "ends"), [(-1, 1), (-2, 2), (0, 0.5), (0.5, 3), (-3, 0)])
def test_an_overlap_is_refused_with_whose_and_when(
    business: Business, thread: Thread, begins: float, ends: float
) -> None:
    first = business.window(thread, begins=-1, ends=1)
    before = mark()
    with pytest.raises(WindowOverlaps) as refused:
        business.window(thread, sitter=_ben(business), begins=begins, ends=ends)
    sentence = str(refused.value)
    zone = business.organization.zone
    when = timefmt.span(first.starts_at, first.ends_at, zone, timezone.now())
    assert sentence.startswith(f"Ana is already booked {when}. ")
    assert AssignmentWindow.objects.count() == 1
    assert verbs_since(before) == ["people.sitter_created"]


def test_back_to_back_is_allowed(business: Business, thread: Thread) -> None:
    first = business.window(thread)
    windows.create(
        thread=thread,
        sitter=_ben(business),
        starts_at=first.ends_at,
        ends_at=first.ends_at + timedelta(hours=1),
        by=business.owner,
        at=timezone.now(),
    )
    assert AssignmentWindow.objects.count() == 2


def test_a_canceled_window_makes_room(business: Business, thread: Thread) -> None:
    windows.cancel(business.window(thread, begins=1, ends=2), by=business.owner, at=timezone.now())
    business.window(thread, sitter=_ben(business), begins=1, ends=2)
    assert AssignmentWindow.objects.count() == 2


def test_two_threads_may_have_the_same_time(business: Business, thread: Thread) -> None:
    client, _ = another_client(business)
    other = starting.start(Whom(client=client), by=business.owner, at=timezone.now()).thread
    business.window(thread)
    business.window(other)
    lines = Participant.objects.filter(sitter=business.sitter, left_at__isnull=True)
    assert len({line.number_id for line in lines}) == 2


def test_moving_onto_another_is_refused_and_changes_nothing(business: Business, thread: Thread) -> None:
    business.window(thread, begins=-1, ends=1)
    second = business.window(thread, begins=2, ends=3)
    with pytest.raises(WindowOverlaps):
        windows.move(second, starts_at=in_hours(0), by=business.owner, at=timezone.now())
    assert AssignmentWindow.objects.get(pk=second.pk).starts_at == second.starts_at


def test_moving_to_bad_times_is_refused(business: Business, thread: Thread) -> None:
    window = business.window(thread)
    with pytest.raises(BadTimes):
        windows.move(window, ends_at=window.starts_at, by=business.owner, at=timezone.now())


def test_moving_to_another_sitter_gives_them_a_line(business: Business, thread: Thread) -> None:
    ben = sitters.create_sitter(
        organization=business.organization,
        name="Ben",
        phone="+15035559999",
        by=business.owner,
        at=timezone.now(),
    )
    windows.move(business.window(thread), sitter=ben, by=business.owner, at=timezone.now())
    assert Participant.objects.filter(thread=thread, sitter=ben, left_at__isnull=True).exists()


def test_ending_ends_it_now(business: Business, thread: Thread) -> None:
    now = timezone.now()
    window = windows.end(business.window(thread), by=business.owner, at=now)
    assert AssignmentWindow.objects.get(pk=window.pk).ends_at == now


Verb = Callable[[AssignmentWindow, Business], object]


def _end(window: AssignmentWindow, business: Business) -> object:
    return windows.end(window, by=business.owner, at=timezone.now())


def _cancel(window: AssignmentWindow, business: Business) -> object:
    return windows.cancel(window, by=business.owner, at=timezone.now())


def _move(window: AssignmentWindow, business: Business) -> object:
    return windows.move(window, ends_at=in_hours(9), by=business.owner, at=timezone.now())


@pytest.mark.parametrize("verb", [_end, _cancel, _move])
def test_what_is_over_or_canceled_does_not_change_any_more(
    business: Business, thread: Thread, verb: Verb
) -> None:
    over = business.window(thread, begins=-3, ends=-2)
    canceled = business.window(thread, begins=5, ends=6)
    windows.cancel(canceled, by=business.owner, at=timezone.now())
    for window in (over, canceled):
        before = mark()
        with pytest.raises(NotPossibleNow):
            verb(window, business)
        assert verbs_since(before) == []


def test_one_that_has_not_begun_is_canceled_and_not_ended(business: Business, thread: Thread) -> None:
    window = business.window(thread, begins=1, ends=2)
    with pytest.raises(NotPossibleNow):
        _end(window, business)
    _cancel(window, business)
    assert AssignmentWindow.objects.get(pk=window.pk).canceled_by == business.owner


def _set_override(window: AssignmentWindow, business: Business) -> object:
    return overrides.set_override(
        thread=window.thread,
        target="owner_inbox",
        ends_at=in_hours(1),
        reason="Mine",
        by=business.owner,
        at=timezone.now(),
    )


def _create(window: AssignmentWindow, business: Business) -> object:
    return business.window(window.thread, begins=5, ends=6)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("verb", [_create, _end, _cancel, _move, _set_override])
def test_every_change_waits_for_whoever_holds_the_thread(business: Business, verb: Verb) -> None:
    window = business.window(business.thread())
    done = threading.Event()

    def change() -> None:
        try:
            verb(window, business)
            done.set()
        finally:
            connection.close()

    other = threading.Thread(target=change)
    with transaction.atomic():
        locks.thread(window.thread_id)
        other.start()
        assert not done.wait(0.3)
    other.join(5)
    assert done.is_set()


def test_a_text_not_yet_passed_on_goes_to_the_owner_when_the_window_ends(
    business: Business, thread: Thread
) -> None:
    window = business.window(thread)
    message = business.text("Is Biscuit ok?")
    relay = Delivery.objects.get(message=message)
    assert (relay.state, relay.authority) == ("queued", "relay")
    _end(window, business)
    relay.refresh_from_db()
    assert (relay.state, relay.reason) == ("canceled", "window_changed")
    assert Thread.objects.get(pk=thread.pk).owner_position == message.position


def test_a_text_on_its_way_to_a_sitter_who_stays_in_charge_is_not_touched(
    business: Business, thread: Thread
) -> None:
    window = business.window(thread)
    relay = Delivery.objects.get(message=business.text("Is Biscuit ok?"))
    windows.move(window, ends_at=in_hours(9), by=business.owner, at=timezone.now())
    relay.refresh_from_db()
    assert relay.state == "queued"
