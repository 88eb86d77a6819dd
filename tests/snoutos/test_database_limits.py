"""How long a process may wait for the database: by its kind, at the server, and not for what may take long."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.conf import settings as live
from django.db import connection

from snoutos import celery
from snoutos.core import database_limits, frozen_sessions

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def session(kind: str, *, options: str = "") -> Iterator[Any]:
    """A connection of a process of that kind, in a transaction."""
    other = connection.copy()
    if options:
        other.settings_dict["OPTIONS"]["options"] = options
    if kind:
        database_limits.apply(other.settings_dict, kind)
    other.settings_dict["OPTIONS"].pop("assume_role", None)
    other.set_autocommit(False)
    try:
        yield other
    finally:
        other.close()


def _limits(other: Any) -> dict[str, str]:
    names = list(database_limits.KINDS["web"].settings())
    with other.cursor() as cursor:
        cursor.execute("SELECT name, setting FROM pg_settings WHERE name = ANY(%s)", [names])
        return dict(cursor.fetchall())


@pytest.mark.parametrize("kind", database_limits.EVERY_KIND)
def test_the_server_knows_the_limits_of_every_kind(kind: str) -> None:
    with session(kind) as other:
        assert _limits(other) == database_limits.EVERY_KIND[kind].milliseconds()
        with other.cursor() as cursor:
            cursor.execute("SELECT current_setting('application_name')")
            assert cursor.fetchone() == (f"snoutos {kind}",)


def test_commands_have_none() -> None:
    with session("") as other:
        assert set(_limits(other).values()) == {"0"}


def test_what_the_operator_says_in_the_address_wins_and_stays_when_the_kind_changes() -> None:
    with session("web", options="-c lock_timeout=7s") as other:
        assert _limits(other)["lock_timeout"] == "7000"
    database: dict[str, Any] = {"OPTIONS": {"options": "-c lock_timeout=7s"}}
    database_limits.apply(database, "tick")
    once = database["OPTIONS"]["options"]
    database_limits.apply(database, "web")
    database_limits.apply(database, "tick")
    assert database["OPTIONS"]["options"] == once
    assert once.count("lock_timeout=7s") == 1


def test_whoever_is_waited_for_waits_at_most_ten_seconds() -> None:
    for limits in database_limits.KINDS.values():
        assert 0 < limits.lock <= 5
        assert 0 < limits.idle_in_transaction <= 10
        assert 0 < limits.statement <= 10
        assert limits.lock <= limits.idle_in_transaction


@pytest.mark.processes
@pytest.mark.parametrize(
    ("module", "kind", "said"),
    [("wsgi", "web", "web"), ("wsgi", "webhook", "webhook"), ("asgi", "live", "live")],
)
def test_a_process_is_what_it_was_started_as(module: str, kind: str, said: str) -> None:
    code = (
        "import django; django.setup(); from snoutos.ops import startup; startup._asked = True; "
        f"import snoutos.{module}; from django.conf import settings; "
        "print(settings.DATABASES['default']['OPTIONS']['application_name'])"
    )
    plain = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "snoutos.settings",
        "SNOUTOS_PROCESS": said,
        "DEBUG": "1",
    }
    done = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, env=plain, cwd=live.BASE_DIR
    )
    assert done.stdout.split("\n")[-2] == f"snoutos {kind}"


def test_a_worker_is_what_its_queues_are() -> None:
    assert celery.kind_of(["default", "send", "tick"]) == "send"
    assert celery.kind_of(["default", "tick"]) == "tick"
    assert celery.kind_of(["default"]) == "jobs"


class _Task:
    """A task as its worker's signals show it."""

    def __init__(self, queue: str) -> None:
        self.request = type("Request", (), {"delivery_info": {"routing_key": queue}})()


@pytest.mark.parametrize(("queue", "kind"), [("default", "jobs"), ("tick", "tick")])
def test_a_job_has_its_time_in_a_worker_of_ticks_too(queue: str, kind: str) -> None:
    task = _Task(queue)
    celery._note_queue(task)
    try:
        with session("tick") as other:
            assert _limits(other) == database_limits.EVERY_KIND[kind].milliseconds()
    finally:
        celery._forget_queue()
    with session("tick") as other:
        assert _limits(other) == database_limits.KINDS["tick"].milliseconds()


def test_the_tick_ends_our_sessions_that_stand_still_and_no_others() -> None:
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")  # tests log in as another role than they run as
    try:
        with session("send") as mine, session("jobs") as long, session("") as command:
            for other in (mine, long, command):
                _limits(other)
            mine_alone = f"snoutos send {mine.connection.info.backend_pid}"
            assert mine_alone not in frozen_sessions.standing_still(), "not yet"
            still = frozen_sessions.standing_still(0)
            assert mine_alone in still
            assert not [one for one in still if "jobs" in one]
            # Processes of earlier tests may be on their way out.
            assert frozen_sessions.end(0) >= 1
            assert _limits(long)
            assert _limits(command)
            with pytest.raises(Exception, match="terminating connection"):
                _limits(mine)
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"SET ROLE {connection.ops.quote_name(live.DATABASE_ROLE)}")
