"""The digest covers behaviour and nothing else; content has one canonical form."""

from __future__ import annotations

import copy
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automations import content, gallery
from automations.content import actions, triggers
from automations.content.conditions import GROUPS, fields
from automations.content.params import ContentError
from automations.engine import context, steps
from tests.searching import searched

BASE: dict[str, Any] = {
    "trigger": {"kind": "message.received", "author": "client"},
    "conditions": {"all": [{"field": "message.text", "op": "contains", "value": "cancel"}]},
    "actions": [
        {"kind": "text_client", "body": "Hi {{ client.first_name }}", "on_failure": "go_on"},
        {"kind": "wait", "minutes": 5, "until": None},
        {"kind": "notify_owner", "say": "Look", "severity": "info", "email": False},
    ],
}


def digest(data: dict[str, Any], *, lane: str = "front_desk", is_urgent: bool = False) -> str:
    return content.parse(data, lane=lane, is_urgent=is_urgent).digest


def changed(path: str, value: Any) -> dict[str, Any]:
    data = copy.deepcopy(BASE)
    *way, last = path.split(".")
    inner: Any = data
    for part in way:
        inner = inner[int(part)] if part.isdigit() else inner[part]
    inner[int(last) if last.isdigit() else last] = value
    return data


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("trigger.author", "anyone"),
        ("conditions.all.0.value", "cancelled"),
        ("conditions.all.0.op", "starts_with"),
        ("conditions", {}),
        ("actions.0.body", "Hello {{ client.first_name }}"),
        ("actions.0.on_failure", "stop"),
        ("actions.1.minutes", 6),
        ("actions.2.severity", "warning"),
        ("actions.2.email", True),
        ("actions.2.say", "Look here"),
    ],
)
def test_a_change_of_behaviour_changes_the_digest(path: str, value: Any) -> None:
    assert digest(changed(path, value)) != digest(BASE)


def test_lane_urgency_and_order_are_behaviour() -> None:
    assert len({digest(BASE), digest(BASE, lane="system"), digest(BASE, is_urgent=True)}) == 3
    turned = changed("actions", [BASE["actions"][2], BASE["actions"][1], BASE["actions"][0]])
    assert digest(turned) != digest(BASE)


@pytest.mark.parametrize(
    "same",
    [
        {**BASE, "actions": [{**BASE["actions"][0]}, {"minutes": "5", "kind": "wait"}, *BASE["actions"][2:]]},
        changed("actions.2", {"say": "  Look ", "kind": "notify_owner", "severity": "info"}),
        {name: BASE[name] for name in ("actions", "conditions", "trigger")},
        changed("conditions", {"all": [{"value": "cancel", "op": "contains", "field": "message.text"}]}),
    ],
)
def test_another_spelling_of_the_same_behaviour_does_not(same: dict[str, Any]) -> None:
    assert digest(same) == digest(BASE)


def test_the_canonical_form_reads_back_as_itself() -> None:
    first = content.parse(BASE, lane="front_desk")
    again = content.parse(content.to_json(first), lane="front_desk")
    assert again == first
    assert content.to_json(again) == content.to_json(first)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=20,
)


@searched(300)
@given(_JSON, _JSON, _JSON, _JSON)
def test_whatever_is_sent_is_read_or_refused_with_a_place(
    whole: Any, trigger: Any, asks: Any, acts: Any
) -> None:
    for data in (whole, {"trigger": trigger, "conditions": asks, "actions": acts}):
        with suppress(ContentError):
            content.parse(data, lane="front_desk")


@pytest.mark.parametrize("ready", gallery.GALLERY, ids=lambda ready: ready.slug)
def test_every_ready_rule_can_be_kept_and_reads_as_a_sentence(ready: gallery.Ready) -> None:
    found = ready.wish.read()
    assert found.sentence.startswith("When ")
    assert found.sentence.endswith(".")
    assert ready.why.endswith(".")
    assert gallery.find(ready.slug) is ready


def test_every_action_has_a_performer_and_every_field_a_fact() -> None:
    assert frozenset(actions.ACTIONS) == steps.PERFORMED
    assert {field.name for field in fields(GROUPS)} - {"event.data.*"} <= context.FACTS | {"event.data"}


def test_every_trigger_says_when_it_fires() -> None:
    samples = {"minutes": 90, "at": "18:00", "name": "booking.created"}
    for kind, trigger in triggers.TRIGGERS.items():
        given_ = {param.name: samples[param.name] for param in trigger.params if param.name in samples}
        assert triggers.parse({"kind": kind, **given_}).sentence
