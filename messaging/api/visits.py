"""Visits: who looks after which client, and when. What each means for one conversation is its window."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import django_filters
from django.db.models import Prefetch, QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from messaging import permissions
from messaging.api.assignments import KEY, HandOverBody, InTime, WindowMove
from messaging.api.sitter_out import booking_id
from messaging.assignments import handovers, visits
from messaging.assignments.handovers import HandOver
from messaging.models import AssignmentWindow, Client, Sitter, Visit
from messaging.models.assignments import VisitType
from snoutos.accounts.rest.idempotency import once
from snoutos.accounts.rest.scoping import OrganizationViewSet
from snoutos.accounts.rest.serializers import Moment, Name, Nothing, Reference, Strict


class VisitFilters(InTime):
    """Which visits."""

    client = django_filters.UUIDFilter(field_name="client__public_id")


class VisitBody(Strict):
    """A sitter looks after a client in [starts_at, ends_at), in each of their conversations."""

    client = Reference(Client)
    sitter = Reference(Sitter)
    starts_at = Moment()
    ends_at = Moment()
    visit_type = serializers.ChoiceField(choices=VisitType.choices, default=VisitType.DROP_IN)


class VisitMove(WindowMove):
    """What is to change."""


class VisitAnswer(serializers.ModelSerializer[Visit]):
    """A sitter looks after a client in [starts_at, ends_at)."""

    id = serializers.UUIDField(source="public_id", read_only=True)
    client = Name(read_only=True)
    sitter = Name(read_only=True)
    threads = serializers.SerializerMethodField(
        help_text="The conversations it reaches: those of the client."
    )

    class Meta:
        model = Visit
        fields: tuple[str, ...] = (
            "id", "client", "sitter", "starts_at", "ends_at", "visit_type", "threads", "created_at", "canceled_at",
        )  # fmt: skip
        read_only_fields = fields

    def get_threads(self, visit: Visit) -> list[UUID]:
        return [window.thread.public_id for window in visit.reaching]  # type: ignore[attr-defined]


class VisitHandOverAnswer(serializers.Serializer[HandOver]):
    """What handing over would do."""

    begins_at = serializers.DateTimeField(help_text="When the other sitter takes over.")
    ends_at = serializers.DateTimeField(help_text="When their visit ends.")
    is_whole = serializers.BooleanField(
        help_text="It hasn't begun by then: the first sitter keeps nothing of it."
    )
    queued = serializers.IntegerField(help_text="The first sitter's texts not sent yet, which are canceled.")
    also_visits = serializers.SerializerMethodField(help_text="The other sitter's own visits at that time.")
    also_windows = serializers.SerializerMethodField(
        help_text="Theirs in one conversation alone at that time."
    )

    def get_also_visits(self, shown: HandOver) -> list[UUID]:
        return [found for one in shown.also if (found := booking_id(one, Visit))]

    def get_also_windows(self, shown: HandOver) -> list[UUID]:
        return [found for one in shown.also if (found := booking_id(one, AssignmentWindow))]


class Visits(OrganizationViewSet):
    """Who looks after which client when, newest first."""

    model = Visit
    may = {
        "list": permissions.SEE_WINDOWS,
        "retrieve": permissions.SEE_WINDOWS,
        "create": permissions.CREATE_WINDOW,
        "partial_update": permissions.MOVE_WINDOW,
        "preview_hand_over": permissions.HAND_OVER_WINDOW,
        "hand_over": permissions.HAND_OVER_WINDOW,
        "end": permissions.END_WINDOW,
        "cancel": permissions.CANCEL_WINDOW,
    }
    filterset_class = VisitFilters
    serializer_class = VisitAnswer

    def shape(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        reaching = AssignmentWindow.objects.filter(canceled_at=None).select_related("thread").order_by("pk")
        windows = Prefetch("windows", queryset=reaching, to_attr="reaching")
        return rows.select_related("client", "sitter").prefetch_related(windows)

    def list(self, request: Request) -> Response:
        """Visits, newest first."""
        return self.page(VisitAnswer)

    @extend_schema(responses=VisitAnswer)
    def retrieve(self, request: Request, public_id: UUID) -> Response:
        """One visit."""
        return self.shown(VisitAnswer, self.get_object())

    @extend_schema(request=VisitBody, responses={201: VisitAnswer}, parameters=[KEY])
    def create(self, request: Request) -> Response:
        """Give a client a visit. It holds in each of their conversations, also in those that come. No two visits of a client overlap."""

        def effect() -> Response:
            made = visits.create(**self.given(VisitBody), by=self.caller, at=timezone.now())
            return self._again(made, 201)

        return once(request, effect, required=False)

    @extend_schema(request=VisitMove, responses=VisitAnswer)
    def partial_update(self, request: Request, public_id: UUID) -> Response:
        """Move the visit or change its sitter, in all its conversations. What the old sitter has queued under it is canceled.

        Of one that runs only the end changes; another sitter takes it over from now on, and the answer is their visit.
        """
        visit = self.get_object()
        return self._again(visits.move(visit, **self.given(VisitMove), by=self.caller, at=timezone.now()))

    @extend_schema(request=HandOverBody, responses=VisitHandOverAnswer)
    @action(detail=True, methods=["post"], url_path="preview-hand-over")
    def preview_hand_over(self, request: Request, public_id: UUID) -> Response:
        """What handing it over would do. Nothing changes."""
        return self.shown(VisitHandOverAnswer, handovers.preview(self.get_object(), **self._to_hand_over()))

    @extend_schema(request=HandOverBody, responses=VisitAnswer)
    @action(detail=True, methods=["post"], url_path="hand-over")
    def hand_over(self, request: Request, public_id: UUID) -> Response:
        """Another sitter has the rest of it, from now on or from `at`. The answer is their visit; what was stays as it was."""
        visit = self.get_object()
        return self._again(visits.hand_over(visit, **self._to_hand_over(), by=self.caller))

    def _to_hand_over(self) -> dict[str, Any]:
        given = self.given(HandOverBody)
        return {"to": given["to"], "at_time": given.get("at"), "at": timezone.now()}

    @extend_schema(request=Nothing, responses=VisitAnswer)
    @action(detail=True, methods=["post"])
    def end(self, request: Request, public_id: UUID) -> Response:
        """End it now."""
        return self._finish(visits.end)

    @extend_schema(request=Nothing, responses=VisitAnswer)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, public_id: UUID) -> Response:
        """Cancel it as if it had never been planned; one that runs ends now. It stays in the record."""
        return self._finish(visits.cancel)

    def _finish(self, verb: Callable[..., Any]) -> Response:
        self.given(Nothing)
        visit = self.get_object()
        verb(visit, by=self.caller, at=timezone.now())
        return self._again(visit)

    def _again(self, visit: Visit, status: int = 200) -> Response:
        return self.shown(VisitAnswer, self.get_queryset().get(pk=visit.pk), status)
