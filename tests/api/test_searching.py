"""Lists of the API find a phone however it is written, each row once."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.factories import Business, business, client_of
from tests.api.routes import Route
from tests.api.test_lists import LISTS
from tests.desk.test_searching import forms_of

pytestmark = pytest.mark.django_db


def _filters(route: Route) -> set[str]:
    filters = getattr(route.view, "filterset_class", None)
    return {"search", "phone"} & set(filters.get_filters() if filters else ())


SEARCHED = [(route, name) for route in LISTS for name in sorted(_filters(route))]


def _row_and_phone(made: Business, route: Route) -> tuple[Any, str]:
    """A row of the list, and a phone by which it is to be found."""
    rows: dict[str, tuple[Any, str]] = {
        "clients/": (made.client, made.client.phones.get().e164),
        "sitters/": (made.sitter, made.sitter.phone),
        "numbers/": (made.number, made.number.e164),
        "threads/": (made.thread, made.client.phones.get().e164),
    }
    return rows[route.pattern]


@pytest.mark.parametrize(("route", "name"), SEARCHED, ids=str)
def test_every_filter_finds_a_phone_however_it_is_written(route: Route, name: str) -> None:
    made = business()
    row, e164 = _row_and_phone(made, route)
    http = client_of(made.owner)
    for typed in forms_of(e164):
        results = http.get(route.path(made), {name: typed}).json()["results"]
        assert [one["id"] for one in results].count(str(row.public_id)) == 1, typed
    assert http.get(route.path(made), {name: "(808) 555-0199"}).json()["results"] == []


def test_a_phone_that_is_none_finds_nobody() -> None:
    made = business()
    assert client_of(made.owner).get("/api/v1/clients/", {"phone": "Rex"}).json()["results"] == []
