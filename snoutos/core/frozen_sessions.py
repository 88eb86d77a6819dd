"""Sessions of ours that hold a transaction open although their process stands still, ended.

The server's own limits (`snoutos.core.database_limits`) do not reach a process that stopped while a large result was on its way
to it, or in the middle of a statement: the server waits for its socket and looks at no clock. The same role may end its own
sessions, so the tick does.
"""

from __future__ import annotations

import structlog
from django.db import connection

from snoutos.core import database_limits

log = structlog.get_logger(__name__)

# Longer than any statement or pause inside a transaction may take.
STANDS_STILL_SECONDS = 30

# Those whose server process waits for the client's socket, or that say nothing although the limits do not hold (a pooler drops them).
_STANDING_STILL = """
SELECT pid, application_name FROM pg_stat_activity
WHERE usename = current_user AND datname = current_database() AND pid <> pg_backend_pid() AND application_name = ANY(%s)
  AND xact_start IS NOT NULL AND state_change < clock_timestamp() - make_interval(secs => %s)
  AND (state LIKE 'idle in transaction%%' OR wait_event IN ('ClientWrite', 'ClientRead'))
"""
_END = f"SELECT pg_terminate_backend(pid), application_name FROM ({_STANDING_STILL}) still"  # noqa: S608  (our own words)


def standing_still(seconds: float = STANDS_STILL_SECONDS) -> list[str]:
    """The sessions that have stood still in a transaction for so long, each as its name and the server's process id."""
    with connection.cursor() as cursor:
        cursor.execute(_STANDING_STILL, [_names(), seconds])
        return [f"{name} {pid}" for pid, name in cursor.fetchall()]


def end(seconds: float = STANDS_STILL_SECONDS) -> int:
    """End them: what they did is taken back, what they held is free. Returns how many."""
    with connection.cursor() as cursor:
        cursor.execute(_END, [_names(), seconds])
        ended = [name for gone, name in cursor.fetchall() if gone]
    for name in ended:
        log.warning("database.session_ended", kind=name, seconds=seconds)
    return len(ended)


def _names() -> list[str]:
    """Of the processes that somebody waits for; what may take long is left alone."""
    return [database_limits.name_of(kind) for kind in database_limits.KINDS]
