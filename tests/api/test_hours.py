"""Business hours by API: read by everyone in the office, replaced by owners, refused in words."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from audit.models import AuditEvent
from messaging import hours as changing
from snoutos.accounts import hours
from snoutos.accounts.permissions import NotAllowed
from tests.api.factories import client_of
from tests.business import Business
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
WHERE = "/api/v1/business-hours/"
MORNING, AFTERNOON = ({"opens": "08:00", "closes": "12:00"}, {"opens": "13:00", "closes": "24:00"})
WEEK = [
    {"weekday": "monday", **MORNING},
    {"weekday": "monday", **AFTERNOON},
    {"weekday": "sunday", **MORNING},
]
EVE = {"day": "2026-12-24", "name": "Christmas Eve", "hours": [MORNING]}
DAY = {"day": "2026-12-25", "name": "Christmas Day", "hours": []}


def put(business: Business, **body: Any) -> Any:
    return client_of(business.owner, "windows").put(
        WHERE, {"hours": WEEK, "holidays": [DAY, EVE], **body}, format="json"
    )


def changes(business: Business) -> list[list[str]]:
    events = AuditEvent.objects.filter(organization=business.organization, verb="settings.changed")
    return [event.data["fields"] for event in events.order_by("pk")]


def test_an_owner_replaces_hours_and_holidays(business: Business) -> None:
    assert client_of(business.owner, "read").get(WHERE).json()["sentence"] == "Always open: no hours are set."
    answer = put(business)
    assert answer.status_code == 200, answer.content
    assert answer.json() == client_of(business.owner, "read").get(WHERE).json()
    assert (answer.json()["hours"], answer.json()["holidays"]) == (WEEK, [EVE, DAY])
    business.organization.refresh_from_db()
    assert business.organization.opening_hours == ["08:00-12:00 13:00-24:00", *[""] * 5, "08:00-12:00"]
    assert answer.json()["is_open"] == hours.is_open(business.organization, timezone.now())
    assert changes(business) == [["opening_hours", "holidays"]]
    put(business)
    assert len(changes(business)) == 1, "what stays the same is no change"
    assert put(business, hours=[], holidays=[]).json()["is_open"], "nothing set is always open"
    assert changes(business)[1:] == [["opening_hours", "holidays"]]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (
            {"hours": [{"weekday": "monday", "opens": "17:00", "closes": "08:00"}]},
            "Closing must come after opening",
        ),
        ({"hours": [{"weekday": "monday", "opens": "8 AM", "closes": "17:00"}]}, "such as 08:30"),
        ({"hours": [{"weekday": "monday", "opens": "08:00", "closes": "24:01"}]}, "such as 08:30"),
        ({"hours": [WEEK[0], {**WEEK[0], "closes": "11:00"}]}, "overlap"),
        ({"holidays": [DAY, {**DAY, "name": "Another"}]}, "are on the same day"),
        ({"holidays": [{**DAY, "name": "A|B"}]}, "can't have"),
        ({"holidays": [{**DAY, "hours": [MORNING, MORNING]}]}, "overlap"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(business: Business, body: Any, said: str) -> None:
    answer = put(business, **body)
    assert (answer.status_code, answer.json()["code"]) == (400, "hours_refused")
    assert said in answer.json()["detail"]
    assert changes(business) == []


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"hours": [{**WEEK[0], "weekday": "caturday"}]}, "hours"),
        ({"holidays": [{**DAY, "day": "Dec 25"}]}, "holidays"),
        ({"holidays": [{**DAY, "name": ""}]}, "holidays"),
        ({"hours": WEEK * 20}, "hours"),
    ],
)
def test_what_has_another_shape_is_said_at_its_field(business: Business, body: Any, field: str) -> None:
    answer = put(business, **body)
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])


def test_the_verb_itself_is_the_owners(business: Business) -> None:
    staff = UserFactory(organization=business.organization, role="staff")
    with pytest.raises(NotAllowed):
        changing.change(business.organization, days={}, holidays=[], by=staff, at=timezone.now())


def test_staff_read_them_and_change_nothing(business: Business) -> None:
    staff = UserFactory(organization=business.organization, role="staff")
    assert client_of(staff, "read").get(WHERE).status_code == 200
    refused = client_of(staff, "windows").put(WHERE, {"hours": [], "holidays": []}, format="json")
    assert (refused.status_code, refused.json()["code"]) == (403, "not_allowed")
