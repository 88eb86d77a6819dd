"""Which verbs of the trail and which alerts the product told of while the whole suite ran: one that nothing tells of fails the run.

`make test` without ARGS asks for it (SNOUTOS_WHOLE_SUITE); of a part of the suite it cannot be asked.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings

from audit.registry import ALERTS, VERBS, AlertKind, Verb

PRODUCT = frozenset({"audit", "automations", "messaging", "policy", "routing", "snoutos"})
WHOLE = bool(os.environ.get("SNOUTOS_WHOLE_SUITE"))

_told: set[str] = set()


def untold(told: set[str]) -> list[str]:
    """What is declared and was never told of."""
    declared = {f"verb {code}" for code in VERBS} | {f"alert {code}" for code in ALERTS}
    return sorted(declared - told)


def _noted(kind: str, call: Callable[..., Any]) -> Callable[..., Any]:
    def told(self: Any, *args: Any, **kwargs: Any) -> Any:
        # A test that makes an event itself shows nothing.
        caller = str(sys._getframe(1).f_globals.get("__name__", ""))
        if caller.partition(".")[0] in PRODUCT:
            _told.add(f"{kind} {self.code}")
        return call(self, *args, **kwargs)

    return told


def pytest_configure() -> None:
    if WHOLE:
        Verb.__call__ = _noted("verb", Verb.__call__)  # type: ignore[method-assign]
        AlertKind.__call__ = _noted("alert", AlertKind.__call__)  # type: ignore[method-assign]


def pytest_testnodedown(node: Any) -> None:
    """In the controlling process: what one of the others saw."""
    _told.update(getattr(node, "workeroutput", {}).get("told", ()))


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["told"] = sorted(_told)
    elif WHOLE and settings.configured and untold(_told):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: Any) -> None:
    if WHOLE and settings.configured:
        for one in untold(_told):
            terminalreporter.write_line(
                f"No product code told of the {one}: it has no caller, or no test reaches it."
            )
