"""What callers are told while PostgreSQL is away or busy: 503 with Retry-After, never a fault of ours.

Away means that no connection can be had or the one in use broke; busy, that the server gave up on us (a lock or a statement took too
long, a deadlock). Both pass, and what was begun is rolled back, so that asking again is safe.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator

import structlog
from django.core.signals import got_request_exception
from django.db import InterfaceError, OperationalError, ProgrammingError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string

log = structlog.get_logger(__name__)

RETRY_AFTER_SECONDS = 5

# Classes and codes of PostgreSQL: connection exceptions, insufficient resources, and the server's own shutting down or starting up.
_AWAY = ("08", "53", "57P")
# lock_not_available, query_canceled, deadlock_detected, serialization_failure, idle_in_transaction_session_timeout
_BUSY = ("55P03", "57014", "40P01", "40001", "25P03")
_BROKE_INSIDE = "Cannot open a new connection in an atomic block."
_SENTENCE = "The database isn't answering right now. Nothing was changed. Try again in a few seconds."


def is_away(error: BaseException | None) -> bool:
    """Whether `error` came of a database that cannot be reached, or of a connection that broke."""
    return any(_says(one, _AWAY, unnamed=True) or _broke_inside(one) for one in _chain(error))


def is_busy(error: BaseException | None) -> bool:
    """Whether the database gave up on this one transaction: it had to wait for others too long."""
    return any(_says(one, _BUSY, unnamed=False) for one in _chain(error))


class OutageMiddleware:
    """Answer 503 where the database is away or busy. Comes first, because other middleware asks the database, too."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        got_request_exception.connect(_remember, dispatch_uid="snoutos.core.outage")

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        # Django has made a 500 of what other middleware raised; with DEBUG it is a page full of settings.
        if response.status_code == 500 and is_outage(getattr(request, "_raised", None)):
            return _told(request, request._raised)  # type: ignore[attr-defined]
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """What a view raised, on its way out."""
        return _told(request, error) if is_outage(error) else None


def is_outage(error: BaseException | None) -> bool:
    """Away or busy."""
    return is_away(error) or is_busy(error)


def unavailable(path: str) -> HttpResponse:
    """The 503: a problem for programs, a line for the provider, a page for people."""
    response: HttpResponse
    if path.startswith("/api/"):
        response = JsonResponse(
            {
                "type": "urn:snoutos:problem:unavailable",
                "title": "Not possible right now",
                "status": 503,
                "code": "unavailable",
                "detail": _SENTENCE,
            },
            status=503,
            content_type="application/problem+json",
        )
    elif path.startswith(("/admin/", "/static/")):
        response = HttpResponse(render_to_string("outage.html"), status=503)
    else:
        response = HttpResponse(f"{_SENTENCE}\n", status=503, content_type="text/plain")
    response["Retry-After"] = str(RETRY_AFTER_SECONDS)
    response["Cache-Control"] = "no-store"
    return response


def _told(request: HttpRequest, error: BaseException) -> HttpResponse:
    # Not an error of the program: one that is logged as such wakes people for what the database's own watch already says.
    log.warning("database.away" if is_away(error) else "database.busy", error=type(error).__name__)
    return unavailable(request.path)


def _remember(request: HttpRequest | None = None, **_: object) -> None:
    """Keep what middleware raised until the outermost one answers."""
    if request is not None:
        request._raised = sys.exc_info()[1]  # type: ignore[attr-defined]


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """The error, and what it came of: a handler that asks a broken connection once more raises something else."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def _says(error: BaseException, states: tuple[str, ...], *, unnamed: bool) -> bool:
    """Whether the driver's error has one of these codes. Without a code (`unnamed`) the server was never heard."""
    if not isinstance(error, OperationalError | InterfaceError):
        return False
    state = getattr(error.__cause__, "sqlstate", None)
    if state is None:
        # An interface error may also be a cursor used wrongly, which is a fault of ours.
        return unnamed and (isinstance(error, OperationalError) or "connection" in str(error))
    return str(state).startswith(states)


def _broke_inside(error: BaseException) -> bool:
    return isinstance(error, ProgrammingError) and str(error) == _BROKE_INSIDE
