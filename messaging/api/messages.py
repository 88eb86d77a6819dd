"""The texts of a conversation: read, catch up, send, note."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from audit import looks
from messaging import events, permissions
from messaging.api.positions import PositionPages
from messaging.api.texts import MESSAGE_ALSO_NEEDS, MESSAGE_NEEDS, MessageAnswer, SentAnswer
from messaging.models import Message, Thread
from messaging.models.messages import MessageState
from messaging.outbound.queue import submit as outbound
from messaging.outbound.queue.submit import Author, Submitted
from messaging.people import off_card
from snoutos.accounts.models import User
from snoutos.accounts.rest.idempotency import key_parameter, once
from snoutos.accounts.rest.scoping import OrganizationViewSet
from snoutos.accounts.rest.serializers import Strict
from snoutos.accounts.roles import Role

LONGEST_TEXT = 1600

THREAD = OpenApiParameter("thread", {"type": "string", "format": "uuid"}, OpenApiParameter.PATH)


class TextBody(Strict):
    """What to say. Author, sender and recipient follow from the credentials and the thread."""

    body = serializers.CharField(max_length=LONGEST_TEXT, trim_whitespace=False)


class OfficeTextBody(TextBody):
    """What the office says to a client."""

    still_theirs = serializers.BooleanField(
        default=False,
        help_text="Text a phone that's no longer on anyone's card. Asked once per conversation.",
    )


class NoteBody(Strict):
    """What to note."""

    body = serializers.CharField(max_length=4000)


def author(caller: User) -> Author:
    """As whom `caller` writes: people as the business, warned of findings; a system's findings are held."""
    if caller.role == Role.INTEGRATION:
        return Author.integration(caller)
    return Author.owner(caller)


def whole(messages: QuerySet[Message]) -> QuerySet[Message]:
    """`messages` with all that their answer shows."""
    return messages.select_related(*MESSAGE_NEEDS).prefetch_related(*MESSAGE_ALSO_NEEDS)


def sent(submitted: Submitted) -> dict[str, Any]:
    """What `SentAnswer` shows."""
    message = whole(Message.objects.of(submitted.message.organization_id)).get(pk=submitted.message.pk)
    return {"message": message, "delivery": submitted.delivery, "found": list(submitted.found)}


@extend_schema_view(list=extend_schema(parameters=[THREAD]))
class ThreadMessages(OrganizationViewSet):
    """The texts of one conversation."""

    model = Message
    may = {"list": permissions.SEE_CONVERSATIONS, "create": permissions.SEND}
    pagination_class = PositionPages
    serializer_class = MessageAnswer

    def shape(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        return whole(rows)

    def list(self, request: Request, thread: UUID) -> Response:
        """Newest first; with `after`, what came behind that position, oldest first."""
        conversation = self.row(Thread, thread)
        opened = events.access_conversation_opened(
            organization_id=conversation.organization_id, thread_id=conversation.pk
        )
        looks.note(opened, by=self.caller, at=timezone.now())
        rows = self.get_queryset().filter(reacts_to=None, thread=conversation)
        return self.page(MessageAnswer, rows)

    @extend_schema(
        request=OfficeTextBody,
        responses={201: SentAnswer, 202: SentAnswer},
        parameters=[THREAD, key_parameter(required=True)],
    )
    def create(self, request: Request, thread: UUID) -> Response:
        """Send a text to the client. 201: it is on its way. 202: it is held for review."""
        return once(request, lambda: self._send(thread))

    def _send(self, thread: UUID) -> Response:
        conversation, values = self.row(Thread, thread), self.given(OfficeTextBody)
        now = timezone.now()
        with transaction.atomic():
            if values["still_theirs"]:
                off_card.confirm(conversation, by=self.caller, at=now)
            submitted = outbound.submit(
                thread=conversation, author=author(self.caller), body=values["body"], at=now
            )
        held = submitted.message.state == MessageState.HELD
        return self.shown(SentAnswer, sent(submitted), 202 if held else 201)


class ThreadNotes(OrganizationViewSet):
    """Notes among the business' own people."""

    model = Message
    may = {"create": permissions.ADD_NOTE}
    serializer_class = MessageAnswer

    def shape(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        return whole(rows)

    @extend_schema(
        request=NoteBody, responses={201: MessageAnswer}, parameters=[THREAD, key_parameter(required=False)]
    )
    def create(self, request: Request, thread: UUID) -> Response:
        """Add a note. It never leaves the business, and no sitter reads it."""
        return once(request, lambda: self._note(thread), required=False)

    def _note(self, thread: UUID) -> Response:
        conversation = self.row(Thread, thread)
        body = self.given(NoteBody)["body"]
        note = outbound.add_note(thread=conversation, by=self.caller, body=body, at=timezone.now())
        return self.shown(MessageAnswer, self.get_queryset().get(pk=note.pk), 201)
