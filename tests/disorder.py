"""Takes away every order that nothing promises: of the tests, and of rows that were asked for without one.

`SNOUTOS_DISORDER=7 make test` runs the suite so; another number is another disorder. PostgreSQL may answer a query without ORDER BY in
any order, and mostly does not, so that what relies on it fails on the one busy day. Here it fails at once, in tests and product alike.
"""

from __future__ import annotations

import os
import random
from typing import Any

import pytest
from django.db.models.query import QuerySet

SEED = os.environ.get("SNOUTOS_DISORDER", "")

_in_order = QuerySet._fetch_all


def _fetch_in_disorder(rows: QuerySet[Any]) -> None:
    fresh = rows._result_cache is None
    _in_order(rows)
    if fresh and rows._result_cache and not rows.ordered:
        random.shuffle(rows._result_cache)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All processes of a run shuffle alike; pytest-django still runs tests with real commits last."""
    if SEED:
        random.Random(SEED).shuffle(items)


def pytest_configure() -> None:
    if SEED:
        QuerySet._fetch_all = _fetch_in_disorder  # type: ignore[method-assign, assignment]


def pytest_unconfigure() -> None:
    QuerySet._fetch_all = _in_order  # type: ignore[method-assign]


def pytest_report_header() -> str | None:
    return f"disorder: {SEED}" if SEED else None
