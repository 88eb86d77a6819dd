"""The stored form of a condition as a JSON Schema, made from the registry, for the API's documentation."""

from __future__ import annotations

from typing import Any

from automations.conditions.fields import EVENT_DATA_PATTERN, GROUPS, Field, Type, fields
from automations.conditions.operators import Operator, operators
from automations.conditions.parse import DEEPEST, MOST_LEAVES
from automations.conditions.values import LARGEST_NUMBER, LONGEST_TEXT, MOST_VALUES

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
        return {"type": "array", "minItems": 1, "maxItems": MOST_VALUES, "items": _scalar(field, way)}
    return _scalar(field, way)


def _scalar(field: Field, way: Operator) -> Schema:
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
