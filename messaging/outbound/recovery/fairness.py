"""Asking the provider from a tick: every account gets its turn, none holds up the others, and no tick takes for ever.

Accounts are asked in turn, one question each. A question that fails postpones nothing but itself: three in a row end the account's part
of a round, and so does one that took long, because a silent provider costs half a minute a call. A round begins no call after ten seconds,
what failed apart, and one process at a time makes rounds: the others are free for the sweeps.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.db import connection
from django.db.models import Model

from messaging import heartbeats

SHARE = 50
ROUND_SECONDS = 10.0
FAILURES_IN_A_ROW = 3
SILENT_AFTER_SECONDS = 5.0
# The sign of life of whoever makes rounds. One who has stood still for so long makes none any more; two at once would do no harm.
NAME = heartbeats.ROUND
LEASE_SECONDS = 60

# One index probe an account, however much waits behind those that are due.
_DUE = """
SELECT due.id FROM messaging_provideraccount a CROSS JOIN LATERAL (
    SELECT t.id, t.{column} AS at, row_number() OVER (ORDER BY t.{column}, t.id) AS turn FROM {table} t
    WHERE t.account_id = a.id AND t.{column} <= statement_timestamp() ORDER BY t.{column}, t.id LIMIT %s) due
WHERE a.line_state = 'open' ORDER BY due.turn, due.at, due.id
"""
_TAKE = """
INSERT INTO messaging_heartbeat AS mine (name, at) VALUES (%s, clock_timestamp())
ON CONFLICT (name) DO UPDATE SET at = excluded.at WHERE mine.at < excluded.at - make_interval(secs => %s) RETURNING at
"""
_GIVE_BACK = "DELETE FROM messaging_heartbeat WHERE name = %s AND at = %s"


@dataclass(slots=True)
class Round:
    """One pass over what is due: until its time is over, and without the accounts that could not be asked."""

    _ends: float = field(default_factory=lambda: time.monotonic() + ROUND_SECONDS)
    _failures: Counter[int] = field(default_factory=Counter)
    _asked_at: float = 0.0

    def has_turn(self, account_id: int) -> bool:
        """Whether the account may be asked about one more, now."""
        self._asked_at = time.monotonic()
        return self._asked_at < self._ends and self._failures[account_id] < FAILURES_IN_A_ROW

    def answered(self, account_id: int) -> None:
        self._failures[account_id] = 0

    def failed(self, account_id: int) -> None:
        """The account could not be asked. What that took is not taken from the others' time."""
        took = time.monotonic() - self._asked_at
        self._ends += took
        self._failures[account_id] += FAILURES_IN_A_ROW if took > SILENT_AFTER_SECONDS else 1


def due_statement(model: type[Model], column: str) -> str:
    """The statement behind `due`."""
    return _DUE.format(table=model._meta.db_table, column=column)


def due(model: type[Model], column: str) -> list[int]:
    """Rows of `model` whose `column` has come: at most 50 of each account whose line is open, oldest first, the accounts in turn."""
    with connection.cursor() as cursor:
        cursor.execute(due_statement(model, column), [SHARE])
        return [row[0] for row in cursor.fetchall()]


@contextmanager
def alone() -> Iterator[bool]:
    """Whether this process may make rounds now: one does at a time. One that is killed or stands still loses that after a minute."""
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [NAME, LEASE_SECONDS])
        row = cursor.fetchone()
    try:
        yield row is not None
    finally:
        if row is not None:
            with connection.cursor() as cursor:
                cursor.execute(_GIVE_BACK, [NAME, row[0]])
