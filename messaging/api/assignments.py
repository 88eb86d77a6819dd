"""Windows and overrides: who looks after a conversation, and when."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import django_filters
from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from messaging import bookings, permissions
from messaging.api.answers import OverrideAnswer, WindowAnswer
from messaging.assignments import handovers, overrides, windows
from messaging.assignments.handovers import HandOver
from messaging.models import AssignmentWindow, RoutingOverride, Sitter, Thread
from messaging.models.assignments import OverrideTarget, VisitType
from snoutos.accounts.rest.filtering import Filters, InstantFilter
from snoutos.accounts.rest.idempotency import key_parameter, once
from snoutos.accounts.rest.scoping import OrganizationViewSet
from snoutos.accounts.rest.serializers import Moment, Nothing, Reference, Strict

KEY = key_parameter(required=False)


class InTime(Filters):
    """Of which sitter, in which period."""

    sitter = django_filters.UUIDFilter(field_name="sitter__public_id")
    from_ = InstantFilter(field_name="ends_at", lookup_expr="gt", label="Ends after this.")
    to = InstantFilter(field_name="starts_at", lookup_expr="lt", label="Starts before this.")
    active = django_filters.BooleanFilter(method="filter_active", label="On now.")

    def filter_active(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        at = timezone.now()
        running = {"canceled_at__isnull": True, "starts_at__lte": at, "ends_at__gt": at}
        return rows.filter(**running) if value else rows.exclude(**running)


class _OfThread(InTime):
    """Of which conversation too."""

    thread = django_filters.UUIDFilter(field_name="thread__public_id")


class WindowFilters(_OfThread):
    """Which windows."""


class OverrideFilters(_OfThread):
    """Which overrides."""


class WindowBody(Strict):
    """A sitter looks after a thread in [starts_at, ends_at)."""

    thread = Reference(Thread)
    sitter = Reference(Sitter)
    starts_at = Moment()
    ends_at = Moment()
    visit_type = serializers.ChoiceField(choices=VisitType.choices, default=VisitType.OTHER)


class WindowMove(Strict):
    """What is to change."""

    sitter = Reference(Sitter, required=False)
    starts_at = Moment(required=False)
    ends_at = Moment(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs:
            raise serializers.ValidationError("Say what to change: sitter, starts_at or ends_at.")
        return attrs


class HandOverBody(Strict):
    """Who takes the rest of the visit, and from when: now without `at`."""

    to = Reference(Sitter)
    at = Moment(required=False)


class HandOverAnswer(serializers.Serializer[HandOver]):
    """What handing over would do."""

    begins_at = serializers.DateTimeField(help_text="When the other sitter takes over.")
    ends_at = serializers.DateTimeField(help_text="When their visit ends.")
    is_whole = serializers.BooleanField(
        help_text="It hasn't begun by then: the first sitter keeps nothing of it."
    )
    queued = serializers.IntegerField(help_text="The first sitter's texts not sent yet, which are canceled.")
    also = serializers.SerializerMethodField(help_text="The other sitter's own visits at that time.")

    def get_also(self, shown: HandOver) -> list[str]:
        return [str(window.public_id) for window in bookings.windows_of(shown.also)]


class OverrideBody(Strict):
    """Where to, until when, and why."""

    thread = Reference(Thread)
    target = serializers.ChoiceField(choices=OverrideTarget.choices)
    sitter = Reference(Sitter, required=False, allow_null=True, default=None)
    ends_at = Moment()
    reason = serializers.CharField(max_length=300)


class Windows(OrganizationViewSet):
    """Who looks after which conversation when, newest first."""

    model = AssignmentWindow
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
    filterset_class = WindowFilters
    serializer_class = WindowAnswer

    def shape(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        return rows.select_related("thread", "sitter", "visit")

    def list(self, request: Request) -> Response:
        """Windows, newest first."""
        return self.page(WindowAnswer)

    @extend_schema(responses=WindowAnswer)
    def retrieve(self, request: Request, public_id: UUID) -> Response:
        """One window."""
        return self.shown(WindowAnswer, self.get_object())

    @extend_schema(request=WindowBody, responses={201: WindowAnswer}, parameters=[KEY])
    def create(self, request: Request) -> Response:
        """Give one conversation to a sitter for a time. For a client, in all their conversations, make a visit (`visits/`). No two windows
        of a thread overlap."""

        def effect() -> Response:
            made = windows.create(**self.given(WindowBody), by=self.caller, at=timezone.now())
            return self._again(made, 201)

        return once(request, effect, required=False)

    @extend_schema(request=WindowMove, responses=WindowAnswer)
    def partial_update(self, request: Request, public_id: UUID) -> Response:
        """Move the window or change its sitter. What the old sitter has queued under it is canceled. One that belongs to a visit changes
        with it, and so do the visit's other windows.

        Of one that runs only the end changes; another sitter takes it over from now on, and the answer is their window.
        """
        window = self.get_object()
        after = windows.move(window, **self.given(WindowMove), by=self.caller, at=timezone.now())
        return self._again(after)

    @extend_schema(request=HandOverBody, responses=HandOverAnswer)
    @action(detail=True, methods=["post"], url_path="preview-hand-over")
    def preview_hand_over(self, request: Request, public_id: UUID) -> Response:
        """What handing it over would do. Nothing changes."""
        return self.shown(HandOverAnswer, handovers.preview(self.get_object(), **self._to_hand_over()))

    @extend_schema(request=HandOverBody, responses=WindowAnswer)
    @action(detail=True, methods=["post"], url_path="hand-over")
    def hand_over(self, request: Request, public_id: UUID) -> Response:
        """Another sitter has the rest of it, from now on or from `at`. The answer is their window; what was stays as it was."""
        window = self.get_object()
        return self._again(windows.hand_over(window, **self._to_hand_over(), by=self.caller))

    def _to_hand_over(self) -> dict[str, Any]:
        given = self.given(HandOverBody)
        return {"to": given["to"], "at_time": given.get("at"), "at": timezone.now()}

    @extend_schema(request=Nothing, responses=WindowAnswer)
    @action(detail=True, methods=["post"])
    def end(self, request: Request, public_id: UUID) -> Response:
        """End it now."""
        return self._finish(windows.end)

    @extend_schema(request=Nothing, responses=WindowAnswer)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, public_id: UUID) -> Response:
        """Cancel it as if it had never been planned; one that runs ends now. It stays in the record."""
        return self._finish(windows.cancel)

    def _finish(self, verb: Callable[..., Any]) -> Response:
        self.given(Nothing)
        window = self.get_object()
        verb(window, by=self.caller, at=timezone.now())
        return self._again(window)

    def _again(self, window: AssignmentWindow, status: int = 200) -> Response:
        return self.shown(WindowAnswer, self.get_queryset().get(pk=window.pk), status)


class Overrides(OrganizationViewSet):
    """Temporary routing, newest first. At most seven days, with a reason."""

    model = RoutingOverride
    may = {
        "list": permissions.SEE_OVERRIDES,
        "retrieve": permissions.SEE_OVERRIDES,
        "create": permissions.SET_OVERRIDE,
        "remove": permissions.REMOVE_OVERRIDE,
    }
    filterset_class = OverrideFilters
    serializer_class = OverrideAnswer

    def shape(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        return rows.select_related("thread", "sitter")

    def list(self, request: Request) -> Response:
        """Overrides, newest first."""
        return self.page(OverrideAnswer)

    @extend_schema(responses=OverrideAnswer)
    def retrieve(self, request: Request, public_id: UUID) -> Response:
        """One override."""
        return self.shown(OverrideAnswer, self.get_object())

    @extend_schema(request=OverrideBody, responses={201: OverrideAnswer}, parameters=[KEY])
    def create(self, request: Request) -> Response:
        """Send a conversation's texts elsewhere from now until `ends_at`."""

        def effect() -> Response:
            made = overrides.set_override(**self.given(OverrideBody), by=self.caller, at=timezone.now())
            return self._again(made, 201)

        return once(request, effect, required=False)

    @extend_schema(request=Nothing, responses=OverrideAnswer)
    @action(detail=True, methods=["post"])
    def remove(self, request: Request, public_id: UUID) -> Response:
        """Take it back now. It stays in the record."""
        self.given(Nothing)
        override = self.get_object()
        overrides.remove(override, by=self.caller, at=timezone.now())
        return self._again(override)

    def _again(self, override: RoutingOverride, status: int = 200) -> Response:
        return self.shown(OverrideAnswer, self.get_queryset().get(pk=override.pk), status)
