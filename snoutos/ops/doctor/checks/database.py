"""The database: that no process of ours can hold up the others by standing still."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db import connection

from snoutos.core import database_limits, frozen_sessions
from snoutos.core.database_limits import apply
from snoutos.ops.doctor.registry import Broken, check

STILL_THERE_SECONDS = 60


@check(
    "database.limits_do_not_hold",
    subject="process",
    wrong="Has no limits at the database, so a frozen one would hold up the others",
    do="let a pooler pass the start-up parameter `options` on, or set the limits of docs/deploying.md for the role",
)
def limits_do_not_hold(at: datetime) -> Iterator[str]:
    """Connects once as each kind does, and asks the server."""
    for kind, wanted in database_limits.EVERY_KIND.items():
        other = connection.copy()
        other.settings_dict["OPTIONS"].pop("pool", None)
        apply(other.settings_dict, kind)
        try:
            with other.cursor() as cursor:
                cursor.execute(
                    "SELECT name, setting FROM pg_settings WHERE name = ANY(%s)", [list(wanted.settings())]
                )
                found = dict(cursor.fetchall())
        finally:
            other.close()
        if found != wanted.milliseconds():
            yield kind


@check(
    "database.session_stands_still",
    subject="session",
    wrong="Has held a transaction open for over a minute without activity",
    do="check that a worker of the queue `tick` and the beat run: they end it; then look for the frozen process",
)
def session_stands_still(at: datetime) -> Broken:
    return frozen_sessions.standing_still(STILL_THERE_SECONDS)
