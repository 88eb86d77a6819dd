"""Real processes of the application for tests, on the test's own database and broker."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.db import connection

PROJECT = Path(__file__).resolve().parents[2]
SECRET = "s" * 10 + "0123456789abcdefghijklmnopqrstuvwxyz-for-a-test-run"
FIELD_KEY = "dGVzdHMtb25seS1maWVsZC1lbmNyeXB0aW9uLWtleSE="
PUBLIC = "https://texts.example.com"


def database_url(*, host: str = "", port: int | None = None) -> str:
    """The test's database as the running role reaches it; `host` and `port` lead there by another way."""
    here = connection.settings_dict
    where = f"{host}:{port}" if port else ""
    query = "" if port else f"?host={quote(str(here['OPTIONS'].get('host') or here['HOST']), safe='/')}"
    return f"postgres://{settings.DATABASE_ROLE}@{where}/{here['NAME']}{query}"


def environment(**more: str) -> dict[str, str]:
    """What a process needs to run beside this test. A name given as "" is left out."""
    names = os.environ | {
        "DJANGO_SETTINGS_MODULE": "snoutos.settings",
        "DATABASE_URL": database_url(),
        "REDIS_URL": settings.REDIS_URL,
        "SECRET_KEY": settings.SECRET_KEY,
        "FIELD_ENCRYPTION_KEYS": ",".join(settings.FIELD_ENCRYPTION_KEYS),
        "PUBLIC_BASE_URL": "http://127.0.0.1:8000",
        "ALLOWED_HOSTS": "127.0.0.1,localhost,texts.example.com",
        "DEBUG": "0",
        "PYTHONWARNINGS": "ignore",
    }
    names.pop("DATABASE_OWNER_URL", None)
    return {name: value for name, value in (names | more).items() if value != ""}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def running(log: Path, *arguments: str, **names: str) -> Iterator[subprocess.Popen[bytes]]:
    """`python -m …` with its own session, ended at the end with all that it started."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", *arguments],
            cwd=PROJECT,
            env=environment(**names),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(8)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@contextlib.contextmanager
def serving(
    kind: str, log: Path, *options: str, **names: str
) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """A web, webhook or live process that answers; its port and the process."""
    port = free_port()
    with running(log, "snoutos.serve", kind, f"--port={port}", *options, **names) as process:
        wait_until(lambda: ended(process, log) or get(port, "/healthz")[0] == 200, within=60)
        yield port, process


def ended(process: subprocess.Popen[bytes], log: Path) -> bool:
    """False while it runs; fails with its log when it does not."""
    assert process.poll() is None, log.read_text()
    return False


def get(port: int, path: str, *, timeout: float = 20, **headers: str) -> tuple[int, dict[str, str], bytes]:
    """Status, headers in lower case and body; status 0 when nobody answers."""
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=timeout) as answer:
            return answer.status, {k.lower(): v for k, v in answer.headers.items()}, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, {k.lower(): v for k, v in error.headers.items()}, error.read()
    except OSError:
        return 0, {}, b""


def children_of(pid: int) -> list[int]:
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def wait_until(condition: Callable[[], Any], *, within: float = 20.0) -> None:
    deadline = time.monotonic() + within
    while not condition():
        assert time.monotonic() < deadline, "It did not happen in time."
        time.sleep(0.05)
