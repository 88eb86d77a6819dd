"""Conversations: list, read, open, close; the texts in them; who decided where a text went."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import django_filters
from django.db.models import BooleanField, ExpressionWrapper, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from messaging.api.answers import ThreadAnswer, ThreadDetail
from messaging.models import Client, Thread, ThreadRead
from messaging.models.threads import ThreadKind, ThreadState
from messaging.people import verbs
from snoutos.accounts.models import User
from snoutos.accounts.rest.filtering import Filters
from snoutos.accounts.rest.idempotency import key_parameter, once
from snoutos.accounts.rest.permissions import PEOPLE_AND_SYSTEMS
from snoutos.accounts.rest.scoping import OrganizationViewSet
from snoutos.accounts.rest.serializers import Nothing, Reference, Strict

KEY = key_parameter(required=False)


class ThreadFilters(Filters):
    """Which conversations."""

    state = django_filters.ChoiceFilter(choices=ThreadState.choices)
    kind = django_filters.ChoiceFilter(choices=ThreadKind.choices)
    client = django_filters.UUIDFilter(field_name="client__public_id")
    unread = django_filters.BooleanFilter()
    search = django_filters.CharFilter(
        field_name="client__name", lookup_expr="icontains", label="Part of the client's name."
    )


class ThreadOpening(Strict):
    """With whom. The business number is the front desk's: no request names a sender."""

    client = Reference(Client)


def with_unread(threads: QuerySet[Thread], user: User) -> QuerySet[Thread]:
    """`threads` with how far `user` has read each."""
    read = ThreadRead.objects.of(user.organization_id).filter(user=user, thread=OuterRef("pk"))
    return threads.annotate(
        read_position=Coalesce(Subquery(read.values("position")[:1]), 0),
        unread=ExpressionWrapper(Q(owner_position__gt=F("read_position")), output_field=BooleanField()),
    )


class Threads(OrganizationViewSet):
    """Conversations of the business, the one with the newest text first."""

    model = Thread
    order = ("-last_message_at", "-id")
    roles = PEOPLE_AND_SYSTEMS
    scopes = {"create": "send", "close": "send", "reopen": "send", "read": "read"}
    filterset_class = ThreadFilters
    serializer_class = ThreadAnswer

    def shape(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        rows = with_unread(rows.select_related("client"), self.caller)
        if self.action == "list":
            return rows
        return rows.prefetch_related("participants__number", "participants__client", "participants__sitter")

    def list(self, request: Request) -> Response:
        """The business' conversations."""
        return self.page(ThreadAnswer)

    @extend_schema(responses=ThreadDetail)
    def retrieve(self, request: Request, public_id: UUID) -> Response:
        """One conversation with its participants."""
        return self.shown(ThreadDetail, self.get_object())

    @extend_schema(request=ThreadOpening, responses={201: ThreadDetail}, parameters=[KEY])
    def create(self, request: Request) -> Response:
        """Open a conversation with a client over the front desk number, or give the one that is open."""
        return once(request, self._open, required=False)

    @extend_schema(request=Nothing, responses=ThreadDetail)
    @action(detail=True, methods=["post"])
    def close(self, request: Request, public_id: UUID) -> Response:
        """Close the conversation. The next text from outside opens it again."""
        return self._set(verbs.close_thread)

    @extend_schema(request=Nothing, responses=ThreadDetail)
    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, public_id: UUID) -> Response:
        """Open a closed conversation again."""
        return self._set(verbs.reopen_thread)

    @extend_schema(request=Nothing, responses=ThreadDetail)
    @action(detail=True, methods=["post"])
    def read(self, request: Request, public_id: UUID) -> Response:
        """Note that the caller has read everything in it so far."""
        self.given(Nothing)
        thread = self.get_object()
        verbs.mark_read(thread, self.caller)
        return self._again(thread)

    def _set(self, verb: Callable[..., Thread]) -> Response:
        self.given(Nothing)
        thread = self.get_object()
        verb(thread, by=self.caller, at=timezone.now())
        return self._again(thread)

    def _open(self) -> Response:
        client = self.given(ThreadOpening)["client"]
        thread = verbs.open_thread(client=client, by=self.caller, at=timezone.now())
        return self._again(thread, 201)

    def _again(self, thread: Thread, status: int = 200) -> Response:
        return self.shown(ThreadDetail, self.get_queryset().get(pk=thread.pk), status)
