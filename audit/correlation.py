"""One id for everything that a request or task does, here and in the logs."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

if TYPE_CHECKING:
    from collections.abc import Iterator

_current: ContextVar[UUID | None] = ContextVar("audit_correlation", default=None)


def get() -> UUID:
    """The id bound here; a fresh one, not kept, when none is."""
    return _current.get() or uuid4()


@contextmanager
def bind(correlation_id: UUID | None = None) -> Iterator[UUID]:
    """Bind `correlation_id` (a fresh one when None) for the length of the block."""
    bound = correlation_id or uuid4()
    token = _current.set(bound)
    try:
        yield bound
    finally:
        _current.reset(token)
