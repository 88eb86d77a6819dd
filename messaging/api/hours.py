"""When the business is open: its weekly hours and its holidays."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response

from messaging import hours as changing
from messaging import permissions
from messaging.errors import HoursRefused
from messaging.models import MessageNumber
from snoutos.accounts import hours
from snoutos.accounts.models import Organization
from snoutos.accounts.rest.scoping import OrganizationViewSet
from snoutos.accounts.rest.serializers import Strict
from snoutos.core.hours import (
    LONGEST_NAME,
    MOST_HOLIDAYS,
    MOST_SPANS,
    WEEKDAYS,
    Day,
    Holiday,
    HoursError,
    Span,
    clock_of,
    day_of,
    minutes_of,
)

_CLOCK = "A time of day on the business' clock, such as 08:00."


class OpeningHours(Strict):
    """From when to when, on one weekday. A day may have up to four."""

    weekday = serializers.ChoiceField(choices=WEEKDAYS)
    opens = serializers.CharField(max_length=5, help_text=_CLOCK)
    closes = serializers.CharField(
        max_length=5, help_text=f"{_CLOCK} 24:00 is midnight at the end of the day."
    )


class HolidayOpening(Strict):
    """From when to when, on one holiday."""

    opens = serializers.CharField(max_length=5, help_text=_CLOCK)
    closes = serializers.CharField(
        max_length=5, help_text=f"{_CLOCK} 24:00 is midnight at the end of the day."
    )


class BusinessHoliday(Strict):
    """A day with hours of its own; without any it is closed."""

    day = serializers.DateField(input_formats=["iso-8601"])
    name = serializers.CharField(max_length=LONGEST_NAME)
    hours = serializers.ListField(child=HolidayOpening(), required=False, max_length=MOST_SPANS)


class BusinessHoursBody(Strict):
    """All of them anew. No `hours` at all: always open. A weekday that is not named is closed."""

    hours = serializers.ListField(child=OpeningHours(), max_length=len(WEEKDAYS) * MOST_SPANS)
    holidays = serializers.ListField(child=BusinessHoliday(), max_length=MOST_HOLIDAYS)


class BusinessHoursAnswer(serializers.Serializer[Any]):
    """What is kept, and where the business stands now. `opens_at` and `closes_at` are null where nothing is in sight."""

    timezone = serializers.CharField()
    hours = OpeningHours(many=True)
    holidays = BusinessHoliday(many=True)
    emergency_contact = serializers.CharField(
        help_text="Who clients call when it is closed; chosen on the desk."
    )
    is_open = serializers.BooleanField()
    opens_at = serializers.DateTimeField(
        allow_null=True, help_text="When it opens next; null while it is open."
    )
    closes_at = serializers.DateTimeField(
        allow_null=True, help_text="When it closes next; null while it is closed."
    )
    sentence = serializers.CharField(help_text="Open now until 5:00 PM.")


class BusinessHours(OrganizationViewSet):
    """When the business is open. Calls, automations and auto-replies ask this."""

    model = MessageNumber
    may = {"retrieve": permissions.SEE_HOURS, "update": permissions.CHANGE_HOURS}
    filter_backends = ()
    pagination_class: type[BasePagination] | None = None

    @extend_schema(responses=BusinessHoursAnswer)
    def retrieve(self, request: Request) -> Response:
        """The hours, and whether it is open now."""
        return _answer(self.organization)

    @extend_schema(request=BusinessHoursBody, responses=BusinessHoursAnswer)
    def update(self, request: Request) -> Response:
        """Replace hours and holidays."""
        asked = self.given(BusinessHoursBody)
        try:
            days = _days(asked["hours"])
            holidays = [
                Holiday(one["day"], one["name"].strip(), _day(one.get("hours", ())))
                for one in asked["holidays"]
            ]
        except HoursError as error:
            raise HoursRefused(error.sentence) from error
        return _answer(
            changing.change(
                self.organization, days=days, holidays=holidays, by=self.caller, at=timezone.now()
            )
        )


def _days(named: Iterable[Mapping[str, str]]) -> dict[int, Day]:
    spans: dict[int, list[Mapping[str, str]]] = {}
    for one in named:
        spans.setdefault(WEEKDAYS.index(one["weekday"]), []).append(one)
    return {at: _day(ones) for at, ones in spans.items()}


def _day(spans: Iterable[Mapping[str, str]]) -> Day:
    return day_of(Span(minutes_of(one["opens"]), minutes_of(one["closes"])) for one in spans)


def _answer(organization: Organization) -> Response:
    at, kept = timezone.now(), hours.of(organization)
    is_open = hours.is_open(organization, at)
    shown = {
        "timezone": organization.timezone,
        "hours": [
            {"weekday": name, **span}
            for name, day in zip(WEEKDAYS, kept.week, strict=False)
            for span in _spans(day)
        ],
        "holidays": [
            {"day": day, "name": one.name, "hours": _spans(one.spans)}
            for day, one in _in_order(kept.holidays)
        ],
        "emergency_contact": organization.emergency_contact,
        "is_open": is_open,
        "opens_at": None if is_open else hours.opens_next(organization, at),
        "closes_at": hours.closes_next(organization, at),
        "sentence": hours.standing(organization, at),
    }
    return Response(BusinessHoursAnswer(shown).data)


def _spans(day: Day) -> list[dict[str, str]]:
    return [{"opens": clock_of(span.opens), "closes": clock_of(span.closes)} for span in day]


def _in_order(holidays: Mapping[date, Holiday]) -> list[tuple[date, Holiday]]:
    return sorted(holidays.items())
