"""Overrides: for a limited time, with a reason, one at a time; removed or expired, never deleted."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from messaging.assignments import overrides
from messaging.errors import BadTimes, NoSitter, NotPossibleNow, OverrideOverlaps, ReasonNeeded
from messaging.models import Participant, RoutingOverride, Sitter
from tests.business import Business, open_business
from tests.messaging.outbound.steps import in_hours, mark, verbs_since

pytestmark = pytest.mark.django_db


def _set(business: Business, **changed: Any) -> RoutingOverride:
    wanted: dict[str, Any] = {
        "thread": business.thread(),
        "target": "owner_inbox",
        "ends_at": in_hours(1),
        "reason": "I take this one",
        "by": business.owner,
        "at": timezone.now(),
        **changed,
    }
    return overrides.set_override(**wanted)


def test_it_begins_now_and_says_why(business: Business) -> None:
    business.thread()
    before = mark()
    at = timezone.now()
    override = _set(business, at=at, reason="  I take this one ")
    assert (override.starts_at, override.reason, override.created_by) == (
        at,
        "I take this one",
        business.owner,
    )
    assert verbs_since(before) == ["assignment.override_set"]


def test_to_a_sitter_it_gives_their_phone_a_line(business: Business) -> None:
    _set(business, target="sitter", sitter=business.sitter)
    assert Participant.objects.filter(thread=business.thread(), sitter=business.sitter).exists()


def test_seven_days_are_the_most(business: Business) -> None:
    at = timezone.now()
    with pytest.raises(BadTimes):
        _set(business, at=at, ends_at=at + timedelta(days=7, microseconds=1))
    assert _set(business, at=at, ends_at=at + timedelta(days=7)).pk


def test_it_ends_after_it_begins(business: Business) -> None:
    at = timezone.now()
    with pytest.raises(BadTimes):
        _set(business, at=at, ends_at=at)


@pytest.mark.parametrize("reason", ["", "   "])
def test_it_needs_a_reason(business: Business, reason: str) -> None:
    with pytest.raises(ReasonNeeded):
        _set(business, reason=reason)


def test_a_long_reason_is_cut(business: Business) -> None:
    assert len(_set(business, reason="x" * 400).reason) == 300


def test_a_sitter_is_named_exactly_when_it_goes_to_one(business: Business) -> None:
    with pytest.raises(NoSitter):
        _set(business, target="sitter")
    with pytest.raises(NoSitter):
        _set(business, target="owner_inbox", sitter=business.sitter)


def test_an_inactive_or_foreign_sitter_is_refused(business: Business) -> None:
    with pytest.raises(NoSitter):
        _set(business, target="sitter", sitter=open_business("Other").sitter)
    Sitter.objects.filter(pk=business.sitter.pk).update(is_active=False)
    business.sitter.refresh_from_db()
    with pytest.raises(NoSitter):
        _set(business, target="sitter", sitter=business.sitter)


def test_a_second_one_in_force_is_refused(business: Business) -> None:
    _set(business)
    before = mark()
    with pytest.raises(OverrideOverlaps):
        _set(business, target="sitter", sitter=business.sitter)
    assert RoutingOverride.objects.count() == 1
    assert verbs_since(before) == []


def test_after_the_first_is_removed_another_may_be_set(business: Business) -> None:
    first = _set(business)
    before = mark()
    overrides.remove(first, by=business.owner, at=timezone.now())
    assert verbs_since(before) == ["assignment.override_removed"]
    assert _set(business).pk != first.pk


def test_what_is_over_or_removed_is_not_removed_again(business: Business) -> None:
    removed = _set(business)
    overrides.remove(removed, by=business.owner, at=timezone.now())
    with pytest.raises(NotPossibleNow):
        overrides.remove(removed, by=business.owner, at=timezone.now())
    over = _set(business)
    with pytest.raises(NotPossibleNow):
        overrides.remove(over, by=business.owner, at=over.ends_at)


def test_expiry_is_announced_once(business: Business) -> None:
    override = _set(business)
    before = mark()
    assert overrides.announce_expired(override.ends_at - timedelta(microseconds=1)) == 0
    assert overrides.announce_expired(override.ends_at) == 1
    assert overrides.announce_expired(override.ends_at) == 0
    assert verbs_since(before) == ["assignment.override_expired"]


def test_a_removed_one_does_not_expire(business: Business) -> None:
    override = _set(business)
    overrides.remove(override, by=business.owner, at=timezone.now())
    assert overrides.announce_expired(override.ends_at) == 0


@pytest.mark.django_db(transaction=True)
def test_expiry_is_announced_once_by_several_ticks(business: Business) -> None:
    override = _set(business)
    announced: list[int] = []
    start = threading.Barrier(4)

    def tick() -> None:
        start.wait()
        try:
            announced.append(overrides.announce_expired(override.ends_at))
        finally:
            connection.close()

    ticks = [threading.Thread(target=tick) for _ in range(4)]
    for one in ticks:
        one.start()
    for one in ticks:
        one.join()
    assert sum(announced) == 1
