"""A time without its zone is refused everywhere: in every body and every filter there is, and in those still to be written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import django_filters
import pytest
from django import forms
from rest_framework import serializers

from snoutos.accounts.rest import instants
from snoutos.accounts.rest.filtering import InstantFilter
from snoutos.accounts.rest.serializers import Moment, Strict
from tests.api.factories import Business, business, client_of
from tests.api.routes import ROUTES
from tests.api.test_schema import generated

NAIVE = "2027-03-28T02:30:00"
REFUSED = [
    NAIVE,
    "2027-03-28",
    "2027-03-28 02:30",
    "2027-03-28T02:30:00 UTC",
    "2027-02-30T02:30:00Z",
    "2027-13-01T02:30:00Z",
    "2027-03-28T24:30:00Z",
    "2027-03-28T02:60:00Z",
    "0000-01-01T00:00:00Z",
    "10000-01-01T00:00:00Z",
    "2027-03-28T02:30:00+25:00",
    "2027-03-28T02:30:00+14:01",
    "2027-03-28T02:30:00-15:00",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-12:00",
    "2027-W12-7T02:30:00Z",
    "٢٠٢٧-03-28T02:30:00Z",
    "now",
    "1803436200",
]
OTHER_TYPES: list[Any] = [1803436200, 1.5, True, [], {}, [NAIVE], {"at": NAIVE}]
READ = {
    "2027-03-28T02:30:00Z": datetime(2027, 3, 28, 2, 30, tzinfo=UTC),
    "2027-03-28 02:30Z": datetime(2027, 3, 28, 2, 30, tzinfo=UTC),
    "2027-03-28T02:30:00.125+05:30": datetime(2027, 3, 27, 21, 0, 0, 125000, tzinfo=UTC),
    "2027-03-28T02:30:00-0700": datetime(2027, 3, 28, 9, 30, tzinfo=UTC),
    " 2027-03-28T02:30:00+14:00 ": datetime(2027, 3, 27, 12, 30, tzinfo=UTC),
}


@pytest.mark.parametrize("value", [*REFUSED, *OTHER_TYPES], ids=repr)
def test_what_names_no_moment_is_refused_in_bodies(value: Any) -> None:
    with pytest.raises(serializers.ValidationError):
        Moment().run_validation(value)


@pytest.mark.parametrize("value", REFUSED)
def test_what_names_no_moment_is_refused_in_filters(value: str) -> None:
    assert not _filtering(InstantFilter(), value).is_valid()


@pytest.mark.parametrize(("value", "moment"), READ.items())
def test_a_moment_is_read_alike_in_bodies_and_filters(value: str, moment: datetime) -> None:
    assert Moment().run_validation(value) == moment
    reading = _filtering(InstantFilter(), value)
    assert reading.is_valid()
    assert reading.cleaned_data["at"] == moment


def test_a_plus_that_the_address_turned_into_a_blank_is_read_as_one() -> None:
    assert instants.read_from_address("2027-03-28T02:30:00 05:30") == datetime(2027, 3, 27, 21, tzinfo=UTC)


def test_a_body_without_a_zone_is_told_what_to_write() -> None:
    with pytest.raises(serializers.ValidationError) as refused:
        Moment().run_validation(NAIVE)
    assert "needs a time zone" in str(refused.value.detail)


# A holiday is a day wherever the business is.
DAYS = {("BusinessHoliday", "day")}


def test_every_time_that_a_body_takes_is_a_moment() -> None:
    taken = [
        (kind, name, field)
        for kind in _subclasses(Strict)
        for name, field in kind().fields.items()
        if not field.read_only
    ]
    assert any(isinstance(field, Moment) for _, _, field in taken)
    for kind, name, field in taken:
        for one in (field, getattr(field, "child", None)):
            if isinstance(one, serializers.DateTimeField | serializers.DateField | serializers.TimeField):
                is_day = (kind.__name__, name) in DAYS
                assert is_day or isinstance(one, Moment), (
                    f"{kind.__name__}.{name} takes a time without a zone"
                )


def test_every_time_that_a_list_filters_by_is_an_instant() -> None:
    seen = 0
    kinds: set[Any] = {getattr(route.view, "filterset_class", None) for route in ROUTES}
    for kind in kinds - {None}:
        for name, one in kind.base_filters.items():
            label = f"{kind.__name__}.{name}"
            assert not isinstance(one, django_filters.DateFromToRangeFilter), label
            assert not isinstance(one, django_filters.DateFilter | django_filters.TimeFilter), label
            if isinstance(one, django_filters.DateTimeFilter | django_filters.IsoDateTimeFilter):
                assert isinstance(one, InstantFilter), label
                seen += 1
    assert seen >= 8


@pytest.mark.django_db
@pytest.mark.parametrize("value", [NAIVE, "2027-02-30T00:00:00Z", "2027-03-28T02:30:00+25:00"])
def test_every_operation_that_takes_a_time_refuses_it(value: str) -> None:
    made = business()
    http = client_of(made.owner)
    operations = list(_with_times(generated()))
    assert len(operations) >= 8
    for method, path, where, name in operations:
        address = _of(made, path)
        if where == "query":
            answer = http.generic(method, f"{address}?{name}={value.replace('+', '%2B')}")
            named = name
        else:
            answer = getattr(http, method)(
                address, _nested(name, value), format="json", HTTP_IDEMPOTENCY_KEY="k"
            )
            named = name.split(".")[0]
        assert answer.status_code == 400, (method, path, name, answer.content)
        assert answer["Content-Type"] == "application/problem+json"
        assert named in answer.json()["errors"], (method, path, name, answer.content)


def _filtering(one: django_filters.Filter, value: str) -> forms.Form:
    """The form by which a list reads its filter."""
    form: type[forms.Form] = type("Form", (forms.Form,), {"at": one.field})
    return form({"at": value})


def _subclasses(kind: type[Any]) -> Iterator[type[Any]]:
    for below in kind.__subclasses__():
        yield below
        yield from _subclasses(below)


def _with_times(schema: dict[str, Any]) -> Iterator[tuple[str, str, str, str]]:
    """Method, path, "query" or "body", and name of every time that an operation takes."""
    for path, operations in schema["paths"].items():
        for method, operation in operations.items():
            for parameter in operation.get("parameters", []):
                if parameter["in"] == "query" and parameter["schema"].get("format") in ("date-time", "date"):
                    yield method, path, "query", parameter["name"]
            body = (
                operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
            )
            for name in _times_of(schema, body or {}):
                yield method, path, "body", name


def _times_of(schema: dict[str, Any], shape: dict[str, Any], depth: int = 0) -> Iterator[str]:
    for part in (shape, *shape.get("allOf", []), *shape.get("oneOf", [])):
        if "$ref" in part:
            component = schema["components"]["schemas"][part["$ref"].rsplit("/", 1)[1]]
            for name, inner in component.get("properties", {}).items():
                if inner.get("format") in ("date-time", "date") and not inner.get("readOnly"):
                    yield name
                elif depth < 2:
                    yield from (f"{name}.{below}" for below in _times_of(schema, inner, depth + 1))


def _nested(name: str, value: str) -> dict[str, Any]:
    body: Any = value
    for part in reversed(name.split(".")):
        body = {part: body}
    return dict(body)


def _of(made: Business, path: str) -> str:
    """The address of `path` with the rows of `made`."""
    (route,) = {route.path(made) for route in ROUTES if _shape("/api/v1/" + route.pattern) == _shape(path)}
    return route


def _shape(path: str) -> str:
    return re.sub(r"<uuid:\w+>|\{\w+\}", "{}", path)
