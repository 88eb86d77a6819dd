"""What an automation does, as one value: read, checked, written, digested and said in words. Pure.

The digest changes if and only if behaviour may: it covers lane, trigger, conditions, actions and urgency in their canonical form, and
neither names nor reasons.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

from automations.content import actions, conditions, triggers
from automations.content.params import ContentError

LANES = ("front_desk", "sitter", "system")
_PARTS = frozenset({"trigger", "conditions", "actions"})
LARGEST = 32_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """Everything that decides what an automation does."""

    lane: str
    trigger: triggers.Spec
    conditions: conditions.Tree
    actions: tuple[actions.Spec, ...]
    is_urgent: bool = False

    @property
    def digest(self) -> str:
        """SHA-256 of the canonical form."""
        whole = {"lane": self.lane, "urgent": self.is_urgent, **to_json(self)}
        canonical = json.dumps(whole, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(canonical.encode()).hexdigest()

    @property
    def sentence(self) -> str:
        """The whole rule in one sentence."""
        parts = [f"When {self.trigger.sentence}"]
        if self.conditions.root is not None:
            parts.append(f" and {conditions.sentence(self.conditions)}")
        steps = [action.sentence for action in self.actions]
        return f"{''.join(parts)}: {', then '.join(steps)}."

    @property
    def texts_people(self) -> bool:
        """Whether any action texts a client or a sitter."""
        return any(spec.action.is_text for spec in self.actions)


def parse(data: object, *, lane: str, is_urgent: bool = False) -> Content:
    """Read `{"trigger": …, "conditions": …, "actions": […]}`. Raises ContentError with the place and a sentence for whoever wrote it."""
    if not isinstance(data, Mapping):
        raise ContentError("", "An automation has a trigger, conditions and actions.")
    _check_size(data)
    for name in data:
        if name not in _PARTS:
            raise ContentError(
                str(name)[:40], "An automation has a trigger, conditions and actions, nothing else."
            )
    if lane not in LANES:
        raise ContentError("lane", "Choose which conversations it's for.")
    trigger = triggers.parse(data.get("trigger"))
    if trigger.thread == "never" and lane != "system":
        raise ContentError(
            "lane", f"There's no conversation when {trigger.sentence}: choose “All conversations and events”."
        )
    return Content(
        lane=lane,
        trigger=trigger,
        conditions=_conditions(data.get("conditions"), trigger),
        actions=_actions(data.get("actions"), trigger),
        is_urgent=is_urgent,
    )


def to_json(content: Content) -> dict[str, object]:
    """The canonical form of trigger, conditions and actions."""
    return {
        "trigger": triggers.to_json(content.trigger),
        "conditions": conditions.to_json(content.conditions),
        "actions": [actions.to_json(spec) for spec in content.actions],
    }


def _check_size(data: Mapping[object, object]) -> None:
    try:
        size = len(json.dumps(data, allow_nan=False))
    except (TypeError, ValueError, RecursionError) as error:
        raise ContentError("", "This can't be saved: it isn't plain JSON.") from error
    if size > LARGEST:
        raise ContentError("", "This automation is too big. Split it in two.")


def _conditions(data: object, trigger: triggers.Spec) -> conditions.Tree:
    try:
        return conditions.parse(data or {}, groups=trigger.groups)
    except conditions.ConditionError as error:
        path = f"conditions.{error.path}" if error.path else "conditions"
        raise ContentError(path, error.sentence) from error


def _actions(data: object, trigger: triggers.Spec) -> tuple[actions.Spec, ...]:
    if not isinstance(data, list) or not data:
        raise ContentError("actions", "Add at least one action.")
    if len(data) > actions.MOST_ACTIONS:
        raise ContentError("actions", f"An automation can have up to {actions.MOST_ACTIONS} actions.")
    specs = tuple(actions.parse(one, at=at, trigger=trigger) for at, one in enumerate(data))
    if specs[-1].kind == "wait":
        raise ContentError(
            f"actions.{len(specs) - 1}", "The last step is a wait: add an action after it or remove it."
        )
    return specs
