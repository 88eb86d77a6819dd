"""What may start: nothing on the source's keys with DEBUG off, nothing that strangers reach on known keys or with DEBUG, nothing on a
schema older than the code. By real processes.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from snoutos.core.env import (
    DEVELOPMENT_FIELD_KEY,
    DEVELOPMENT_SECRET,
    is_known_field_key,
    is_known_secret,
)
from snoutos.devtools.demo import configuration
from snoutos.devtools.demo.ports import Ports
from snoutos.ops import startup
from tests.snoutos.processes import (
    FIELD_KEY,
    PROJECT,
    PUBLIC,
    SECRET,
    children_of,
    environment,
    free_port,
    get,
    running,
    serving,
    wait_until,
)

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]

KINDS = {
    "web": ("snoutos.serve", "web"),
    "webhook": ("snoutos.serve", "webhook"),
    "live": ("snoutos.serve", "live"),
    "worker": ("celery", "-A", "snoutos", "worker", "-Q", "send", "-P", "threads", "-c", "1"),
    "beat": ("celery", "-A", "snoutos", "beat", "-S", "celery.beat:Scheduler", "--pidfile="),
    "bare granian": ("granian", "--interface=wsgi", "snoutos.wsgi:application"),
    "bare granian, live": ("granian", "--interface=asgi", "snoutos.asgi:application"),
}
OLDER = "the database's schema is older than this version, so run `manage.py migrate` first."
OWN = {"PUBLIC_BASE_URL": PUBLIC, "SECRET_KEY": SECRET, "FIELD_ENCRYPTION_KEYS": FIELD_KEY}


def arguments_of(kind: str) -> tuple[str, ...]:
    served = "serve" in KINDS[kind][0] or "granian" in KINDS[kind][0]
    return (*KINDS[kind], *([f"--port={free_port()}"] if served else []))


def refused(kind: str, tmp_path: Path, **names: str) -> list[str]:
    """Start it, see it end with 1 by itself, and return its sentences."""
    log = tmp_path / "refused"
    log.unlink(missing_ok=True)
    with running(log, *arguments_of(kind), **names) as process:
        code = process.wait(60)
    said = log.read_text()
    assert code == 1, said
    assert "Traceback" not in said
    mark = "SnoutOS does not start: "
    return [line.removeprefix(mark) for line in said.splitlines() if line.startswith(mark)]


def runs(kind: str, log: Path, **names: str) -> None:
    """Start it and see it do its work."""
    if kind in ("web", "webhook", "live"):
        with serving(kind, log, **names):
            return
    word = "beat: Starting" if kind == "beat" else "ready."
    with running(log, *arguments_of(kind), "-l", "info", **names) as process:
        wait_until(lambda: process.poll() is not None or word in log.read_text(), within=60)
        assert process.poll() is None, log.read_text()


@pytest.fixture
def older_schema() -> Iterator[None]:
    """A database that lacks one of the code's migrations, as before an upgrade's `migrate`."""
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        cursor.execute(
            "DELETE FROM django_migrations WHERE id = (SELECT max(id) FROM django_migrations) RETURNING app, name, applied"
        )
        row = cursor.fetchone()
    yield
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO django_migrations (app, name, applied) VALUES (%s, %s, %s)", row)


@pytest.mark.parametrize("kind", KINDS)
def test_known_keys_debug_and_an_older_schema_are_refused(
    kind: str, older_schema: None, tmp_path: Path
) -> None:
    said = refused(kind, tmp_path, PUBLIC_BASE_URL=PUBLIC, SECRET_KEY="", FIELD_ENCRYPTION_KEYS="", DEBUG="1")
    assert [sentence.split()[0] for sentence in said] == [
        "DEBUG",
        "SECRET_KEY",
        "FIELD_ENCRYPTION_KEYS",
        "the",
    ]
    assert said[-1] == OLDER
    assert all(sentence.endswith((".", ")")) for sentence in said)


def test_an_older_schema_alone_is_refused_on_this_machine_too(older_schema: None, tmp_path: Path) -> None:
    assert refused("web", tmp_path) == [OLDER]


def test_the_keys_of_the_source_are_refused_on_this_machine_too(tmp_path: Path) -> None:
    """Nothing set: neither keys nor an address, as after a copied command line."""
    nothing = {"SECRET_KEY": "", "FIELD_ENCRYPTION_KEYS": "", "PUBLIC_BASE_URL": "", "DEBUG": ""}
    for kind in ("web", "worker", "bare granian"):
        said = refused(kind, tmp_path, **nothing)
        assert [sentence.split()[0] for sentence in said] == ["SECRET_KEY", "FIELD_ENCRYPTION_KEYS"], kind
        assert all("DEBUG=1 on a developer's machine" in sentence for sentence in said)
    assert len(refused("web", tmp_path, **nothing | {"SECRET_KEY": SECRET})) == 1
    assert len(refused("web", tmp_path, **nothing | {"FIELD_ENCRYPTION_KEYS": FIELD_KEY})) == 1


@pytest.mark.parametrize("case", ["a developer's machine", "a demo"])
def test_where_other_keys_than_ones_own_will_do(case: str, tmp_path: Path) -> None:
    names = {"SECRET_KEY": "", "FIELD_ENCRYPTION_KEYS": "", "DEBUG": "1"}
    if case == "a demo":
        demo = configuration.environment(tmp_path, Ports(proxy=1, simulator=2))
        names = {name: demo[name] for name in ("SECRET_KEY", "FIELD_ENCRYPTION_KEYS")} | {"DEBUG": "0"}
    runs("web", tmp_path / "log", **names)


@pytest.mark.parametrize("command", [["check"], ["doctor", "--list"]])
def test_what_repairs_it_is_not_refused(command: list[str], older_schema: None) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=PROJECT,
        env=environment(PUBLIC_BASE_URL=PUBLIC, SECRET_KEY="", FIELD_ENCRYPTION_KEYS=""),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr


@pytest.fixture
def newer_schema() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        cursor.execute(
            "INSERT INTO django_migrations (app, name, applied) VALUES ('messaging', '9999_of_the_next_version', now())"
        )
    yield
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE name = '9999_of_the_next_version'")


def test_own_keys_start_also_on_a_newer_schema_and_a_worker_that_dies_is_replaced(
    newer_schema: None, tmp_path: Path
) -> None:
    with serving("web", tmp_path / "log", **OWN) as (port, process):
        wait_until(lambda: len(children_of(process.pid)) == 2)
        before = children_of(process.pid)
        os.kill(before[0], signal.SIGKILL)
        for _ in range(20):
            # The kernel may have handed one of these to the dead process' queue: asked again, the other answers.
            assert get(port, "/healthz")[0] == 200 or get(port, "/healthz")[0] == 200
        wait_until(lambda: len(set(children_of(process.pid)) - {before[0]}) == 2)
        assert process.poll() is None
        assert get(port, "/healthz")[0] == 200


@pytest.mark.parametrize("kind", ["webhook", "live", "worker", "beat"])
def test_a_database_that_is_away_is_no_reason(kind: str, tmp_path: Path) -> None:
    nowhere = f"postgres://snoutos@127.0.0.1:{free_port()}/none"
    runs(kind, tmp_path / "log", DATABASE_URL=nowhere, **OWN)


def test_a_value_that_makes_no_sense_is_a_sentence(tmp_path: Path) -> None:
    assert refused("web", tmp_path, PUBLIC_BASE_URL="ftp://x") == [
        "PUBLIC_BASE_URL must begin with one of: http://, https://."
    ]


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("https://texts.example.com", True),
        ("http://texts.example.com", True),
        ("https://203.0.113.7", True),
        ("https://localhost.example.com", True),
        ("http://192.168.1.20:8000", True),
        ("https://[2001:db8::1]", True),
        ("http://127.0.0.1:8000", False),
        ("http://127.8.8.8", False),
        ("https://localhost:8443", False),
        ("http://desk.localhost", False),
        ("http://[::1]:8000", False),
    ],
)
def test_which_addresses_strangers_reach(address: str, public: bool) -> None:
    assert startup.is_public(address) == public


def test_keys_that_everybody_knows(tmp_path: Path) -> None:
    demo = configuration.environment(tmp_path, Ports(proxy=1, simulator=2))
    for secret in (DEVELOPMENT_SECRET, demo["SECRET_KEY"], "django-insecure-abc", "", " "):
        assert is_known_secret(secret)
    for key in (DEVELOPMENT_FIELD_KEY, demo["FIELD_ENCRYPTION_KEYS"]):
        assert is_known_field_key(key)
    assert not is_known_secret(SECRET)
    assert not is_known_field_key(FIELD_KEY)


def test_a_known_key_is_refused_also_behind_ones_own(settings: Any) -> None:
    settings.PUBLIC_BASE_URL, settings.SECRET_KEY = PUBLIC, SECRET
    settings.FIELD_ENCRYPTION_KEYS = (FIELD_KEY, DEVELOPMENT_FIELD_KEY)
    [sentence] = startup._not_for_strangers()
    assert sentence.startswith("FIELD_ENCRYPTION_KEYS")
    settings.TIMES_DIVIDED_BY = 20
    assert [s.split()[0] for s in startup._not_for_strangers()] == [
        "FIELD_ENCRYPTION_KEYS",
        "TIMES_DIVIDED_BY",
    ]
