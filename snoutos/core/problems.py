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
    400: "The request can't be read",
    401: "Sign in first",
    403: "Not allowed",
    404: "Not found",
    405: "Not possible here",
    406: "Only JSON is supported",
    409: "Not possible now",
    413: "Too large",
    415: "Send JSON",
    422: "Can't be done as asked",
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
    """An error that somebody can act on. Subclasses set `code` (stable), `sentence`, `status`, and may set `retry`
    and `wait`, the seconds until trying again makes sense.

    `sentence` says what happened and what to do, in business words, without anybody's text, name or number. It is what people read:
    docstrings are for developers. One that is raised may bring a sentence of its own.
    """

    code = "problem"
    sentence = "That can't be done as asked."
    status = 422
    retry = False
    wait: int | None = None

    def __init_subclass__(cls, **arguments: Any) -> None:
        super().__init_subclass__(**arguments)
        if "sentence" not in vars(cls):
            raise TypeError(
                f"{cls.__qualname__} needs a `sentence` for people; a docstring is for developers."
            )

    def __init__(self, sentence: str = "", **facts: Any) -> None:
        self.sentence = sentence or type(self).sentence
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
        return _waiting(problem(error.status, error.code, error.sentence, **error.facts), error)
    if isinstance(error, Http404):
        return problem(404, "not_found", "Not found.")
    if isinstance(error, PermissionDenied):
        return problem(403, "not_allowed", "You don't have permission to do this.")
    if isinstance(error, DjangoValidationError):
        return problem(400, "invalid", "Some values are invalid.", errors=_django_errors(error))
    if isinstance(error, exceptions.ValidationError):
        return problem(400, "invalid", "Some values are invalid.", errors=error.detail)
    if isinstance(error, exceptions.APIException):
        return _api_exception(error)
    return None


def _waiting(response: Response, error: Problem) -> Response:
    if error.wait is not None:
        response["Retry-After"] = str(error.wait)
    return response


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
