"""While PostgreSQL is away or busy every face answers 503 with Retry-After, and nothing of it is logged as an error."""

from __future__ import annotations

import contextlib
import json
import logging
import socket
import threading
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings as live
from django.contrib.sessions.backends.db import SessionStore
from django.db import InterfaceError, OperationalError, ProgrammingError, connection
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path
from psycopg import errors

from snoutos.accounts import api_keys
from snoutos.core import outage
from tests.business import Business, open_business
from tests.snoutos.processes import database_url, free_port, get, serving, wait_until

AWAY = [
    errors.AdminShutdown,
    errors.CannotConnectNow,
    errors.ConnectionException,
    errors.CrashShutdown,
    errors.DiskFull,
    errors.TooManyConnections,
    psycopg.OperationalError,
]
BUSY = [errors.DeadlockDetected, errors.LockNotAvailable, errors.QueryCanceled, errors.SerializationFailure]


def raised(kind: type[psycopg.Error], as_: type[Exception] = OperationalError) -> Exception:
    """The driver's error as Django raises it."""
    error = as_("something")
    error.__cause__ = kind("something")
    return error


@pytest.mark.parametrize("kind", AWAY)
def test_what_means_that_the_database_is_away(kind: type[psycopg.Error]) -> None:
    assert outage.is_away(raised(kind))
    assert not outage.is_busy(raised(kind))


@pytest.mark.parametrize("kind", BUSY)
def test_what_means_that_it_is_busy(kind: type[psycopg.Error]) -> None:
    assert outage.is_busy(raised(kind))
    assert not outage.is_away(raised(kind))


def test_what_is_a_fault_of_ours() -> None:
    for error in (
        raised(errors.UndefinedTable, ProgrammingError),
        raised(psycopg.InterfaceError, InterfaceError),
        ProgrammingError("syntax"),
        ValueError("x"),
        None,
    ):
        assert not outage.is_outage(error)


def test_what_a_handler_raises_over_a_broken_connection_counts_too() -> None:
    assert outage.is_away(ProgrammingError("Cannot open a new connection in an atomic block."))
    assert outage.is_away(InterfaceError("connection already closed"))
    second = KeyError("the handler stumbled")
    second.__context__ = raised(errors.AdminShutdown)
    assert outage.is_away(second)


def breaks(request: HttpRequest) -> HttpResponse:
    raise raised(errors.AdminShutdown)


def waits(request: HttpRequest) -> HttpResponse:
    raise raised(errors.LockNotAvailable)


def is_wrong(request: HttpRequest) -> HttpResponse:
    raise ValueError("a fault of ours")


def remembers(request: HttpRequest) -> HttpResponse:
    request.session["seen"] = "1"
    return HttpResponse("fine")


urlpatterns = [
    path("api/v1/breaks", breaks),
    path("admin/breaks", breaks),
    path("webhooks/breaks", breaks),
    path("api/v1/waits", waits),
    path("api/v1/wrong", is_wrong),
    path("admin/remembers", remembers),
]
handler500 = "snoutos.core.error_pages.server_error"

quiet = pytest.mark.parametrize("debug", [False, True])


def ask(where: str, caplog: pytest.LogCaptureFixture) -> Any:
    # As in production: what the handlers of `django.request` let through.
    logger = logging.getLogger("django.request")
    logger.addHandler(caplog.handler)
    try:
        return Client(raise_request_exception=False).get(where)
    finally:
        logger.removeHandler(caplog.handler)


@quiet
@pytest.mark.urls(__name__)
@pytest.mark.parametrize("where", ["/api/v1/breaks", "/admin/breaks", "/webhooks/breaks", "/api/v1/waits"])
def test_every_face_says_try_again(
    where: str, debug: bool, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.DEBUG = debug
    answer = ask(where, caplog)
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []
    if where.startswith("/api/"):
        assert answer["Content-Type"] == "application/problem+json"
        assert json.loads(answer.content)["code"] == "unavailable"
    elif where.startswith("/admin/"):
        assert b"Back in a moment" in answer.content


@quiet
@pytest.mark.urls(__name__)
def test_middleware_that_cannot_reach_the_database_says_so_too(
    debug: bool, settings: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def save(self: SessionStore, must_create: bool = False) -> None:
        raise raised(errors.TooManyConnections)

    settings.DEBUG = debug
    monkeypatch.setattr(SessionStore, "save", save)
    answer = ask("/admin/remembers", caplog)
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []


@pytest.mark.urls(__name__)
def test_a_fault_of_ours_stays_one(caplog: pytest.LogCaptureFixture) -> None:
    answer = ask("/api/v1/wrong", caplog)
    assert answer.status_code == 500
    assert {record.levelname for record in caplog.records} == {"ERROR"}


@pytest.mark.django_db
def test_not_being_ready_is_no_error(caplog: pytest.LogCaptureFixture) -> None:
    assert ask("/readyz", caplog).status_code == 503
    assert caplog.records == []


def test_the_filter_is_part_of_productions_logging() -> None:
    assert live.LOGGING["loggers"]["django.request"]["filters"] == ["without_unavailable"]


def test_the_api_itself_says_so_to_whoever_has_a_key(business: Business) -> None:
    key = api_keys.issue(business.owner, name="k", scopes=list(api_keys.Scope.values)).secret

    def away(*_: object) -> None:
        raise raised(errors.CannotConnectNow)

    with connection.execute_wrapper(away):
        browser = Client(headers={"Authorization": f"Bearer {key}"}, raise_request_exception=False)
        answer = browser.get("/api/v1/threads/")
    assert (answer.status_code, answer.json()["code"], answer["Retry-After"]) == (503, "unavailable", "5")


def test_a_signed_webhook_is_asked_for_again(business: Business) -> None:
    def away(*_: object) -> None:
        raise raised(errors.CannotConnectNow)

    with connection.execute_wrapper(away):
        answer = business.post(business.inbound_params("Hi"))
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")


class Relay:
    """A way to the database that can be cut: what goes through breaks, and nobody answers until it is mended."""

    def __init__(self) -> None:
        self.port = free_port()
        self._socket = Path(connection.settings_dict["OPTIONS"]["host"]) / ".s.PGSQL.5432"
        self._lines: list[socket.socket] = []
        self._listening: socket.socket | None = None
        self.mend()

    def mend(self) -> None:
        self._listening = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self._take, args=(self._listening,), daemon=True).start()

    def cut(self) -> None:
        assert self._listening is not None
        for one in (self._listening, *self._lines):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        self._lines.clear()

    def _take(self, listening: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, far = listening.accept()[0], socket.socket(socket.AF_UNIX)
                far.connect(str(self._socket))
                self._lines += [near, far]
                for one, other in ((near, far), (far, near)):
                    threading.Thread(target=self._pass, args=(one, other), daemon=True).start()

    def _pass(self, one: socket.socket, other: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := one.recv(65536):
                other.sendall(data)


@pytest.mark.processes
@pytest.mark.django_db(transaction=True)
def test_a_real_process_outlives_its_database(tmp_path: Path, transactional_db: None) -> None:
    business = open_business()
    key = api_keys.issue(business.owner, name="k", scopes=list(api_keys.Scope.values)).secret
    bearer: dict[str, Any] = {"Authorization": f"Bearer {key}"}
    relay = Relay()
    away = database_url(host="127.0.0.1", port=relay.port)
    with serving("web", tmp_path / "log", WEB_PROCESSES="1", DATABASE_URL=away, LOG_LEVEL="WARNING") as (
        port,
        _,
    ):
        assert get(port, "/api/v1/me/", **bearer)[0] == 200
        relay.cut()
        asked: dict[str, dict[str, Any]] = {
            "/api/v1/me/": bearer,
            "/admin/": {"Cookie": "sessionid=" + "a" * 32},
            "/metrics": {},
        }
        for path, headers in asked.items():
            status, said, _ = get(port, path, **headers)
            assert (status, said.get("retry-after")) == (503, "5"), path
        assert get(port, "/readyz")[0] == 503
        assert get(port, "/healthz")[0] == 200
        relay.mend()
        wait_until(lambda: get(port, "/api/v1/me/", **bearer)[0] == 200, within=30)
        relay.cut()
    lines = [json.loads(line) for line in (tmp_path / "log").read_text().splitlines() if line.startswith("{")]
    assert [line for line in lines if line["level"] == "error"] == []
