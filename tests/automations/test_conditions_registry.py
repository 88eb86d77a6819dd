"""The registry of fields and questions: what forms and the API's documentation are made from."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from jsonschema import Draft202012Validator

from automations.content.conditions import GROUPS, field_named, fields, json_schema, operators, to_json
from messaging.models.assignments import VisitType
from messaging.models.messages import AuthorKind
from messaging.models.numbers import Health, NumberRole
from messaging.models.threads import Role, ThreadKind
from policy.models import FindingKind
from tests.automations.conditions import conditions, read
from tests.searching import searched

SCHEMA = Draft202012Validator(json_schema())


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("message.author", Role.values),
        ("number.role", NumberRole.values),
        ("number.health", Health.values),
        ("thread.kind", ThreadKind.values),
        ("visit.type", VisitType.values),
        ("violation.author", AuthorKind.values),
        ("violation.kinds", FindingKind.values),
    ],
)
def test_choices_agree_with_the_rows(name: str, values: list[str]) -> None:
    field = field_named(name)
    assert field is not None
    assert [value for value, _ in field.choices] == values


def test_every_field_is_whole() -> None:
    known = fields(GROUPS)
    assert len({field.name for field in known}) == len(known) == 30
    for field in known:
        assert field.name.startswith(f"{field.group}.")
        assert field.label
        assert bool(field.label_no) == (field.type == "yes_no")
        assert field.choices or field.type != "choice"


def test_a_trigger_has_the_fields_of_its_groups_alone() -> None:
    assert [field.name for field in fields(frozenset({"visit", "number"}))] == [
        "number.role",
        "number.health",
        "visit.type",
        "visit.minutes",
        "visit.sitter_has_written",
    ]
    assert fields(frozenset()) == ()
    assert fields(frozenset({"nobody"})) == ()


def test_paths_into_an_event_are_fields() -> None:
    field = field_named("event.data.booking.pets.0.name")
    assert field is not None
    assert (field.type, field.group, field.label) == ("any", "event", "event's booking.pets.0.name")


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        ("text", "is is_not contains does_not_contain contains_any_of contains_word starts_with is_empty is_not_empty"),
        ("number", "is is_not less_than at_most more_than at_least"),
        ("choice", "is is_not is_one_of"),
        ("yes_no", "is_yes is_no"),
        ("list", "includes does_not_include is_empty is_not_empty"),
        ("time", "before at_or_after between"),
        ("any", "is is_not contains less_than more_than exists does_not_exist"),
    ],
)  # fmt: skip
def test_the_questions_of_each_type(kind: Any, names: str) -> None:
    assert [operator.name for operator in operators(kind)] == names.split()
    assert {operator.name for operator in operators(kind) if operator.negative} == set(names.split()) & {
        "is_not",
        "does_not_contain",
        "does_not_include",
        "is_empty",
        "does_not_exist",
    }
    assert all(operator.words for operator in operators(kind))


@searched(150)
@given(conditions)
def test_the_schema_takes_every_stored_form(condition: Any) -> None:
    SCHEMA.validate(to_json(read(condition)))


@pytest.mark.parametrize(
    "data",
    [
        [],
        {"all": []},
        {"all": [{}]},
        {"field": "message.tex", "op": "is", "value": "a"},
        {"field": "message.text", "op": "less_than", "value": 1},
        {"field": "message.text", "op": "is", "value": 1},
        {"field": "message.text", "op": "is", "value": "x" * 201},
        {"field": "message.text", "op": "is_empty", "value": "x"},
        {"field": "message.author", "op": "is", "value": "owner"},
        {"field": "time.of_day", "op": "between", "value": ["09:00"]},
        {"field": "event.data.", "op": "exists"},
        {"field": "event.data.x", "op": "less_than", "value": "1"},
        {"all": [{"all": [{"all": [{"all": [{"field": "client.is_known", "op": "is_yes"}]}]}]}]},
    ],
)
def test_the_schema_refuses_what_cannot_be_asked(data: object) -> None:
    assert not SCHEMA.is_valid(data)


def test_the_schema_can_stand_among_the_components_of_an_api() -> None:
    schema = json_schema(refs="#/components/schemas/")
    named = {f"#/components/schemas/{name}" for name in schema.pop("$defs")}
    used = {part.partition('"')[0] for part in json.dumps(schema).split('"$ref": "')[1:]}
    assert used <= named
    assert "$defs" not in json.dumps(json_schema(refs="#/components/schemas/")["$defs"])
    Draft202012Validator.check_schema(json_schema())
