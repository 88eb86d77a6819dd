"""Every code that a step or an execution can end with has a sentence for owners."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator

import pytest

from automations import errors
from automations.engine import limits, match, runner, steps, webhook_step
from messaging.errors import MessagingError

_ENDS = {"Skipped", "Failed", "Done", "Answer", "_finish", "_ended", "_try_again", "_settle", "Execution"}


def codes_of(source: str) -> Iterator[str]:
    """Text constants that a module ends something with: arguments of the functions above, and what a function returns as a code."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and _name(node.func) in _ENDS:
            for part in [*node.args, *(one.value for one in node.keywords if one.arg == "reason")]:
                yield from _constants(part)
        elif isinstance(node, ast.Return) and node.value is not None and not isinstance(node.value, ast.Call):
            yield from _constants(node.value)


def _name(function: ast.expr) -> str:
    return getattr(function, "id", getattr(function, "attr", ""))


def _constants(node: ast.expr) -> Iterator[str]:
    parts = node.elts if isinstance(node, ast.Tuple) else [node]
    for part in parts:
        if isinstance(part, ast.IfExp):
            yield from _constants(part.body)
            yield from _constants(part.orelse)
        elif isinstance(part, ast.Constant) and isinstance(part.value, str) and part.value:
            yield part.value


def codes() -> set[str]:
    modules = (webhook_step, limits, match, steps, runner)
    return {code for module in modules for code in codes_of(inspect.getsource(module))}


def test_the_walk_finds_the_codes_that_are_known_to_be_there() -> None:
    there = {"too_late", "gone", "no_longer_so", "archived", "paused", "error", "call_failed", "mail_failed",
             "address_refused", "template", "no_client", "no_sitter", "no_conversation", "hourly_limit",
             "daily_limit", "held_for_review", "nothing_to_change", "too_many_tags"}  # fmt: skip
    assert there <= codes()


def test_every_code_has_a_sentence() -> None:
    assert {code for code in codes() if not errors.is_known(code)} == set()


def _kinds(kind: type[MessagingError]) -> Iterator[type[MessagingError]]:
    yield kind
    for one in kind.__subclasses__():
        yield from _kinds(one)


@pytest.mark.parametrize("kind", list(_kinds(MessagingError)), ids=lambda one: one.code)
def test_every_refusal_of_messaging_has_a_sentence(kind: type[MessagingError]) -> None:
    assert errors.is_known(kind.code)
    assert errors.reason(kind.code).endswith(".")


def test_a_code_of_tomorrow_is_readable_all_the_same() -> None:
    assert errors.reason("moon_in_the_way") == "Moon in the way."
    assert errors.reason("") == ""
