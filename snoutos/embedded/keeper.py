"""The small process that owns both servers.

It starts them, restarts one that dies, and stops both when no process holds the users' lock any
more. The servers are its children and stop cleanly when it dies, so killing it leaves no orphan;
the next `ensure()` starts another one on the same data.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from types import FrameType
from typing import IO

from . import identity, locks
from .errors import EmbeddedError
from .places import Places, make_private
from .postgres import STOP_SECONDS as POSTGRES_STOP_SECONDS
from .postgres import Postgres
from .valkey import STOP_SECONDS as VALKEY_STOP_SECONDS
from .valkey import Valkey

_READY_SECONDS = 60.0
_WATCH_SECONDS = 0.25
_RESTART_PAUSE_SECONDS = 0.5
_LOG_BYTES = 10_000_000


@dataclass(frozen=True)
class Order:
    """What `ensure()` asks of a new keeper; travels as JSON."""

    home: str
    run: str
    postgres_prefix: str
    valkey_server: str
    fast: bool
    start_postgres: bool
    start_valkey: bool
    grace_seconds: float
    ready_fd: int

    def as_json(self) -> str:
        return json.dumps(asdict(self))


class Child:
    """One server process with its log."""

    def __init__(self, name: str, server: Postgres | Valkey, log: IO[bytes]) -> None:
        self.name = name
        self._server = server
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None
        self._not_before = 0.0

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def prepare_and_start(self) -> None:
        self._server.prepare(self._log)
        self._process = self._server.start(self._log)

    def wait_until_ready(self) -> None:
        deadline = time.monotonic() + _READY_SECONDS
        while not self._server.is_ready():
            if self._process is None or self._process.poll() is not None:
                raise EmbeddedError(f"{self.name} ended while starting: the reason is in {self._log.name}.")
            if time.monotonic() > deadline:
                raise EmbeddedError(
                    f"{self.name} was not ready after {_READY_SECONDS:.0f} seconds: see {self._log.name}."
                )
            time.sleep(0.02)

    def restart_if_dead(self) -> bool:
        """Start the server again when it has ended, at most every half second; True when it did."""
        if self._process is None or self._process.poll() is None or time.monotonic() < self._not_before:
            return False
        self._not_before = time.monotonic() + _RESTART_PAUSE_SECONDS
        _say(f"{self.name} ended with code {self._process.returncode}; starting it again")
        self.prepare_and_start()
        return True

    def ask_to_stop(self, polite: signal.Signals) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(polite)

    def wait_until_stopped(self, seconds: float) -> None:
        if self._process is None:
            return
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            _say(f"{self.name} did not stop in {seconds:.0f} seconds; killing it")
            # SIGQUIT makes PostgreSQL end its own children; committed data is in its log either way.
            self._process.send_signal(signal.SIGQUIT)
            try:
                self._process.wait(5)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()


class Starter:
    """Whoever started the keeper and waits for one line: `ready`, or what went wrong."""

    def __init__(self, fd: int) -> None:
        self._fd: int | None = fd

    def tell(self, line: str) -> None:
        """Answer once; later calls do nothing. He may have been killed while others need the servers."""
        if self._fd is None:
            return
        try:
            os.write(self._fd, f"{line}\n".encode())
        except BrokenPipeError:
            _say(f"nobody waits for the answer: {line}")
        finally:
            os.close(self._fd)
            self._fd = None


class Keeper:
    """Runs one home's servers until nobody uses them."""

    def __init__(self, order: Order, starter: Starter) -> None:
        self._order = order
        self._starter = starter
        self._places = Places(Path(order.home), Path(order.run))
        self._asked_to_stop = False
        self._children: list[Child] = []
        for sign in (signal.SIGTERM, signal.SIGINT):
            signal.signal(sign, self._on_signal)

    def run(self) -> None:
        """Start, watch, stop; the starter is told `ready`. Raises EmbeddedError."""
        # Whoever asks whether a keeper is there holds this lock for an instant.
        held = locks.try_exclusive(self._places.keeper_lock, seconds=2)
        if held is None:
            raise EmbeddedError(f"Another keeper already runs for {self._places.home}.")
        try:
            self._write_state(ready=False)
            self._start()
            self._write_state()
            self._starter.tell("ready")
            self._watch()
        finally:
            self._stop()
            self._places.state.unlink(missing_ok=True)
            os.close(held)

    def _start(self) -> None:
        here, order = self._places, self._order
        make_private(here.run)
        if order.start_postgres:
            prefix = Path(order.postgres_prefix)
            server = Postgres(here, prefix, identity.find(), fast=order.fast)
            self._children.append(Child("PostgreSQL", server, open_log(here, "postgres")))
        if order.start_valkey:
            valkey = Valkey(here, Path(order.valkey_server), fast=order.fast)
            self._children.append(Child("Valkey", valkey, open_log(here, "valkey")))
        for child in self._children:
            child.prepare_and_start()
        for child in self._children:
            child.wait_until_ready()

    def _watch(self) -> None:
        unused_since: float | None = None
        while not self._asked_to_stop:
            time.sleep(_WATCH_SECONDS)
            self._restart_the_dead()
            if self._is_pinned() or locks.is_held(self._places.users_lock):
                unused_since = None
                continue
            unused_since = unused_since or time.monotonic()
            if time.monotonic() - unused_since >= self._order.grace_seconds and self._stop_unless_wanted():
                return

    def _restart_the_dead(self) -> None:
        restarted = [child.name for child in self._children if child.restart_if_dead()]
        if restarted:
            self._write_state()

    def _stop_unless_wanted(self) -> bool:
        """Stop while no process can start; False when a user arrived at the last moment."""
        start = locks.try_exclusive(self._places.start_lock)
        if start is None:
            return False
        # The lock stays open until this process ends: whoever waits for it then finds nothing running.
        if locks.is_held(self._places.users_lock):
            os.close(start)
            return False
        self._stop()
        return True

    def _stop(self) -> None:
        for child in self._children:
            child.ask_to_stop(signal.SIGINT if child.name == "PostgreSQL" else signal.SIGTERM)
        for child in self._children:
            postgres = child.name == "PostgreSQL"
            child.wait_until_stopped(POSTGRES_STOP_SECONDS if postgres else VALKEY_STOP_SECONDS)

    def _is_pinned(self) -> bool:
        return is_pinned(self._places, os.getpid())

    def _write_state(self, *, ready: bool = True) -> None:
        pids = {child.name.lower(): child.pid for child in self._children}
        draft = self._places.state.with_suffix(".new")
        text = json.dumps({"keeper": os.getpid(), "ready": int(ready), **pids})
        draft.write_text(text, encoding="ascii")
        draft.replace(self._places.state)

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self._asked_to_stop = True


def pin_file(places: Places) -> Path:
    """Holds the pid of the keeper that shall go on without users (`start` on the command line)."""
    return places.home / "pinned"


def is_pinned(places: Places, keeper_pid: int) -> bool:
    try:
        return pin_file(places).read_text(encoding="ascii").strip() == str(keeper_pid)
    except FileNotFoundError:
        return False


def open_log(places: Places, name: str) -> IO[bytes]:
    """Open a log to append to, keeping one older file when it has grown large."""
    path = places.logs / f"{name}.log"
    if path.exists() and path.stat().st_size > _LOG_BYTES:
        path.replace(path.with_suffix(".log.1"))
    return path.open("ab", buffering=0)


def main(text: str) -> None:
    """Entry of the keeper process: leave the caller, then keep the servers until nobody needs them."""
    order = Order(**json.loads(text))
    if os.fork() != 0:
        os._exit(0)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    # The home is private; a copy of the programs must be readable for the user that runs them.
    os.umask(0o022)
    log = open_log(Places(Path(order.home), Path(order.run)), "keeper")
    os.dup2(log.fileno(), 1)
    os.dup2(log.fileno(), 2)
    starter = Starter(order.ready_fd)
    try:
        Keeper(order, starter).run()
    except EmbeddedError as error:
        _say(str(error))
        starter.tell(str(error))
        sys.exit(1)


def _say(text: str) -> None:
    print(f"{time.strftime('%Y-%m-%d %H:%M:%S')} keeper {os.getpid()}: {text}", flush=True)
