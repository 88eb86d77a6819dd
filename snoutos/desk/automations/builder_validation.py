"""What the builder's form means so far: its sentence, its texts as somebody would read them, and what is wrong at which place."""

from __future__ import annotations

import re
from dataclasses import dataclass

from automations.content import Content, actions, conditions, templates, triggers
from automations.content.params import ContentError
from automations.errors import AutomationError, BadContent, NothingToTestOn
from automations.trial.dry_run import Act, Scene, preview
from messaging.models import Thread
from messaging.outbound.queue.segments import measure
from snoutos.desk.automations.builder_form import Typed
from snoutos.desk.request import DeskRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """The parts that can be read, None for those that cannot; `faults` are sentences by the form's places."""

    typed: Typed
    trigger: triggers.Spec | None
    conditions: conditions.Tree | None
    actions: tuple[actions.Spec | None, ...]
    faults: dict[str, str]

    @property
    def partial(self) -> Content | None:
        """What can be played of it already; None without a trigger."""
        if self.trigger is None:
            return None
        return Content(
            lane=self.typed.lane,
            trigger=self.trigger,
            conditions=self.conditions or conditions.Tree(),
            actions=tuple(one for one in self.actions if one is not None),
            is_urgent=self.typed.is_urgent,
        )

    @property
    def sentence(self) -> str:
        """The whole rule in one sentence, with … for what is missing."""
        if self.trigger is None:
            label = triggers.TRIGGERS[str(self.typed.trigger["kind"])].label
            return f"{label} (not set yet) …"
        asked = ""
        if self.conditions is None:
            asked = " and …"
        elif self.conditions.root is not None:
            asked = f" and {conditions.sentence(self.conditions)}"
        steps = [one.sentence if one is not None else "…" for one in self.actions] or ["…"]
        whole = f"When {self.trigger.sentence}{asked}: {', then '.join(steps)}"
        return whole if whole.endswith("…") else f"{whole}."

    @property
    def urgent_faults(self) -> dict[str, str]:
        """The faults to speak of while somebody is still typing: not that something is still empty."""
        return {
            place: sentence for place, sentence in self.faults.items() if not _is_empty(self.typed, place)
        }


def read(typed: Typed) -> Reading:
    """Read part by part, so that every part says what is wrong with it; then the whole, as the verbs do."""
    faults: dict[str, str] = {}
    trigger = _trigger(typed, faults)
    asked = _conditions(typed, faults) if trigger is None else _conditions(typed, faults, trigger)
    specs = tuple(_action(typed, at, trigger, faults) for at in range(len(typed.actions)))
    if not faults:
        _whole(typed, faults)
    if not typed.name:
        faults["name"] = "Give the automation a name."
    return Reading(typed=typed, trigger=trigger, conditions=asked, actions=specs, faults=faults)


def place_of(path: str, typed: Typed) -> str:
    """Where in the form a fault of the content stands: `conditions.all.0.any.1` is at `c.0.1`."""
    head, _, rest = path.partition(".")
    if head == "conditions":
        steps = re.findall(r"\d+", rest)
        return ".".join(["c", *(steps or (["0"] if typed.has_lone_condition else []))])
    return f"a.{rest}" if head == "actions" and rest else path


def acts(reading: Reading, desk: DeskRequest, thread: Thread | None) -> tuple[dict[int, Act], str]:
    """Each action as it would go in `thread`, or with made-up names without one; and why the conversation does not fit."""
    content = reading.partial
    if content is None:
        return {}, ""
    places = [at for at, spec in enumerate(reading.actions) if spec is not None]
    if thread is not None:
        try:
            played = preview(content, organization=desk.organization, scene=Scene(thread=thread), at=desk.at)
            return dict(zip(places, played.acts, strict=True)), ""
        except NothingToTestOn as refused:
            why = refused.sentence
            return _sampled(content, places), why
    return _sampled(content, places), ""


def _sampled(content: Content, places: list[int]) -> dict[int, Act]:
    return {
        at: _sample(spec, content.trigger.groups) for at, spec in zip(places, content.actions, strict=True)
    }


def _sample(spec: actions.Spec, groups: frozenset[str]) -> Act:
    if "body" not in spec.values:
        text = spec.text("say") if spec.kind == "notify_owner" else ""
        return Act(kind=spec.kind, sentence=spec.sentence, text=text)
    body = spec.text("body")
    try:
        text = templates.render(body, templates.sample(groups, source=body)).strip()
    except templates.TemplateError as error:
        return Act(kind=spec.kind, sentence=spec.sentence, problem=str(error))
    return Act(
        kind=spec.kind,
        sentence=spec.sentence,
        text=text,
        size=measure(text) if spec.action.is_text else None,
    )


def _trigger(typed: Typed, faults: dict[str, str]) -> triggers.Spec | None:
    try:
        return triggers.parse(dict(typed.trigger))
    except ContentError as error:
        faults[place_of(error.path, typed)] = error.sentence
        return None


def _conditions(
    typed: Typed, faults: dict[str, str], trigger: triggers.Spec | None = None
) -> conditions.Tree | None:
    try:
        return conditions.parse(
            typed.content["conditions"], groups=trigger.groups if trigger else typed.groups
        )
    except conditions.ConditionError as error:
        faults[place_of(f"conditions.{error.path}", typed)] = error.sentence
        return None


def _action(
    typed: Typed, at: int, trigger: triggers.Spec | None, faults: dict[str, str]
) -> actions.Spec | None:
    if trigger is None:
        return None
    try:
        return actions.parse(dict(typed.actions[at]), at=at, trigger=trigger)
    except ContentError as error:
        faults[place_of(error.path, typed)] = error.sentence
        return None


def _whole(typed: Typed, faults: dict[str, str]) -> None:
    try:
        typed.wish.read()
    except BadContent as error:
        faults[place_of(error.path, typed)] = error.sentence
    except AutomationError as error:
        faults["urgent_reason"] = error.sentence


def _is_empty(typed: Typed, place: str) -> bool:
    head, _, rest = place.partition(".")
    if head == "a":
        at, _, name = rest.partition(".")
        return not name or typed.actions[int(at)].get(name) in (None, "", [])
    if head == "trigger":
        return typed.trigger.get(rest) in (None, "", [])
    if head == "c":
        return _is_empty_condition(typed, rest)
    return place in ("name", "actions") or (place == "urgent_reason" and not typed.urgent_reason)


def _is_empty_condition(typed: Typed, rest: str) -> bool:
    node = typed.conditions
    for step in rest.split(".") if rest else []:
        parts = node.get("all") or node.get("any") or []
        if int(step) >= len(parts):
            return False
        node = parts[int(step)]
    value = node.get("value", "there")
    return value in ("", []) or (isinstance(value, list) and "" in value)
