"""Texts that wait for a human: the list, and what can be decided."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from messaging import permissions
from messaging.api.messages import LONGEST_TEXT, whole
from messaging.api.texts import HeldAnswer, MessageAnswer
from messaging.models import Message
from messaging.models.messages import MessageState
from messaging.review import allowing, decisions, together
from policy.models import AllowedContact
from policy.permissions import CHANGE_ALLOWED
from snoutos.accounts.rest.idempotency import key_parameter, once
from snoutos.accounts.rest.scoping import OrganizationViewSet
from snoutos.accounts.rest.serializers import Nothing, Reference, Strict

REQUIRED, OPTIONAL = key_parameter(required=True), key_parameter(required=False)


class EditBody(Strict):
    """The text as it is to be sent."""

    body = serializers.CharField(max_length=LONGEST_TEXT, trim_whitespace=False)


class RejectBody(Strict):
    """Why, for the sitter."""

    note = serializers.CharField(max_length=300)


class AllowBody(Strict):
    """What is let through from now on: a phone number, or a domain with all its links and mailboxes."""

    kind = serializers.ChoiceField(choices=AllowedContact._meta.get_field("kind").choices or [])
    value = serializers.CharField(max_length=253)


class AllowedAnswer(serializers.Serializer[Any]):
    """What is let through now, and the text: `accepted` when nothing else was found in it, so that it was sent."""

    kind = serializers.CharField(source="contact.kind")
    value = serializers.CharField(source="contact.value")
    message = MessageAnswer()
    refused = serializers.SerializerMethodField(help_text="The code of what held the text.")

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_refused(self, done: dict[str, Any]) -> str | None:
        return done["refused"].code if done["refused"] else None


class TogetherBody(Strict):
    """The texts to approve: of one sender, with the same kinds found."""

    messages = serializers.ListField(child=Reference(Message), allow_empty=False, max_length=together.MOST)


class LeftAnswer(serializers.Serializer[Any]):
    """A text that was not approved, and why."""

    message = serializers.UUIDField()
    code = serializers.CharField()
    detail = serializers.CharField()


class TogetherAnswer(serializers.Serializer[Any]):
    """Ids of the texts that are on their way, and those that are not."""

    approved = serializers.ListField(child=serializers.UUIDField())
    left = LeftAnswer(many=True)


class Review(OrganizationViewSet):
    """Held texts, oldest first. Whoever decides first wins; the other is answered 409."""

    model = Message
    order = ("created_at", "id")
    may = {
        "list": permissions.SEE_REVIEW,
        "approve": permissions.DECIDE,
        "edit": permissions.DECIDE,
        "reject": permissions.DECIDE,
        "dismiss": permissions.DECIDE,
        "approve_together": permissions.DECIDE,
        "allow": CHANGE_ALLOWED,
    }
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
        return self._decide(decisions.approve, Nothing)

    @extend_schema(request=EditBody, responses=MessageAnswer, parameters=[REQUIRED])
    @action(detail=True, methods=["post"])
    def edit(self, request: Request, public_id: UUID) -> Response:
        """Send these words instead. What was written is kept."""
        return self._decide(decisions.edit_and_send, EditBody)

    @extend_schema(request=RejectBody, responses=MessageAnswer, parameters=[OPTIONAL])
    @action(detail=True, methods=["post"])
    def reject(self, request: Request, public_id: UUID) -> Response:
        """Do not send it; the sitter is told why."""
        return self._decide(decisions.reject, RejectBody, sends=False)

    @extend_schema(request=Nothing, responses=MessageAnswer, parameters=[REQUIRED])
    @action(detail=True, methods=["post"])
    def dismiss(self, request: Request, public_id: UUID) -> Response:
        """A false alarm: a held text is sent as written, a received one only settled."""
        return self._decide(decisions.dismiss, Nothing)

    @extend_schema(request=AllowBody, responses=AllowedAnswer, parameters=[REQUIRED])
    @action(detail=True, methods=["post"])
    def allow(self, request: Request, public_id: UUID) -> Response:
        """Let a number or domain through from now on; a text that was held for nothing else is sent."""

        def effect() -> Response:
            done = allowing.allow(
                self.get_object(), by=self.caller, at=timezone.now(), **self.given(AllowBody)
            )
            message = self.get_queryset().get(pk=done.message.pk)
            return self.shown(
                AllowedAnswer, {"contact": done.contact, "message": message, "refused": done.refused}
            )

        return once(request, effect)

    @extend_schema(request=TogetherBody, responses=TogetherAnswer, parameters=[REQUIRED])
    @action(detail=False, methods=["post"], url_path="approve-together")
    def approve_together(self, request: Request) -> Response:
        """Send several as written: only those of one sender in which the same was found."""

        def effect() -> Response:
            done = together.approve(self.given(TogetherBody)["messages"], by=self.caller, at=timezone.now())
            left = [
                {"message": message.public_id, "code": error.code, "detail": error.sentence}
                for message, error in done.left
            ]
            approved = [message.public_id for message in done.approved]
            return self.shown(TogetherAnswer, {"approved": approved, "left": left})

        return once(request, effect)

    def _decide(self, verb: Callable[..., Message], body: type[Strict], *, sends: bool = True) -> Response:
        def effect() -> Response:
            at: datetime = timezone.now()
            message = verb(self.get_object(), by=self.caller, at=at, **self.given(body))
            return self.shown(MessageAnswer, self.get_queryset().get(pk=message.pk))

        return once(self.request, effect, required=sends)
