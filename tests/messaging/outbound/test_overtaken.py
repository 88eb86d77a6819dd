"""A person's text goes first, and yet an automation's that waited ten minutes has its turn, one at a time."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from messaging.models import Delivery, SendAttempt
from messaging.models.deliveries import Priority
from messaging.outbound.outcome import record_outcome
from messaging.outbound.queue import claims
from messaging.outbound.queue.begin_call import begin
from messaging.outbound.recovery import fairness, reconcile, sweeps
from messaging.people import starting
from messaging.people.starting import Whom
from messaging.providers.base import ListedText, ProviderError, Unknown
from tests.business import Business, another_client, open_business
from tests.messaging.outbound.steps import claim, owner_says

pytestmark = pytest.mark.django_db

LONG_AGO = timedelta(minutes=11)


def _to_another(business: Business, body: str = "Hi") -> Delivery:
    client, _ = another_client(business)
    thread = starting.start(Whom(client=client), by=business.owner, at=timezone.now()).thread
    return owner_says(business, body, thread=thread)


def _automations(business: Business, count: int, *, waits: timedelta = LONG_AGO) -> list[Delivery]:
    made = [_to_another(business) for _ in range(count)]
    since = timezone.now() - waits
    Delivery.objects.filter(pk__in=[one.pk for one in made]).update(
        priority=Priority.AUTOMATION, next_attempt_at=since
    )
    return made


def _next(line_id: int) -> int | None:
    claims.wake(line_id)
    attempt = claims.claim(line_id)
    return attempt.delivery_id if attempt else None


def test_before_ten_minutes_a_persons_text_goes_first(business: Business) -> None:
    (automation,) = _automations(business, 1, waits=timedelta(minutes=9))
    person = _to_another(business)
    sweeps.sweep()
    assert [_next(person.line_id), _next(person.line_id)] == [person.pk, automation.pk]


def test_after_ten_minutes_it_leaves_before_a_persons_text(business: Business) -> None:
    (automation,) = _automations(business, 1)
    person = _to_another(business)
    sweeps.sweep()
    assert [_next(person.line_id), _next(person.line_id)] == [automation.pk, person.pk]


def test_of_many_one_has_its_turn_at_a_time_the_oldest_first(business: Business) -> None:
    many = _automations(business, 5)
    Delivery.objects.filter(pk=many[3].pk).update(next_attempt_at=timezone.now() - 2 * LONG_AGO)
    Delivery.objects.filter(pk=many[0].pk).update(next_attempt_at=timezone.now() - LONG_AGO * 1.5)
    for _ in range(3):
        sweeps.sweep()
    assert list(Delivery.objects.filter(priority=Priority.OVERDUE)) == [many[3]]
    person = _to_another(business)
    assert [_next(person.line_id), _next(person.line_id)] == [many[3].pk, person.pk]
    sweeps.sweep()
    assert list(Delivery.objects.filter(priority=Priority.OVERDUE, state="queued")) == [many[0]]


def test_one_turn_is_given_whatever_plan_the_database_chooses(business: Business) -> None:
    """A plan that joins row by row ran the choice once for each row, and passed over those that had their turn already."""
    _automations(business, 5)
    with connection.cursor() as cursor:
        cursor.execute(
            "SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off; SET LOCAL enable_hashagg = off"
        )
        cursor.execute("SET LOCAL enable_sort = off; SET LOCAL enable_material = off")
        sweeps.give_turns()
    assert Delivery.objects.filter(priority=Priority.OVERDUE).count() == 1


def test_under_steady_traffic_of_people_every_automation_leaves_and_people_hardly_wait(
    business: Business,
) -> None:
    waiting = {one.pk for one in _automations(business, 3)}
    line_id = Delivery.objects.values_list("line_id", flat=True)[0]
    left: set[int | None] = set()
    for _ in waiting:
        # Between two ticks people write as much as the line can send.
        for _ in range(2):
            _to_another(business)
        sweeps.sweep()
        now = {_next(line_id), _next(line_id)}
        assert now - waiting, "a person's text leaves between any two ticks"
        left |= now
    assert waiting <= left


def test_each_line_gives_its_own_turns(business: Business) -> None:
    other = open_business("Other")
    mine, theirs = _automations(business, 1), _automations(other, 1)
    sweeps.sweep()
    assert set(Delivery.objects.filter(priority=Priority.OVERDUE)) == {*mine, *theirs}


def test_one_whose_lane_is_taken_is_passed_over(business: Business) -> None:
    first = owner_says(business, "one")
    claim(first)
    blocked = owner_says(business, "two")
    Delivery.objects.filter(pk=blocked.pk).update(
        priority=Priority.AUTOMATION, next_attempt_at=timezone.now() - 2 * LONG_AGO
    )
    (free,) = _automations(business, 1)
    sweeps.sweep()
    assert list(Delivery.objects.filter(priority=Priority.OVERDUE)) == [free]
    assert _next(first.line_id) == free.pk


def test_one_blocked_recipient_does_not_hold_the_line(business: Business) -> None:
    left = begin(claim(owner_says(business, "one")))
    assert left is not None
    record_outcome.record(left.attempt, Unknown("worker_lost"))
    for n in range(20):
        owner_says(business, f"waits {n}")
    other = _to_another(business)
    assert _next(other.line_id) == other.pk


class Lists:
    """A provider that has nothing, or says nothing."""

    def __init__(self, *, silent: bool) -> None:
        self.silent, self.asked = silent, 0

    def list_texts(self, **_: object) -> list[ListedText]:
        self.asked += 1
        if self.silent:
            raise ProviderError("Silent.", retry=True)
        return []


def _unknown(business: Business, body: str) -> Delivery:
    left = begin(claim(owner_says(business, body)))
    assert left is not None
    record_outcome.record(left.attempt, Unknown("worker_lost"))
    SendAttempt.objects.filter(pk=left.attempt.pk).update(
        lane_yielded=True, next_look_up_at=timezone.now() - timedelta(hours=1)
    )
    return left.delivery


def test_an_account_that_cannot_be_asked_keeps_no_other_from_being_looked_up(
    business: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    silent, empty = Lists(silent=True), Lists(silent=False)
    monkeypatch.setattr(
        reconcile, "provider_of", lambda account: silent if account.pk == business.account.pk else empty
    )
    mine = [_unknown(business, f"{n}") for n in range(5)]
    other = open_business("Other")
    theirs = _unknown(other, "theirs")
    reconcile.reconcile()
    assert (silent.asked, empty.asked) == (3, 1), "three failures in a row are enough"
    assert theirs.attempts.get().looked_up == 1
    assert {one.attempts.get().looked_up for one in mine} == {0}
    still_due = [one.attempts.get().pk for one in mine[3:]]
    assert fairness.due(SendAttempt, "next_look_up_at") == still_due, "only what was asked about waits"
