"""Homes in temporary folders, and real processes that use them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

PROJECT = Path(__file__).resolve().parents[3]
GRACE_SECONDS = 0.5

_USER = """\
import json, sys
from snoutos import embedded
print(json.dumps(vars(embedded.ensure())), flush=True)
sys.stdin.read()
"""


class Home:
    """One temporary home and the processes of this test that use it."""

    def __init__(self, base: Path, *, fast: bool = True) -> None:
        self.base = base
        self.fast = fast
        self.users: list[subprocess.Popen[str]] = []

    @property
    def path(self) -> Path:
        """Where the data is. Killed processes lose nothing without fsync either: only machines do."""
        return self.base / "test" if self.fast else self.base

    def environment(self, **more: str) -> dict[str, str]:
        inherited = {
            name: value
            for name, value in os.environ.items()
            if name not in {"DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "SNOUTOS_EMBEDDED_FAST"}
        }
        own = {
            "SNOUTOS_HOME": str(self.base),
            "SNOUTOS_EMBEDDED_GRACE": str(GRACE_SECONDS),
            "SNOUTOS_EMBEDDED_FAST": "1" if self.fast else "",
        }
        return inherited | own | more

    def begin_user(self, **more: str) -> subprocess.Popen[str]:
        """Start a process that uses the servers until its standard input is closed."""
        user = subprocess.Popen(
            [sys.executable, "-c", _USER],
            cwd=PROJECT,
            env=self.environment(**more),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.users.append(user)
        return user

    def user(self, **more: str) -> tuple[subprocess.Popen[str], dict[str, str]]:
        """Start a user and wait for the addresses it was given."""
        user = self.begin_user(**more)
        return user, self.addresses_of(user)

    def addresses_of(self, user: subprocess.Popen[str]) -> dict[str, str]:
        assert user.stdout is not None
        assert user.stderr is not None
        line = user.stdout.readline()
        assert line, user.stderr.read()
        found: dict[str, str] = json.loads(line)
        return found

    def command(self, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "snoutos.embedded", *arguments],
            cwd=PROJECT,
            env=self.environment(**more),
            capture_output=True,
            text=True,
            check=False,
        )

    def state(self) -> dict[str, int]:
        found: dict[str, int] = json.loads((self.path / "keeper.json").read_text())
        return found

    def end_users(self) -> None:
        for user in self.users:
            user.kill()
            user.communicate()
        self.users.clear()


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    with using(tmp_path_factory.mktemp("made") / "home") as here:
        yield here


@pytest.fixture
def home(made: Home) -> Iterator[Home]:
    """A home in which nothing runs. Its database is made once: that takes longer than most tests."""
    yield made
    made.end_users()
    made.command("stop")


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The addresses of servers as a demo has them, up for the whole file."""
    with using(tmp_path_factory.mktemp("embedded") / "home", fast=False) as here:
        yield here.user()[1]


@contextmanager
def using(base: Path, *, fast: bool = True) -> Iterator[Home]:
    """A home that is stopped and removed at the end, whatever happened."""
    here = Home(base, fast=fast)
    try:
        yield here
    finally:
        here.end_users()
        here.command("wipe")


def eventually(check: Callable[[], Any], seconds: float = 15) -> Any:
    """The first true answer of `check`."""
    deadline = time.monotonic() + seconds
    while not (answer := check()):
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)
    return answer


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (ProcessLookupError, FileNotFoundError):
        return False


def kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
    eventually(lambda: not is_alive(pid))


def query(url: str, statement: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []


def keep_a_row(addresses: dict[str, str]) -> None:
    """Commit something that a later look must find again."""
    owner = addresses["database_owner_url"]
    query(owner, "DROP TABLE IF EXISTS kept")
    query(owner, "CREATE TABLE kept AS SELECT 42 AS answer")


def kept(addresses: dict[str, str]) -> list[tuple[Any, ...]]:
    return query(addresses["database_owner_url"], "SELECT answer FROM kept")
