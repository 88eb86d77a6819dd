"""Canned replies as they read in a conversation, for apps that offer them beside their own field to write in."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from automations import permissions
from automations.canned_replies import Filling, seen_by
from automations.models import CannedReply
from messaging.models import Thread
from snoutos.accounts.rest.scoping import OrganizationViewSet

THREAD = OpenApiParameter("thread", OpenApiTypes.UUID, OpenApiParameter.PATH)


class CannedReplyAnswer(serializers.Serializer[Any]):
    """A canned reply. `text` is what it says in this conversation; empty when what it needs is not known there, as `missing` says."""

    id = serializers.UUIDField(source="reply.public_id", read_only=True)
    name = serializers.CharField(source="reply.name", read_only=True)
    text = serializers.CharField(read_only=True)
    missing = serializers.CharField(read_only=True)


@extend_schema_view(list=extend_schema(parameters=[THREAD]))
class ThreadCannedReplies(OrganizationViewSet):
    """The office's canned replies, and the caller's own, filled in for one conversation."""

    model = CannedReply
    may = {"list": permissions.SEE_CANNED_REPLIES}
    serializer_class = CannedReplyAnswer

    def get_queryset(self) -> QuerySet[Any]:
        if getattr(self, "swagger_fake_view", False):
            return super().get_queryset()
        return seen_by(self.caller).order_by()

    def list(self, request: Request, thread: UUID) -> Response:
        """What each says in the conversation now, newest first. Sends nothing: what is picked is sent as any text."""
        filling = Filling(self.row(Thread, thread), timezone.now())
        filled = [filling.of(reply) for reply in self.rows_of_page()]
        return self.get_paginated_response(CannedReplyAnswer(filled, many=True).data)
