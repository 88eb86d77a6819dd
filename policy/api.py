"""What screening found, what was done about it, and how people settled it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import django_filters
from django.db import transaction
from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter

from audit import events
from audit.record import Actor, recording
from policy import exports, permissions
from policy.models import Action, FindingKind, Resolution, Violation
from snoutos.accounts.rest.filtering import Filters, InstantFilter
from snoutos.accounts.rest.scoping import OrganizationViewSet
from snoutos.accounts.rest.serializers import Name
from snoutos.accounts.rest.tables import CsvRenderer


class ViolationFilters(Filters):
    """Which violations. `resolution=open` gives those nobody has settled."""

    kind = django_filters.ChoiceFilter(choices=FindingKind.choices, method="filter_kind")
    sitter = django_filters.UUIDFilter(field_name="sitter__public_id")
    thread = django_filters.UUIDFilter(field_name="thread__public_id")
    action = django_filters.ChoiceFilter(choices=Action.choices)
    resolution = django_filters.ChoiceFilter(
        choices=[("open", "Undecided"), *Resolution.choices], method="filter_resolution"
    )
    from_ = InstantFilter(field_name="created_at", lookup_expr="gte", label="From this time on.")
    to = InstantFilter(field_name="created_at", lookup_expr="lt", label="Before this time.")

    def filter_kind(self, rows: QuerySet[Violation], name: str, value: str) -> QuerySet[Violation]:
        return rows.filter(findings__contains=[{"kind": value}])

    def filter_resolution(self, rows: QuerySet[Violation], name: str, value: str) -> QuerySet[Violation]:
        return rows.filter(resolution="" if value == "open" else value)


class SpanAnswer(serializers.Serializer[Any]):
    """A span of the text; offsets count characters of it as it was written."""

    kind = serializers.ChoiceField(choices=FindingKind.choices)
    start = serializers.IntegerField()
    end = serializers.IntegerField()
    score = serializers.FloatField(required=False)
    reasons = serializers.ListField(child=serializers.CharField(), required=False)


class ViolationAnswer(serializers.ModelSerializer[Violation]):
    """The findings on one text. The words themselves are in the message only."""

    id = serializers.UUIDField(source="public_id", read_only=True)
    message = serializers.UUIDField(source="message.public_id", read_only=True)
    thread = serializers.UUIDField(source="thread.public_id", read_only=True)
    sitter = Name(read_only=True, allow_null=True)
    resolved_by = Name(read_only=True, allow_null=True)
    findings = SpanAnswer(many=True, read_only=True)
    resolution = serializers.SerializerMethodField()

    class Meta:
        model = Violation
        fields = (
            "id", "message", "thread", "sitter", "author_kind", "findings", "rule_version", "action",
            "resolution",            "resolved_by", "resolved_at", "created_at",
        )  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(serializers.ChoiceField(choices=Resolution.choices, allow_null=True))
    def get_resolution(self, violation: Violation) -> str | None:
        return violation.resolution or None


class Violations(OrganizationViewSet):
    """What screening found, newest first."""

    model = Violation
    may = {
        "list": permissions.SEE_VIOLATIONS,
        "retrieve": permissions.SEE_VIOLATIONS,
        "csv": permissions.EXPORT_VIOLATIONS,
    }
    filterset_class = ViolationFilters
    serializer_class = ViolationAnswer

    def shape(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        return rows.select_related("message", "thread", "sitter", "resolved_by")

    def list(self, request: Request) -> Response:
        """Violations, newest first."""
        return self.page(ViolationAnswer)

    @extend_schema(responses=ViolationAnswer)
    def retrieve(self, request: Request, public_id: UUID) -> Response:
        """One violation."""
        return self.shown(ViolationAnswer, self.get_object())

    @extend_schema(responses={(200, "text/csv"): OpenApiTypes.STR}, filters=True)
    @action(detail=False, renderer_classes=[JSONRenderer, CsvRenderer])
    def csv(self, request: Request) -> StreamingHttpResponse:
        """The violations that the same filters list, all of them, as a table without a word of the texts. Recorded in the trail."""
        rows = self.filter_queryset(self.get_queryset()).order_by("-pk")
        with transaction.atomic(), recording(actor=Actor.api(self.caller.pk)) as trail:
            trail.record(
                events.export_made(organization_id=self.organization.pk, kind="violations", rows=rows.count())
            )
        response = StreamingHttpResponse(exports.violations_csv(rows), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = 'attachment; filename="violations.csv"'
        return response


router = SimpleRouter(use_regex_path=False)
router.register("violations", Violations, basename="violation")
urlpatterns = router.urls
