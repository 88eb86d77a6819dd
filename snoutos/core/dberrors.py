"""What the database refused, asked of the driver instead of the error's words; and work that is to be done again."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import psycopg
import structlog
from django.db import (
    DatabaseError,
    Error,
    IntegrityError,
    InterfaceError,
    OperationalError,
    connection,
    transaction,
)

log = structlog.get_logger(__name__)

_T = TypeVar("_T")

# lock_not_available (lock_timeout or NOWAIT), deadlock_detected, serialization_failure.
_HELD_UP = frozenset({"55P03", "40P01", "40001"})
# Long enough for a restart of PostgreSQL; shorter than the lease of a call whose outcome is to be written down.
REPEATED_FOR_SECONDS = 30.0
_PAUSES = (0.0, 0.2, 0.5, 1.0)
_LAST_PAUSE = 2.0


def violated(error: DatabaseError) -> str:
    """The name of the constraint or unique index that refused the row; empty when it was none."""
    cause = error.__cause__
    return (cause.diag.constraint_name or "") if isinstance(cause, psycopg.Error) else ""


@contextmanager
def saving(constraint: str, refusal: Callable[[], Exception]) -> Iterator[None]:
    """Save in a savepoint; when `constraint` refuses it, raise what `refusal` makes. Other errors pass unchanged.

    The savepoint is taken back first, so `refusal` may ask the database what stands in the way.
    """
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if violated(error) != constraint:
            raise
        raise refusal() from error


def is_held_up(error: BaseException | None) -> bool:
    """Whether somebody else's lock was in the way: nothing is wrong with the work itself, so it is done again and counts as no try."""
    while error is not None:
        if getattr(error, "sqlstate", None) in _HELD_UP:
            return True
        error = error.__cause__
    return False


def repeat(work: Callable[[], _T], *, seconds: float = REPEATED_FOR_SECONDS) -> _T:
    """Do `work`, a whole transaction, again on a new connection while the database is away, ended our session or had a lock in the way.

    Raises the last refusal after so many seconds, and at once inside a transaction, whose beginning is lost with its connection. `work`
    must find out by itself what it has done already: a commit whose answer was lost is repeated too. Nothing in it may call the provider.
    """
    give_up = time.monotonic() + seconds
    for pause in itertools.chain(_PAUSES, itertools.repeat(_LAST_PAUSE)):
        try:
            return work()
        except (OperationalError, InterfaceError) as error:
            if connection.in_atomic_block or time.monotonic() + pause > give_up:
                raise
            log.warning("database.again", error=type(error).__name__, held_up=is_held_up(error))
            _let_go()
            time.sleep(pause)
    raise AssertionError("The pauses never end.")


def _let_go() -> None:
    """The next statement opens a new connection; this one may be broken in the middle of anything."""
    try:
        connection.close()
    except Error as error:
        log.warning("database.not_closed", error=type(error).__name__)
