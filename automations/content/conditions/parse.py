"""Reading a condition from JSON, and the JSON Schema of what is read: what cannot be asked is refused when it is saved."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from automations.content.conditions.fields import (
    EVENT_DATA_PATTERN,
    GROUPS,
    Field,
    Operator,
    Type,
    field_named,
    fields,
    fold,
    is_number,
    near_miss,
    operator_named,
    operators,
    tidy,
)
from automations.content.conditions.tree import Group, Join, Leaf, Node, Scalar, Tree, Value, named, shows
from automations.content.schedules import clock

Part = Literal["", "field", "op", "value"]


class ConditionError(ValueError):
    """Data is no condition. `path` says where ("all.0.any.1"), `part` which part of it, `sentence` what to do."""

    def __init__(self, sentence: str, *, path: str, part: Part = "") -> None:
        self.sentence = sentence
        self.path = path
        self.part = part
        super().__init__(f"{path}: {sentence}" if path else sentence)


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
        raise _UnfitError(f"“{operator.words}” takes two times: from and until.")
    start, end = _time(raw[0]), _time(raw[1])
    if start == end:
        raise _UnfitError("Both times are the same: there's nothing between them.")
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
        raise _UnfitError("Enter text to compare.")
    if len(raw) > LONGEST_TEXT:
        raise _UnfitError(f"Text to compare can have up to {LONGEST_TEXT} characters.")
    text = tidy(raw)
    if not any(map(shows, text)):
        raise _UnfitError("Enter text to compare.")
    if len(text) > LONGEST_TEXT:
        raise _UnfitError(f"Text to compare can have up to {LONGEST_TEXT} characters.")
    if any(unicodedata.category(char) in ("Cc", "Cs") for char in text):
        raise _UnfitError("The text has a character that texts can't have. Type it again.")
    return text


def _number(raw: object) -> int | float:
    if not is_number(raw) or abs(raw) > LARGEST_NUMBER or raw != round(raw, MOST_DECIMALS):
        raise _UnfitError("Enter a number up to 1,000,000,000,000, with up to six decimals.")
    return int(raw) if raw == int(raw) else raw


def _choice(field: Field, raw: object) -> str:
    names = [name for name, _ in field.choices]
    if not isinstance(raw, str) or raw not in names:
        asked = f"{named(raw)} isn't one of the choices" if isinstance(raw, str) else "Choose a value"
        raise _UnfitError(f"{asked}: {', '.join(names)}.")
    return raw


def _time(raw: object) -> str:
    if not isinstance(raw, str) or clock(raw) is None:
        raise _UnfitError("Write the time as “HH:MM” on a 24-hour clock, for example “21:30”.")
    return raw


def _json_scalar(raw: object) -> Scalar:
    if isinstance(raw, bool):
        return raw
    if isinstance(raw, str):
        return _text(raw)
    if is_number(raw):
        return _number(raw)
    raise _UnfitError("Compare with text, a number, true or false.")


DEEPEST = 3
MOST_LEAVES = 30


def parse(data: object, *, groups: frozenset[str]) -> Tree:
    """The condition in `data`, asked about the fields of `groups` alone. `{}` and None always hold.

    A group is `{"all": [...]}` or `{"any": [...]}` and never empty; at most three stand within one another, with at most 30 leaves
    in all. A leaf is `{"field": ..., "op": ..., "value": ...}`. Raises ConditionError, and nothing else, for any other data.
    """
    if data is None or data == {}:
        return Tree()
    return Tree(_Reading(groups).node(data, path="", depth=0))


@dataclass(slots=True)
class _Reading:
    """One run through the data; counts the leaves of the whole."""

    groups: frozenset[str]
    leaves: int = 0

    def node(self, data: object, *, path: str, depth: int) -> Node:
        if not isinstance(data, dict):
            raise ConditionError("A condition is an object with “all”, “any” or “field”.", path=path)
        if len(data) == 1 and "all" in data:
            return self.group(data["all"], join="all", path=path, depth=depth)
        if len(data) == 1 and "any" in data:
            return self.group(data["any"], join="any", path=path, depth=depth)
        return self.leaf(data, path=path)

    def group(self, parts: object, *, join: Join, path: str, depth: int) -> Group:
        if depth == DEEPEST:
            raise ConditionError(f"Groups can be nested up to {DEEPEST} levels deep.", path=path)
        if not isinstance(parts, list) or not parts:
            raise ConditionError(
                "A group needs at least one condition: add one or remove the group.", path=path
            )
        if len(parts) > MOST_LEAVES:
            raise ConditionError(f"At most {MOST_LEAVES} conditions are allowed.", path=path)
        inner = f"{path}.{join}" if path else join
        return Group(
            join,
            tuple(self.node(data, path=f"{inner}.{i}", depth=depth + 1) for i, data in enumerate(parts)),
        )

    def leaf(self, data: dict[object, object], *, path: str) -> Leaf:
        self.leaves += 1
        if self.leaves > MOST_LEAVES:
            raise ConditionError(f"At most {MOST_LEAVES} conditions are allowed.", path=path)
        if not {"field", "op"} <= data.keys() <= {"field", "op", "value"}:
            raise ConditionError(
                "A condition has a “field”, an “op” and a “value”, or is one group “all” or “any”.", path=path
            )
        field = self.field(data["field"], path=path)
        operator = _operator(field, data["op"], path=path)
        value, operand = read_value(field, operator, data.get("value"), path=path)
        return Leaf(path, field, operator, value, operand)

    def field(self, name: object, *, path: str) -> Field:
        field = field_named(name) if isinstance(name, str) else None
        if field is None:
            raise ConditionError(_no_field(name, self.groups), path=path, part="field")
        if field.group not in self.groups:
            sentence = f"{named(field.name)} isn't known when this trigger fires. Choose another field."
            raise ConditionError(sentence, path=path, part="field")
        return field


def _no_field(name: object, groups: frozenset[str]) -> str:
    if not isinstance(name, str):
        return "Choose a field."
    meant = near_miss(name, groups)
    return f"There's no field {named(name)}." + (f" Did you mean {named(meant)}?" if meant else "")


def _operator(field: Field, name: object, *, path: str) -> Operator:
    operator = operator_named(field.type, name) if isinstance(name, str) else None
    if operator is None:
        ways = ", ".join(way.name for way in operators(field.type))
        asked = f"{named(name)} doesn't work for" if isinstance(name, str) else "Choose a comparison for"
        raise ConditionError(f"{asked} {named(field.name)}. Choose one of: {ways}.", path=path, part="op")
    return operator


Schema = dict[str, Any]

_TEXT: Schema = {"type": "string", "minLength": 1, "maxLength": LONGEST_TEXT}
_NUMBER: Schema = {"type": "number", "minimum": -LARGEST_NUMBER, "maximum": LARGEST_NUMBER}
_TIME: Schema = {"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$"}


def json_schema(*, refs: str = "#/$defs/") -> Schema:
    """A schema that every stored form meets; in words that JSON Schema 2020-12 and OpenAPI 3.0 share, `$defs` apart.

    It refers to its parts by `refs` and their names. For an OpenAPI document take out `$defs`, put its entries among the document's
    components, and pass "#/components/schemas/". Which groups a trigger knows is not in it, nor the count of leaves over all groups.
    """
    parts: dict[str, Schema] = {"ConditionLeaf": {"oneOf": _leaves()}}
    for depth in range(DEEPEST, 0, -1):
        inner = [f"{refs}ConditionLeaf"] + ([f"{refs}ConditionGroup{depth + 1}"] if depth < DEEPEST else [])
        parts[f"ConditionGroup{depth}"] = _group(inner)
    return {
        "title": "Condition",
        "description": "Holds always when it is an empty object.",
        "oneOf": [
            {"type": "object", "maxProperties": 0},
            {"$ref": f"{refs}ConditionLeaf"},
            {"$ref": f"{refs}ConditionGroup1"},
        ],
        "$defs": parts,
    }


def _group(inner: list[str]) -> Schema:
    """All or any of what `inner` refers to."""
    items = {"oneOf": [{"$ref": ref} for ref in inner]}
    several = {"type": "array", "minItems": 1, "maxItems": MOST_LEAVES, "items": items}
    return {"oneOf": [_object({join: several}) for join in ("all", "any")]}


def _leaves() -> list[Schema]:
    """One schema for the fields that take the same questions and values."""
    alike: dict[tuple[Type, tuple[tuple[str, str], ...]], list[Field]] = {}
    for field in fields(GROUPS):
        alike.setdefault((field.type, field.choices), []).append(field)
    return [
        _leaf(group, way) for (kind, _), group in alike.items() for way in _by_value(kind, operators(kind))
    ]


def _by_value(kind: Type, ways: tuple[Operator, ...]) -> list[list[Operator]]:
    """The questions, those that take the same values together."""
    alike: dict[tuple[str, bool], list[Operator]] = {}
    for way in ways:
        alike.setdefault((way.takes, kind == "any" and way.name in ("less_than", "more_than")), []).append(
            way
        )
    return list(alike.values())


def _leaf(alike: list[Field], ways: list[Operator]) -> Schema:
    sample, way = alike[0], ways[0]
    asked: dict[str, Schema] = {
        "field": {"enum": [field.name for field in alike]},
        "op": {"enum": [way.name for way in ways]},
    }
    if sample.type == "any":
        asked["field"] = {"type": "string", "pattern": EVENT_DATA_PATTERN}
    if way.takes != "nothing":
        asked["value"] = _value(sample, way)
    return _object(asked)


def _value(field: Field, way: Operator) -> Schema:
    if way.takes == "pair":
        return {"type": "array", "minItems": 2, "maxItems": 2, "items": _TIME}
    if way.takes == "several":
        return {"type": "array", "minItems": 1, "maxItems": MOST_VALUES, "items": _scalar_schema(field, way)}
    return _scalar_schema(field, way)


def _scalar_schema(field: Field, way: Operator) -> Schema:
    if field.choices:
        return {"enum": [name for name, _ in field.choices]}
    if field.type == "time":
        return _TIME
    if field.type == "number" or way.name in ("less_than", "more_than"):
        return _NUMBER
    return {"oneOf": [_TEXT, _NUMBER, {"type": "boolean"}]} if field.type == "any" else _TEXT


def _object(properties: dict[str, Schema]) -> Schema:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
