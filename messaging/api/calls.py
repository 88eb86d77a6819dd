"""The calls of a conversation."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_field, extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from messaging import permissions
from messaging.api.messages import THREAD
from messaging.api.positions import PositionPages
from messaging.models import Call, Thread, Voicemail
from snoutos.accounts.rest.scoping import OrganizationViewSet


class VoicemailAnswer(serializers.ModelSerializer[Voicemail]):
    """What a caller said after the tone. `state`: listed while our copy is downloaded, kept, refused or failed."""

    id = serializers.UUIDField(source="public_id", read_only=True)

    class Meta:
        model = Voicemail
        fields: tuple[str, ...] = ("id", "seconds", "state", "content_type", "size", "left_at")
        read_only_fields = fields


class CallAnswer(serializers.ModelSerializer[Call]):
    """A call to a business number. `position` is where it stands among the texts; `seconds` is null until it has ended.

    `state`: missed; voicemail (missed, and they left a message: `voicemail`); turned_away (a blocked phone); forwarding (passed on, nobody
    knows yet whether it was taken); answered (it was taken where it was forwarded to, for `talked_seconds`).
    """

    id = serializers.UUIDField(source="public_id", read_only=True)
    thread = serializers.UUIDField(source="thread.public_id", read_only=True)
    number = serializers.UUIDField(source="number.public_id", read_only=True)

    voicemail = serializers.SerializerMethodField()

    class Meta:
        model = Call
        fields: tuple[str, ...] = (
            "id", "thread", "number", "position", "state", "started_at", "ended_at", "seconds",
            "talked_seconds", "voicemail",
        )  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(VoicemailAnswer(allow_null=True))
    def get_voicemail(self, call: Call) -> object:
        return next((VoicemailAnswer(one).data for one in call.voicemails.all()), None)


@extend_schema_view(list=extend_schema(parameters=[THREAD]))
class ThreadCalls(OrganizationViewSet):
    """The calls of one conversation."""

    model = Call
    may = {"list": permissions.SEE_CONVERSATIONS}
    pagination_class = PositionPages
    serializer_class = CallAnswer

    def shape(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        return rows.select_related("thread", "number").prefetch_related("voicemails")

    def list(self, request: Request, thread: UUID) -> Response:
        """Newest first; with `after`, what came behind that position, oldest first."""
        return self.page(CallAnswer, self.get_queryset().filter(thread=self.row(Thread, thread)))
