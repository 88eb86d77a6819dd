"""The log: every reaction of an automation, with each condition and step in words."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import django_filters
from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field, extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from automations import errors, permissions
from automations.api.answers import AskedAnswer
from automations.content import Content, conditions
from automations.engine import match
from automations.models import Automation, Execution, ExecutionState, ExternalEvent, Step
from snoutos.accounts.rest.filtering import Filters, InstantFilter
from snoutos.accounts.rest.scoping import OrganizationViewSet

AUTOMATION = OpenApiParameter("automation", OpenApiTypes.UUID, OpenApiParameter.PATH)


class ExecutionFilters(Filters):
    """Which reactions."""

    state = django_filters.ChoiceFilter(choices=ExecutionState.choices)
    thread = django_filters.UUIDFilter(field_name="thread__public_id")
    from_ = InstantFilter(field_name="created_at", lookup_expr="gte", label="From this time on.")
    to = InstantFilter(field_name="created_at", lookup_expr="lt", label="Before this time.")


class ExecutionAnswer(serializers.ModelSerializer[Execution]):
    """One reaction. `due_at`: when it goes on, null once it has ended; `depth`: how many automations stand behind it."""

    id = serializers.UUIDField(source="public_id", read_only=True)
    automation = serializers.UUIDField(source="automation.public_id", read_only=True)
    version = serializers.IntegerField(source="version.number", read_only=True)
    trigger_kind = serializers.CharField(source="version.trigger_kind", read_only=True)
    thread = serializers.UUIDField(source="thread.public_id", read_only=True, allow_null=True, default=None)
    explanation = serializers.SerializerMethodField(help_text="The reason as a sentence.")

    class Meta:
        model = Execution
        fields: tuple[str, ...] = (
            "id", "automation", "version", "trigger_kind", "thread", "state", "reason", "explanation", "depth",
            "created_at", "due_at", "finished_at",
        )  # fmt: skip
        read_only_fields = fields

    def get_explanation(self, execution: Execution) -> str:
        return errors.reason(execution.reason)


class ActionStepAnswer(serializers.ModelSerializer[Step]):
    """One action of a reaction. `id` is what a call to another system carries as `SnoutOS-Key`."""

    id = serializers.UUIDField(source="public_id", read_only=True)
    sentence = serializers.SerializerMethodField()
    explanation = serializers.SerializerMethodField(help_text="The reason as a sentence.")
    message = serializers.UUIDField(source="message.public_id", read_only=True, allow_null=True, default=None)

    class Meta:
        model = Step
        fields: tuple[str, ...] = (
            "id", "kind", "sentence", "state", "reason", "explanation", "tries", "message", "started_at",
            "finished_at",
        )  # fmt: skip
        read_only_fields = fields

    def get_sentence(self, step: Step) -> str:
        content: Content = self.context["content"]
        return content.actions[step.position].sentence

    def get_explanation(self, step: Step) -> str:
        return errors.reason(step.reason)


class ExecutionDetail(ExecutionAnswer):
    """A reaction with its conditions, as far as they were asked, and its steps. `event`: the reported event that set it off."""

    sentence = serializers.SerializerMethodField(help_text="The full rule, as it was then.")
    event = serializers.SerializerMethodField()
    conditions = serializers.SerializerMethodField()
    steps = serializers.SerializerMethodField()

    class Meta(ExecutionAnswer.Meta):
        fields = (*ExecutionAnswer.Meta.fields, "sentence", "event", "conditions", "steps")
        read_only_fields = fields

    def get_sentence(self, execution: Execution) -> str:
        return match.content_of(execution.version).sentence

    @extend_schema_field(serializers.UUIDField(allow_null=True))
    def get_event(self, execution: Execution) -> str | None:
        event_id = match.happening_of(execution.occurrence).id("event_id")
        events = ExternalEvent.objects.of(execution.organization_id).filter(pk=event_id)
        public_id = events.values_list("public_id", flat=True).first() if event_id else None
        return str(public_id) if public_id else None

    @extend_schema_field(AskedAnswer(many=True))
    def get_conditions(self, execution: Execution) -> list[dict[str, Any]]:
        leaves = match.content_of(execution.version).conditions.leaves()
        # Nothing was asked of one that was skipped.
        return [
            {"sentence": conditions.leaf_sentence(leaf), "is_met": is_met}
            for leaf, is_met in zip(leaves, execution.conditions, strict=False)
        ]

    @extend_schema_field(ActionStepAnswer(many=True))
    def get_steps(self, execution: Execution) -> Any:
        steps = execution.steps.select_related("message").order_by("position")
        context = {"content": match.content_of(execution.version)}
        return ActionStepAnswer(steps, many=True, context=context).data


class _Log(OrganizationViewSet):
    model = Execution
    may = {"list": permissions.SEE, "retrieve": permissions.SEE}

    def shape(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        return rows.select_related("automation", "version", "thread", "occurrence")


@extend_schema_view(list=extend_schema(parameters=[AUTOMATION]))
class AutomationExecutions(_Log):
    """The reactions of one automation."""

    filterset_class = ExecutionFilters
    serializer_class = ExecutionAnswer

    def list(self, request: Request, automation: UUID) -> Response:
        """Every reaction of an automation, newest first; also those whose conditions were not met."""
        rows = self.get_queryset().filter(automation=self.row(Automation, automation))
        return self.page(ExecutionAnswer, rows)


class Executions(_Log):
    """One reaction."""

    serializer_class = ExecutionDetail

    @extend_schema(responses=ExecutionDetail)
    def retrieve(self, request: Request, public_id: UUID) -> Response:
        """A reaction with every condition and every step in words."""
        return self.shown(ExecutionDetail, self.get_object())
