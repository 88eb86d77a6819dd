"""One id for everything that a request, a tick or a command sets off: in its logs, its audit events, and the tasks it rings for.

The id travels with each task in a header of its message. A tick of the beat begins an id of its own, and so
does a task that came without one.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, MutableMapping
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import structlog
from celery.signals import before_task_publish, task_postrun, task_prerun
from django.http import HttpRequest, HttpResponse

from audit import correlation

HEADER = "snoutos_correlation_id"


@contextmanager
def bound(identity: uuid.UUID | None = None) -> Iterator[uuid.UUID]:
    """Give what happens in the block, and all it rings for, the id `identity`; a fresh one when None."""
    with correlation.bind(identity) as own, structlog.contextvars.bound_contextvars(correlation_id=str(own)):
        yield own


class CorrelationMiddleware:
    """Bind a fresh correlation id for the request and answer it as `X-Correlation-Id`."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with bound() as identity:
            response = self.get_response(request)
        response["X-Correlation-Id"] = str(identity)
        return response


@before_task_publish.connect(dispatch_uid="snoutos.ops.correlation")
def _send_along(headers: MutableMapping[str, Any], **_: Any) -> None:
    """Whoever rings hands on the id bound here; the beat, where none is bound, a fresh one for each tick."""
    headers.setdefault(HEADER, str(correlation.get()))


@task_prerun.connect(dispatch_uid="snoutos.ops.correlation")
def _begin(task: Any, **_: Any) -> None:
    # A task that is called in place, without the broker, belongs to its caller.
    block = bound(_read(task.request.get(HEADER)) or correlation.get())
    block.__enter__()
    task.request.correlation_block = block


@task_postrun.connect(dispatch_uid="snoutos.ops.correlation")
def _end(task: Any, **_: Any) -> None:
    # A worker's thread goes on to another task.
    block: AbstractContextManager[uuid.UUID] | None = task.request.get("correlation_block")
    if block is not None:
        block.__exit__(None, None, None)


def _read(sent: Any) -> uuid.UUID | None:
    """The id in a message's header; None when it is missing or none."""
    try:
        return uuid.UUID(sent)
    except (TypeError, ValueError, AttributeError):
        return None
