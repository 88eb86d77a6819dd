"""Sitters who join and leave, by the API."""

from __future__ import annotations

from uuid import UUID

from django.urls import path
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from messaging import permissions
from messaging.api.answers import SitterAnswer
from messaging.api.fields import Phone
from messaging.models import MessageNumber, Sitter
from messaging.outbound.queue.segments import MAX_CHARACTERS
from snoutos.accounts.rest.idempotency import key_parameter, once
from snoutos.accounts.rest.scoping import OrganizationViewSet
from snoutos.accounts.rest.serializers import Nothing, Reference, Strict
from snoutos.staffing import offboarding, onboarding
from snoutos.staffing.offboarding import Leaving


class Joining(Strict):
    """A new sitter. `number` is their own from now on; `welcome` is texted to them from the front desk, and a link to their
    sitter page after it."""

    name = serializers.CharField(max_length=120)
    phone = Phone(max_length=32, required=False)
    number = Reference(MessageNumber, required=False)
    welcome = serializers.CharField(max_length=MAX_CHARACTERS, required=False)


class Departure(Strict):
    """Who takes over the visits (nobody: they end), and where clients' conversations on the sitter's own number go."""

    hand_to = Reference(Sitter, required=False)
    move_to = Reference(MessageNumber, required=False)


class LeavingAnswer(serializers.Serializer[Leaving]):
    """What ends, moves or is handed over when a sitter leaves."""

    visits = serializers.SerializerMethodField(help_text="Visits that run or are to come.")
    redirects = serializers.SerializerMethodField(help_text="Redirects to the sitter.")
    queued = serializers.IntegerField(help_text="Texts not sent yet, which are canceled.")
    lines = serializers.SerializerMethodField(help_text="Clients' conversations that their phone is in.")
    numbers = serializers.SerializerMethodField(
        help_text="Their own numbers, which are paused for the days in your settings."
    )
    conversations = serializers.SerializerMethodField(
        help_text="Clients' conversations on their own numbers, which move."
    )
    has_sign_in = serializers.BooleanField(help_text="Their sign-in is turned off.")
    keys = serializers.IntegerField(help_text="API keys of theirs, which are revoked.")

    def get_visits(self, leaving: Leaving) -> list[str]:
        return [str(visit.public_id) for visit in leaving.visits]

    def get_redirects(self, leaving: Leaving) -> list[str]:
        return [str(redirect.public_id) for redirect in leaving.redirects]

    def get_lines(self, leaving: Leaving) -> int:
        return len(leaving.lines)

    def get_numbers(self, leaving: Leaving) -> list[str]:
        return [str(number.public_id) for number in leaving.numbers]

    def get_conversations(self, leaving: Leaving) -> list[str]:
        return [str(party.thread.public_id) for party in leaving.conversations]


class Staffing(OrganizationViewSet):
    """Sitters who join and leave."""

    model = Sitter
    may = {
        "onboard": permissions.ONBOARD_SITTER,
        "preview_offboard": permissions.OFFBOARD_SITTER,
        "offboard": permissions.OFFBOARD_SITTER,
    }
    serializer_class = SitterAnswer

    @extend_schema(request=Joining, responses={201: SitterAnswer}, parameters=[key_parameter(required=False)])
    def onboard(self, request: Request) -> Response:
        """A sitter joins: card, phone, a number of their own and a first text, all or nothing."""
        return once(request, self._onboard, required=False)

    def _onboard(self) -> Response:
        values = self.given(Joining)
        joined = onboarding.onboard(
            organization=self.organization, by=self.caller, at=timezone.now(), **values
        )
        return self.shown(SitterAnswer, joined.sitter, 201)

    @extend_schema(request=Nothing, responses=LeavingAnswer)
    def preview_offboard(self, request: Request, public_id: UUID) -> Response:
        """What would end with the sitter. Nothing changes."""
        sitter = self.get_object()
        self.given(Nothing)
        return self.shown(LeavingAnswer, offboarding.preview(sitter, at=timezone.now()))

    @extend_schema(request=Departure, responses=LeavingAnswer)
    def offboard(self, request: Request, public_id: UUID) -> Response:
        """The sitter no longer works for you: visits, texts, lines, sign-in, keys and their own number, all or nothing."""
        sitter = self.get_object()
        left = offboarding.offboard(sitter, **self.given(Departure), by=self.caller, at=timezone.now())
        return self.shown(LeavingAnswer, left)


_HERE = "sitters/<uuid:public_id>/"

urlpatterns = [
    path("sitters/onboard/", Staffing.as_view({"post": "onboard"}), name="sitter-onboard"),
    path(
        f"{_HERE}preview-offboard/",
        Staffing.as_view({"post": "preview_offboard"}),
        name="sitter-preview-offboard",
    ),
    path(f"{_HERE}offboard/", Staffing.as_view({"post": "offboard"}), name="sitter-offboard"),
]
