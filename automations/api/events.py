"""Events of other systems: reported, and what became of them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import django_filters
from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from audit.models import Occurrence
from automations import permissions
from automations.api.executions import ExecutionAnswer
from automations.engine import external_events
from automations.models import Automation, Execution, ExternalEvent
from messaging.models import Client, Thread
from snoutos.accounts.rest.filtering import Filters, InstantFilter
from snoutos.accounts.rest.idempotency import key_parameter, once
from snoutos.accounts.rest.scoping import OrganizationViewSet
from snoutos.accounts.rest.serializers import Name, Reference, Strict

DEPTH_HEADER = "SnoutOS-Depth"
DEPTH = OpenApiParameter(
    DEPTH_HEADER,
    OpenApiTypes.INT,
    OpenApiParameter.HEADER,
    description="Sent with an automation's call. Pass it on so that loops are cut.",
)


class EventFilters(Filters):
    """Which events."""

    name = django_filters.CharFilter(label="This name only.")
    thread = django_filters.UUIDFilter(field_name="thread__public_id")
    from_ = InstantFilter(field_name="created_at", lookup_expr="gte", label="From this time on.")
    to = InstantFilter(field_name="created_at", lookup_expr="lt", label="Before this time.")


class EventBody(Strict):
    """What happened: a dotted name, its data, and the conversation it is about, by itself or by its client."""

    name = serializers.RegexField(
        external_events.NAME,
        max_length=64,
        trim_whitespace=False,
        help_text="Two to four parts, such as booking.created.",
    )
    data = serializers.DictField(  # type: ignore[assignment]
        child=serializers.JSONField(allow_null=True), default=dict
    )
    thread = Reference(Thread, required=False, allow_null=True, default=None)
    client = Reference(
        Client,
        required=False,
        allow_null=True,
        default=None,
        help_text="Uses the client's latest open conversation.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["thread"] is not None and attrs["client"] is not None:
            raise serializers.ValidationError({"client": ["Give the conversation or the client, not both."]})
        return attrs


class ReportedAnswer(serializers.ModelSerializer[ExternalEvent]):
    """Something that happened in another system. `data` is emptied after 90 days."""

    id = serializers.UUIDField(source="public_id", read_only=True)
    data = serializers.DictField(child=serializers.JSONField(), read_only=True)  # type: ignore[assignment]
    thread = serializers.UUIDField(source="thread.public_id", read_only=True, allow_null=True, default=None)
    reported_by = Name(read_only=True)

    class Meta:
        model = ExternalEvent
        fields: tuple[str, ...] = ("id", "name", "data", "thread", "depth", "reported_by", "created_at")
        read_only_fields = fields


class ReportedDetail(ReportedAnswer):
    """An event with the reactions to it, which begin within seconds."""

    executions = serializers.SerializerMethodField()

    class Meta(ReportedAnswer.Meta):
        fields = (*ReportedAnswer.Meta.fields, "executions")
        read_only_fields = fields

    @extend_schema_field(ExecutionAnswer(many=True))
    def get_executions(self, event: ExternalEvent) -> Any:
        return ExecutionAnswer(_reactions(event), many=True).data


class ExternalEvents(OrganizationViewSet):
    """What other systems reported, newest first."""

    model = ExternalEvent
    may = {
        "list": permissions.SEE_EVENTS,
        "retrieve": permissions.SEE_EVENTS,
        "create": permissions.REPORT_EVENT,
    }
    filterset_class = EventFilters
    serializer_class = ReportedAnswer

    def shape(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        return rows.select_related("thread", "reported_by")

    def list(self, request: Request) -> Response:
        """Events, newest first."""
        return self.page(ReportedAnswer)

    @extend_schema(responses=ReportedDetail)
    def retrieve(self, request: Request, public_id: UUID) -> Response:
        """One event, and what automations made of it."""
        return self.shown(ReportedDetail, self.get_object())

    @extend_schema(
        request=EventBody, responses={201: ReportedAnswer}, parameters=[key_parameter(required=True), DEPTH]
    )
    def create(self, request: Request) -> Response:
        """Report an event: it is kept, and the automations that wait for it react within seconds."""
        return once(request, lambda: self._report(_depth(request)))

    def _report(self, depth: int) -> Response:
        event = external_events.report(
            organization=self.organization,
            **self.given(EventBody),
            by=self.caller,
            at=timezone.now(),
            depth=depth,
        )
        return self.shown(ReportedAnswer, event, 201)


def _depth(request: Request) -> int:
    """The depth that the request says; none is 0. Raises a validation error for what is no whole number."""
    said = request.headers.get(DEPTH_HEADER, "0")
    if not (said.isascii() and said.isdecimal() and len(said) <= 9):
        raise serializers.ValidationError({DEPTH_HEADER: ["This header must be a whole number."]})
    return int(said)


def _reactions(event: ExternalEvent) -> QuerySet[Any]:
    occurrence = Occurrence.objects.of(event.organization_id).filter(kind="event", key=f"event:{event.pk}")
    # By automation and occurrence: the index that keeps them unique.
    automations = Automation.objects.of(event.organization_id).values("pk")
    rows: QuerySet[Any] = Execution.objects.filter(automation__in=automations, occurrence__in=occurrence)
    return rows.select_related("automation", "version", "thread").order_by("pk")
