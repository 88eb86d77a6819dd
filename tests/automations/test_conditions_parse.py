"""Reading a condition: what is right comes back the same, what is wrong is refused with its place and a plain sentence."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automations.content.conditions import GROUPS, ConditionError, Leaf, Tree, parse, sentence, to_json
from tests.automations.conditions import anything, conditions, documents, leaves, read
from tests.searching import searched

TEXT = {"field": "message.text", "op": "contains", "value": "cancel"}
KNOWN = {"field": "client.is_known", "op": "is_yes"}
MESSAGES = frozenset({"message", "client"})


def refused(data: object, groups: frozenset[str] = GROUPS) -> ConditionError:
    with pytest.raises(ConditionError) as caught:
        parse(data, groups=groups)
    return caught.value


def read_or_refused(data: object) -> Tree | ConditionError:
    try:
        return read(data)
    except ConditionError as error:
        return error


def deep(depth: int) -> dict[str, Any]:
    data: dict[str, Any] = TEXT
    for _ in range(depth):
        data = {"all": [data]}
    return data


@searched(200)
@given(conditions)
def test_the_canonical_form_gives_the_condition_back(condition: Any) -> None:
    tree = read(condition)
    stored = to_json(tree)
    assert read(stored) == tree
    assert to_json(read(stored)) == stored
    assert json.loads(json.dumps(stored, allow_nan=False)) == stored


@searched(100)
@given(leaves(), leaves())
def test_the_canonical_form_is_the_same_only_for_the_same_question(
    one: dict[str, Any], other: dict[str, Any]
) -> None:
    both = [json.dumps(to_json(read(leaf)), sort_keys=True) for leaf in (one, other)]
    kinds = [type(read(leaf).root.value) for leaf in (one, other)]  # type: ignore[union-attr]
    assert (both[0] == both[1]) == (read(one) == read(other) and kinds[0] is kinds[1])


@pytest.mark.parametrize("data", [None, {}])
def test_nothing_means_always(data: object) -> None:
    assert parse(data, groups=frozenset()) == Tree()
    assert to_json(Tree()) == {}


def test_paths_name_the_place_of_each_question() -> None:
    tree = read({"all": [KNOWN, {"any": [TEXT, {"all": [KNOWN]}]}]})
    assert [leaf.path for leaf in tree.leaves()] == ["all.0", "all.1.any.0", "all.1.any.1.all.0"]
    assert [leaf.path for leaf in read(TEXT).leaves()] == [""]


@pytest.mark.parametrize(
    ("leaf", "value"),
    [
        ({"field": "message.text", "op": "is", "value": "  Cafe\u0301 \n au  lait "}, "Café au lait"),
        (
            {"field": "message.text", "op": "contains_any_of", "value": ["Stop", "STOP ", "end"]},
            ("Stop", "end"),
        ),
        (
            {"field": "time.weekday", "op": "is_one_of", "value": ["sunday", "monday", "sunday"]},
            ("monday", "sunday"),
        ),
        ({"field": "message.length", "op": "is", "value": 5.0}, 5),
        ({"field": "time.of_day", "op": "between", "value": ["21:00", "08:00"]}, ("21:00", "08:00")),
        ({"field": "event.data.paid", "op": "is", "value": True}, True),
    ],
)
def test_values_are_kept_in_one_form(leaf: dict[str, Any], value: object) -> None:
    root = read(leaf).root
    assert isinstance(root, Leaf)
    assert (root.value, type(root.value)) == (value, type(value))


@pytest.mark.parametrize(
    ("data", "path", "part", "words"),
    [
        ([], "", "", "“all”, “any” or “field”"),
        (False, "", "", "“all”, “any” or “field”"),
        ("", "", "", "“all”, “any” or “field”"),
        ({"all": []}, "", "", "at least one"),
        ({"all": {}}, "", "", "at least one"),
        ({"all": [KNOWN], "any": [KNOWN]}, "", "", "one group"),
        ({"all": [KNOWN, None]}, "all.1", "", "“all”, “any” or “field”"),
        ({"all": [KNOWN, {}]}, "all.1", "", "“field”"),
        ({"all": [KNOWN, {"any": [TEXT, {**TEXT, "not": 1}]}]}, "all.1.any.1", "", "“field”"),
        ({"field": "message.text"}, "", "", "“op”"),
        ({1: 2, "field": "message.text", "op": "is"}, "", "", "“field”"),
        ({**TEXT, "field": "mesage.text"}, "", "field", "Did you mean “message.text”?"),
        ({**TEXT, "field": "client.has_vist_today"}, "", "field", "Did you mean “client.has_visit_today”?"),
        ({**TEXT, "field": "zzz"}, "", "field", "There's no field “zzz”."),
        ({**TEXT, "field": None}, "", "field", "Choose a field"),
        ({**TEXT, "field": ["message.text"]}, "", "field", "Choose a field"),
        ({**TEXT, "field": "event.data"}, "", "field", "no field"),
        ({**TEXT, "field": "event.data."}, "", "field", "no field"),
        ({**TEXT, "field": "event.data.*"}, "", "field", "no field"),
        ({**TEXT, "field": "event.data.a b"}, "", "field", "no field"),
        ({**TEXT, "field": "event.data.a\n"}, "", "field", "no field"),
        ({**TEXT, "field": "event.data" + ".a" * 9}, "", "field", "no field"),
        ({**TEXT, "field": "event.data." + "a" * 61}, "", "field", "no field"),
        ({**TEXT, "field": "x" * 10**6}, "", "field", "…”"),
        ({**TEXT, "field": "\ud800\u202e”"}, "", "field", "There's no field “'”."),
        ({**TEXT, "op": "less_than"}, "", "op", "Choose one of: is, is_not, contains"),
        ({**TEXT, "op": 3}, "", "op", "Choose a comparison for"),
        ({**KNOWN, "op": "is"}, "", "op", "Choose one of: is_yes, is_no."),
        ({**KNOWN, "value": True}, "", "value", "takes no value"),
        ({**KNOWN, "value": ""}, "", "value", "takes no value"),
        ({"field": "message.text", "op": "contains"}, "", "value", "Enter text"),
        ({**TEXT, "value": 3}, "", "value", "Enter text"),
        ({**TEXT, "value": " \n\u2003"}, "", "value", "Enter text"),
        ({**TEXT, "value": "\u200b\u202e"}, "", "value", "Enter text"),
        ({**TEXT, "value": ["cancel"]}, "", "value", "Enter text"),
        ({**TEXT, "value": "x" * 201}, "", "value", "up to 200"),
        ({**TEXT, "value": "\U0001d15e" * 200}, "", "value", "up to 200"),
        ({**TEXT, "value": "a\x00b"}, "", "value", "Type it again"),
        ({**TEXT, "value": "a\ud800b"}, "", "value", "Type it again"),
        ({**TEXT, "op": "contains_any_of", "value": "cancel"}, "", "value", "a list of 1 to 20"),
        ({**TEXT, "op": "contains_any_of", "value": []}, "", "value", "a list of 1 to 20"),
        ({**TEXT, "op": "contains_any_of", "value": ["a"] * 21}, "", "value", "a list of 1 to 20"),
        ({**TEXT, "op": "contains_any_of", "value": ["a", 1]}, "", "value", "Enter text"),
        ({"field": "message.length", "op": "is", "value": True}, "", "value", "Enter a number"),
        ({"field": "message.length", "op": "is", "value": "5"}, "", "value", "Enter a number"),
        ({"field": "message.length", "op": "is", "value": float("nan")}, "", "value", "Enter a number"),
        ({"field": "message.length", "op": "is", "value": float("-inf")}, "", "value", "Enter a number"),
        ({"field": "message.length", "op": "is", "value": 10**400}, "", "value", "Enter a number"),
        ({"field": "visit.minutes", "op": "is", "value": 5e-324}, "", "value", "six decimals"),
        (
            {"field": "message.author", "op": "is", "value": "owner"},
            "",
            "value",
            "client, sitter, member, unknown",
        ),
        (
            {"field": "message.author", "op": "is", "value": None},
            "",
            "value",
            "client, sitter, member, unknown",
        ),
        (
            {"field": "message.author", "op": "is_one_of", "value": [["client"]]},
            "",
            "value",
            "Choose a value",
        ),
        (
            {"field": "violation.kinds", "op": "includes", "value": "fax"},
            "",
            "value",
            "isn't one of the choices",
        ),
        ({"field": "time.of_day", "op": "before", "value": "9:30"}, "", "value", "“HH:MM”"),
        ({"field": "time.of_day", "op": "before", "value": 930}, "", "value", "“HH:MM”"),
        ({"field": "time.of_day", "op": "between", "value": ["09:30"]}, "", "value", "two times"),
        ({"field": "time.of_day", "op": "between", "value": ["09:30", "25:00"]}, "", "value", "“HH:MM”"),
        ({"field": "time.of_day", "op": "between", "value": ["09:30", "09:30"]}, "", "value", "the same"),
        ({"field": "event.data.x", "op": "is", "value": None}, "", "value", "true or false"),
        ({"field": "event.data.x", "op": "is", "value": {}}, "", "value", "true or false"),
        ({"field": "event.data.x", "op": "less_than", "value": "3"}, "", "value", "Enter a number"),
        ({"field": "event.data.x", "op": "is", "value": float("inf")}, "", "value", "true or false"),
        (deep(4), "all.0.all.0.all.0", "", "nested up to 3 levels"),
        (deep(400), "all.0.all.0.all.0", "", "nested up to 3 levels"),
        ({"all": [KNOWN] * 31}, "", "", "At most 30"),
        ({"all": [KNOWN] * 10**6}, "", "", "At most 30"),
        ({"any": [{"all": [KNOWN] * 16}, {"all": [KNOWN] * 15}]}, "any.1.all.14", "", "At most 30"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_its_place(
    data: object, path: str, part: str, words: str
) -> None:
    error = refused(data)
    assert (error.path, error.part) == (path, part)
    assert words in error.sentence
    assert error.sentence.endswith((".", "?"))
    assert len(error.sentence) < 260
    assert error.sentence.isprintable()


def test_the_largest_condition_is_read() -> None:
    assert len(list(read({"any": [{"all": [KNOWN] * 15}, {"all": [{"any": [TEXT] * 15}]}]}).leaves())) == 30
    assert read(deep(3)).root is not None


def test_a_field_must_be_known_when_the_trigger_fires() -> None:
    data = {"all": [TEXT, {"field": "visit.minutes", "op": "more_than", "value": 30}]}
    error = refused(data, MESSAGES)
    assert (error.path, error.part) == ("all.1", "field")
    assert error.sentence == "“visit.minutes” isn't known when this trigger fires. Choose another field."
    assert parse({"all": [TEXT, KNOWN]}, groups=MESSAGES).root is not None


def test_no_field_is_suggested_that_the_trigger_does_not_know() -> None:
    assert "Did you mean" not in refused({**TEXT, "field": "visit.minute"}, MESSAGES).sentence


_keys = st.sampled_from(("all", "any", "field", "op", "value", "x", 1, None, True))
_hostile = st.recursive(
    st.one_of(
        anything, st.sampled_from(("message.text", "event.data.x", "is", "contains_any_of", "between"))
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(_keys, inner, max_size=3)),
    max_leaves=12,
)


@searched(400)
@given(_hostile)
def test_hostile_data_is_read_or_refused_and_nothing_else(data: object) -> None:
    outcome = read_or_refused(data)
    assert outcome.sentence if isinstance(outcome, ConditionError) else sentence(outcome)


@searched(400)
@given(leaves(), st.sampled_from(("field", "op", "value")), st.one_of(documents, anything, _hostile))
def test_a_question_with_a_wrong_part_is_read_or_refused_there(
    leaf: dict[str, Any], part: str, wrong: object
) -> None:
    outcome = read_or_refused({"all": [{**leaf, part: wrong}]})
    if isinstance(outcome, ConditionError):
        assert outcome.path == "all.0"
        assert outcome.part
    else:
        assert read(to_json(outcome)) == outcome
