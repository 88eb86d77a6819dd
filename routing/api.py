"""Why a text went where it went, and where the next one would go."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.urls import path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from messaging.errors import NobodyThere
from messaging.models import Participant, Sitter, Thread
from routing import permissions, sentences, simulator
from routing.engine import Decision
from routing.models import RoutingDecision
from snoutos.accounts.rest.scoping import OrganizationViewSet
from snoutos.accounts.rest.serializers import Moment, Name, Reference, Strict

THREAD = OpenApiParameter("thread", OpenApiTypes.UUID, OpenApiParameter.PATH)


class StepAnswer(serializers.Serializer[Any]):
    """One rule's outcome, in the order asked. The last one decided."""

    rule = serializers.CharField()
    decided = serializers.BooleanField()
    reason = serializers.CharField()
    params = serializers.DictField(child=serializers.JSONField())
    sentence = serializers.CharField()


class DecisionAnswer(serializers.Serializer[Any]):
    """Where a text went, by which rule, and every rule's outcome."""

    id = serializers.UUIDField(source="public_id")
    message = serializers.UUIDField(source="message.public_id")
    target = serializers.CharField()
    sitter = Name(allow_null=True)
    rule = serializers.CharField()
    reason = serializers.CharField()
    sentence = serializers.SerializerMethodField()
    trace = serializers.SerializerMethodField()
    ruleset = serializers.CharField()
    at = serializers.DateTimeField()

    def get_sentence(self, decision: RoutingDecision) -> str:
        speaker: Speaker = self.context["speaker"]
        return speaker.say(decision.reason, decision.params, decision.at)

    @extend_schema_field(StepAnswer(many=True))
    def get_trace(self, decision: RoutingDecision) -> list[dict[str, Any]]:
        speaker: Speaker = self.context["speaker"]
        return [speaker.step(step, decision.at) for step in decision.trace]


class ImaginedBody(Strict):
    """A window or override that does not exist, in force around the time asked."""

    kind = serializers.ChoiceField(choices=["window", "override"])
    sitter = Reference(Sitter, required=False, allow_null=True, default=None)
    starts_at = Moment()
    ends_at = Moment()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["kind"] == "window" and attrs["sitter"] is None:
            raise serializers.ValidationError({"sitter": ["A what-if visit needs a sitter."]})
        if attrs["ends_at"] <= attrs["starts_at"]:
            raise serializers.ValidationError({"ends_at": ["It must end after it starts."]})
        return attrs


class SimulationBody(Strict):
    """A conversation, a time, and perhaps a "what if"."""

    thread = Reference(Thread)
    at = Moment()
    what_if = ImaginedBody(required=False, allow_null=True, default=None)


class SimulationAnswer(serializers.Serializer[Any]):
    """What would be decided. Nothing is written."""

    target = serializers.CharField()
    sitter = Name(allow_null=True)
    rule = serializers.CharField()
    reason = serializers.CharField()
    sentence = serializers.CharField()
    trace = StepAnswer(many=True)
    ruleset = serializers.CharField()


class Speaker:
    """Says reasons as sentences. Looks nothing up twice: one window decides most texts of a conversation."""

    def __init__(self, organization_id: int, zone: ZoneInfo) -> None:
        self._organization_id = organization_id
        self._zone = zone
        self._said: dict[tuple[str, str, date], str] = {}

    def say(self, reason: str, params: Mapping[str, Any], at: datetime) -> str:
        """The sentence of `reason`, decided at `at`."""
        key = (reason, json.dumps(dict(params), sort_keys=True), at.astimezone(self._zone).date())
        if key not in self._said:
            self._said[key] = sentences.say(
                reason, params, organization_id=self._organization_id, zone=self._zone, at=at
            )
        return self._said[key]

    def step(self, step: Mapping[str, Any], at: datetime) -> dict[str, Any]:
        """A step of a trace as it is shown: without internal ids, whose rows the sentence names."""
        params = {name: value for name, value in step["params"].items() if not name.endswith("_id")}
        sentence = self.say(step["reason"], step["params"], at)
        return {
            **{name: step[name] for name in ("rule", "decided", "reason")},
            "params": params,
            "sentence": sentence,
        }


class _Routing(OrganizationViewSet):
    model = RoutingDecision

    def speaker(self) -> Speaker:
        """Speaks in the business' own time."""
        return Speaker(self.organization.pk, self.organization.zone)


class ThreadDecisions(_Routing):
    """The decisions on the texts of one conversation, newest first."""

    may = {"list": permissions.SEE_DECISIONS}
    serializer_class = DecisionAnswer

    def shape(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        return rows.select_related("message", "sitter")

    def get_serializer_context(self) -> dict[str, Any]:
        context = super().get_serializer_context()
        return {**context, "speaker": self.speaker()} if self.request is not None else context

    @extend_schema(parameters=[THREAD])
    def list(self, request: Request, thread: UUID) -> Response:
        """Where each text went and why, newest first."""
        return self.page(DecisionAnswer, self.get_queryset().filter(thread=self.row(Thread, thread)))


class Simulation(_Routing):
    """What would happen."""

    may = {"create": permissions.SIMULATE}
    serializer_class = SimulationAnswer

    @extend_schema(request=SimulationBody, responses=SimulationAnswer)
    def create(self, request: Request) -> Response:
        """Where a text of the outside party would go at a time, and why. Writes nothing."""
        asked = self.given(SimulationBody)
        imagined = asked["what_if"]
        what_if = simulator.WhatIf(**imagined) if imagined else None
        decision = _simulate(asked["thread"], asked["at"], what_if)
        return self.shown(SimulationAnswer, self._said(decision, asked["at"]))

    def _said(self, decision: Decision, at: datetime) -> dict[str, Any]:
        speaker = self.speaker()
        sitters = Sitter.objects.of(self.caller.organization_id)
        return {
            "target": decision.target,
            "sitter": sitters.filter(pk=decision.sitter_id).first() if decision.sitter_id else None,
            "rule": decision.rule,
            "reason": decision.reason,
            "sentence": speaker.say(decision.reason, decision.params, at),
            "trace": [speaker.step(step.as_json(), at) for step in decision.trace],
            "ruleset": decision.ruleset,
        }


def _simulate(thread: Thread, at: datetime, what_if: simulator.WhatIf | None) -> Decision:
    try:
        return simulator.simulate(thread, at, what_if=what_if)
    except Participant.DoesNotExist as error:
        raise NobodyThere from error


urlpatterns = [
    path(
        "threads/<uuid:thread>/decisions/", ThreadDecisions.as_view({"get": "list"}), name="thread-decisions"
    ),
    path("routing/simulate/", Simulation.as_view({"post": "create"}), name="routing-simulate"),
]
