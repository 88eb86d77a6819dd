"""Reads the facts of decisions from the database: one statement, whether for a text that comes in or for a page of conversations."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Literal, NamedTuple
from uuid import UUID

from django.db import connection

from messaging.lines import FREE_NUMBERS, OPEN_LINE, RESTED_LINES, for_thread
from messaging.models import Participant, Sitter, Thread
from routing.engine import Facts, OverrideFact, Phone, SitterFact, WindowFact

# In force, the next one, and one more for the sentence.
WINDOWS_READ = 3
NOBODY = "nobody"


def _reached(thread: str) -> str:
    """What a sitter's phone lacks, if anything, and when they last used the sitter page or API: columns over `s`, asked of the
    thread that `thread` names."""
    return f"""
CASE WHEN s.phone = '' THEN 'no_phone'
     WHEN EXISTS (SELECT 1 FROM messaging_optout o
          WHERE o.organization_id = s.organization_id AND o.e164 = s.phone AND o.is_in_force) THEN 'opted_out'
     WHEN EXISTS ({for_thread(OPEN_LINE, thread)}) THEN 'ready'
     WHEN EXISTS ({for_thread(FREE_NUMBERS, thread)}) THEN 'ready'
     WHEN EXISTS ({for_thread(RESTED_LINES, thread)}) THEN 'ready'
     ELSE 'no_line' END,
(SELECT max(used.at) FROM accounts_user u CROSS JOIN LATERAL (
    SELECT k.last_used_at AS at FROM accounts_apikey k
    WHERE k.user_id = u.id AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > %(at)s)
    UNION ALL
    SELECT d.last_used_at FROM messaging_sitterdevice d JOIN django_session n ON n.session_key = d.session_key
    WHERE d.sitter_id = s.id AND d.user_id = u.id AND d.revoked_at IS NULL AND n.expire_date > %(at)s) AS used
 WHERE u.id = s.user_id AND u.is_active)
"""  # noqa: S608  (our own words)


_STATEMENT = f"""
WITH ahead AS (
    SELECT 'window' AS what, w.id, asked.id AS thread_id, 'sitter' AS target, w.sitter_id, w.starts_at, w.ends_at
    FROM unnest(%(threads)s::bigint[]) AS asked(id) CROSS JOIN LATERAL (
        SELECT id, sitter_id, starts_at, ends_at FROM messaging_assignmentwindow
        WHERE thread_id = asked.id AND canceled_at IS NULL AND ends_at > %(at)s
        ORDER BY starts_at, id LIMIT {WINDOWS_READ}) w
    UNION ALL
    SELECT 'override', r.id, r.thread_id, r.target, r.sitter_id, r.starts_at, r.ends_at
    FROM messaging_routingoverride r
    WHERE r.thread_id = ANY(%(threads)s) AND r.canceled_at IS NULL AND r.starts_at <= %(at)s AND r.ends_at > %(at)s)
SELECT a.what, a.id, a.thread_id, a.target, a.sitter_id, a.starts_at, a.ends_at, reached.*
FROM ahead a LEFT JOIN LATERAL (
    SELECT s.public_id, s.name, s.is_active, {_reached("a.thread_id")}
    FROM messaging_sitter s WHERE s.id = a.sitter_id AND a.starts_at <= %(at)s) AS reached ON true
ORDER BY a.starts_at, a.id
"""  # noqa: S608  (our own words)
_SITTER = (
    f"SELECT s.name, s.is_active, {_reached('%(thread)s')} FROM messaging_sitter s WHERE s.id = %(sitter)s"  # noqa: S608
)


class _Row(NamedTuple):
    """A window or override that is not over. The last five are null for what has not begun, and for an override to the owner."""

    what: Literal["window", "override"]
    pk: int
    thread_id: int
    target: str
    sitter_id: int | None
    starts_at: datetime
    ends_at: datetime
    sitter_public_id: UUID | None
    sitter_name: str | None
    sitter_active: bool | None
    phone: Phone | None
    app_used_at: datetime | None


class Called(NamedTuple):
    """A sitter as people are shown them."""

    public_id: UUID
    name: str


class Loaded(NamedTuple):
    """The facts of one thread, and what the sitters in force are called: names are no facts."""

    facts: Facts
    names: dict[int, Called]


def load(
    thread: Thread,
    party: Participant,
    at: datetime,
    *,
    owner_only: str = "",
    asks: Literal["receives", "writes"] = "receives",
) -> Facts:
    """The facts of `thread` at `at`, for a text of or to `party`, whose number must be loaded."""
    return _facts(thread, party, _rows([thread.pk], at), at, owner_only=owner_only, asks=asks).facts


def load_all(threads: Iterable[Thread], parties: dict[int, Participant], at: datetime) -> dict[int, Loaded]:
    """The facts of each of `threads` at `at`, by its id. `parties` are their open outside phones by thread, with their numbers."""
    asked = list(threads)
    by_thread: dict[int, list[_Row]] = defaultdict(list)
    for row in _rows([thread.pk for thread in asked], at) if asked else []:
        by_thread[row.thread_id].append(row)
    return {thread.pk: _facts(thread, parties.get(thread.pk), by_thread[thread.pk], at) for thread in asked}


def sitter_fact(thread: Thread, sitter: Sitter, at: datetime) -> SitterFact:
    """How `sitter` could be reached about `thread`: for one who is only imagined to look after it."""
    with connection.cursor() as cursor:
        cursor.execute(_SITTER, {"thread": thread.pk, "sitter": sitter.pk, "at": at})
        _, is_active, phone, app_used_at = cursor.fetchone()
    return SitterFact(id=sitter.pk, is_active=is_active, phone=phone, app_used_at=app_used_at)


def _rows(threads: list[int], at: datetime) -> list[_Row]:
    with connection.cursor() as cursor:
        cursor.execute(_STATEMENT, {"threads": threads, "at": at})
        return [_Row(*row) for row in cursor.fetchall()]


def _facts(
    thread: Thread,
    party: Participant | None,
    rows: list[_Row],
    at: datetime,
    *,
    owner_only: str = "",
    asks: Literal["receives", "writes"] = "receives",
) -> Loaded:
    facts = Facts(
        at=at,
        thread_id=thread.pk,
        thread_kind=thread.kind,
        thread_state=thread.state,
        number_state=party.number.state if party else "active",
        party_role=party.role if party else NOBODY,
        party_blocked=bool(party and party.is_blocked),
        asks=asks,
        owner_only=owner_only,
        windows=tuple(_window(row) for row in rows if row.what == "window"),
        overrides=tuple(_override(row) for row in rows if row.what == "override"),
        sitters=_sitters(rows),
    )
    names = {
        row.sitter_id: Called(row.sitter_public_id, row.sitter_name)
        for row in rows
        if row.sitter_id and row.sitter_public_id and row.sitter_name
    }
    return Loaded(facts, names)


def _window(row: _Row) -> WindowFact:
    assert row.sitter_id is not None  # noqa: S101  (every window has one)
    return WindowFact(
        id=row.pk,
        sitter_id=row.sitter_id,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        duty_starts_at=row.starts_at,
        duty_ends_at=row.ends_at,
    )


def _override(row: _Row) -> OverrideFact:
    return OverrideFact(
        id=row.pk,
        target="sitter" if row.target == "sitter" else "owner_inbox",
        sitter_id=row.sitter_id,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
    )


def _sitters(rows: list[_Row]) -> tuple[SitterFact, ...]:
    """Those in force, by id, each once."""
    found = {
        row.sitter_id: SitterFact(
            id=row.sitter_id,
            is_active=bool(row.sitter_active),
            phone=row.phone,
            app_used_at=row.app_used_at,
        )
        for row in rows
        if row.sitter_id is not None and row.phone is not None
    }
    return tuple(found[pk] for pk in sorted(found))
