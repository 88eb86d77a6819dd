"""The schema of triggers, conditions and actions: made from the registries, and what is built from it can be read."""

from __future__ import annotations

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from automations.api.components import ACTION, CONDITION, TRIGGER, components, name_of
from automations.content import actions, triggers
from automations.content.actions import ACTIONS
from automations.content.triggers import TRIGGERS
from automations.gallery import GALLERY
from tests.api.test_schema import generated

COMPONENTS = components()
_SAMPLES = {"template": "Hello", "uri": "https://hooks.example.com/a"}


def problems(name: str, value: object) -> list[str]:
    """Why `value` is no `name`."""
    schema = {"$ref": f"#/components/schemas/{name}", "components": {"schemas": COMPONENTS}}
    return [error.message for error in Draft202012Validator(schema).iter_errors(value)]


def least(name: str) -> dict[str, Any]:
    """The smallest value that meets the component: its required properties alone."""
    shape = COMPONENTS[name]
    return {one: _sample(shape["properties"][one]) for one in shape["required"]}


def _sample(shape: dict[str, Any]) -> Any:
    if "enum" in shape:
        return shape["enum"][0]
    if shape["type"] == "integer":
        return shape["minimum"]
    if "pattern" in shape:
        return next(
            one for one in ("18:00", "a.b", "vip") if not list(Draft202012Validator(shape).iter_errors(one))
        )
    return _SAMPLES.get(shape.get("format", ""), "Hello")


@pytest.mark.parametrize("kind", TRIGGERS)
def test_a_trigger_built_from_the_schema_is_read(kind: str) -> None:
    built = least(name_of("Trigger", kind))
    assert not problems(TRIGGER, built)
    read = triggers.to_json(triggers.parse(built))
    assert not problems(TRIGGER, read)


@pytest.mark.parametrize("kind", ACTIONS)
def test_an_action_built_from_the_schema_is_read(kind: str) -> None:
    built = least(name_of("Action", kind)) | ({"minutes": 5} if kind == "wait" else {})
    assert not problems(ACTION, built)
    read = actions.to_json(actions.parse(built, at=0, trigger=triggers.parse({"kind": "message.received"})))
    shown = {name: value for name, value in read.items() if value is not None}
    assert not problems(ACTION, shown)


@pytest.mark.parametrize("ready", GALLERY, ids=lambda ready: ready.slug)
def test_ready_rules_meet_the_schema(ready: Any) -> None:
    content = ready.wish.content
    assert not problems(TRIGGER, content["trigger"])
    assert not problems(CONDITION, content["conditions"])
    for one in content["actions"]:
        assert not problems(ACTION, one)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        (TRIGGER, {"kind": "no.such"}),
        (TRIGGER, {"kind": "window.starting", "minutes": 0}),
        (TRIGGER, {"kind": "event", "name": "booking"}),
        (TRIGGER, {"kind": "schedule"}),
        (ACTION, {"kind": "text_client"}),
        (ACTION, {"kind": "text_client", "body": "x", "to": "+14155550100"}),
        (ACTION, {"kind": "tag_thread", "tag": "-x"}),
        (CONDITION, {"field": "client.nome", "op": "is", "value": "x"}),
    ],
)
def test_what_cannot_be_read_does_not_meet_the_schema(name: str, value: object) -> None:
    assert problems(name, value)


def test_they_stand_in_the_document_as_they_were_made() -> None:
    schemas = generated()["components"]["schemas"]
    assert {name: schemas[name] for name in COMPONENTS} == COMPONENTS
    body = schemas["CreateBodyRequest"]["properties"]
    assert body["trigger"]["$ref"].endswith(f"/{TRIGGER}")
    assert body["actions"]["items"]["$ref"].endswith(f"/{ACTION}")
