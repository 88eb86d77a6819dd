"""All that an automation can be built from: for another system's own form, and for whoever writes one by hand."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict
from functools import cache
from typing import Any, get_args

from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response, patch_cache_control
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from automations import content as contents
from automations import gallery, permissions
from automations.api.components import ActionsField, ConditionsField, TriggerField
from automations.content import conditions, templates
from automations.content.actions import ACTIONS, MOST_ACTIONS, Action
from automations.content.conditions import Type
from automations.content.params import Param
from automations.content.triggers import TRIGGERS, Trigger
from automations.models import Automation, Lane
from snoutos.accounts.rest.scoping import OrganizationViewSet

FRESH_SECONDS = 300


class _Labelled(serializers.Serializer[Any]):
    label = serializers.CharField()  # type: ignore[assignment]


class ChoiceAnswer(_Labelled):
    """A value and what people call it."""

    value = serializers.CharField()


class ParamAnswer(_Labelled):
    """A setting of a trigger or an action. `least` and `most` bound a number, `most` also the length of a text."""

    name = serializers.CharField()
    kind = serializers.CharField()
    required = serializers.BooleanField()  # type: ignore[assignment]
    default = serializers.JSONField(allow_null=True)
    choices = ChoiceAnswer(many=True)
    least = serializers.IntegerField()
    most = serializers.IntegerField()
    unit = serializers.CharField()
    help = serializers.CharField()


class TriggerAnswer(_Labelled):
    """What can set an automation off. `groups`: what conditions and texts may then speak of."""

    kind = serializers.CharField()
    params = ParamAnswer(many=True)
    groups = serializers.ListField(child=serializers.CharField())
    conversation = serializers.ChoiceField(
        choices=["always", "maybe", "never"], help_text="Whether it is about a conversation."
    )


class ActionAnswer(_Labelled):
    """What can be done. `needs`: the groups its trigger must have."""

    kind = serializers.CharField()
    params = ParamAnswer(many=True)
    needs = serializers.ListField(child=serializers.CharField())
    is_text = serializers.BooleanField(help_text="It texts someone.")


class FieldAnswer(_Labelled):
    """What a condition may ask about. In `event.data.*` the star stands for a path into the event's data."""

    name = serializers.CharField()
    type = serializers.ChoiceField(choices=get_args(Type))
    group = serializers.CharField()
    choices = ChoiceAnswer(many=True)


class OperatorAnswer(_Labelled):
    """A question to fields of one type, and what it is asked with."""

    type = serializers.ChoiceField(choices=get_args(Type))
    name = serializers.CharField()
    takes = serializers.ChoiceField(choices=["nothing", "one", "several", "pair"])


class VariableAnswer(_Labelled):
    """What a text may insert as `{{ name }}`. Any name may follow one that is `nested`."""

    name = serializers.CharField()
    sample = serializers.CharField()
    group = serializers.CharField()
    nested = serializers.BooleanField()


class ReadyAnswer(serializers.Serializer[Any]):
    """A ready rule to copy: its parts are a body for `POST automations/`."""

    slug = serializers.CharField()
    name = serializers.CharField()
    why = serializers.CharField()
    sentence = serializers.CharField()
    trigger = TriggerField()
    conditions = ConditionsField()
    actions = ActionsField()
    lane = serializers.ChoiceField(choices=Lane.choices)
    is_urgent = serializers.BooleanField()
    urgent_reason = serializers.CharField()


class LaneAnswer(_Labelled):
    """Whose conversations an automation may be for."""

    value = serializers.ChoiceField(choices=Lane.choices)


class CatalogueAnswer(serializers.Serializer[Any]):
    """Everything a rule is built from. The same for every business of one version of SnoutOS."""

    lanes = LaneAnswer(many=True)
    triggers = TriggerAnswer(many=True)
    actions = ActionAnswer(many=True)
    most_actions = serializers.IntegerField()
    condition_fields = FieldAnswer(many=True)
    operators = OperatorAnswer(many=True)
    variables = VariableAnswer(many=True)
    gallery = ReadyAnswer(many=True)


class Catalogue(OrganizationViewSet):
    """What automations can be built from."""

    model = Automation
    may = {"retrieve": permissions.SEE}
    filter_backends = ()
    pagination_class = None

    @extend_schema(responses=CatalogueAnswer)
    def retrieve(self, request: Request) -> HttpResponseBase:
        """Triggers, actions, condition fields and their questions, variables, ready rules. May be kept for five minutes."""
        body, etag = catalogue()
        response = get_conditional_response(request, etag=etag, response=Response(body))
        assert response is not None  # noqa: S101  (it answers what it is given, or 304)
        response["ETag"] = etag
        patch_cache_control(response, private=True, max_age=FRESH_SECONDS)
        return response


@cache
def catalogue() -> tuple[dict[str, Any], str]:
    """The catalogue and its ETag. It depends on the code alone."""
    body = {
        "lanes": _choices(tuple(Lane.choices)),
        "triggers": [_trigger(one) for one in TRIGGERS.values()],
        "actions": [_action(one) for one in ACTIONS.values()],
        "most_actions": MOST_ACTIONS,
        "condition_fields": [_field(one) for one in conditions.fields(conditions.GROUPS)],
        "operators": [_operator(kind, one) for kind in get_args(Type) for one in conditions.operators(kind)],
        "variables": [asdict(one) for one in templates.variables(templates.GROUPS)],
        "gallery": [_ready(one) for one in gallery.GALLERY],
    }
    digest = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
    return body, f'"{digest[:32]}"'


def _choices(choices: Iterable[tuple[str, Any]]) -> list[dict[str, str]]:
    return [{"value": value, "label": str(label)} for value, label in choices]


def _param(param: Param) -> dict[str, Any]:
    return {**asdict(param), "choices": _choices(param.choices)}


def _trigger(trigger: Trigger) -> dict[str, Any]:
    return {
        "kind": trigger.kind,
        "label": trigger.label,
        "params": [_param(one) for one in trigger.params],
        "groups": sorted(trigger.groups),
        "conversation": trigger.thread,
    }


def _action(action: Action) -> dict[str, Any]:
    return {
        "kind": action.kind,
        "label": action.label,
        "params": [_param(one) for one in action.params],
        "needs": sorted(action.needs),
        "is_text": action.is_text,
    }


def _field(field: conditions.Field) -> dict[str, Any]:
    return {
        "name": field.name,
        "label": field.label,
        "type": field.type,
        "group": field.group,
        "choices": _choices(field.choices),
    }


def _operator(kind: Type, operator: conditions.Operator) -> dict[str, str]:
    return {"type": kind, "name": operator.name, "label": operator.words, "takes": operator.takes}


def _ready(ready: gallery.Ready) -> dict[str, Any]:
    content = ready.wish.read()
    return {
        **{
            name: getattr(ready, name)
            for name in ("slug", "name", "why", "lane", "is_urgent", "urgent_reason")
        },
        **contents.to_json(content),
        "sentence": content.sentence,
    }
