"""What requests about automations may say. The places that a refusal names in `path` are places in these bodies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from automations.api.components import ActionsField, ConditionsField, TriggerField
from automations.lifecycle import Wish
from automations.models import AutomationVersion, Lane
from automations.trial.dry_run import Scene
from messaging.models import Thread
from snoutos.accounts.rest.serializers import Reference, Strict

PARTS = ("trigger", "conditions", "actions")
_SCENE = ("thread", "text", "event_data")


class ContentBody(Strict):
    """What it does. What is left out stays as it is."""

    trigger = TriggerField(required=False)
    conditions = ConditionsField(required=False)
    actions = ActionsField(required=False)
    lane = serializers.ChoiceField(choices=Lane.choices, required=False)
    is_urgent = serializers.BooleanField(required=False)
    urgent_reason = serializers.CharField(max_length=200, allow_blank=True, required=False)


class ChangeBody(ContentBody):
    """What is to change of the draft."""

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs:
            raise serializers.ValidationError("Say what to change.")
        return attrs


class CreateBody(Strict):
    """A new automation: its name and what it does."""

    name = serializers.CharField(max_length=80)
    description = serializers.CharField(max_length=300, allow_blank=True, default="")
    trigger = TriggerField()
    conditions = ConditionsField(default=dict)
    actions = ActionsField()
    lane = serializers.ChoiceField(choices=Lane.choices, default=Lane.FRONT_DESK)
    is_urgent = serializers.BooleanField(default=False)
    urgent_reason = serializers.CharField(
        max_length=200, allow_blank=True, default="", help_text="Needed when it is urgent."
    )


class RenameBody(Strict):
    """Another name, and another description if one is given. What it does stays as tested."""

    name = serializers.CharField(max_length=80)
    description = serializers.CharField(max_length=300, allow_blank=True, required=False)


class SceneBody(Strict):
    """What to play it on. The newest fitting rows of the conversation stand for what is left out."""

    thread = Reference(Thread, required=False, allow_null=True)
    text = serializers.CharField(
        max_length=1600, allow_blank=True, required=False, help_text="What the client would have written."
    )
    event_data = serializers.DictField(
        child=serializers.JSONField(), required=False, help_text="Sample event data."
    )


class PreviewBody(ContentBody, SceneBody):
    """A scene, and what is to be played on it: what the automation does, with these parts in place of its own."""


def wish_of(given: Mapping[str, Any], base: AutomationVersion | None = None) -> Wish:
    """What is wanted: `given`, and what `base` does where it says nothing."""
    of_base = {} if base is None else base.content
    content = {part: given[part] if part in given else of_base.get(part, {}) for part in PARTS}
    rest = {
        name: given.get(name, getattr(base, name, default))
        for name, default in (("lane", Lane.FRONT_DESK), ("is_urgent", False), ("urgent_reason", ""))
    }
    return Wish(content=content, **rest)


def scene_of(given: Mapping[str, Any]) -> Scene:
    """The scene that a body names."""
    return Scene(**{name: given[name] for name in _SCENE if given.get(name) is not None})
