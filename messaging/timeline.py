"""Putting a message into its thread: the next position under the thread's lock, and a hint to open pages."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from messaging.models import Thread

HINTS = "snoutos_hints"

_TAKE = """
UPDATE messaging_thread SET last_position = last_position + 1, last_message_at = GREATEST(last_message_at, %s)
WHERE id = %s RETURNING last_position, state, pg_notify(%s, %s)
"""


@dataclass(frozen=True, slots=True)
class Position:
    """A position in a thread, and the thread's state at the moment its lock was taken."""

    position: int
    state: str


def next_position(thread: Thread, at: datetime) -> Position:
    """The next position of `thread`. Holds the thread exclusively until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [at, thread.pk, HINTS, _hint(thread)])
        row = cursor.fetchone()
    if row is None:
        raise Thread.DoesNotExist
    return Position(position=row[0], state=row[1])


def mark_unread(thread: Thread, position: int) -> None:
    """The owner is to read `thread` up to `position`: its unread count rises. The caller holds the thread."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE messaging_thread SET owner_position = GREATEST(owner_position, %s) WHERE id = %s",
            [position, thread.pk],
        )


def notify_pages(thread: Thread) -> None:
    """Tell open pages, at commit, that something about `thread` changed. Carries no content."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [HINTS, _hint(thread)])


def _hint(thread: Thread) -> str:
    return json.dumps({"organization": thread.organization_id, "thread": str(thread.public_id)})
