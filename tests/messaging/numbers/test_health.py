"""A number's health over seven days: none failed is healthy, one or two to watch, three or more failing."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from audit.models import Alert
from audit.record import Actor, recording
from messaging.models import Delivery, MessageNumber, SendAttempt
from messaging.models.numbers import Health
from messaging.numbers import health
from messaging.outbound.queue.submit import Author, submit
from tests.business import Business, stranger


@pytest.mark.parametrize(
    ("failed", "grade"), [(0, "healthy"), (1, "watch"), (2, "watch"), (3, "failing"), (99, "failing")]
)
def test_grades(failed: int, grade: str) -> None:
    assert health.grade(failed) == grade


def fail(business: Business, *, phone: str = "", days_ago: float = 0, accepted: bool = True) -> Delivery:
    """A text over the front desk, to a new phone unless named, that the carrier lost (or that the provider refused)."""
    said = submit(
        thread=business.text("Hi", sender=phone or stranger()).thread,
        author=Author.owner(business.owner),
        body=uuid.uuid4().hex,
        at=timezone.now() - timedelta(days=days_ago),
    )
    delivery = said.delivery
    assert delivery is not None
    attempt = SendAttempt.objects.create(
        organization=business.organization,
        delivery=delivery,
        number=1,
        account=business.account,
        sender=delivery.sender,
        recipient=uuid.uuid4().hex[:20],
        body_hash=delivery.body_hash,
        token=uuid.uuid4().hex,
        fence=1,
        lease_until=timezone.now(),
    )
    moves = ["calling", "accepted"] if accepted else ["calling", "rejected"]
    for state in moves:
        SendAttempt.objects.filter(pk=attempt.pk).update(
            state=state, provider_sid=f"SM{attempt.pk}" if state == "accepted" else ""
        )
    rows = Delivery.objects.filter(pk=delivery.pk)
    rows.update(state="sending", current_attempt=attempt)
    if accepted:
        rows.update(state="sent", accepted_attempt=attempt)
    rows.update(state="failed", reason="carrier")
    return delivery


def refresh(business: Business) -> Health:
    with transaction.atomic(), recording(actor=Actor.system()):
        return health.refresh(business.front_desk.pk)


def test_failures_change_the_grade_and_it_is_recorded_once(business: Business) -> None:
    assert refresh(business) == "healthy"
    fail(business)
    assert [refresh(business), refresh(business)] == ["watch", "watch"]
    assert business.verbs().count("number.health_changed") == 1
    assert Alert.objects.get(kind="number.health").severity == "info"
    for _ in range(2):
        fail(business)
    assert refresh(business) == "failing"
    assert MessageNumber.objects.get(pk=business.front_desk.pk).health == "failing"
    assert Alert.objects.get(kind="number.health").severity == "warning"


def test_many_texts_to_one_phone_count_once(business: Business) -> None:
    phone = stranger()
    for _ in range(5):
        fail(business, phone=phone)
    assert refresh(business) == "watch"
    assert "Phones its texts didn't reach in the last 7 days: 1." in Alert.objects.get().detail


def test_it_costs_the_same_however_many_failed(business: Business) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            refresh(business)
        return len(queries)

    for _ in range(3):
        fail(business)
    refresh(business)
    few = asked()
    for _ in range(7):
        fail(business)
    assert asked() == few


def test_what_is_older_than_seven_days_no_longer_counts(business: Business) -> None:
    fail(business, days_ago=7.01)
    assert refresh(business) == "healthy"
    fail(business, days_ago=6.9)
    assert refresh(business) == "watch"


def test_what_the_provider_refused_says_nothing_about_the_number(business: Business) -> None:
    fail(business, accepted=False)
    assert refresh(business) == "healthy"


def test_a_phone_that_opted_out_is_no_failure_of_the_number(business: Business) -> None:
    for _ in range(3):
        delivery = fail(business)
        Delivery.objects.filter(pk=delivery.pk).update(error_code="21610")
    assert refresh(business) == "healthy"


def test_looking_for_recovered_numbers_costs_the_same_however_many_there_are(business: Business) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert business.front_desk.pk not in health.due_for_refresh()
        return len(queries)

    fail(business)
    refresh(business)
    few = asked()
    numbers = [business.add_number("pool") for _ in range(5)]
    MessageNumber.objects.filter(pk__in=[one.pk for one in numbers]).update(health="failing")
    assert asked() == few
    assert health.due_for_refresh() == sorted(one.pk for one in numbers)


def test_recovery_is_recorded_and_not_alerted(business: Business) -> None:
    """And what was alerted is settled by itself."""
    delivery = fail(business)
    refresh(business)
    assert "number.health" in business.alerts()
    Delivery.objects.filter(pk=delivery.pk).update(created_at=timezone.now() - timedelta(days=8))
    assert health.due_for_refresh() == [business.front_desk.pk]
    assert refresh(business) == "healthy"
    assert business.verbs().count("number.health_changed") == 2
    assert "number.health" not in business.alerts()
    assert health.due_for_refresh() == []
