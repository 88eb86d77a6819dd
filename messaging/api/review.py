"""Texts that wait for a human: the list, and what can be decided."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from messaging.api.messages import LONGEST_TEXT, whole
from messaging.api.texts import HeldAnswer, MessageAnswer
from messaging.models import Message
from messaging.models.messages import MessageState
from messaging.review import verbs
from snoutos.accounts.rest.idempotency import key_parameter, once
from snoutos.accounts.rest.scoping import OrganizationViewSet
from snoutos.accounts.rest.serializers import Nothing, Strict

REQUIRED, OPTIONAL = key_parameter(required=True), key_parameter(required=False)


class EditBody(Strict):
    """The text as it is to be sent."""

    body = serializers.CharField(max_length=LONGEST_TEXT, trim_whitespace=False)


class RejectBody(Strict):
    """Why, for the sitter."""

    note = serializers.CharField(max_length=300)


class Review(OrganizationViewSet):
    """Held texts, oldest first. Whoever decides first wins; the other is answered 409."""

    model = Message
    order = ("created_at", "id")
    scopes = dict.fromkeys(("list", "retrieve", "approve", "edit", "reject", "dismiss"), "review")
    serializer_class = HeldAnswer

    def shape(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        return whole(rows).prefetch_related("violations")

    def list(self, request: Request) -> Response:
        """What waits for a human, oldest first."""
        return self.page(HeldAnswer, self.get_queryset().filter(state=MessageState.HELD))

    @extend_schema(request=Nothing, responses=MessageAnswer, parameters=[REQUIRED])
    @action(detail=True, methods=["post"])
    def approve(self, request: Request, public_id: UUID) -> Response:
        """Send it as written."""
        return self._decide(verbs.approve, Nothing)

    @extend_schema(request=EditBody, responses=MessageAnswer, parameters=[REQUIRED])
    @action(detail=True, methods=["post"])
    def edit(self, request: Request, public_id: UUID) -> Response:
        """Send these words instead. What was written is kept."""
        return self._decide(verbs.edit_and_send, EditBody)

    @extend_schema(request=RejectBody, responses=MessageAnswer, parameters=[OPTIONAL])
    @action(detail=True, methods=["post"])
    def reject(self, request: Request, public_id: UUID) -> Response:
        """Do not send it; the sitter is told why."""
        return self._decide(verbs.reject, RejectBody, sends=False)

    @extend_schema(request=Nothing, responses=MessageAnswer, parameters=[REQUIRED])
    @action(detail=True, methods=["post"])
    def dismiss(self, request: Request, public_id: UUID) -> Response:
        """A false alarm: a held text is sent as written, a received one only settled."""
        return self._decide(verbs.dismiss, Nothing)

    def _decide(self, verb: Callable[..., Message], body: type[Strict], *, sends: bool = True) -> Response:
        def effect() -> Response:
            at: datetime = timezone.now()
            message = verb(self.get_object(), by=self.caller, at=at, **self.given(body))
            return self.shown(MessageAnswer, self.get_queryset().get(pk=message.pk))

        return once(self.request, effect, required=sends)
