"""Real server processes under fifty attacking connections: the owner's known browser signs in, and the count holds over processes."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

import pytest
from django.conf import settings as live
from django.db import connection
from django.test import override_settings

from snoutos import embedded
from snoutos import settings as shipped
from snoutos.accounts.models import SignInCount, User
from snoutos.accounts.waits import FREE, Kind
from tests.snoutos.access.attack import TOKEN
from tests.snoutos.access.people import RIGHT, member

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]

CONNECTIONS = 50
SECONDS = 5.0


class Browser:
    """A browser on its own connection. Keeps its cookies."""

    def __init__(self, port: int, address: str) -> None:
        self._port, self._address = port, address
        self.cookies = {"csrftoken": TOKEN}

    def signs_in(self, name: str, password: str = RIGHT) -> int:
        """The status of the answer; 302 is in."""
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)
        body = urlencode({"username": name, "password": password, "csrfmiddlewaretoken": TOKEN})
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "X-Forwarded-For": self._address,
        }
        connection.request("POST", "/admin/login/", body, headers)
        answer = connection.getresponse()
        answer.read()
        for line in answer.headers.get_all("Set-Cookie") or ():
            name, _, value = line.split(";")[0].partition("=")
            if name.startswith("snoutos_device_"):
                self.cookies[name] = value
        connection.close()
        return answer.status


@pytest.fixture
def owner(transactional_db: None) -> User:
    with override_settings(PASSWORD_HASHERS=shipped.PASSWORD_HASHERS):
        return member(email="olivia@example.com")


@pytest.fixture
def server(transactional_db: None, tmp_path: Any) -> Iterator[int]:
    """Two web processes as `docker-compose.yml` runs them, on the test's database; the port."""
    address = urlsplit(embedded.addresses().database_url)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    environment = {
        **os.environ,
        "DATABASE_URL": urlunsplit(address._replace(path=f"/{connection.settings_dict['NAME']}")),
        "REDIS_URL": embedded.addresses().redis_url,
        "DJANGO_SETTINGS_MODULE": "snoutos.settings",
        "TRUSTED_PROXIES": "1",
        "DEBUG": "1",  # without collected static files
        "MEDIA_ROOT": str(tmp_path),
        "LOG_LEVEL": "ERROR",
    }
    command = [
        sys.executable, "-m", "granian", "--interface=wsgi", "--host=127.0.0.1", f"--port={port}", "--workers=2",
        "--blocking-threads=8", "--backlog=4096", "--backpressure=4096", "--workers-kill-timeout=2",
        "snoutos.wsgi:application",
    ]  # fmt: skip
    log = (tmp_path / "server.log").open("wb")
    process = subprocess.Popen(command, cwd=live.BASE_DIR, env=environment, stdout=log, stderr=log)
    try:
        _wait_for(port, process)
        yield port
    finally:
        process.terminate()
        process.wait(15)
        log.close()


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert process.poll() is None, "the server ended"
        asked = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            asked.request("GET", "/healthz")
            asked.getresponse().read()
            return
        except OSError:
            time.sleep(0.2)
        finally:
            asked.close()
    raise AssertionError("the server did not start")


@pytest.fixture
def attack(server: int, owner: User) -> Iterator[subprocess.Popen[str]]:
    """Not yet begun: `begin(attack)`."""
    command = [
        sys.executable,
        "-m",
        "tests.snoutos.access.attack",
        str(server),
        str(CONNECTIONS),
        owner.email,
    ]
    process = subprocess.Popen(
        command, cwd=live.BASE_DIR, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    yield process
    process.kill()
    process.wait(10)
    assert process.stdin
    assert process.stdout
    process.stdin.close()
    process.stdout.close()


def test_the_owners_known_browser_signs_in_under_fifty_attacking_connections(
    server: int, owner: User, request: pytest.FixtureRequest
) -> None:
    known = Browser(server, "192.0.2.10")
    assert known.signs_in(owner.email) == 302
    process = request.getfixturevalue("attack")
    assert process.stdout.readline() == "attacking\n"
    time.sleep(3)
    took = []
    for _ in range(5):
        begun = time.monotonic()
        assert known.signs_in(owner.email) == 302
        took.append(round(time.monotonic() - begun, 2))
        time.sleep(0.2)
    assert Browser(server, "192.0.2.11").signs_in(owner.email) == 429
    process.stdin.close()
    answered = process.stdout.readline()
    sys.stdout.write(f"known browser: {took} s; attack by status: {answered}")
    assert max(took) < SECONDS, took
    assert SignInCount.objects.get(kind=Kind.NAME, user=owner).failures <= FREE[Kind.NAME] + 1
