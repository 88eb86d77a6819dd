"""The shipped Caddyfile in a running Caddy, asked from outside: each test once for every Caddy of this machine."""

from __future__ import annotations

import contextlib
import http.client
import json
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.urls import URLPattern, URLResolver, get_resolver

from snoutos.devtools import caddy
from tests.snoutos.processes import PROJECT, free_port, wait_until

pytestmark = pytest.mark.foreign

KIB, MB = 1024, 1_000_000
PROGRAMS = caddy.programs()


def named(program: str) -> str:
    return "caddy " + ".".join(map(str, caddy.version(program)))


class Backend(ThreadingHTTPServer):
    """Says who it is and what it was sent. `begun` counts the requests it heard of, whole or not."""

    daemon_threads = True

    def __init__(self, name: str) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.name, self.begun = name, 0
        self.go_on = threading.Event()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def where(self) -> str:
        return f"127.0.0.1:{self.server_port}"


class _Answer(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Backend

    def do_GET(self) -> None:
        self.server.begun += 1
        if self.path.startswith("/live/stream"):
            self._stream()
            return
        try:
            length = len(self._body())
        except (ValueError, OSError):
            self.close_connection = True
            return
        said = {"who": self.server.name, "length": length, "headers": dict(self.headers), "path": self.path}
        data = json.dumps(said).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_POST = do_GET  # noqa: N815

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "") != "chunked":
            wanted = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(wanted)
            if len(body) < wanted:
                raise ValueError("it broke off")
            return body
        body = b""
        while size := int(self.rfile.readline(), 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def _stream(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        self.wfile.write(b"data: 1\n\n")
        self.wfile.flush()
        self.server.go_on.wait(10)
        self.wfile.write(b"data: 2\n\n")
        self.close_connection = True

    def log_message(self, *_: Any) -> None:
        pass


@dataclass
class Deployed:
    """A Caddy in front of three backends."""

    port: int
    web: Backend
    webhook: Backend
    live: Backend

    def ask(
        self, path: str, *, method: str = "GET", body: bytes = b"", chunked: bool = False, **headers: str
    ) -> tuple[int, dict[str, Any]]:
        """The status, and what the backend said (nothing when it was not the backend)."""
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)) as connection:
            parts = (body[n : n + 8192] for n in range(0, len(body), 8192)) if chunked else body
            # It may be refused before all of it was sent.
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                connection.request(method, path, parts, headers, encode_chunked=chunked)
            answer = connection.getresponse()
            said = answer.read()
        return answer.status, json.loads(said) if said.startswith(b'{"who"') else {}


@pytest.fixture(
    scope="module",
    params=PROGRAMS
    or (pytest.param("", marks=pytest.mark.skip(reason="no Caddy on this machine: apt-get install caddy")),),
)
def deployed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    home = tmp_path_factory.mktemp("caddy")
    backends = {name: Backend(name) for name in ("web", "webhook", "live")}
    with running(request.param, home, {name: one.where for name, one in backends.items()}) as port:
        yield Deployed(port, **backends)
    for one in backends.values():
        one.go_on.set()
        one.shutdown()
        one.server_close()


@contextlib.contextmanager
def running(program: str, home: Path, backends: dict[str, str]) -> Iterator[int]:
    """Caddy itself, and its port."""
    port, health = free_port(), free_port()
    with (home / "log").open("ab") as log:
        process = subprocess.Popen(
            caddy.command(program),
            env=caddy.environment(program, home=home, port=port, health=health, backends=backends),
            stdout=log,
            stderr=log,
        )
    try:
        wait_until(lambda: process.poll() is not None or _listens(port), within=30)
        assert process.poll() is None, (home / "log").read_text()
        yield port
    finally:
        process.terminate()
        process.wait(20)


def _listens(port: int) -> bool:
    with contextlib.suppress(OSError):
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
        return True
    return False


def paths() -> list[str]:
    """Every address of the installation that the root of `snoutos.urls` names, with something for its parts."""
    found = []
    for entry in get_resolver("snoutos.urls").url_patterns:
        assert isinstance(entry, URLPattern | URLResolver)
        found.append("/" + re.sub(r"<[^>]+>", "x", str(entry.pattern)))
    return found


HIDDEN = ("/metrics", "/readyz")


def test_every_path_reaches_its_process_and_what_is_for_the_machine_reaches_none(deployed: Deployed) -> None:
    known = paths()
    assert set(HIDDEN) <= set(known)
    for path in known:
        status, said = deployed.ask(path)
        expected = {"/webhooks/twilio/": "webhook", "/live/": "live"}.get(path, "web")
        if path in HIDDEN:
            assert (status, said) == (404, {}), path
        else:
            assert (status, said.get("who")) == (200, expected), path


SPELLINGS = """
/metrics /metrics/ /metrics?x=1 //metrics /./metrics /%6detrics /METRICS /metrics%2f
/readyz /readyz/ /read%79z /x/../readyz /Readyz
"""


@pytest.mark.parametrize("spelling", SPELLINGS.split())
def test_no_spelling_of_a_hidden_path_gets_through(deployed: Deployed, spelling: str) -> None:
    for method in ("GET", "HEAD", "POST"):
        status, said = deployed.ask(spelling, method=method)
        # Whatever is passed on must not be the path itself to the process behind.
        assert status == 404 or said.get("path", "").lower() not in HIDDEN, (status, said)
        assert (status, said) == (404, {}) or spelling.startswith(("/./", "/x/", "//")), (status, said)


LIMITS = [
    ("/webhooks/twilio/inbound", 64 * KIB),
    ("/api/v1/threads/", 2 * MB),
    ("/admin/login/", 2 * MB),
    ("/api/v1/uploads/", 12 * MB),
    ("/admin/people/imports/", 5_100_000),
    ("/api/v1/imports/", 5_100_000),
]


@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize(("path", "most"), LIMITS)
def test_no_body_is_longer_than_its_path_allows(
    deployed: Deployed, path: str, most: int, chunked: bool
) -> None:
    status, said = deployed.ask(path, method="POST", body=b"x" * most, chunked=chunked)
    assert (status, said.get("length")) == (200, most)
    before = deployed.web.begun + deployed.webhook.begun
    status, said = deployed.ask(path, method="POST", body=b"x" * (most + 1), chunked=chunked)
    assert (status, said) == (413, {})
    if not chunked:  # its length was announced, so nobody had to hear of it
        assert deployed.web.begun + deployed.webhook.begun == before


def head(path: str, length: int) -> bytes:
    return f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {length}\r\n\r\n".encode()


@pytest.mark.parametrize(
    ("path", "who"), [("/webhooks/twilio/inbound", "webhook"), ("/admin/login/", "web"), ("/live/x", "live")]
)
def test_no_process_hears_of_a_body_that_is_not_all_there(deployed: Deployed, path: str, who: str) -> None:
    backend: Backend = getattr(deployed, who)
    before = backend.begun
    lines = [socket.create_connection(("127.0.0.1", deployed.port), timeout=10) for _ in range(30)]
    for line in lines:
        line.sendall(head(path, 900) + b"x")
    time.sleep(1)
    assert backend.begun == before
    lines[0].sendall(b"x" * 899)
    assert lines[0].recv(20).startswith(b"HTTP/1.1 200")
    assert backend.begun == before + 1
    for line in lines:
        line.close()


def test_a_head_must_come_within_5_seconds_and_a_slow_body_may_take_longer(deployed: Deployed) -> None:
    began = time.monotonic()
    with (
        socket.create_connection(("127.0.0.1", deployed.port), timeout=12) as hasty,
        socket.create_connection(("127.0.0.1", deployed.port), timeout=12) as photo,
    ):
        hasty.sendall(b"POST /webhooks/x HTTP/1.1\r\nHo")
        photo.sendall(head("/api/v1/uploads/", 70))
        for _ in range(7):
            photo.sendall(b"x" * 10)
            time.sleep(1)
        assert photo.recv(20).startswith(b"HTTP/1.1 200")
        said = hasty.recv(100)
        assert not said or b" 400 " in said or b" 408 " in said
        assert time.monotonic() - began >= 5


def test_events_pass_one_by_one(deployed: Deployed) -> None:
    deployed.live.go_on.clear()
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", deployed.port, timeout=8)) as line:
        line.request("GET", "/live/stream", headers={"Accept-Encoding": "gzip"})
        answer = line.getresponse()
        assert answer.readline() == b"data: 1\n"
        deployed.live.go_on.set()
        assert b"data: 2" in answer.read()


@pytest.mark.parametrize("path", ["/admin/", "/webhooks/twilio/inbound", "/live/", "/api/v1/uploads/"])
def test_what_a_caller_says_about_the_way_it_came_is_dropped(deployed: Deployed, path: str) -> None:
    forged: dict[str, Any] = {
        "X-Forwarded-For": "6.6.6.6, 7.7.7.7",
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Proto": "https",
        "Forwarded": "for=6.6.6.6",
    }
    _, said = deployed.ask(path, **forged)
    headers = {name.lower(): value for name, value in said["headers"].items()}
    assert headers["x-forwarded-for"] == "127.0.0.1"
    assert headers["x-forwarded-host"] == f"127.0.0.1:{deployed.port}"
    assert headers["x-forwarded-proto"] == "http"
    assert "forwarded" not in headers


def test_which_caddy_was_proved(capsys: pytest.CaptureFixture[str]) -> None:
    """Says it aloud: the file must hold for compose's version, and for Debian's, which has other words for buffering."""
    if not PROGRAMS:
        pytest.skip("no Caddy on this machine: apt-get install caddy")
    image = yaml.safe_load((PROJECT / "docker-compose.yml").read_text())["services"]["proxy"]["image"]
    wanted = re.search(r":(\d+)\.(\d+)", image)
    assert wanted
    has = any(caddy.version(program)[:2] == tuple(map(int, wanted.groups())) for program in PROGRAMS)
    said = f"[{', '.join(map(named, PROGRAMS))}; {image} {'among them' if has else 'is not here'}]"
    with capsys.disabled():
        sys.stdout.write(f"\n{said} ")
