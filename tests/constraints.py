"""Which constraint each test breaks, by name: a test over all constraints finds those that none breaks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

BROKEN: set[str] = set()

_Test = TypeVar("_Test", bound=Callable[..., Any])


def breaks(*names: str) -> Callable[[_Test], _Test]:
    """Mark a test as the one that breaks the constraints of these names."""
    BROKEN.update(names)

    def mark(test: _Test) -> _Test:
        return test

    return mark
