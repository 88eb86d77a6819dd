"""The alert about texts that wait: after 15 minutes without a decision, once for the business, over with the queue."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from audit import alert_lifecycle
from audit.models import Alert
from messaging import tasks
from messaging.review import decisions, waiting
from snoutos.celery import app
from tests.business import Business, open_business
from tests.messaging.review.held import age, hold

pytestmark = pytest.mark.django_db


def rung(business: Business) -> Alert | None:
    found: Alert | None = Alert.objects.of(business.organization).filter(kind=waiting.KIND).first()
    return found


def later(minutes: float) -> datetime:
    return timezone.now() + timedelta(minutes=minutes)


def test_it_rings_after_15_minutes_and_not_before(business: Business) -> None:
    hold(business)
    assert waiting.alert(later(14)) == 0
    assert waiting.alert(later(16)) == 1
    alert = rung(business)
    assert alert is not None
    assert (alert.severity, alert.state, alert.count) == ("warning", "open", 1)
    assert "Texts: 1; minutes of the oldest: 16" in alert.detail


def test_it_rings_once_in_15_minutes_and_is_one_alert(business: Business) -> None:
    hold(business)
    hold(business)
    assert [waiting.alert(later(minutes)) for minutes in (16, 17, 30, 32, 33)] == [1, 0, 0, 1, 0]
    alert = Alert.objects.of(business.organization).get(kind=waiting.KIND)
    assert alert.count == 2
    assert "Texts: 2" in alert.detail


def test_while_somebody_decides_it_is_quiet(business: Business) -> None:
    first, second = age(hold(business), 40), age(hold(business), 20)
    decisions.reject(first, by=business.owner, note="no", at=timezone.now())
    assert waiting.alert(later(5)) == 0
    assert waiting.alert(later(16)) == 1
    decisions.reject(second, by=business.owner, note="no", at=timezone.now())


def test_the_last_decision_settles_it(business: Business) -> None:
    first, second = age(hold(business), 40), age(hold(business), 20)
    tasks.alert_waiting_reviews()
    decisions.approve(first, by=business.owner, at=timezone.now())
    assert waiting.KIND in business.alerts()
    decisions.dismiss(second, by=business.owner, at=timezone.now())
    assert waiting.KIND not in business.alerts()
    alert = rung(business)
    assert alert is not None
    assert alert.resolved_automatically


def test_the_tick_settles_it_when_the_queue_emptied_by_itself(business: Business) -> None:
    message = age(hold(business), 40)
    tasks.alert_waiting_reviews()
    type(message).objects.filter(pk=message.pk).update(state="canceled")
    tasks.alert_waiting_reviews()
    assert waiting.KIND not in business.alerts()


def test_an_owner_who_closed_it_hears_again_after_15_minutes(business: Business) -> None:
    hold(business)
    waiting.alert(later(16))
    alert = rung(business)
    assert alert is not None
    alert_lifecycle.dismiss(alert, by=business.owner, at=later(16))
    assert waiting.alert(later(20)) == 0
    assert waiting.alert(later(32)) == 1


def test_each_business_has_its_own(business: Business) -> None:
    other = open_business("Other")
    age(hold(business), 20)
    hold(other)
    assert waiting.alert(timezone.now()) == 1
    assert rung(other) is None


def test_the_beat_rings_it() -> None:
    tasks_rung = {entry["task"] for entry in app.conf.beat_schedule.values()}
    assert tasks.alert_waiting_reviews.name in tasks_rung
