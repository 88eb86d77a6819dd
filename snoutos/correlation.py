"""One id for everything a request sets off: in its logs, its audit events and the tasks it rings for."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse

from audit import correlation


class CorrelationMiddleware:
    """Bind a fresh correlation id for the request and answer it as `X-Correlation-Id`."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        identity = uuid.uuid4()
        with (
            correlation.bind(identity),
            structlog.contextvars.bound_contextvars(correlation_id=str(identity)),
        ):
            response = self.get_response(request)
        response["X-Correlation-Id"] = str(identity)
        return response
