"""Whatever somebody writes into a template: refused, or a short plain text, soon. Nothing else is ever raised."""

from __future__ import annotations

import gc
import time
import unicodedata
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from automations.content.templates import GROUPS, TemplateError, check, names_used, render, sample
from tests.automations.hostile import LOOPS, OBJECTS, TEMPLATES
from tests.searching import searched

VALUES: dict[str, Any] = {
    **sample(GROUPS),
    "event": {
        "name": "booking.created",
        "data": {"list": ["a", "b"], "deep": {"er": {"x": 1}}, "long": "a" * 40_000, "other": "a" * 50 + "b"},
    },
}
SECONDS = 0.1  # of the thread's own time


def outcome(source: str, values: dict[str, Any]) -> str | None:
    """The text, or None when refused; checked as well, by every face."""
    for ask in (lambda: check(source, groups=frozenset(GROUPS)), lambda: names_used(source)):
        with suppress(TemplateError):
            ask()
    # A collection of all that other tests left behind would be counted too.
    gc.disable()
    begun = time.thread_time()
    try:
        text = render(source, values)
    except TemplateError:
        text = None
    finally:
        took = time.thread_time() - begun
        gc.enable()
    assert took < SECONDS
    return text


def assert_plain(text: str | None) -> None:
    if text is None:
        return
    assert type(text) is str
    assert len(text) <= 1_600
    assert not [char for char in text if char != "\n" and unicodedata.category(char) in ("Cc", "Cs")]


def test_there_are_enough() -> None:
    assert len(set(TEMPLATES)) >= 200


@pytest.mark.parametrize("source", TEMPLATES, ids=range(len(TEMPLATES)))
def test_a_hostile_template_is_refused_or_plain(source: str) -> None:
    text = outcome(source, VALUES)
    assert_plain(text)
    for leaked in ("<class", "<built-in", "<bound", " object at 0x", "dict_items", "{'"):
        assert leaked not in (text or "")


@pytest.mark.parametrize("source", [*OBJECTS, *LOOPS], ids=range(len(OBJECTS) + len(LOOPS)))
def test_no_object_is_reachable_and_nothing_loops(source: str) -> None:
    with pytest.raises(TemplateError):
        render(source, VALUES)


PIECES = st.sampled_from(
    [
        *[
            "{{",
            "}}",
            "{%",
            "%}",
            "{%-",
            "-%}",
            "{{-",
            "if",
            "unless",
            "case",
            "when",
            "else",
            "elsif",
            "endif",
            "endunless",
            "endcase",
            "comment",
            "endcomment",
            "raw",
        ],
        *[
            "endraw",
            "for",
            "assign",
            "client.name",
            "client",
            "event.data.x",
            "a.b",
            "['a']",
            "[0]",
            "|",
            "default:",
            "upcase",
            "truncate:",
            ":",
            ",",
            ".",
        ],
        *[
            "'x'",
            '"',
            "'",
            "(",
            ")",
            "..",
            "==",
            "!=",
            "<",
            ">",
            "<>",
            "contains",
            "and",
            "or",
            "not",
            "nil",
            "empty",
            "blank",
            "true",
            "1",
            "-1",
            "1.5",
            "1e9",
            "\\",
            "#",
            "=",
        ],
        *("\n", "\t", "\x00"),
    ]
)
SOURCES = (
    st.text(max_size=300)
    | st.lists(PIECES, max_size=40).map(" ".join)
    | st.lists(PIECES, max_size=40).map("".join)
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(max_size=8) | st.sampled_from(["x", "name", "a"]), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(source=SOURCES, values=st.dictionaries(st.sampled_from(["client", "event", "a"]), JSON))
@example(source="{{ client.name }}", values={"client": {"name": float("nan")}})
@searched(400)
def test_arbitrary_templates_and_values_raise_nothing_else(source: str, values: dict[str, Any]) -> None:
    assert_plain(outcome(source, values))


@given(name=st.text(alphabet=st.characters(exclude_categories=["Cc", "Cs"]), max_size=500))
@searched(200)
def test_a_name_comes_out_letter_by_letter(name: str) -> None:
    assert render("<{{ client.name }}>", {"client": {"name": name}}) == f"<{name}>"


@given(
    path=st.lists(
        st.sampled_from([*dir(dict), *dir(str), *dir(list), "size", "first", "last"]), min_size=1, max_size=3
    )
)
@searched(300)
def test_no_attribute_of_any_plain_type_is_reachable(path: list[str]) -> None:
    for root in ("client", "client.name", "event.data.list", "event.data.deep"):
        with pytest.raises(TemplateError):
            render(f"{{{{ {root}.{'.'.join(path)} }}}}", VALUES)
