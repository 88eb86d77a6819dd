"""What a recording block writes, when, and with how many queries."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from audit import correlation
from audit.errors import AuditError, NotRecordingError, OutsideTransactionError
from audit.models import Alert, AuditEvent, Occurrence
from audit.record import Actor, Trail, current, recording
from audit.types import Event, NewOccurrence
from messaging import events
from policy import alerts
from snoutos.accounts.models import Organization
from tests.audit.places import NOON, organization

Queries = Callable[[], CaptureQueriesContext]


def closed(business: Organization, thread_id: int = 42) -> Event:
    return events.thread_closed(organization_id=business.pk, thread_id=thread_id)


def verbs() -> list[str]:
    return list(AuditEvent.objects.order_by("pk").values_list("verb", flat=True))


def threads() -> list[int | None]:
    return list(AuditEvent.objects.order_by("pk").values_list("thread_id", flat=True))


@pytest.mark.django_db(transaction=True)
def test_it_refuses_to_start_outside_a_transaction() -> None:
    with pytest.raises(OutsideTransactionError) as refusal, recording():
        pytest.fail("entered")
    assert isinstance(refusal.value, RuntimeError)
    with pytest.raises(NotRecordingError):
        current()


@pytest.mark.django_db(transaction=True)
def test_a_transaction_that_rolls_back_takes_its_events_with_it() -> None:
    business = organization()
    with transaction.atomic():
        with recording() as trail:
            trail.record(closed(business))
        assert verbs() == ["thread.closed"]
        transaction.set_rollback(True)
    assert verbs() == []


@pytest.mark.django_db
def test_record_outside_a_block_raises() -> None:
    business = organization()
    with pytest.raises(NotRecordingError):
        current()
    with recording() as trail:
        pass
    with pytest.raises(NotRecordingError):
        trail.record(closed(business))
    with pytest.raises(NotRecordingError):
        trail.alert(alerts.emergency(organization_id=business.pk, thread_id=1))
    with pytest.raises(NotRecordingError):
        trail.occur(NewOccurrence(business.pk, "thread.closed", "k"))


@pytest.mark.django_db
def test_an_event_is_written_whole() -> None:
    business = organization()
    identity = uuid4()
    with correlation.bind(identity), recording(actor=Actor.sitter(9), at=NOON) as trail:
        trail.record(
            events.message_received(
                organization_id=business.pk,
                thread_id=42,
                message_id=7,
                author_kind="client",
                audience="thread",
            )
        )
    (event,) = AuditEvent.objects.all()
    assert (event.organization_id, event.thread_id, event.at) == (business.pk, 42, NOON)
    assert (event.actor_kind, event.actor_id) == ("sitter", 9)
    assert (event.verb, event.subject_kind, event.subject_id) == ("message.received", "message", 7)
    assert event.correlation_id == identity
    assert event.data == {"author_kind": "client", "audience": "thread"}
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()")
        assert event.xid == int(cursor.fetchone()[0])


@pytest.mark.django_db
def test_nothing_is_written_before_the_outermost_block_ends_and_then_in_order() -> None:
    business = organization()
    with recording() as outer:
        outer.record(closed(business, 1))
        with recording() as inner:
            inner.record(closed(business, 2))
            current().record(closed(business, 3))
        assert verbs() == []
        outer.record(closed(business, 4))
    assert threads() == [1, 2, 3, 4]


def record_and_fail(business: Organization) -> None:
    with transaction.atomic(), recording() as trail:
        trail.record(closed(business, 2))
        trail.occur(NewOccurrence(business.pk, "thread.closed", "k"))
        trail.alert(alerts.emergency(organization_id=business.pk, thread_id=2))
        with recording() as innermost:
            innermost.record(closed(business, 3))
        raise ZeroDivisionError


@pytest.mark.django_db
def test_a_block_that_raises_drops_its_own_records_and_those_inside_it() -> None:
    business = organization()
    with recording() as outer:
        outer.record(closed(business, 1))
        with pytest.raises(ZeroDivisionError):
            record_and_fail(business)
        assert current() is outer
        outer.record(closed(business, 4))
    assert threads() == [1, 4]
    assert not Occurrence.objects.exists()
    assert not Alert.objects.exists()


@pytest.mark.django_db
def test_the_outermost_block_that_raises_writes_nothing_and_leaves_no_block_behind() -> None:
    business = organization()
    with pytest.raises(ZeroDivisionError):
        record_and_fail(business)
    assert verbs() == []
    with pytest.raises(NotRecordingError):
        current()


@pytest.mark.django_db
def test_actor_and_time_come_from_the_event_then_its_block_then_the_enclosing_one() -> None:
    business = organization()
    later = NOON + timedelta(hours=1)
    with recording(actor=Actor.user(1), at=NOON) as outer:
        outer.record(closed(business))
        outer.record(closed(business), actor=Actor.provider(), at=later)
        with recording() as inner:
            inner.record(closed(business))
        with recording(actor=Actor.automation(5)) as inner:
            inner.record(closed(business))
    found = AuditEvent.objects.order_by("pk").values_list("actor_kind", "actor_id", "at")
    assert list(found) == [
        ("user", 1, NOON),
        ("provider", None, later),
        ("user", 1, NOON),
        ("automation", 5, NOON),
    ]


@pytest.mark.django_db
def test_without_an_actor_it_was_the_system() -> None:
    with recording() as trail:
        trail.record(closed(organization()))
    assert AuditEvent.objects.get().actor_kind == "system"


@pytest.mark.django_db
def test_events_of_one_block_share_a_correlation_id_and_those_of_two_do_not() -> None:
    business = organization()
    for _ in range(2):
        with recording() as trail:
            trail.record(closed(business))
            trail.record(closed(business))
    assert AuditEvent.objects.values("correlation_id").distinct().count() == 2


@pytest.mark.django_db
def test_correlation_is_bound_for_the_block_only() -> None:
    with correlation.bind() as outer:
        with correlation.bind() as inner:
            assert correlation.get() == inner != outer
        assert correlation.get() == outer
    assert correlation.get() != correlation.get()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("number_of_events", "number_of_alerts", "number_of_occurrences", "queries"),
    [(0, 0, 0, 0), (1, 0, 0, 1), (50, 0, 0, 1), (0, 20, 0, 1), (0, 0, 20, 1), (6, 3, 2, 3)],
)
def test_one_query_for_each_sort_of_record(
    number_of_events: int,
    number_of_alerts: int,
    number_of_occurrences: int,
    queries: int,
    django_assert_num_queries: Any,
) -> None:
    business = organization()
    with django_assert_num_queries(queries), recording() as trail:
        for number in range(number_of_events):
            trail.record(closed(business, number))
        for number in range(number_of_alerts):
            trail.alert(alerts.emergency(organization_id=business.pk, thread_id=number))
        for number in range(number_of_occurrences):
            trail.occur(NewOccurrence(business.pk, "thread.closed", f"thread:{number}:closed"))
    assert AuditEvent.objects.count() == number_of_events
    assert Alert.objects.count() == number_of_alerts
    assert Occurrence.objects.count() == number_of_occurrences


@pytest.mark.django_db
def test_an_occurrence_is_written_once_for_its_key_in_each_business() -> None:
    here, there = organization(), organization()
    for _ in range(2):
        with recording() as trail:
            trail.occur(
                NewOccurrence(here.pk, "window.ended", "window:1:ended", {"window_id": 1}, NOON, 42, 2)
            )
            trail.occur(NewOccurrence(there.pk, "window.ended", "window:1:ended"))
            trail.occur(NewOccurrence(there.pk, "window.ended", "window:1:ended"))
    first = Occurrence.objects.get(organization=here)
    assert (first.kind, first.payload, first.due_at) == ("window.ended", {"window_id": 1}, NOON)
    assert (first.thread_id, first.depth, first.done_at) == (42, 2, None)
    assert (
        Occurrence.objects.get(organization=there).due_at
        <= Occurrence.objects.get(organization=there).created_at
    )


@pytest.mark.django_db
def test_a_block_belongs_to_its_thread() -> None:
    seen: list[AuditError | Trail] = []

    def look() -> None:
        try:
            seen.append(current())
        except AuditError as refusal:
            seen.append(refusal)

    with recording():
        other = threading.Thread(target=look)
        other.start()
        other.join()
    assert isinstance(seen[0], NotRecordingError)
