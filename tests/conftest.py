"""Every test runs as the plain database role, as production does; only making and emptying the database is the owner's."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import TransactionTestCase

pytest_plugins = [
    "tests.disorder",
    "tests.template_database",
    "tests.programs",
    "tests.searching",
    "tests.told",
    "tests.worlds",
]


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Once the test database stands, every connection that is opened takes the running role."""
    with django_db_blocker.unblock():
        connection.close()
        connection.settings_dict["OPTIONS"]["assume_role"] = settings.DATABASE_ROLE
    yield
    with django_db_blocker.unblock():
        connection.close()
        del connection.settings_dict["OPTIONS"]["assume_role"]


@pytest.fixture(scope="session", autouse=True)
def _flush_as_owner() -> Iterator[None]:
    """Emptying tables is the owner's right; the audit trail refuses it to the running role."""
    cases: Any = TransactionTestCase
    flush = cases._fixture_teardown

    def as_owner(self: TransactionTestCase) -> None:
        with connection.cursor() as cursor:
            cursor.execute("RESET ROLE")
        try:
            flush(self)
        finally:
            with connection.cursor() as cursor:
                cursor.execute(f"SET ROLE {connection.ops.quote_name(settings.DATABASE_ROLE)}")

    cases._fixture_teardown = as_owner
    yield
    cases._fixture_teardown = flush


@pytest.fixture
def own_database_settings() -> Iterator[None]:
    """For tests that make this process another one to the database: the connections of later tests know nothing of it."""
    database, before = connection.settings_dict, dict(connection.settings_dict)
    database["OPTIONS"] = dict(before["OPTIONS"])
    yield
    database.clear()
    database.update(before)


@pytest.fixture(autouse=True)
def _database_settings_stay() -> Iterator[None]:
    before = _names_but_role()
    yield
    assert _names_but_role() == before, "Use the fixture own_database_settings."


def _names_but_role() -> dict[str, Any]:
    return {
        name: value for name, value in connection.settings_dict["OPTIONS"].items() if name != "assume_role"
    }
