"""Errors that people and programs can act on: every app's error has a code, a sentence, and a status.

The API answers them as problem details (RFC 9457) with that stable code.
"""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.exceptions import ValidationError as DjangoValidationError
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response

_TITLES = {
    400: "The request cannot be read",
    401: "Sign in first",
    403: "Not allowed",
    404: "Not found",
    405: "Not possible here",
    406: "Only JSON is answered",
    409: "Not possible now",
    413: "Too large",
    415: "Send JSON",
    422: "Not possible as asked",
    429: "Too many requests",
}
# Stable codes of ours in place of the framework's words.
_CODES = {
    "permission_denied": "not_allowed",
    "authentication_failed": "key_refused",
    "not_authenticated": "not_signed_in",
    "parse_error": "not_readable",
    "method_not_allowed": "method_not_possible",
    "not_acceptable": "only_json",
    "unsupported_media_type": "only_json",
    "throttled": "too_many_requests",
}


class Problem(Exception):  # noqa: N818
    """An error that somebody can act on. Subclasses set `code` (stable), `status`, and may set `retry`.

    `sentence` says what happened and what to do, in business words, without anybody's text, name or number.
    """

    code = "problem"
    status = 422
    retry = False

    def __init__(self, sentence: str = "", **facts: Any) -> None:
        self.sentence = sentence or self.__doc__ or self.code
        self.facts = facts
        super().__init__(self.sentence)


def handle(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler. Returns None, and so a 500, for what nobody foresaw."""
    # Views load the permission classes, and those this module: not at import time.
    from rest_framework.views import set_rollback

    response = _answer(error)
    if response is not None:
        set_rollback()
    return response


def _answer(error: Exception) -> Response | None:
    if isinstance(error, Problem):
        return problem(error.status, error.code, error.sentence, **error.facts)
    if isinstance(error, Http404):
        return problem(404, "not_found", "There is no such thing here.")
    if isinstance(error, PermissionDenied):
        return problem(403, "not_allowed", "You may not do this.")
    if isinstance(error, DjangoValidationError):
        return problem(400, "invalid", "Some values cannot be used.", errors=_django_errors(error))
    if isinstance(error, exceptions.ValidationError):
        return problem(400, "invalid", "Some values cannot be used.", errors=error.detail)
    if isinstance(error, exceptions.APIException):
        return _api_exception(error)
    return None


def _api_exception(error: exceptions.APIException) -> Response:
    code = error.get_codes()
    name = _CODES.get(code, code) if isinstance(code, str) else "problem"
    response = problem(error.status_code, name, str(error.detail))
    wait = getattr(error, "wait", None)
    if wait is not None:
        response["Retry-After"] = str(int(wait) + 1)
    challenge = getattr(error, "auth_header", None)
    if challenge:
        response["WWW-Authenticate"] = challenge
    return response


def problem(status: int, code: str, sentence: str, **facts: Any) -> Response:
    """A problem details answer."""
    body = {
        "type": f"urn:snoutos:problem:{code}",
        "title": _TITLES.get(status, "Problem"),
        "status": status,
        "code": code,
        "detail": sentence,
        **facts,
    }
    return Response(body, status=status, content_type="application/problem+json")


def _django_errors(error: DjangoValidationError) -> Any:
    if hasattr(error, "error_dict"):
        return error.message_dict
    return {"non_field_errors": error.messages}
