"""With what somebody acts: the session of a browser, or an API key. The trail names it beside the person."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass

from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac

SESSION = "session"
API_KEY = "api_key"


@dataclass(frozen=True, slots=True)
class Credential:
    """`id` is that of the API key; for a session a number made from its secret by a keyed hash."""

    kind: str
    id: int


_request: ContextVar[HttpRequest | None] = ContextVar("credentials_request", default=None)


class CredentialMiddleware:
    """Remember the request that is being answered. Looks nothing up."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        token = _request.set(request)
        try:
            return self.get_response(request)
        finally:
            _request.reset(token)


def came_with_key(request: HttpRequest, key_id: int) -> None:
    """Note that an API key answered for this request."""
    request.api_key_id = key_id  # type: ignore[attr-defined]


def current() -> Credential | None:
    """What the present request is made with; None outside a request, and when nobody is signed in."""
    request = _request.get()
    if request is None:
        return None
    key_id: int | None = getattr(request, "api_key_id", None)
    if key_id is not None:
        return Credential(API_KEY, key_id)
    session = getattr(request, "session", None)
    if session is None or session.session_key is None or SESSION_KEY not in session:
        return None
    return Credential(SESSION, _number(session.session_key))


def _number(session_key: str) -> int:
    hashed = salted_hmac("snoutos.accounts.session", session_key, algorithm="sha256").hexdigest()
    return int(hashed[:12], 16)
