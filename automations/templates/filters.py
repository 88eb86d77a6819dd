"""The filters. Each takes a value of any plain type and gives text, and makes it longer by its argument at most."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from automations.templates.errors import TemplateError
from automations.templates.values import to_text


def default(value: object, instead: object) -> object:
    """`instead` when there is no value: none, false, an empty or blank text, an empty list."""
    empty = value is None or value is False or value in ("", [], {})
    return instead if empty or (isinstance(value, str) and not value.strip()) else value


def upcase(value: object) -> str:
    return to_text(value).upper()


def downcase(value: object) -> str:
    return to_text(value).lower()


def capitalize(value: object) -> str:
    return to_text(value).capitalize()


def strip(value: object) -> str:
    return to_text(value).strip()


def truncate(value: object, length: object, end: object = "...") -> str:
    """The first characters of `value`, `length` with the `end` that says so."""
    if not isinstance(length, int) or isinstance(length, bool) or length < 1:
        raise TemplateError("truncate takes a number of characters: truncate: 40.")
    text, mark = to_text(value), to_text(end)
    return text if len(text) <= length else text[: max(0, length - len(mark))] + mark


@dataclass(frozen=True, slots=True)
class Filter:
    """`example` shows how it is written; `least` and `most` count its arguments."""

    apply: Callable[..., object]
    example: str
    least: int = 0
    most: int = 0


FILTERS = {
    "default": Filter(default, 'default: "your pet"', 1, 1),
    "upcase": Filter(upcase, "upcase"),
    "downcase": Filter(downcase, "downcase"),
    "capitalize": Filter(capitalize, "capitalize"),
    "strip": Filter(strip, "strip"),
    "truncate": Filter(truncate, "truncate: 40", 1, 2),
}
