"""No painted doors: every field that somebody can fill in has a test that shows what it does."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest
from django.conf import settings

from tests.doors.effects import SHOWN_BY
from tests.doors.fields import every_field


@pytest.mark.django_db
def test_every_field_is_named_with_the_test_of_its_effect() -> None:
    shown = {field for fields in SHOWN_BY.values() for field in fields}
    asked = every_field()
    assert asked - shown == set(), "these have no test that shows what they do"
    assert shown - asked == set(), "these are on no page any more"


@pytest.mark.parametrize("test", SHOWN_BY)
def test_the_tests_that_are_named_exist_and_speak_of_the_field(test: str) -> None:
    path, _, name = test.partition("::")
    tests, text = _read(path)
    assert name in tests
    for field in SHOWN_BY[test]:
        said = field.rpartition(" ")[2].rpartition(".")[2]
        assert said in text, f"{path} does not speak of {said}"


@cache
def _read(path: str) -> tuple[frozenset[str], str]:
    """The names of the tests of a file, and its text."""
    text = (Path(settings.BASE_DIR) / path).read_text()
    found = (node.name for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef))
    return frozenset(found), text
