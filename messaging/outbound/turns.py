"""Asking the provider from a tick: every account gets its turn, none holds up the others, and no tick takes for ever.

A provider that is silent costs half a minute a call. So each account has a share of a round, the first call of an account that fails ends
its round, a round begins no call after ten seconds, and one process at a time makes rounds: the others are free for the sweeps.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.db import connection
from django.db.models import Model

SHARE = 50
ROUND_SECONDS = 10.0
_LOCK = "messaging.outbound.turns"

# One index probe an account, however much waits behind those that are due.
_DUE = """
SELECT due.id FROM messaging_provideraccount a CROSS JOIN LATERAL (
    SELECT t.id, t.{column} AS at FROM {table} t
    WHERE t.account_id = a.id AND t.{column} <= statement_timestamp() ORDER BY t.{column}, t.id LIMIT %s) due
WHERE a.line_state = 'open' ORDER BY due.at, due.id
"""


@dataclass(slots=True)
class Round:
    """One pass over what is due: until its time is over, and without the accounts that could not be asked."""

    ends: float = field(default_factory=lambda: time.monotonic() + ROUND_SECONDS)
    failed: set[int] = field(default_factory=set)

    def has_turn(self, account_id: int) -> bool:
        """Whether the account may be asked about one more."""
        return time.monotonic() < self.ends and account_id not in self.failed


def due_statement(model: type[Model], column: str) -> str:
    """The statement behind `due`."""
    return _DUE.format(table=model._meta.db_table, column=column)


def due(model: type[Model], column: str) -> list[int]:
    """Rows of `model` whose `column` has come: at most 50 of each account whose line is open, oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(due_statement(model, column), [SHARE])
        return [row[0] for row in cursor.fetchall()]


@contextmanager
def alone() -> Iterator[bool]:
    """Whether this process may make rounds now: one does at a time. Held by the session, so that a killed process lets go."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", [_LOCK])
        (mine,) = cursor.fetchone()
    try:
        yield mine
    finally:
        if mine:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [_LOCK])
