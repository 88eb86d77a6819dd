"""A sitter's own face: the conversations they are on duty for, redacted, and writing into them.

Everything is read through `routing.access`, and every word of anybody through `policy.reader`. The answers name each field anew
and share nothing with the owner's, so that a client's phone, an owner's note or what screening found cannot slip in.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from audit import looks
from messaging import bookings, events, permissions
from messaging.api.booking_pages import BookingPages
from messaging.api.messages import THREAD, TextBody
from messaging.api.positions import PositionPages
from messaging.api.texts import ReactionAnswer
from messaging.bookings import Booking
from messaging.models import Client, Message, SitterDevice, Thread, Visit
from messaging.models.assignments import VisitType
from messaging.models.messages import AuthorKind, MessageState
from messaging.outbound.queue import submit as outbound
from messaging.outbound.queue.submit import Author
from messaging.people import threads
from messaging.sign_in import devices
from policy.reader import Reader
from routing import access
from snoutos.accounts.models import ApiKey
from snoutos.accounts.permissions import SEE_ONESELF
from snoutos.accounts.rest.idempotency import key_parameter, once
from snoutos.accounts.rest.scoping import OrganizationViewSet
from snoutos.accounts.rest.serializers import Nothing
from snoutos.accounts.roles import Role


class MyBusiness(serializers.Serializer[Any]):
    """The business the caller belongs to."""

    id = serializers.UUIDField(source="public_id")
    name = serializers.CharField()
    timezone = serializers.CharField()


class MySitter(serializers.Serializer[Any]):
    """The caller as a sitter."""

    id = serializers.UUIDField(source="public_id")
    name = serializers.CharField()
    sending_locked_at = serializers.DateTimeField(allow_null=True)


class MeAnswer(serializers.Serializer[Any]):
    """Who the credentials belong to. `scopes` is null in a browser's session."""

    id = serializers.UUIDField(source="user.public_id")
    name = serializers.CharField(source="user.name")
    role = serializers.ChoiceField(source="user.role", choices=Role.choices)
    organization = MyBusiness(source="user.organization")
    sitter = MySitter(allow_null=True)
    scopes = serializers.ListField(child=serializers.CharField(), allow_null=True)


class MyClient(serializers.Serializer[Any]):
    """A customer as a sitter may know them."""

    name = serializers.CharField()
    pets = serializers.CharField(allow_blank=True)


def _called(client: Client | None, thread: Thread | None, reader: Reader) -> dict[str, str] | None:
    if client is None:
        return None
    words = {"name": client.name, "pets": client.pets}
    return {key: reader.text(value, thread=thread) for key, value in words.items()}


class MyThread(serializers.Serializer[Any]):
    """A conversation the sitter is on duty for, until `until`."""

    id = serializers.UUIDField(source="public_id")
    client = serializers.SerializerMethodField()
    until = serializers.DateTimeField(source="duty_until")

    @extend_schema_field(MyClient(allow_null=True))
    def get_client(self, thread: Thread) -> dict[str, str] | None:
        return _called(thread.client, thread, self.context["reader"])


class MyVisit(serializers.Serializer[Any]):
    """A visit of the sitter's that runs or starts within 14 days."""

    id = serializers.UUIDField(source="public_id")
    client = serializers.SerializerMethodField()
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    visit_type = serializers.ChoiceField(choices=VisitType.choices)
    thread = serializers.SerializerMethodField(
        help_text="Its conversation while they are on duty for it; of several the first."
    )
    threads = serializers.SerializerMethodField(
        help_text="All of them: a client with two phones has two conversations."
    )

    @extend_schema_field(MyClient(allow_null=True))
    def get_client(self, visit: Booking) -> dict[str, str] | None:
        return _called(bookings.client_of(visit), bookings.context_of(visit), self.context["reader"])

    def get_thread(self, visit: Booking) -> UUID | None:
        return next(iter(self.get_threads(visit)), None)

    def get_threads(self, visit: Booking) -> list[UUID]:
        return [thread.public_id for thread in self.context["open_to"][visit]]


class MyDevice(serializers.Serializer[Any]):
    """A browser in which the sitter is signed in to the sitter page."""

    id = serializers.UUIDField(source="public_id")
    name = serializers.CharField(help_text="As people call it: Safari on iPhone.")
    created_at = serializers.DateTimeField(help_text="When it was first used there.")
    last_used_at = serializers.DateTimeField(help_text="Exact to five minutes.")


class MyMedia(serializers.Serializer[Any]):
    """A picture or file of a text."""

    id = serializers.UUIDField(source="public_id")
    content_type = serializers.CharField()
    size = serializers.IntegerField(allow_null=True)


class MyMessage(serializers.Serializer[Any]):
    """A text as a sitter may read it. `state` and `review_note` are told of their own only (`mine`)."""

    id = serializers.UUIDField(source="public_id")
    position = serializers.IntegerField()
    author_kind = serializers.ChoiceField(choices=AuthorKind.choices)
    mine = serializers.SerializerMethodField()
    state = serializers.SerializerMethodField()
    body = serializers.SerializerMethodField()
    review_note = serializers.SerializerMethodField()
    media = MyMedia(many=True)
    reactions = ReactionAnswer(source="reactions_now", many=True)
    written_at = serializers.DateTimeField(help_text="When its writer sent it.")
    reached_us_late = serializers.BooleanField()
    created_at = serializers.DateTimeField(help_text="When we had it.")

    def get_body(self, message: Message) -> str:
        reader: Reader = self.context["reader"]
        return reader.message(message)

    def get_mine(self, message: Message) -> bool:
        return message.sitter_id is not None and message.sitter_id == self.context["sitter_id"]

    @extend_schema_field(serializers.ChoiceField(choices=MessageState.choices, allow_null=True))
    def get_state(self, message: Message) -> str | None:
        return message.state if self.get_mine(message) else None

    def get_review_note(self, message: Message) -> str:
        if not self.get_mine(message):
            return ""
        reader: Reader = self.context["reader"]
        return reader.text(message.review_note, thread=message.thread, author_kind=AuthorKind.OWNER)


class _Mine(OrganizationViewSet):
    """What the sitter behind the credentials may reach now."""

    def my_thread(self, public_id: UUID) -> Thread:
        """A conversation the caller is on duty for. Any other is as missing as one that never was."""
        found = (
            access.own_threads(access.sitter_of(self.caller), timezone.now())
            .filter(public_id=public_id)
            .first()
        )
        if found is None:
            raise Http404
        conversation: Thread = found
        return conversation

    def get_serializer_context(self) -> dict[str, Any]:
        context = dict(super().get_serializer_context())
        if self.request is None or self.caller.organization_id is None:
            return context
        sitter = access.sitter_of(self.caller)
        reader = Reader(self.caller.organization_id, organization=self.organization)
        return {**context, "sitter_id": sitter.pk if sitter else None, "reader": reader}


class Me(_Mine):
    """The caller."""

    model = Thread
    may = {"retrieve": SEE_ONESELF}
    filter_backends = ()
    pagination_class = None
    serializer_class = MeAnswer

    @extend_schema(responses=MeAnswer, operation_id="me_retrieve")
    def retrieve(self, request: Request) -> Response:
        """Who the credentials belong to, and what they may be used for."""
        scopes = request.auth.scopes if isinstance(request.auth, ApiKey) else None
        me = {"user": self.caller, "sitter": access.sitter_of(self.caller), "scopes": scopes}
        return self.shown(MeAnswer, me)


class MyThreads(_Mine):
    """Conversations the sitter is on duty for."""

    model = Thread
    may = {"list": permissions.SEE_OWN_CONVERSATIONS}
    serializer_class = MyThread

    def list(self, request: Request) -> Response:
        """The conversations the sitter is on duty for."""
        return self.page(
            MyThread,
            access.own_threads(access.sitter_of(self.caller), timezone.now()).select_related("client"),
        )


class MyVisits(_Mine):
    """Visits of the sitter's that run or are near."""

    model = Visit
    may = {"list": permissions.SEE_OWN_CONVERSATIONS}
    pagination_class = BookingPages
    serializer_class = MyVisit

    def list(self, request: Request) -> Response:
        """The sitter's visits that run or start within 14 days, the earliest first."""
        self.filter_queryset(self.get_queryset())
        sitter, at = access.sitter_of(self.caller), timezone.now()
        visits = self.paginate_queryset(access.own_visits(sitter, at)) or ()
        context = {**self.get_serializer_context(), "open_to": access.open_to(sitter, visits, at)}
        return self.get_paginated_response(MyVisit(visits, many=True, context=context).data)


class MyDevices(_Mine):
    """The sitter's own browsers."""

    model = SitterDevice
    may = {"list": permissions.SEE_OWN_CONVERSATIONS, "revoke": permissions.END_OWN_SIGN_IN}
    order = ("-last_used_at", "-id")
    serializer_class = MyDevice

    def list(self, request: Request) -> Response:
        """The browsers in which the sitter is signed in, the last used one first."""
        return self.page(MyDevice, devices.signed_in(access.sitter_of(self.caller), timezone.now()))

    @extend_schema(request=Nothing, responses=MyDevice)
    def revoke(self, request: Request, public_id: UUID) -> Response:
        """Sign one of them out, at once and for good."""
        sitter = access.sitter_of(self.caller)
        device = SitterDevice.objects.of(self.organization).filter(sitter=sitter, public_id=public_id).first()
        if device is None:
            raise Http404
        self.given(Nothing)
        devices.revoke(device, by=self.caller, at=timezone.now())
        return self.shown(MyDevice, device)


class MyMessages(_Mine):
    """The texts of a conversation the sitter is on duty for."""

    model = Message
    may = {"list": permissions.SEE_OWN_CONVERSATIONS, "create": permissions.SEND_AS_SITTER}
    pagination_class = PositionPages
    serializer_class = MyMessage

    def _readable(self) -> QuerySet[Message]:
        return (
            access.own_messages(access.sitter_of(self.caller), timezone.now())
            .filter(reacts_to=None)
            .select_related("thread__client")
            .prefetch_related("media", "reactions")
        )

    @extend_schema(parameters=[THREAD])
    def list(self, request: Request, thread: UUID) -> Response:
        """The last 14 days, newest first; with `after`, what came behind that position, oldest first."""
        conversation = self.my_thread(thread)
        opened = events.access_conversation_opened(
            organization_id=conversation.organization_id, thread_id=conversation.pk
        )
        looks.note(opened, by=self.caller, at=timezone.now())
        answer = self.page(MyMessage, self._readable().filter(thread=conversation))
        read = [row["position"] for row in answer.data["results"]]
        if read:
            # Opened: the owner need not read it for them.
            threads.mark_seen(conversation, self.caller, max(read))
        return answer

    @extend_schema(
        request=TextBody,
        responses={201: MyMessage, 202: MyMessage},
        parameters=[THREAD, key_parameter(required=True)],
    )
    def create(self, request: Request, thread: UUID) -> Response:
        """Text the client. 201: it is on its way. 202: the owner looks at it first."""
        return once(request, lambda: self._send(thread))

    def _send(self, thread: UUID) -> Response:
        conversation = self.my_thread(thread)
        sitter = access.sitter_of(self.caller)
        if sitter is None:
            raise Http404
        submitted = outbound.submit(
            thread=conversation,
            author=Author.sitter_by_app(sitter, self.caller),
            body=self.given(TextBody)["body"],
            at=timezone.now(),
        )
        message = submitted.message
        return self.shown(MyMessage, message, 202 if message.state == MessageState.HELD else 201)
