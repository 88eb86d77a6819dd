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
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from messaging import permissions
from messaging.api.answers import ThreadAnswer, ThreadDetail
from messaging.api.fields import Phone
from messaging.api.phones import Move, MovePreviewAnswer
from messaging.api.searching import SearchFilter
from messaging.api.triage import Giving, Snoozing, Tagging
from messaging.models import Client, MessageNumber, Sitter, Thread, ThreadRead
from messaging.models.threads import ThreadKind, ThreadState
from messaging.people import off_card, starting, threads, triage
from messaging.people.starting import Whom
from messaging.phones import blocking, moving
from snoutos.accounts.models import User
from snoutos.accounts.rest.filtering import Filters
from snoutos.accounts.rest.idempotency import key_parameter, once
from snoutos.accounts.rest.scoping import OrganizationViewSet
from snoutos.accounts.rest.serializers import Nothing, Reference, Strict

KEY = key_parameter(required=False)


class ThreadFilters(Filters):
    """Which conversations."""

    state = django_filters.ChoiceFilter(choices=ThreadState.choices)
    kind = django_filters.ChoiceFilter(choices=ThreadKind.choices)
    client = django_filters.UUIDFilter(field_name="client__public_id")
    unread = django_filters.BooleanFilter()
    member = django_filters.UUIDFilter(field_name="assignee__public_id")
    tag = django_filters.CharFilter(method="tagged")
    search = SearchFilter(
        words=("client__name",),
        phones=("participants__e164",),
        label="Part of the client's name, or a phone as people write it.",
    )

    def tagged(self, rows: QuerySet[Thread], name: str, value: str) -> QuerySet[Thread]:
        """Those that have the tag."""
        return rows.filter(tags__contains=[value.lower()])


class ThreadOpening(Strict):
    """With whom, and over which of the business' numbers: the front desk's unless one is named.

    `phone` alone opens a conversation with whoever has it, or with an unknown sender; beside `client` it chooses one of their phones.
    """

    client = Reference(Client, required=False)
    sitter = Reference(Sitter, required=False)
    member = Reference(User, required=False)
    phone = Phone(max_length=32, required=False)
    number = Reference(MessageNumber, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        named = attrs.keys() & {"client", "sitter", "member", "phone"}
        if not named:
            raise serializers.ValidationError("Say with whom: name a client, a sitter, a member or a phone.")
        if len(named) > 1 and named != {"client", "phone"}:
            raise serializers.ValidationError("Name one of them: a client, a sitter, a member or a phone.")
        return attrs


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
    may = {
        "list": permissions.SEE_CONVERSATIONS,
        "retrieve": permissions.SEE_CONVERSATIONS,
        "create": permissions.OPEN_CONVERSATION,
        "close": permissions.CLOSE_CONVERSATION,
        "reopen": permissions.REOPEN_CONVERSATION,
        "read": permissions.MARK_READ,
        "preview_move": permissions.MOVE_CONVERSATION,
        "move": permissions.MOVE_CONVERSATION,
        "block": permissions.BLOCK,
        "unblock": permissions.BLOCK,
        "confirm_phone": permissions.SEND,
        "give": permissions.TRIAGE,
        "snooze": permissions.TRIAGE,
        "wake": permissions.TRIAGE,
        "tags": permissions.TRIAGE,
    }
    filterset_class = ThreadFilters
    serializer_class = ThreadAnswer

    def shape(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        rows = with_unread(rows.select_related("client", "assignee"), self.caller)
        if self.action == "list":
            return rows
        return rows.prefetch_related(
            "participants__number", "participants__client", "participants__sitter", "participants__member"
        )

    def list(self, request: Request) -> Response:
        """The business' conversations."""
        return self.page(ThreadAnswer)

    @extend_schema(responses=ThreadDetail)
    def retrieve(self, request: Request, public_id: UUID) -> Response:
        """One conversation with its participants."""
        return self.shown(ThreadDetail, self.get_object())

    @extend_schema(request=ThreadOpening, responses={201: ThreadDetail, 200: ThreadDetail}, parameters=[KEY])
    def create(self, request: Request) -> Response:
        """Open a conversation (201), or give the one that the phone has over that number (200); a closed one is reopened.

        Among a client's phones one that has not said STOP is taken. Nothing is sent.
        """
        return once(request, self._open, required=False)

    @extend_schema(request=Nothing, responses=ThreadDetail)
    @action(detail=True, methods=["post"])
    def close(self, request: Request, public_id: UUID) -> Response:
        """Close the conversation. The next text from outside opens it again."""
        return self._set(threads.close_thread)

    @extend_schema(request=Nothing, responses=ThreadDetail)
    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, public_id: UUID) -> Response:
        """Open a closed conversation again."""
        return self._set(threads.reopen_thread)

    @extend_schema(request=Nothing, responses=ThreadDetail)
    @action(detail=True, methods=["post"])
    def read(self, request: Request, public_id: UUID) -> Response:
        """Note that the caller has read everything in it so far."""
        self.given(Nothing)
        thread = self.get_object()
        threads.mark_read(thread, self.caller)
        return self._again(thread)

    @extend_schema(request=Move, responses=MovePreviewAnswer)
    @action(detail=True, methods=["post"], url_path="preview-move")
    def preview_move(self, request: Request, public_id: UUID) -> Response:
        """What moving the conversation to another of your numbers would do. Nothing changes."""
        thread = self.get_object()
        return self.shown(MovePreviewAnswer, moving.preview(thread, self.given(Move)["number"]))

    @extend_schema(request=Move, responses=ThreadDetail)
    @action(detail=True, methods=["post"])
    def move(self, request: Request, public_id: UUID) -> Response:
        """Text them from another of your numbers from now on. What is queued leaves from there; answers to the old one are found."""
        thread = self.get_object()
        moving.move(thread, self.given(Move)["number"], by=self.caller, at=timezone.now())
        return self._again(thread)

    @extend_schema(request=Nothing, responses=ThreadDetail)
    @action(detail=True, methods=["post"])
    def block(self, request: Request, public_id: UUID) -> Response:
        """Block the phone, on all of your numbers: what they write is kept and never unread, and nothing is sent to them."""
        return self._set(blocking.block)

    @extend_schema(request=Nothing, responses=ThreadDetail)
    @action(detail=True, methods=["post"])
    def unblock(self, request: Request, public_id: UUID) -> Response:
        """Take the block back."""
        return self._set(blocking.unblock)

    @extend_schema(request=Giving, responses=ThreadDetail)
    @action(detail=True, methods=["post"])
    def give(self, request: Request, public_id: UUID) -> Response:
        """Give the conversation to a member of the office; null: to nobody in particular. Texts go where they went."""
        thread, member = self.get_object(), self.given(Giving)["member"]
        triage.give(thread, member, by=self.caller, at=timezone.now())
        return self._again(thread)

    @extend_schema(request=Snoozing, responses=ThreadDetail)
    @action(detail=True, methods=["post"])
    def snooze(self, request: Request, public_id: UUID) -> Response:
        """Keep it out of the inbox until then, or until they write when `until` is null. A text for the office brings it back at once."""
        thread, until = self.get_object(), self.given(Snoozing)["until"]
        triage.snooze(thread, until=until, by=self.caller, at=timezone.now())
        return self._again(thread)

    @extend_schema(request=Nothing, responses=ThreadDetail)
    @action(detail=True, methods=["post"])
    def wake(self, request: Request, public_id: UUID) -> Response:
        """Take the snooze back."""
        return self._set(triage.wake)

    @extend_schema(request=Tagging, responses=ThreadDetail)
    @action(detail=True, methods=["post"])
    def tags(self, request: Request, public_id: UUID) -> Response:
        """These are its tags from now on."""
        thread, wanted = self.get_object(), self.given(Tagging)["tags"]
        triage.set_tags(thread, wanted, by=self.caller, at=timezone.now())
        return self._again(thread)

    @extend_schema(request=Nothing, responses=ThreadDetail)
    @action(detail=True, methods=["post"], url_path="confirm-phone")
    def confirm_phone(self, request: Request, public_id: UUID) -> Response:
        """The phone is still theirs, although it is on nobody's card (`phone_on_no_card`): texts may go to it."""
        return self._set(off_card.confirm)

    def _set(self, verb: Callable[..., Thread]) -> Response:
        self.given(Nothing)
        thread = self.get_object()
        verb(thread, by=self.caller, at=timezone.now())
        return self._again(thread)

    def _open(self) -> Response:
        asked = self.given(ThreadOpening)
        named = {"client": asked.get("client"), "sitter": asked.get("sitter"), "member": asked.get("member")}
        whom = Whom(**named, e164=asked.get("phone", ""))
        started = starting.start(whom, number=asked.get("number"), by=self.caller, at=timezone.now())
        return self._again(started.thread, 201 if started.is_new else 200)

    def _again(self, thread: Thread, status: int = 200) -> Response:
        return self.shown(ThreadDetail, self.get_queryset().get(pk=thread.pk), status)
