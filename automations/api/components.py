"""The schema of what an automation does, made from the registries that read it: build a rule from the schema, and it is readable.

What it cannot say: which conditions, variables and actions a trigger allows (`automation-catalogue/` says that)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from automations.content import conditions
from automations.content.actions import ACTIONS, MOST_ACTIONS, ON_FAILURE
from automations.content.params import WEEKDAYS, Param
from automations.content.templates import MAX_SOURCE
from automations.content.triggers import TRIGGERS

Schema = dict[str, Any]

REFS = "#/components/schemas/"
TRIGGER, CONDITION, ACTION = "AutomationTrigger", "AutomationCondition", "AutomationAction"
_CLOCK = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"
_TAG = r"^([a-z0-9][a-z0-9 _-]{0,38}[a-z0-9]|[a-z0-9])$"
_EVENT = r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*(\.[a-z][a-z0-9_]*|\.\*)$"


def add(result: Schema, generator: Any, **_: Any) -> Schema:
    """Put the components into the document, after its choices were named: a hook of drf-spectacular."""
    result["components"]["schemas"].update(components())
    return result


def components() -> dict[str, Schema]:
    """All components by name."""
    whole = conditions.json_schema(refs=REFS)
    parts: dict[str, Schema] = whole.pop("$defs")
    triggers = {name_of("Trigger", one.kind): _trigger(one.kind) for one in TRIGGERS.values()}
    actions = {name_of("Action", one.kind): _action(one.kind) for one in ACTIONS.values()}
    return {
        TRIGGER: _one_of("What starts the automation.", "Trigger", TRIGGERS),
        CONDITION: whole,
        ACTION: _one_of("One action, in order.", "Action", ACTIONS),
        **triggers,
        **parts,
        **actions,
    }


def reference(name: str) -> Schema:
    """A field that holds the component `name`."""
    return {"$ref": f"{REFS}{name}"}


def several_actions() -> Schema:
    """A field that holds the actions of an automation."""
    return {"type": "array", "minItems": 1, "maxItems": MOST_ACTIONS, "items": reference(ACTION)}


def name_of(what: str, kind: str) -> str:
    """`Action`, `text_client` → `ActionTextClient`."""
    return what + "".join(word.capitalize() for word in kind.replace(".", "_").split("_"))


def _one_of(description: str, what: str, kinds: Iterable[str]) -> Schema:
    refs = {kind: f"{REFS}{name_of(what, kind)}" for kind in kinds}
    return {
        "description": description,
        "oneOf": [{"$ref": ref} for ref in refs.values()],
        "discriminator": {"propertyName": "kind", "mapping": refs},
    }


def _trigger(kind: str) -> Schema:
    found = TRIGGERS[kind]
    return _object(found.label, kind, {param.name: _param(param) for param in found.params}, found.params)


def _action(kind: str) -> Schema:
    found = ACTIONS[kind]
    ways = [name for name, _ in ON_FAILURE]
    after = {"type": "string", "enum": ways, "default": "stop", "description": "After a failure."}
    shown = {"on_failure": after, **{param.name: _param(param) for param in found.params}}
    label = f"{found.label}. Give one of minutes and until." if kind == "wait" else found.label
    return _object(label, kind, shown, found.params)


def _object(label: str, kind: str, shown: dict[str, Schema], params: tuple[Param, ...]) -> Schema:
    return {
        "type": "object",
        "description": label,
        "properties": {"kind": {"type": "string", "enum": [kind]}, **shown},
        "required": ["kind", *(one.name for one in params if one.required and one.default is None)],
        "additionalProperties": False,
    }


def _param(param: Param) -> Schema:
    """How `automations.content.params` reads a value, in its canonical form."""
    words = ". ".join(part for part in (param.label, param.help) if part)
    found = {**_shape(param), "description": f"{words} ({param.unit})" if param.unit else words}
    if param.default is not None:
        found["default"] = param.default
    elif not param.required:
        found["nullable"] = True
    return found


def _shape(param: Param) -> Schema:
    text: Schema = {"type": "string", "minLength": 1, "maxLength": param.most}
    shapes: dict[str, Schema] = {
        "integer": {"type": "integer", "minimum": param.least, "maximum": param.most},
        "choice": {"type": "string", "enum": [name for name, _ in param.choices]},
        "text": text,
        "template": {**text, "maxLength": min(param.most, MAX_SOURCE), "format": "liquid"},
        "url": {**text, "format": "uri"},
        "yes_no": {"type": "boolean"},
        "weekdays": {"type": "array", "minItems": 1, "items": {"type": "string", "enum": list(WEEKDAYS)}},
        "clock": {"type": "string", "pattern": _CLOCK},
        "tag": {"type": "string", "pattern": _TAG},
        "event_name": {"type": "string", "maxLength": 64, "pattern": _EVENT},
    }
    return shapes[param.kind]


@extend_schema_field(reference(TRIGGER))
class TriggerField(serializers.JSONField):
    """What sets it off."""


@extend_schema_field(reference(CONDITION))
class ConditionsField(serializers.JSONField):
    """When it goes on; `{}` is always."""


@extend_schema_field(several_actions())
class ActionsField(serializers.JSONField):
    """What it does, in order."""
