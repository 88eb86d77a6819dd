"""The API keeps to its schema, whatever is sent and whoever sends it: no fault of ours, no answer that the schema does not know."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.signals import request_finished, request_started
from django.db import close_old_connections

from tests.api.factories import business, key_of
from tests.api.routes import ROUTES

pytestmark = [pytest.mark.django_db, pytest.mark.fuzz]


@pytest.fixture(autouse=True)
def _one_connection() -> Iterator[None]:
    """Keep the test's own connection through plain WSGI calls, as Django's test client does."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.parametrize("role", ["owner", "staff", "integration"])
def test_generated_requests_break_nothing(role: str) -> None:
    from tests.api.fuzzing import fuzz

    made = business()
    succeeded = fuzz(made, key_of(getattr(made, role)), examples=5)
    # It is the endpoints that were tried, not their refusals. Many are for people alone.
    assert len(succeeded) > len(ROUTES) / (2 if role == "owner" else 4), sorted(succeeded)


def test_a_sitters_generated_requests_break_nothing() -> None:
    from tests.api.fuzzing import fuzz

    made = business()
    succeeded = fuzz(made, key_of(made.sitter_user), examples=10, under="/api/v1/me/")
    assert len(succeeded) >= 3, sorted(succeeded)
