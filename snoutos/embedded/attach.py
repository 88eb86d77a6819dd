"""Joining the servers of this project, and starting them when nobody has yet."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

from . import binaries, locks
from .errors import EmbeddedError
from .keeper import Order
from .places import Addresses, Places, addresses, is_fast, make_private, places
from .postgres import answers

_START_SECONDS = 120.0
_STOP_SECONDS = 45.0
_RESTART_SECONDS = 2.0
_GRACE_SECONDS = 3.0

# A stub stands for the `snoutos` package: the keeper needs nothing of the application, and lives long.
_BOOTSTRAP = """\
import sys, types
stub = types.ModuleType("snoutos")
stub.__path__ = [sys.argv[1]]
sys.modules["snoutos"] = stub
from snoutos.embedded.keeper import main
main(sys.argv[2])
"""

_mine = threading.Lock()
_held: dict[Path, int] = {}


def ensure() -> Addresses:
    """Make the servers available for the life of this process and return their addresses.

    Starts them, or joins those already running for this project. Sets DATABASE_URL,
    DATABASE_OWNER_URL and REDIS_URL where they are not set; a server whose URL is set to anything
    else is left alone and its URL returned. Cheap to call again. Raises EmbeddedError.
    """
    embedded = addresses()
    postgres = os.environ.get("DATABASE_URL", embedded.database_url) == embedded.database_url
    valkey = os.environ.get("REDIS_URL", embedded.redis_url) in {embedded.redis_url, embedded.broker_url}
    if postgres or valkey:
        with _mine:
            _join(places(), postgres=postgres, valkey=valkey)
    if postgres:
        os.environ["DATABASE_URL"] = embedded.database_url
        os.environ.setdefault("DATABASE_OWNER_URL", embedded.database_owner_url)
    if valkey:
        os.environ.setdefault("REDIS_URL", embedded.redis_url)
    return _effective(embedded)


def keeper_pid(here: Places) -> int | None:
    """The process that keeps the servers of `here`, or None when nobody does."""
    if not here.home.is_dir() or not locks.is_held(here.keeper_lock):
        return None
    return _state(here).get("keeper")


def stop(here: Places) -> bool:
    """Stop the servers whoever uses them, and return when they are gone; False when none were running."""
    pid = keeper_pid(here)
    if pid is None:
        return False
    _end_keeper(here, pid)
    return True


def _join(here: Places, *, postgres: bool, valkey: bool) -> None:
    make_private(here.home)
    make_private(here.logs)
    if here.home not in _held:
        # Before anything else: a keeper about to stop sees this lock and goes on.
        _held[here.home] = locks.hold_shared(here.users_lock)
    with locks.exclusive(here.start_lock):
        if _serves(here, postgres=postgres, valkey=valkey):
            return
        if locks.is_held(here.keeper_lock):
            _replace_keeper(here, postgres=postgres, valkey=valkey)
        else:
            _spawn_keeper(here, postgres=postgres, valkey=valkey)


def _serves(here: Places, *, postgres: bool, valkey: bool) -> bool:
    return (
        locks.is_held(here.keeper_lock)
        and (not postgres or answers(here.postgres_socket))
        and (not valkey or answers(here.valkey_socket))
    )


def _replace_keeper(here: Places, *, postgres: bool, valkey: bool) -> None:
    """A keeper is there and a wanted server is not: wait while it may still bring it up, else start over.

    Starting over keeps what the present keeper was running, for others use that.
    """
    began = time.monotonic()
    while locks.is_held(here.keeper_lock) and _may_still_come(here, time.monotonic() - began):
        if _serves(here, postgres=postgres, valkey=valkey):
            return
        time.sleep(0.05)
    state = _state(here)
    if "keeper" in state:
        _end_keeper(here, state["keeper"])
    _spawn_keeper(here, postgres=postgres or "postgresql" in state, valkey=valkey or "valkey" in state)


def _may_still_come(here: Places, waited: float) -> bool:
    """A keeper whose starter was killed goes on starting; one that is ready restarts a dead server."""
    return waited < (_RESTART_SECONDS if _state(here).get("ready") else _START_SECONDS)


def _spawn_keeper(here: Places, *, postgres: bool, valkey: bool) -> None:
    found = binaries.find()
    reading, writing = os.pipe()
    order = Order(
        home=str(here.home),
        run=str(here.run),
        postgres_prefix=str(found.postgres_prefix),
        valkey_server=str(found.valkey_server),
        fast=is_fast(),
        start_postgres=postgres,
        start_valkey=valkey,
        grace_seconds=float(os.environ.get("SNOUTOS_EMBEDDED_GRACE", _GRACE_SECONDS)),
        ready_fd=writing,
    )
    package = Path(__file__).resolve().parents[1]
    try:
        with (here.logs / "keeper.log").open("ab") as log:
            # The new process forks and ends at once, so that the keeper is nobody's child here.
            subprocess.run(
                [sys.executable, "-I", "-S", "-c", _BOOTSTRAP, str(package), order.as_json()],
                check=True,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                pass_fds=(writing,),
                start_new_session=True,
            )
    except (OSError, subprocess.CalledProcessError) as error:
        os.close(reading)
        raise EmbeddedError(f"The keeper did not start: see {here.logs / 'keeper.log'}.") from error
    finally:
        os.close(writing)
    _await_ready(here, reading)


def _await_ready(here: Places, reading: int) -> None:
    with os.fdopen(reading, "rb") as answer:
        ready, _, _ = select.select([answer], [], [], _START_SECONDS)
        line = answer.readline().decode().strip() if ready else ""
    if line != "ready":
        raise EmbeddedError(
            line or f"The embedded servers did not start: the reason is in {here.logs / 'keeper.log'}."
        )


def _end_keeper(here: Places, pid: int) -> None:
    try:
        os.kill(pid, signal.SIGTERM)
    except ProcessLookupError:
        return
    deadline = time.monotonic() + _STOP_SECONDS
    while locks.is_held(here.keeper_lock):
        if time.monotonic() > deadline:
            raise EmbeddedError(
                f"The keeper (process {pid}) does not end: see {here.logs}, then end it by hand."
            )
        time.sleep(0.02)


def _state(here: Places) -> dict[str, int]:
    try:
        found = json.loads(here.state.read_text(encoding="ascii"))
    except (FileNotFoundError, ValueError):
        return {}
    return {str(name): int(pid) for name, pid in found.items() if pid is not None}


def _effective(embedded: Addresses) -> Addresses:
    """The addresses that the environment now holds."""
    database = os.environ["DATABASE_URL"]
    redis = os.environ["REDIS_URL"]
    ours = redis in {embedded.redis_url, embedded.broker_url}
    return Addresses(
        database_url=database,
        database_owner_url=os.environ.get("DATABASE_OWNER_URL", database),
        redis_url=embedded.redis_url if ours else redis,
        broker_url=embedded.broker_url if ours else redis.replace("unix://", "redis+socket://", 1),
    )
