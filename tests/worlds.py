"""What all tests of a module begin with is made once, and every test gets it as it was made.

    business = world(open_business)

is a fixture. The first test of the module that asks for it makes the rows inside a transaction which stays open; each test works inside
a savepoint of it and on a copy of the objects. The next module makes its own. Tests with real commits make their own too, each time.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection, transaction

from tests.business import open_business

Make = Callable[[], Any]


def world(make: Make) -> Any:
    """A fixture that gives what `make` makes."""

    def made(_worlds: Worlds, db: None) -> Any:
        return _worlds.as_it_was(make)

    made.make = make  # type: ignore[attr-defined]  # on the function: `_asked_by` sees no fixture, only what it calls
    return pytest.fixture(made)


class Worlds:
    """The one that stands in this process, if any."""

    def __init__(self) -> None:
        self._key: tuple[Make, str] | None = None
        self._made: Any = None
        self._open: transaction.Atomic | None = None

    @property
    def standing(self) -> Make | None:
        """What made the one that stands."""
        return self._key[0] if self._key else None

    def begin(self, make: Make | None, module: str) -> None:
        """Let the world of `make` stand, or none."""
        key = (make, module) if make else None
        if key == self._key:
            return
        self.end()
        if make is None:
            return
        self._open = transaction.atomic()
        self._open._from_testcase = True  # type: ignore[attr-defined]  # as the test's own: "durable" blocks may begin inside
        self._open.__enter__()
        self._key, self._made = key, make()
        # What was made is checked now, and stays so: a test finds the transaction as the product leaves it after a text.
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    def end(self) -> None:
        """Take it back."""
        if self._open is not None:
            connection.set_rollback(True)
            self._open.__exit__(None, None, None)
        self._key = self._made = self._open = None

    def as_it_was(self, make: Make) -> Any:
        """A copy of what was made; made now where it does not stand."""
        return copy.deepcopy(self._made) if self._key and self._key[0] is make else make()


@pytest.fixture(scope="session")
def _worlds(django_db_setup: None, django_db_blocker: Any) -> Iterator[Worlds]:
    worlds = Worlds()
    yield worlds
    with django_db_blocker.unblock():
        worlds.end()


@pytest.fixture
def _right_world(request: pytest.FixtureRequest, _worlds: Worlds, django_db_blocker: Any) -> None:
    with django_db_blocker.unblock():
        _worlds.begin(_asked_by(request), request.node.nodeid.partition("::")[0])


@pytest.fixture
def _django_db_helper(_right_world: None, _django_db_helper: None) -> None:
    """pytest-django's, which begins and ends the test's own transaction, after the world's."""


def _asked_by(request: pytest.FixtureRequest) -> Make | None:
    """What makes the world of this test; None when it has none, or makes it itself because it commits."""
    marker = request.node.get_closest_marker("django_db")
    if (marker and marker.kwargs.get("transaction")) or _COMMIT & set(request.fixturenames):
        return None
    known = request.node._fixtureinfo.name2fixturedefs
    makes = [getattr(known[name][-1].func, "make", None) for name in request.fixturenames if name in known]
    return next(filter(None, makes), None)


_COMMIT = {"transactional_db", "live_server", "django_db_reset_sequences"}

business = world(open_business)
