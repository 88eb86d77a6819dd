"""Quiet hours hold automation texts, at the recipient's place, and never a person's."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from messaging.models import Client, Delivery
from messaging.outbound.queue import begin_call, quiet_hours
from messaging.outbound.queue.submit import Author, submit
from snoutos.accounts.models import Organization
from tests.business import Business
from tests.messaging.outbound.steps import claim, fresh, owner_says, travel

NEW_YORK = ZoneInfo("America/New_York")
NIGHT = (time(21), time(8))


def _local(text: str, zone: ZoneInfo = NEW_YORK, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone, fold=fold)


TABLE = [
    # at                     from       until      ends
    ("2026-07-01T20:59:59", time(21), time(8), None),
    ("2026-07-01T21:00:00", time(21), time(8), "2026-07-02T08:00"),
    ("2026-07-01T23:30:00", time(21), time(8), "2026-07-02T08:00"),
    ("2026-07-02T00:00:00", time(21), time(8), "2026-07-02T08:00"),
    ("2026-07-02T07:59:59", time(21), time(8), "2026-07-02T08:00"),
    ("2026-07-02T08:00:00", time(21), time(8), None),
    ("2026-07-31T22:00:00", time(21), time(8), "2026-08-01T08:00"),
    ("2026-12-31T22:00:00", time(21), time(8), "2027-01-01T08:00"),
    # within one day
    ("2026-07-01T11:59:00", time(12), time(14), None),
    ("2026-07-01T12:00:00", time(12), time(14), "2026-07-01T14:00"),
    ("2026-07-01T14:00:00", time(12), time(14), None),
    # midnight as an end, and as a beginning
    ("2026-07-01T23:00:00", time(22), time(0), "2026-07-02T00:00"),
    ("2026-07-02T00:00:00", time(22), time(0), None),
    ("2026-07-02T00:00:00", time(0), time(6), "2026-07-02T06:00"),
    # none at all
    ("2026-07-01T23:00:00", time(9), time(9), None),
]


@pytest.mark.parametrize(("at", "begins", "until", "ends"), TABLE)
def test_end_of_quiet(at: str, begins: time, until: time, ends: str | None) -> None:
    assert quiet_hours.end_of_quiet(_local(at), begins, until) == (_local(ends) if ends else None)


def test_over_the_night_of_the_spring_change_the_end_is_eight_local() -> None:
    end = quiet_hours.end_of_quiet(_local("2026-03-07T22:00"), *NIGHT)
    assert end == _local("2026-03-08T08:00")
    # The clock jumps at two: the night is an hour shorter.
    assert end is not None
    assert end.astimezone(ZoneInfo("UTC")).hour == 12


def test_over_the_night_of_the_autumn_change_the_end_is_eight_local() -> None:
    end = quiet_hours.end_of_quiet(_local("2026-10-31T22:00"), *NIGHT)
    assert end is not None
    assert end.astimezone(ZoneInfo("UTC")) == datetime(2026, 11, 1, 13, tzinfo=ZoneInfo("UTC"))


@pytest.mark.parametrize("fold", [0, 1])
def test_in_the_repeated_hour_it_is_quiet_both_times(fold: int) -> None:
    end = quiet_hours.end_of_quiet(_local("2026-11-01T01:30", fold=fold), *NIGHT)
    assert end == _local("2026-11-01T08:00")


def test_an_end_in_the_hour_that_does_not_exist_lies_after_its_beginning() -> None:
    at = _local("2026-03-08T01:30")
    end = quiet_hours.end_of_quiet(at, time(21), time(2, 30))
    assert end is not None
    assert end.astimezone(ZoneInfo("UTC")) > at.astimezone(ZoneInfo("UTC"))


def _automation_says(business: Business, recipient: str = "") -> Delivery:
    said = submit(
        thread=business.thread(), author=Author.automation(1), body="See you tomorrow", at=timezone.now()
    )
    assert said.delivery is not None
    return said.delivery


@pytest.mark.django_db
def test_the_clients_own_zone_counts_first(business: Business) -> None:
    delivery = _automation_says(business)
    Client.objects.filter(pk=business.client.pk).update(timezone="Pacific/Honolulu")
    assert quiet_hours.zone_of(fresh(delivery), business.organization).key == "Pacific/Honolulu"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("recipient", "zone"),
    [
        ("+16195550123", "America/Los_Angeles"),
        ("+12125550123", "America/New_York"),
        ("+18085550123", "Pacific/Honolulu"),
        ("+18005550123", "America/Chicago"),  # toll free: no place, so the business' own
    ],
)
def test_then_the_area_code_and_then_the_business(business: Business, recipient: str, zone: str) -> None:
    delivery = _automation_says(business)
    delivery.recipient = recipient
    business.organization.timezone = "America/Chicago"
    assert quiet_hours.zone_of(delivery, business.organization).key == zone


def _make_it_quiet(business: Business, *, now: bool) -> None:
    here = timezone.now().astimezone(ZoneInfo("America/Los_Angeles"))
    begins = here - timedelta(hours=1) if now else here + timedelta(hours=1)
    Organization.objects.filter(pk=business.organization.pk).update(
        quiet_from=begins.time(), quiet_until=(begins + timedelta(hours=2)).time()
    )


@pytest.mark.django_db
def test_in_quiet_hours_an_automation_text_waits_for_their_end(business: Business) -> None:
    _make_it_quiet(business, now=True)
    delivery = _automation_says(business)
    attempt = claim(delivery)
    assert begin_call.begin(attempt) is None
    delivery = fresh(delivery)
    assert (delivery.state, delivery.ready, delivery.retries) == ("queued", False, 0)
    assert delivery.next_attempt_at is not None
    assert timedelta(minutes=58) < delivery.next_attempt_at - timezone.now() <= timedelta(hours=1)
    travel(delivery, timedelta(hours=1))
    _make_it_quiet(business, now=False)
    assert begin_call.begin(claim(delivery)) is not None


@pytest.mark.django_db
def test_in_quiet_hours_a_persons_text_leaves(business: Business) -> None:
    _make_it_quiet(business, now=True)
    assert begin_call.begin(claim(owner_says(business, "Of course"))) is not None
