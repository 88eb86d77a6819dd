"""Reads the facts of a decision from the database: one statement, which runs for every text that comes in."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection

from messaging.models import Participant, Thread
from routing.engine import Facts, OverrideFact, WindowFact

# In force, the next one, and one more for the sentence.
WINDOWS_READ = 3

_STATEMENT = """
(SELECT 'window', w.id, 'sitter', w.sitter_id, s.is_active, w.starts_at, w.ends_at
 FROM messaging_assignmentwindow w JOIN messaging_sitter s ON s.id = w.sitter_id
 WHERE w.thread_id = %(thread)s AND w.canceled_at IS NULL AND w.ends_at > %(at)s
 ORDER BY w.starts_at, w.id LIMIT %(windows)s)
UNION ALL
(SELECT 'override', r.id, r.target, r.sitter_id, s.is_active, r.starts_at, r.ends_at
 FROM messaging_routingoverride r LEFT JOIN messaging_sitter s ON s.id = r.sitter_id
 WHERE r.thread_id = %(thread)s AND r.canceled_at IS NULL AND r.starts_at <= %(at)s AND r.ends_at > %(at)s)
"""


def load(thread: Thread, party: Participant, at: datetime, *, owner_only: str = "") -> Facts:
    """The facts of `thread` at `at`, for a text of or to `party`, whose number must be loaded."""
    rows = sorted(_rows(thread, at), key=_by_time)
    return Facts(
        at=at,
        thread_id=thread.pk,
        thread_kind=thread.kind,
        thread_state=thread.state,
        number_state=party.number.state,
        party_role=party.role,
        party_blocked=party.is_blocked,
        owner_only=owner_only,
        windows=tuple(_window(row) for row in rows if row[0] == "window"),
        overrides=tuple(_override(row) for row in rows if row[0] == "override"),
    )


def _rows(thread: Thread, at: datetime) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(_STATEMENT, {"thread": thread.pk, "at": at, "windows": WINDOWS_READ})
        return list(cursor.fetchall())


def _by_time(row: tuple[Any, ...]) -> tuple[datetime, int]:
    return row[5], row[1]


def _window(row: tuple[Any, ...]) -> WindowFact:
    _, pk, _, sitter_id, active, starts_at, ends_at = row
    return WindowFact(id=pk, sitter_id=sitter_id, sitter_active=active, starts_at=starts_at, ends_at=ends_at)


def _override(row: tuple[Any, ...]) -> OverrideFact:
    _, pk, target, sitter_id, active, starts_at, ends_at = row
    return OverrideFact(
        id=pk,
        target="sitter" if target == "sitter" else "owner_inbox",
        sitter_id=sitter_id,
        sitter_active=bool(active),
        starts_at=starts_at,
        ends_at=ends_at,
    )
