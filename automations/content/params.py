"""Parameters of triggers and actions: one description gives the check, the form and the API's schema. Pure.

`read` turns what a form or a request sent into plain values in one canonical form, so that equal behaviour has equal JSON.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import time
from typing import Literal
from urllib.parse import urlsplit

from automations.content import templates
from snoutos.core import tags

Kind = Literal[
    "integer", "choice", "text", "template", "url", "yes_no", "weekdays", "clock", "tag", "event_name"
]
Value = int | str | bool | list[str] | None

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_EVENT = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+(\.\*)?|[a-z][a-z0-9_]*\.\*")


class ContentError(ValueError):
    """Something of an automation cannot be kept as it is. `path` says where, `str()` says what to do about it."""

    def __init__(self, path: str, sentence: str) -> None:
        super().__init__(sentence)
        self.path, self.sentence = path, sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Param:
    """One parameter. `least` and `most` bound an integer, `most` also the length of a text; `choices` are (value, words)."""

    name: str
    label: str
    kind: Kind
    required: bool = True
    default: Value = None
    choices: tuple[tuple[str, str], ...] = ()
    least: int = 0
    most: int = 200
    unit: str = ""
    help: str = ""
    # Came when rules were in force already: at its default it is left out of the canonical form, so that their digests stay.
    is_later: bool = False

    def words(self, value: Value) -> str:
        """A value as owners read it."""
        return dict(self.choices).get(str(value), str(value))


def read(params: Sequence[Param], data: object, *, path: str, groups: frozenset[str]) -> dict[str, Value]:
    """The values of `params` in `data`, checked, with defaults filled in. Raises ContentError, also for a name that is no parameter.

    `groups` are the variables a template may use.
    """
    if not isinstance(data, Mapping):
        raise ContentError(path, "This must be an object with named values.")
    known = {param.name for param in params}
    for name in data:
        if name not in known:
            raise ContentError(f"{path}.{str(name)[:40]}", "There's no such setting.")
    return {
        param.name: _one(param, data.get(param.name), path=f"{path}.{param.name}", groups=groups)
        for param in params
    }


def _one(param: Param, value: object, *, path: str, groups: frozenset[str]) -> Value:
    if value is None or value == "" or value == []:
        if param.default is not None:
            return param.default
        if param.required:
            raise ContentError(path, f"“{param.label}” is required.")
        return None
    return _READERS[param.kind](param, value, path, groups)


def _integer(param: Param, value: object, path: str, groups: frozenset[str]) -> int:
    if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,9}", value.strip()):
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or not param.least <= value <= param.most:
        raise ContentError(
            path, f"“{param.label}” must be a whole number from {param.least} to {param.most}."
        )
    return value


def _choice(param: Param, value: object, path: str, groups: frozenset[str]) -> str:
    if not isinstance(value, str) or value not in dict(param.choices):
        raise ContentError(
            path, f"“{param.label}” must be one of: {', '.join(words for _, words in param.choices)}."
        )
    return value


def _text(param: Param, value: object, path: str, groups: frozenset[str]) -> str:
    text = value.replace("\r\n", "\n").strip() if isinstance(value, str) else ""
    if not text or "\x00" in text or len(text) > param.most:
        raise ContentError(path, f"“{param.label}” must be text of up to {param.most} characters.")
    return text


def _template(param: Param, value: object, path: str, groups: frozenset[str]) -> str:
    text = _text(param, value, path, groups)
    try:
        templates.check(text, groups=groups)
    except templates.TemplateError as error:
        raise ContentError(path, str(error)) from error
    return text


def _url(param: Param, value: object, path: str, groups: frozenset[str]) -> str:
    text = _text(param, value, path, groups)
    try:
        parts = urlsplit(text)
        named = bool(parts.hostname) and not parts.username and parts.port != 0
    except ValueError:
        named = False
    if not named or parts.scheme not in ("https", "http") or parts.fragment or " " in text:
        raise ContentError(
            path,
            "The address must start with https:// and name a host, such as https://hooks.example.com/snoutos.",
        )
    return text


def _yes_no(param: Param, value: object, path: str, groups: frozenset[str]) -> bool:
    if value in ("true", "on"):
        return True
    if value == "false":
        return False
    if not isinstance(value, bool):
        raise ContentError(path, f"“{param.label}” must be yes or no.")
    return value


def _weekdays(param: Param, value: object, path: str, groups: frozenset[str]) -> list[str]:
    if (
        not isinstance(value, list)
        or not value
        or not all(isinstance(day, str) and day in WEEKDAYS for day in value)
    ):
        raise ContentError(path, f"“{param.label}” takes days of the week, such as monday.")
    return [day for day in WEEKDAYS if day in value]


def _clock(param: Param, value: object, path: str, groups: frozenset[str]) -> str:
    try:
        clock = time.fromisoformat(value) if isinstance(value, str) and len(value) in (5, 8) else None
    except ValueError:
        clock = None
    if clock is None or clock.second or clock.tzinfo:
        raise ContentError(path, f"“{param.label}” must be a time of day such as 18:00.")
    return clock.isoformat("minutes")


def _tag(param: Param, value: object, path: str, groups: frozenset[str]) -> str:
    text = _text(param, value, path, groups)
    try:
        return tags.read(text)
    except ValueError:
        raise ContentError(path, tags.RULE) from None


def _event_name(param: Param, value: object, path: str, groups: frozenset[str]) -> str:
    text = _text(param, value, path, groups)
    if not _EVENT.fullmatch(text) or len(text) > 64:
        raise ContentError(
            path, "Event names have dots, such as booking.created, or booking.* for all of that kind."
        )
    return text


_READERS: dict[Kind, Callable[[Param, object, str, frozenset[str]], Value]] = {
    "integer": _integer,
    "choice": _choice,
    "text": _text,
    "template": _template,
    "url": _url,
    "yes_no": _yes_no,
    "weekdays": _weekdays,
    "clock": _clock,
    "tag": _tag,
    "event_name": _event_name,
}
