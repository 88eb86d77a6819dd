"""How many connections to PostgreSQL the processes may open together, as docs/deploying.md adds them up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings
from django.db import connection

from snoutos.desk.live import LOOKING_AT_ONCE

# `migrate`, `doctor`, a backup, somebody at psql.
FOR_PEOPLE = 4


@dataclass(frozen=True, slots=True)
class Share:
    """What one service of docker-compose.yml takes, with the number of its processes that the environment names."""

    service: str
    connections: int


def shares() -> Iterator[Share]:
    """All services that ask the database, and how many connections each may hold at once."""
    each_web: int = settings.DATABASE_POOL["max_size"]
    yield Share("web", settings.WEB_PROCESSES * each_web)
    yield Share("webhook", settings.WEBHOOK_PROCESSES * each_web)
    # The look-ups of sessions, and the one that listens.
    yield Share("live", settings.LIVE_PROCESSES * (LOOKING_AT_ONCE + 1))
    yield Share("worker-send", settings.SEND_THREADS)
    yield Share("worker", settings.WORK_PROCESSES)
    # The beat writes that it lives, and nothing else.
    yield Share("beat", 1)
    yield Share("people", FOR_PEOPLE)


def wanted() -> int:
    """All shares together."""
    return sum(share.connections for share in shares())


def offered() -> int:
    """How many connections the server has for the running role: without those it keeps for its superusers."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sum(CASE name WHEN 'max_connections' THEN setting::int ELSE -setting::int END) FROM pg_settings "
            "WHERE name IN ('max_connections', 'superuser_reserved_connections', 'reserved_connections')"
        )
        return int(cursor.fetchone()[0])
