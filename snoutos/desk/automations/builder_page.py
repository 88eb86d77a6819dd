"""The builder's form as the page shows it: every part with its choices, its value and what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from automations.content.actions import ACTIONS, MOST_ACTIONS, ON_FAILURE
from automations.content.actions import Spec as ActionSpec
from automations.content.conditions import DEEPEST, Field, Operator, field_named, fields, operators
from automations.content.params import WEEKDAYS, Param
from automations.content.templates import Variable, variables
from automations.content.triggers import TRIGGERS
from automations.models import Lane
from automations.trial.dry_run import Act
from snoutos.desk.automations.builder_form import EVENT_PATH, Node, Typed, written
from snoutos.desk.automations.builder_validation import Reading

_EVENT = "event.data."
_GROUPS = {
    "message": "The text",
    "number": "The number",
    "client": "The client",
    "thread": "The conversation",
    "sitter": "The sitter",
    "visit": "The visit",
    "time": "The time",
    "delivery": "The delivery",
    "violation": "What was found",
    "event": "The event",
}


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several."""

    value: str
    label: str
    is_chosen: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """One parameter. `place` is its name in the form and where its fault belongs."""

    place: str
    param: Param
    value: Any
    choices: tuple[Choice, ...]
    fault: str

    @property
    def element_id(self) -> str:
        """For its label."""
        return self.place.replace(".", "-")


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One condition. `control` is what its value is typed into; `values` are the typed ones."""

    place: str
    fields: tuple[tuple[str, tuple[Choice, ...]], ...]
    event_path: str | None
    ways: tuple[Choice, ...]
    control: str
    values: tuple[str, ...]
    choices: tuple[Choice, ...]
    fault: str
    is_group: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Conditions of which all or any must hold. `can_nest` says whether one more group may stand in it."""

    place: str
    join: str
    parts: tuple[Any, ...]
    can_nest: bool
    fault: str
    is_group: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Doing:
    """One action with its settings, and how it would go."""

    place: str
    at: int
    kind: str
    label: str
    inputs: tuple[Input, ...]
    on_failure: tuple[Choice, ...]
    variables: tuple[Variable, ...]
    act: Act | None
    fault: str
    is_first: bool
    is_last: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """The whole form."""

    typed: Typed
    lanes: tuple[Choice, ...]
    triggers: tuple[Choice, ...]
    inputs: tuple[Input, ...]
    conditions: Group
    actions: tuple[Doing, ...]
    addable: tuple[Choice, ...]
    faults: Mapping[str, str]
    sentence: str


def show(reading: Reading, played: Mapping[int, Act], faults: Mapping[str, str]) -> Shown:
    """The form of `reading` with `faults`, and its actions as `played`."""
    typed = reading.typed
    kind = str(typed.trigger["kind"])
    groups = reading.trigger.groups if reading.trigger else typed.groups
    count = len(typed.actions)
    return Shown(
        typed=typed,
        lanes=_choices(Lane.choices, typed.lane),
        triggers=_choices([(one.kind, one.label) for one in TRIGGERS.values()], kind),
        inputs=_inputs("trigger", TRIGGERS[kind].params, typed.trigger, faults),
        conditions=_group("c", typed.conditions, groups, faults, depth=1),
        actions=tuple(
            _doing(at, one, groups, faults, played.get(at), count) for at, one in enumerate(typed.actions)
        ),
        addable=_addable(reading, groups) if count < MOST_ACTIONS else (),
        faults=faults,
        sentence=reading.sentence,
    )


def _choices(pairs: Any, chosen: object) -> tuple[Choice, ...]:
    return tuple(Choice(value, str(label), value == chosen) for value, label in pairs)


def _addable(reading: Reading, groups: frozenset[str]) -> tuple[Choice, ...]:
    has_thread = reading.trigger is None or reading.trigger.thread != "never"
    fitting = [
        one for one in ACTIONS.values() if one.needs <= groups and (has_thread or "thread" not in one.needs)
    ]
    return _choices([(one.kind, one.label) for one in fitting], "")


def _inputs(
    place: str, params: tuple[Param, ...], values: Mapping[str, Any], faults: Mapping[str, str]
) -> tuple[Input, ...]:
    return tuple(_input(f"{place}.{one.name}", one, values.get(one.name), faults) for one in params)


def _input(place: str, param: Param, value: Any, faults: Mapping[str, str]) -> Input:
    if param.kind == "weekdays":
        days = value if isinstance(value, list) else []
        choices = tuple(Choice(day, day[:3].capitalize(), day in days) for day in WEEKDAYS)
    else:
        choices = _choices(param.choices, value)
    shown = "" if value is None else value
    return Input(place=place, param=param, value=shown, choices=choices, fault=faults.get(place, ""))


def _group(place: str, node: Node, groups: frozenset[str], faults: Mapping[str, str], *, depth: int) -> Group:
    [(join, parts)] = node.items()
    return Group(
        place=place,
        join=join,
        parts=tuple(
            _question(f"{place}.{at}", one, groups, faults)
            if "field" in one
            else _group(f"{place}.{at}", one, groups, faults, depth=depth + 1)
            for at, one in enumerate(parts)
        ),
        can_nest=depth < DEEPEST,
        fault=faults.get(place, ""),
    )


def _question(place: str, node: Node, groups: frozenset[str], faults: Mapping[str, str]) -> Question:
    name = str(node["field"])
    is_event = name.startswith(_EVENT)
    known = Field(name, "", "any", "event") if is_event else field_named(name)
    ways = operators(known.type) if known else ()
    way = next((one for one in ways if one.name == node["op"]), None)
    value = node.get("value", "")
    values = tuple(value) if isinstance(value, list | tuple) else (value,)
    return Question(
        place=place,
        fields=_fields(groups, EVENT_PATH if is_event else name),
        event_path=name[len(_EVENT) :] if is_event else None,
        ways=_ways(known, ways, node["op"]),
        control=_control(known, way),
        values=tuple(written(one) if is_event else str(one) for one in values),
        choices=tuple(Choice(one, label, one in values) for one, label in known.choices) if known else (),
        fault=faults.get(place, ""),
    )


def _fields(groups: frozenset[str], chosen: str) -> tuple[tuple[str, tuple[Choice, ...]], ...]:
    """The fields by group; a chosen one that the trigger does not know stays visible, with its fault."""
    by_group: dict[str, list[Choice]] = {}
    known = fields(groups)
    for one in known:
        label = one.label[0].upper() + one.label[1:]
        by_group.setdefault(_GROUPS[one.group], []).append(Choice(one.name, label, one.name == chosen))
    if all(one.name != chosen for one in known):
        found = field_named(chosen)
        label = found.label.capitalize() if found else chosen or "Choose"
        by_group["Not known here"] = [Choice(chosen, label, True)]
    return tuple((title, tuple(members)) for title, members in by_group.items())


def _ways(known: Field | None, ways: tuple[Operator, ...], chosen: str) -> tuple[Choice, ...]:
    if known is not None and known.type == "yes_no":
        return _choices([("is_yes", "yes"), ("is_no", "no")], chosen)
    return _choices([(one.name, one.words) for one in ways], chosen)


def _control(known: Field | None, way: Operator | None) -> str:
    """What to type the value into: nothing, choice, choices, lines, times, time, number or text."""
    if known is None or way is None or way.takes == "nothing":
        return "nothing"
    if way.takes == "pair":
        return "times"
    if way.takes == "several":
        return "choices" if known.choices else "lines"
    if known.choices:
        return "choice"
    if known.type == "time":
        return "time"
    return "number" if known.type == "number" or way.name in ("less_than", "more_than") else "text"


def _doing(
    at: int,
    values: Mapping[str, Any],
    groups: frozenset[str],
    faults: Mapping[str, str],
    act: Act | None,
    count: int,
) -> Doing:
    action, place = ACTIONS[str(values["kind"])], f"a.{at}"
    has_text = any(one.kind == "template" for one in action.params)
    return Doing(
        place=place,
        at=at,
        kind=action.kind,
        label=action.label,
        inputs=_inputs(place, action.params, values, faults),
        on_failure=_choices(ON_FAILURE, values.get("on_failure", "stop")),
        variables=variables(groups) if has_text else (),
        act=act,
        fault=faults.get(place, "") or faults.get(f"{place}.kind", ""),
        is_first=at == 0,
        is_last=at == count - 1,
    )


def spec_words(spec: ActionSpec) -> str:
    """What an action does, beginning a sentence."""
    words = spec.sentence
    return words[0].upper() + words[1:]
