"""A sitter's own face: the conversations in their charge now, redacted, and writing into them.

Everything is read through `routing.access`. The answers name each field anew and share nothing with the
owner's, so that a client's phone, an owner's note or what screening found cannot slip in.
"""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet
from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from messaging.api.messages import THREAD, TextBody
from messaging.api.positions import PositionPages
from messaging.models import AssignmentWindow, Message, RoutingOverride, Thread
from messaging.models.messages import AuthorKind, MessageState
from messaging.outbound import submit as outbound
from messaging.outbound.submit import Author
from routing import access
from snoutos.accounts.models import ApiKey
from snoutos.accounts.rest.idempotency import key_parameter, once
from snoutos.accounts.rest.scoping import OrganizationViewSet
from snoutos.accounts.roles import Role

EVERYBODY = (Role.OWNER, Role.STAFF, Role.SITTER, Role.INTEGRATION)


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


class MyThread(serializers.Serializer[Any]):
    """A conversation in the sitter's charge, until `until`."""

    id = serializers.UUIDField(source="public_id")
    client = MyClient(allow_null=True)
    until = serializers.SerializerMethodField()

    @extend_schema_field(serializers.DateTimeField(allow_null=True))
    def get_until(self, thread: Thread) -> str | None:
        # An override is decided before a window.
        running = [*thread.overrides.all(), *thread.windows.all()]
        shown = serializers.DateTimeField().to_representation(running[0].ends_at) if running else None
        return str(shown) if shown else None


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
    body = serializers.CharField(source="text_for_sitters", allow_blank=True)
    review_note = serializers.SerializerMethodField()
    media = MyMedia(many=True)
    created_at = serializers.DateTimeField()

    def get_mine(self, message: Message) -> bool:
        return message.sitter_id is not None and message.sitter_id == self.context["sitter_id"]

    @extend_schema_field(serializers.ChoiceField(choices=MessageState.choices, allow_null=True))
    def get_state(self, message: Message) -> str | None:
        return message.state if self.get_mine(message) else None

    def get_review_note(self, message: Message) -> str:
        return message.review_note if self.get_mine(message) else ""


class _Mine(OrganizationViewSet):
    """What the sitter behind the credentials may reach now."""

    roles: ClassVar[tuple[str, ...]] = (Role.SITTER,)

    def my_thread(self, public_id: UUID) -> Thread:
        """A conversation in the caller's charge now. Any other is as missing as one that never was."""
        found = access.threads(self.caller, timezone.now()).filter(public_id=public_id).first()
        if found is None:
            raise Http404
        return found

    def get_serializer_context(self) -> dict[str, Any]:
        sitter = access.sitter_of(self.caller) if self.request is not None else None
        return {**super().get_serializer_context(), "sitter_id": sitter.pk if sitter else None}


class Me(_Mine):
    """The caller."""

    model = Thread
    roles = EVERYBODY
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
    """Conversations in the sitter's charge now."""

    model = Thread
    serializer_class = MyThread

    def list(self, request: Request) -> Response:
        """The conversations in the sitter's charge now."""
        at = timezone.now()
        running = Q(canceled_at__isnull=True, starts_at__lte=at, ends_at__gt=at)
        rows = (
            access.threads(self.caller, at)
            .select_related("client")
            .prefetch_related(
                Prefetch("windows", AssignmentWindow.objects.filter(running)),
                Prefetch("overrides", RoutingOverride.objects.filter(running)),
            )
        )
        return self.page(MyThread, rows)


class MyMessages(_Mine):
    """The texts of a conversation in the sitter's charge."""

    model = Message
    scopes = {"create": "send"}
    pagination_class = PositionPages
    serializer_class = MyMessage

    def _readable(self) -> QuerySet[Message]:
        return access.messages(self.caller, timezone.now()).prefetch_related("media")

    @extend_schema(parameters=[THREAD])
    def list(self, request: Request, thread: UUID) -> Response:
        """The last 14 days, newest first; with `after`, what came behind that position, oldest first."""
        return self.page(MyMessage, self._readable().filter(thread=self.my_thread(thread)))

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
