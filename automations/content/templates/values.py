"""What may go into a template, and what can be wrong with one."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Any

from snoutos.core.problems import Problem


class TemplateError(Problem):
    """The template cannot be used. `unknown` holds the names that do not exist, or not for this trigger."""

    code = "template_refused"
    sentence = "This text can't be written as it is."

    def __init__(self, sentence: str, *, unknown: tuple[str, ...] = ()) -> None:
        super().__init__(sentence)
        self.unknown = unknown


class MissingValue(TemplateError):  # noqa: N818
    """A variable that the template prints or asks about is not there this time. `unknown` names it."""

    code = "template_value_missing"
    sentence = "The text mentions something that's missing here."


MAX_CHARACTERS = 100_000  # of all names and values together; an event brings 64 KB at most
MAX_DEPTH = 20
MAX_INTEGER = 10**30
PLAIN = frozenset({dict, list, str, int, float, bool, type(None)})


def clean(variables: Mapping[str, object]) -> dict[str, Any]:
    """A copy with cleaned texts. Raises `TemplateError` for other types, and for too much or too deep."""
    values = _Copy().of(dict(variables), depth=0)
    assert isinstance(values, dict)  # noqa: S101 -- for the type checker
    return values


def clean_text(text: str) -> str:
    """`text` without NUL, control characters other than newline, and halves of characters."""
    if text.isprintable():  # nearly always
        return text
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    return "".join(char for char in text if char == "\n" or unicodedata.category(char) not in ("Cc", "Cs"))


def to_text(value: object) -> str:
    """One value as it stands in a text: nothing for none, `true` and `false` as Liquid writes them."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return str(value)
    raise TemplateError(
        "A variable has several values and a text needs one: say which, as in event.data.pet.name."
    )


class _Copy:
    """Copies values within one budget of characters."""

    def __init__(self) -> None:
        self._left = MAX_CHARACTERS

    def of(self, value: object, *, depth: int) -> object:
        if type(value) not in PLAIN:
            raise TemplateError("A variable isn't text, a number, a list, or yes or no.")
        if depth > MAX_DEPTH:
            raise TemplateError("A variable is nested too deeply.")
        if isinstance(value, dict):
            return {self._name(name): self.of(one, depth=depth + 1) for name, one in value.items()}
        if isinstance(value, list):
            return [self.of(one, depth=depth + 1) for one in value]
        if isinstance(value, str):
            return self._text(value)
        return self._number(value)

    def _name(self, name: object) -> str:
        if type(name) is not str:
            raise TemplateError("A variable's name isn't text.")
        return self._text(name)

    def _text(self, text: str) -> str:
        self._spend(len(text))
        return clean_text(text)

    def _number(self, value: object) -> object:
        self._spend(1)
        if isinstance(value, int) and abs(value) > MAX_INTEGER:
            raise TemplateError("A variable has a number that's too large.")
        return value

    def _spend(self, characters: int) -> None:
        self._left -= characters + 1
        if self._left < 0:
            raise TemplateError("The variables are too much for one template.")
