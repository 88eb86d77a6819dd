"""Texts on their way: what did not arrive, why, and what the owner may do about it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import django_filters
from django.db.models import Prefetch, QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from messaging import permissions
from messaging.api.texts import DeliveryAnswer, DeliveryDetail
from messaging.models import Delivery, DeliveryReport, SendAttempt
from messaging.models.deliveries import DeliveryState
from messaging.outbound.recovery import owner_actions
from snoutos.accounts.rest.filtering import Filters
from snoutos.accounts.rest.idempotency import key_parameter, once
from snoutos.accounts.rest.scoping import OrganizationViewSet
from snoutos.accounts.rest.serializers import Nothing

TROUBLED = ("failed", "undelivered", "parked", "unknown")
REQUIRED, OPTIONAL = key_parameter(required=True), key_parameter(required=False)


class DeliveryFilters(Filters):
    """Which deliveries."""

    state = django_filters.ChoiceFilter(choices=DeliveryState.choices)
    thread = django_filters.UUIDFilter(field_name="thread__public_id")
    message = django_filters.UUIDFilter(field_name="message__public_id")
    failed = django_filters.BooleanFilter(
        method="filter_failed", label="Those not delivered, or not known to be."
    )

    def filter_failed(self, rows: QuerySet[Delivery], name: str, value: bool) -> QuerySet[Delivery]:
        return rows.filter(state__in=TROUBLED) if value else rows.exclude(state__in=TROUBLED)


class Deliveries(OrganizationViewSet):
    """Texts on their way, newest first."""

    model = Delivery
    may = {
        "list": permissions.SEE_DELIVERIES,
        "retrieve": permissions.SEE_DELIVERIES,
        "retry": permissions.SEND_ONCE_MORE,
        "send_again": permissions.SEND_AGAIN,
        "leave": permissions.LEAVE_UNSENT,
    }
    filterset_class = DeliveryFilters
    serializer_class = DeliveryAnswer

    def shape(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        rows = rows.select_related("message", "thread", "retry_of")
        if self.action == "list":
            return rows
        reports = DeliveryReport.objects.order_by("id")
        attempts = SendAttempt.objects.order_by("number").prefetch_related(Prefetch("reports", reports))
        return rows.prefetch_related(Prefetch("attempts", attempts))

    def list(self, request: Request) -> Response:
        """Deliveries, newest first."""
        return self.page(DeliveryAnswer)

    @extend_schema(responses=DeliveryDetail)
    def retrieve(self, request: Request, public_id: UUID) -> Response:
        """One delivery with its attempts and the provider's reports."""
        return self.shown(DeliveryDetail, self.get_object())

    @extend_schema(request=Nothing, responses={201: DeliveryDetail}, parameters=[REQUIRED])
    @action(detail=True, methods=["post"])
    def retry(self, request: Request, public_id: UUID) -> Response:
        """Send what failed once more, as a new delivery."""
        return self._act(owner_actions.retry, status=201)

    @extend_schema(request=Nothing, responses=DeliveryDetail, parameters=[REQUIRED])
    @action(detail=True, methods=["post"], url_path="send-again")
    def send_again(self, request: Request, public_id: UUID) -> Response:
        """Send a parked text again, from 10 minutes after the call whose outcome is unknown."""
        return self._act(owner_actions.send_again)

    @extend_schema(request=Nothing, responses=DeliveryDetail, parameters=[OPTIONAL])
    @action(detail=True, methods=["post"])
    def leave(self, request: Request, public_id: UUID) -> Response:
        """Leave a parked text unsent."""
        return self._act(owner_actions.leave, sends=False)

    def _act(self, verb: Callable[..., Delivery], *, status: int = 200, sends: bool = True) -> Response:
        def effect() -> Response:
            self.given(Nothing)
            after = verb(self.get_object(), by=self.caller, at=timezone.now())
            return self.shown(DeliveryDetail, self.get_queryset().get(pk=after.pk), status)

        return once(self.request, effect, required=sends)
