"""What the builder's form holds, complete or not: read from a request or a stored version, reshaped by its buttons, made a wish of."""

from __future__ import annotations

import re
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field, replace
from typing import Any

from django.http import QueryDict

from automations.content.actions import ACTIONS
from automations.content.conditions import DEEPEST, Field, Operator, field_named, fields, operators
from automations.content.params import Param, Value
from automations.content.triggers import TRIGGERS, Spec, parse
from automations.lifecycle import Wish
from automations.models import Automation, AutomationVersion, Lane

Node = dict[str, Any]

EVENT_PATH = "event.data.*"
_EVENT = "event.data."
_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,6})?")
_FIRST_TRIGGER = "message.received"
# More than any automation can have; what is beyond is not read.
_MOST = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """`conditions` is always a group, the outermost; `base` names the version that the form was opened with."""

    name: str = ""
    description: str = ""
    lane: str = Lane.FRONT_DESK
    is_urgent: bool = False
    urgent_reason: str = ""
    trigger: Mapping[str, Any] = field(default_factory=lambda: {"kind": _FIRST_TRIGGER, "author": "client"})
    conditions: Node = field(default_factory=lambda: {"all": []})
    actions: tuple[Mapping[str, Any], ...] = ()
    base: str = ""

    @property
    def content(self) -> dict[str, Any]:
        """As `automations.content` reads it. A lone condition stands by itself, so that it stays the same as a stored one."""
        [(_, parts)] = self.conditions.items()
        root = {} if not parts else parts[0] if self.has_lone_condition else self.conditions
        return {
            "trigger": dict(self.trigger),
            "conditions": root,
            "actions": [dict(one) for one in self.actions],
        }

    @property
    def has_lone_condition(self) -> bool:
        """Whether there is one condition and no group around it but the outermost."""
        [(_, parts)] = self.conditions.items()
        return len(parts) == 1 and "field" in parts[0]

    @property
    def wish(self) -> Wish:
        """What the verbs take."""
        return Wish(
            content=self.content, lane=self.lane, is_urgent=self.is_urgent, urgent_reason=self.urgent_reason
        )

    @property
    def groups(self) -> frozenset[str]:
        """What conditions and texts may speak of; as far as it can be told while the trigger is not whole yet."""
        found = TRIGGERS[str(self.trigger["kind"])]
        whole = {param.name: self.trigger.get(param.name) or param.default for param in found.params}
        return Spec(found.kind, whole).groups


def of_version(automation: Automation, version: AutomationVersion) -> Typed:
    """A stored version, to be changed. What this release does not know of it is left out."""
    content = version.content
    conditions = content.get("conditions") or {"all": []}
    return Typed(
        name=automation.name,
        description=automation.description,
        lane=version.lane,
        is_urgent=version.is_urgent,
        urgent_reason=version.urgent_reason,
        trigger=content["trigger"] if version.trigger_kind in TRIGGERS else {"kind": _FIRST_TRIGGER},
        conditions=deepcopy(conditions if "field" not in conditions else {"all": [conditions]}),
        actions=tuple(one for one in content["actions"] if one["kind"] in ACTIONS),
        base=base_of(version),
    )


def base_of(version: AutomationVersion) -> str:
    """Names what a version does at the moment; another one's change gives it another name."""
    return f"{version.number}:{version.digest[:16]}"


def read(post: QueryDict) -> Typed:
    """Whatever was posted, as far as it makes sense: faults are found when it is read as an automation."""
    kind = post.get("trigger.kind", "")
    return Typed(
        name=_line(post, "name"),
        description=_line(post, "description"),
        lane=post.get("lane", ""),
        is_urgent="urgent" in post,
        urgent_reason=_line(post, "urgent_reason"),
        trigger=_values(post, "trigger", kind if kind in TRIGGERS else _FIRST_TRIGGER, TRIGGERS),
        conditions=_group(post, "c", depth=0),
        actions=tuple(
            _action(post, f"a.{at}") for at in _places(post, "a") if post.get(f"a.{at}.kind", "") in ACTIONS
        ),
        base=post.get("base", "")[:40],
    )


def new_action(kind: str) -> dict[str, Any]:
    """An action as it is when it has just been added."""
    return {"kind": kind, "on_failure": "stop", **{one.name: one.default for one in ACTIONS[kind].params}}


def new_condition(groups: frozenset[str]) -> Node:
    """A question as it is when it has just been added."""
    first = fields(groups)[0]
    way = next((one for one in operators(first.type) if one.name == "contains"), operators(first.type)[0])
    return {"field": first.name, "op": way.name, **({} if way.takes == "nothing" else {"value": ""})}


def reshape(typed: Typed, do: str, *, adding: str = "") -> Typed:
    """What a button of the form does to it: `verb:place`. An unknown one, or a place that is not there, changes nothing."""
    verb, _, place = do.partition(":")
    if verb == "trigger":
        return _fitting_lane(typed)
    if verb in ("condition", "group", "remove"):
        return replace(typed, conditions=_with_conditions(typed, verb, place))
    if verb == "action" and adding in ACTIONS:
        return replace(typed, actions=(*typed.actions, new_action(adding)))
    if verb in ("drop", "up", "down") and place.isdecimal() and int(place) < len(typed.actions):
        return replace(typed, actions=_with_actions(list(typed.actions), verb, int(place)))
    return typed


def _fitting_lane(typed: Typed) -> Typed:
    """A trigger about visits, or without a conversation, is for everything until somebody says otherwise."""
    try:
        is_never = parse(dict(typed.trigger)).thread == "never"
    except ValueError:
        is_never = typed.groups <= {"time", "business"}
    if is_never or ("visit" in typed.groups and typed.lane == Lane.FRONT_DESK):
        return replace(typed, lane=Lane.SYSTEM)
    return typed


def _with_actions(actions: list[Mapping[str, Any]], verb: str, at: int) -> tuple[Mapping[str, Any], ...]:
    one = actions.pop(at)
    if verb != "drop":
        actions.insert(max(0, at - 1) if verb == "up" else at + 1, one)
    return tuple(actions)


def _with_conditions(typed: Typed, verb: str, place: str) -> Node:
    root = deepcopy(typed.conditions)
    steps = [int(step) for step in place.split(".")[1:] if step.isdecimal()]
    try:
        if verb == "remove":
            _parts(_at(root, steps[:-1])).pop(steps[-1])
        elif verb == "condition":
            _parts(_at(root, steps)).append(new_condition(typed.groups))
        elif len(steps) < DEEPEST - 1:
            into = _at(root, steps)
            _parts(into).append({"any" if "all" in into else "all": [new_condition(typed.groups)]})
    except (IndexError, KeyError):
        return typed.conditions
    return root


def _at(node: Node, steps: list[int]) -> Node:
    for step in steps:
        node = _parts(node)[step]
    return node


def _parts(node: Node) -> list[Node]:
    parts: list[Node] = node["all"] if "all" in node else node["any"]
    return parts


def _line(post: QueryDict, name: str) -> str:
    return " ".join(post.get(name, "").replace("\0", "").split())[:400]


def _places(post: QueryDict, path: str) -> list[int]:
    """The numbers that stand after `path` in the names of the form, in order."""
    start = f"{path}."
    found = {name[len(start) :].partition(".")[0] for name in post if name.startswith(start)}
    return sorted(int(one) for one in found if one.isdecimal() and len(one) < 4)[:_MOST]


def _group(post: QueryDict, path: str, *, depth: int) -> Node:
    join = "any" if post.get(f"{path}.join") == "any" else "all"
    parts = []
    for at in _places(post, path):
        inner = f"{path}.{at}"
        if f"{inner}.join" not in post:
            parts.append(_condition(post, inner))
        elif depth < DEEPEST:
            # One too deep is read, so that it is said; deeper than that nothing of the form goes.
            parts.append(_group(post, inner, depth=depth + 1))
    return {join: parts}


def _condition(post: QueryDict, path: str) -> Node:
    name = post.get(f"{path}.field", "")
    if name == EVENT_PATH:
        name = _EVENT + post.get(f"{path}.path", "").strip()
    known = field_named(name) or (Field(name, "", "any", "event") if name.startswith(_EVENT) else None)
    if known is None:
        return {"field": name, "op": ""}
    ways = operators(known.type)
    way = next((one for one in ways if one.name == post.get(f"{path}.op")), ways[0])
    asked: Node = {"field": name, "op": way.name}
    if way.takes != "nothing":
        asked["value"] = _compared(known, way, post.getlist(f"{path}.value"))
    return asked


def _compared(known: Field, way: Operator, sent: list[str]) -> Any:
    if way.takes == "pair":
        return [*sent, "", ""][:2]
    if way.takes == "several" and known.choices:
        return [one for one in sent if one in known.choice_words]
    first = sent[0].strip() if sent else ""
    if way.takes == "several":
        return [line.strip() for line in first.splitlines() if line.strip()]
    if known.choices:
        return first if first in known.choice_words else known.choices[0][0]
    if known.type == "number" or way.name in ("less_than", "more_than"):
        return _number(first)
    return _plain(first) if known.type == "any" else first


def _number(text: str) -> int | float | str:
    if not _NUMBER.fullmatch(text):
        return text
    return float(text) if "." in text else int(text)


def _plain(text: str) -> int | float | str | bool:
    """What a person means within an event's data: true, false and numbers are those; in quotation marks they are text."""
    if text in ("true", "false"):
        return text == "true"
    if len(text) > 1 and text[0] == text[-1] == '"':
        return text[1:-1]
    return _number(text)


def written(value: Any) -> str:
    """The opposite of reading an event's value."""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value)
    return f'"{text}"' if isinstance(value, str) and _plain(text) != text else text


def _action(post: QueryDict, path: str) -> dict[str, Any]:
    kind = post.get(f"{path}.kind", "")
    return {**_values(post, path, kind, ACTIONS), "on_failure": post.get(f"{path}.on_failure", "stop")}


def _values(post: QueryDict, path: str, kind: str, table: Mapping[str, Any]) -> dict[str, Any]:
    was_shown = post.get(f"{path}.shown") == kind
    return {
        "kind": kind,
        **{
            one.name: _sent(post, f"{path}.{one.name}", one, was_shown=was_shown)
            for one in table[kind].params
        },
    }


def _sent(post: QueryDict, name: str, param: Param, *, was_shown: bool) -> Value:
    """A box that is not ticked is not sent: then only a form that showed it can say no."""
    if param.kind == "yes_no":
        return name in post if was_shown else param.default
    if param.kind == "weekdays":
        return post.getlist(name) if was_shown else param.default
    if param.kind == "choice" and post.get(name) not in dict(param.choices):
        return param.default
    return post.get(name, param.default)
