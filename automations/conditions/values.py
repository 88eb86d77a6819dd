"""The value of a leaf: of the field's type, bounded, and kept in one canonical form."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

from automations.conditions.errors import ConditionError, named, shows
from automations.conditions.fields import Field
from automations.conditions.folding import fold, tidy
from automations.conditions.operators import Operator, is_number
from automations.conditions.tree import Scalar, Value
from automations.schedules import clock

LONGEST_TEXT = 200
MOST_VALUES = 20
LARGEST_NUMBER = 10**12
MOST_DECIMALS = 6


class _UnfitError(Exception):
    """Its words are the sentence; `read_value` adds the place."""


def read_value(field: Field, operator: Operator, raw: object, *, path: str) -> tuple[Value, Value]:
    """The value as it is kept, and made ready to compare. Raises ConditionError when it does not fit field and operator."""
    try:
        return _READ[operator.takes](field, operator, raw)
    except _UnfitError as unfit:
        raise ConditionError(str(unfit), path=path, part="value") from None


def _nothing(field: Field, operator: Operator, raw: object) -> tuple[Value, Value]:
    if raw is not None:
        raise _UnfitError(f"“{operator.words}” takes no value.")
    return None, None


def _one(field: Field, operator: Operator, raw: object) -> tuple[Value, Value]:
    value = _scalar(field, operator, raw)
    return value, _ready(field, value)


def _several(field: Field, operator: Operator, raw: object) -> tuple[Value, Value]:
    """Each once: choices in their own order, texts in the order they were written."""
    if not isinstance(raw, list) or not 1 <= len(raw) <= MOST_VALUES:
        raise _UnfitError(f"“{operator.words}” takes a list of 1 to {MOST_VALUES} values.")
    if field.type == "choice":
        chosen = {_choice(field, item) for item in raw}
        values = tuple(name for name, _ in field.choices if name in chosen)
        return values, values
    by_fold: dict[str, str] = {}
    for item in raw:
        value = _text(item)
        by_fold.setdefault(fold(value), value)
    return tuple(by_fold.values()), tuple(by_fold)


def _pair(field: Field, operator: Operator, raw: object) -> tuple[Value, Value]:
    if not isinstance(raw, list) or len(raw) != 2:
        raise _UnfitError(
            f"“{operator.words}” takes two times: the first and the end, which is no longer in it."
        )
    start, end = _time(raw[0]), _time(raw[1])
    if start == end:
        raise _UnfitError("The two times are the same: no time lies between them.")
    return (start, end), (start, end)


_READ: dict[str, Callable[[Field, Operator, object], tuple[Value, Value]]] = {
    "nothing": _nothing,
    "one": _one,
    "several": _several,
    "pair": _pair,
}


def _scalar(field: Field, operator: Operator, raw: object) -> Scalar:
    if field.choices:
        return _choice(field, raw)
    if field.type == "time":
        return _time(raw)
    if field.type == "number" or operator.name in ("less_than", "more_than"):
        return _number(raw)
    if field.type == "any":
        return _json_scalar(raw)
    return _text(raw)


def _ready(field: Field, value: Scalar) -> Scalar:
    written = field.type in ("text", "list", "any") and isinstance(value, str)
    return fold(str(value)) if written else value


def _text(raw: object) -> str:
    if not isinstance(raw, str):
        raise _UnfitError("Write a text to compare with.")
    if len(raw) > LONGEST_TEXT:
        raise _UnfitError(f"A text to compare with has at most {LONGEST_TEXT} characters.")
    text = tidy(raw)
    if not any(map(shows, text)):
        raise _UnfitError("Write a text to compare with.")
    if len(text) > LONGEST_TEXT:
        raise _UnfitError(f"A text to compare with has at most {LONGEST_TEXT} characters.")
    if any(unicodedata.category(char) in ("Cc", "Cs") for char in text):
        raise _UnfitError("The text has a character that no text message can have. Type it again.")
    return text


def _number(raw: object) -> int | float:
    if not is_number(raw) or abs(raw) > LARGEST_NUMBER or raw != round(raw, MOST_DECIMALS):
        raise _UnfitError("Write a number of at most 1,000,000,000,000, with six decimals at most.")
    return int(raw) if raw == int(raw) else raw


def _choice(field: Field, raw: object) -> str:
    names = [name for name, _ in field.choices]
    if not isinstance(raw, str) or raw not in names:
        asked = f"{named(raw)} is none of the choices" if isinstance(raw, str) else "Choose a value"
        raise _UnfitError(f"{asked}: {', '.join(names)}.")
    return raw


def _time(raw: object) -> str:
    if not isinstance(raw, str) or clock(raw) is None:
        raise _UnfitError("Write the time as “HH:MM” in 24 hours, for example “21:30”.")
    return raw


def _json_scalar(raw: object) -> Scalar:
    if isinstance(raw, bool):
        return raw
    if isinstance(raw, str):
        return _text(raw)
    if is_number(raw):
        return _number(raw)
    raise _UnfitError("Compare with a text, a number, true or false.")
