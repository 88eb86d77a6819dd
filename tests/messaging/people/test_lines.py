"""Lines towards sitters' phones: one number serves one conversation at a time, and rests a day before it serves another."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from audit.models import Alert
from audit.record import Actor, recording
from messaging.assignments import overrides, windows
from messaging.models import AssignmentWindow, Participant, RoutingOverride, Thread
from messaging.people import participants
from tests.business import Business, another_client
from tests.factories import SitterFactory
from tests.past import erase, rewrite

HOUR = timedelta(hours=1)


def threads(business: Business, count: int) -> list[Thread]:
    return [business.text("Hi", sender=another_client(business)[1]).thread for _ in range(count)]


def line(business: Business, thread: Thread, at: datetime) -> Participant | None:
    with transaction.atomic(), recording(actor=Actor.system()):
        return participants.sitter_participant(thread, business.sitter, at)


@pytest.fixture
def full(business: Business) -> list[Thread]:
    """Three conversations, the sitter's line in the first two of them joined 30 hours ago: no number is free."""
    made = threads(business, 3)
    then = timezone.now() - 30 * HOUR
    for thread in made[:2]:
        assert line(business, thread, then) is not None
        busy_until(business, thread, timezone.now() + HOUR)
    return made


def busy_until(business: Business, thread: Thread, end: datetime) -> AssignmentWindow:
    window: AssignmentWindow = AssignmentWindow.objects.create(
        organization=business.organization,
        thread=thread,
        sitter=business.sitter,
        starts_at=end - 40 * HOUR,
        ends_at=end,
    )
    return window


def test_a_line_is_kept_while_it_is_needed(business: Business, full: list[Thread]) -> None:
    now = timezone.now()
    assert line(business, full[2], now) is None
    assert Participant.objects.filter(role="sitter", left_at__isnull=True).count() == 2
    alert = Alert.objects.get(kind="pool.exhausted")
    assert "3" in alert.detail


def test_asking_again_gives_the_same_line(business: Business, full: list[Thread]) -> None:
    now = timezone.now()
    assert line(business, full[0], now) == line(business, full[0], now)


def test_a_line_that_rested_a_day_serves_another_conversation(business: Business, full: list[Thread]) -> None:
    now = timezone.now()
    rewrite(AssignmentWindow.objects.filter(thread=full[0]), ends_at=now - 25 * HOUR)
    old = Participant.objects.get(thread=full[0], role="sitter")
    new = line(business, full[2], now)
    assert new is not None
    assert new.number == old.number
    old.refresh_from_db()
    assert old.left_at == now


def test_a_line_that_rested_less_than_a_day_does_not(business: Business, full: list[Thread]) -> None:
    now = timezone.now()
    rewrite(AssignmentWindow.objects.filter(thread=full[0]), ends_at=now - 23 * HOUR)
    assert line(business, full[2], now) is None


def test_a_coming_visit_keeps_the_line(business: Business, full: list[Thread]) -> None:
    now = timezone.now()
    rewrite(
        AssignmentWindow.objects.filter(thread=full[0]), starts_at=now + 100 * HOUR, ends_at=now + 101 * HOUR
    )
    assert line(business, full[2], now) is None


def test_an_override_keeps_the_line(business: Business, full: list[Thread]) -> None:
    now = timezone.now()
    erase(AssignmentWindow.objects.filter(thread=full[0]))
    overrides.set_override(
        thread=full[0],
        target="sitter",
        sitter=business.sitter,
        ends_at=now + HOUR,
        reason="ill",
        by=business.owner,
        at=now,
    )
    assert line(business, full[2], now) is None
    RoutingOverride.objects.update(starts_at=now - 28 * HOUR, ends_at=now - 25 * HOUR)
    assert line(business, full[2], now) is not None


def test_a_visit_canceled_while_it_ran_keeps_the_line_for_a_day(
    business: Business, full: list[Thread]
) -> None:
    now = timezone.now()
    windows.cancel(AssignmentWindow.objects.get(thread=full[0]), by=business.owner, at=now)
    assert line(business, full[2], now) is None
    assert line(business, full[2], now + 25 * HOUR) is not None


def test_a_visit_canceled_before_it_began_does_not_keep_the_line(
    business: Business, full: list[Thread]
) -> None:
    now = timezone.now()
    rewrite(AssignmentWindow.objects.filter(thread=full[0]), starts_at=now + HOUR, ends_at=now + 2 * HOUR)
    windows.cancel(AssignmentWindow.objects.get(thread=full[0]), by=business.owner, at=now)
    assert line(business, full[2], now) is not None


def test_a_fresh_line_is_not_taken_away(business: Business, full: list[Thread]) -> None:
    now = timezone.now()
    erase(AssignmentWindow.objects.filter(thread=full[0]))
    Participant.objects.filter(thread=full[0], role="sitter").update(joined_at=now - HOUR)
    assert line(business, full[2], now) is None


def test_the_front_desk_is_never_a_line(business: Business) -> None:
    for thread in threads(business, 4):
        line(business, thread, timezone.now())
    used = set(Participant.objects.filter(role="sitter").values_list("number__role", flat=True))
    assert used == {"sitter", "pool"}


def test_a_sitters_own_conversation_with_the_office_is_no_line(business: Business) -> None:
    business.text("I am ill", sender=business.sitter.phone)
    for thread in threads(business, 3):
        line(business, thread, timezone.now())
    assert "Numbers needed: 3" in Alert.objects.get(kind="pool.exhausted").detail


def test_another_sitters_number_is_not_borrowed(business: Business) -> None:
    business.sitter_number.sitter = SitterFactory(organization=business.organization)
    business.sitter_number.save()
    joined = line(business, business.thread(), timezone.now())
    assert joined is not None
    assert joined.number == business.pool


def test_a_resting_number_is_not_used(business: Business) -> None:
    business.sitter_number.state = "quarantined"
    business.sitter_number.save()
    joined = line(business, business.thread(), timezone.now())
    assert joined is not None
    assert joined.number == business.pool


def _rested_and_back(business: Business, thread: Thread) -> int:
    """The number of the sitter's line in `thread` rests, so that the line moves, and is used again. Its id."""
    now = timezone.now()
    first = line(business, thread, now)
    assert first is not None
    business.pause(first.number)
    moved = line(business, thread, now)
    assert moved is not None
    assert moved.number_id != first.number_id
    business.use_again(first.number)
    return int(first.number_id)


def test_a_number_whose_line_ended_early_serves_no_other_conversation_for_a_day(business: Business) -> None:
    first, second = threads(business, 2)
    back = _rested_and_back(business, first)
    now = timezone.now()
    assert line(business, second, now) is None
    assert line(business, second, now + 23 * HOUR) is None
    fresh = line(business, second, now + 25 * HOUR)
    assert fresh is not None
    assert fresh.number_id == back


def test_nor_for_as_long_as_the_sitter_looks_after_the_conversation_it_was_for(business: Business) -> None:
    first, second = threads(business, 2)
    _rested_and_back(business, first)
    now = timezone.now()
    busy_until(business, first, now + 30 * HOUR)
    assert line(business, second, now + 40 * HOUR) is None
    assert line(business, second, now + 60 * HOUR) is not None


def test_its_own_conversation_may_have_it_back_at_once(business: Business) -> None:
    (first,) = threads(business, 1)
    back = _rested_and_back(business, first)
    now = timezone.now()
    elsewhere = Participant.objects.select_related("number").get(
        thread=first, role="sitter", left_at__isnull=True
    )
    business.pause(elsewhere.number)
    again = line(business, first, now)
    assert again is not None
    assert again.number_id == back
