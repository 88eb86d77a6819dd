"""The business' numbers, and what is done with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

import django_filters
from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from messaging import permissions
from messaging.api.answers import NumberAnswer
from messaging.api.searching import SearchFilter
from messaging.calls import settings
from messaging.calls.settings import Calls, ClosedCalls
from messaging.models import MessageNumber, Sitter
from messaging.models.numbers import CallHandling, NumberRole, NumberState
from messaging.numbers import filtering, inventory, lifecycle, proving
from messaging.outbound.queue.segments import MAX_CHARACTERS
from messaging.phones import vacating
from messaging.phones.vacating import Impact, Target, Vacated, Way
from snoutos.accounts.models import User
from snoutos.accounts.rest.filtering import Filters
from snoutos.accounts.rest.scoping import OrganizationViewSet
from snoutos.accounts.rest.serializers import Nothing, Reference, Strict


class NumberFilters(Filters):
    """Which numbers."""

    search = SearchFilter(
        words=("label",), phones=("e164",), label="Part of the label, or a number as people write it."
    )
    role = django_filters.ChoiceFilter(choices=NumberRole.choices)
    state = django_filters.ChoiceFilter(choices=NumberState.choices)


class TakingOut(Strict):
    """Why a number is paused or released, and where its conversations go."""

    reason = serializers.CharField(max_length=lifecycle.LONGEST_REASON)
    move_to = Reference(MessageNumber, required=False)
    text = serializers.CharField(
        max_length=MAX_CHARACTERS, required=False, help_text="A first text from the number they move to."
    )


class RoleChange(Strict):
    """What a number is for."""

    role = serializers.ChoiceField(choices=NumberRole.choices)
    sitter = Reference(Sitter, required=False, help_text="Whose own it is; only with the role sitter.")


class LabelBody(Strict):
    """What you call a number."""

    label = serializers.CharField(  # type: ignore[assignment]
        max_length=80, allow_blank=True, help_text="Clients and sitters don't see it. Empty: none."
    )


class CallsBody(Strict):
    """What happens with calls to a number. What is left out stays; another `call_handling` needs its phone or member."""

    call_handling = serializers.ChoiceField(choices=CallHandling.choices, required=False)
    call_phone = serializers.CharField(
        max_length=40, required=False, help_text="Where calls are forwarded to; only with office_phone."
    )
    call_member = Reference(
        User, required=False, help_text="To whose phone calls are forwarded; only with member."
    )
    call_voicemail = serializers.BooleanField(
        required=False, help_text="Callers whom no one takes can leave a message after the sentence."
    )
    call_text = serializers.CharField(
        max_length=settings.LONGEST_TEXT,
        allow_blank=True,
        required=False,
        help_text="Texted to callers whom no one takes, once in 12 hours, where an automatic text may go. Empty: nothing.",
    )
    call_sentence = serializers.CharField(
        max_length=settings.LONGEST_SENTENCE,
        allow_blank=True,
        required=False,
        help_text="A voice says it to callers whom no one takes, then hangs up. Empty: SnoutOS's sentence, which asks them to text.",
    )


class ClosedCallsBody(Strict):
    """What happens with calls to a number outside business hours. What is left out stays; another `closed_handling` needs its phone or
    member.
    """

    closed_handling = serializers.ChoiceField(choices=settings.CLOSED_CHOICES, required=False)
    closed_phone = serializers.CharField(
        max_length=40, required=False, help_text="Where calls are forwarded to then; only with office_phone."
    )
    closed_member = Reference(
        User, required=False, help_text="To whose phone calls are forwarded then; only with member."
    )
    closed_sentence = serializers.CharField(
        max_length=settings.LONGEST_SENTENCE,
        allow_blank=True,
        required=False,
        help_text="What callers hear then whom no one takes. Empty: what they hear at other times.",
    )


def _closed_calls(number: MessageNumber, asked: Mapping[str, Any]) -> ClosedCalls:
    """As `_calls`, for when the business is closed."""
    given = {name.removeprefix("closed_"): value for name, value in asked.items()}
    before = settings.when_closed(number)
    if "handling" in given:
        is_same = given["handling"] == ClosedCalls().handling
        before = replace(before, phone="", member=None, sentence="" if is_same else before.sentence)
    return replace(before, **given)


def _calls(number: MessageNumber, asked: Mapping[str, Any]) -> Calls:
    """What is chosen for calls to `number`, with what was asked: another handling forgets where the one before forwarded to."""
    given = {name.removeprefix("call_"): value for name, value in asked.items()}
    before = settings.of(number)
    if "handling" in given:
        before = replace(before, phone="", member=None)
    return replace(before, **given)


class TargetAnswer(serializers.Serializer[Target]):
    """A number that could carry the conversations."""

    number = serializers.UUIDField(source="number.public_id")
    refused = serializers.IntegerField(
        help_text="Conversations that can't move there: the phone is someone else's on it."
    )


class ImpactAnswer(serializers.Serializer[Impact]):
    """What taking a number out of use touches."""

    conversations = serializers.SerializerMethodField(help_text="Clients' and unknown senders'.")
    staff_conversations = serializers.IntegerField(help_text="The office's with its own people: they stay.")
    visits = serializers.SerializerMethodField(help_text="Visits now or ahead in these conversations.")
    queued = serializers.IntegerField(help_text="Texts not sent yet.")
    automatic = serializers.IntegerField(help_text="Those of them that nobody wrote.")
    lines = serializers.IntegerField(help_text="Clients' conversations that a sitter's phone gets over it.")
    targets = TargetAnswer(many=True)
    until = serializers.DateTimeField(allow_null=True, help_text="When a pause would end.")

    def get_conversations(self, impact: Impact) -> list[str]:
        return [str(party.thread.public_id) for party in impact.conversations]

    def get_visits(self, impact: Impact) -> list[str]:
        return [str(visit.public_id) for visit in impact.visits]


class StayedAnswer(serializers.Serializer[Any]):
    """A conversation that could not move."""

    thread = serializers.SerializerMethodField()
    why = serializers.SerializerMethodField()

    def get_thread(self, stayed: tuple[Any, str]) -> str:
        return str(stayed[0].public_id)

    def get_why(self, stayed: tuple[Any, str]) -> str:
        return stayed[1]


class VacatedAnswer(serializers.Serializer[Vacated]):
    """The number, and what became of its conversations."""

    number = NumberAnswer()
    moved = serializers.IntegerField()
    stayed = StayedAnswer(many=True)
    untold = serializers.IntegerField(
        help_text="Moved without the first text, because it may not go to them."
    )


class Numbers(OrganizationViewSet):
    """The business' numbers."""

    model = MessageNumber
    may = {
        "list": permissions.SEE_NUMBERS,
        "retrieve": permissions.SEE_NUMBERS,
        "preview_pause": permissions.MANAGE_NUMBERS,
        "pause": permissions.MANAGE_NUMBERS,
        "preview_release": permissions.MANAGE_NUMBERS,
        "release": permissions.MANAGE_NUMBERS,
        "activate": permissions.MANAGE_NUMBERS,
        "change_role": permissions.MANAGE_NUMBERS,
        "lift_filtering": permissions.MANAGE_NUMBERS,
        "prove": permissions.MANAGE_NUMBERS,
        "set_label": permissions.MANAGE_NUMBERS,
        "set_calls": permissions.MANAGE_NUMBERS,
        "set_closed_calls": permissions.MANAGE_NUMBERS,
    }
    filterset_class = NumberFilters
    serializer_class = NumberAnswer

    def shape(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        rows = rows.select_related("sitter", "call_member", "closed_member", "organization")
        return inventory.with_figures(rows, timezone.now())

    def answer(self, number: MessageNumber) -> Response:
        """The number as it is now, with its figures."""
        return self.shown(NumberAnswer, self.get_queryset().get(pk=number.pk))

    def list(self, request: Request) -> Response:
        """Numbers, newest first."""
        return self.page(NumberAnswer)

    @extend_schema(responses=NumberAnswer)
    def retrieve(self, request: Request, public_id: UUID) -> Response:
        """One number."""
        return self.shown(NumberAnswer, self.get_object())

    @extend_schema(request=CallsBody, responses=NumberAnswer)
    @action(detail=True, methods=["post"], url_path="calls")
    def set_calls(self, request: Request, public_id: UUID) -> Response:
        """Say what happens with calls to the number: where they are forwarded to, and what callers hear."""
        number = self.get_object()
        asked = _calls(number, self.given(CallsBody))
        settings.set_calls(number, asked, by=self.caller, at=timezone.now())
        return self.answer(number)

    @extend_schema(request=ClosedCallsBody, responses=NumberAnswer)
    @action(detail=True, methods=["post"], url_path="closed-calls")
    def set_closed_calls(self, request: Request, public_id: UUID) -> Response:
        """Say what happens with calls to the number outside business hours. Without hours the business is always open."""
        number = self.get_object()
        asked = _closed_calls(number, self.given(ClosedCallsBody))
        settings.set_closed_calls(number, asked, by=self.caller, at=timezone.now())
        return self.answer(number)

    @extend_schema(request=Nothing, responses=ImpactAnswer)
    @action(detail=True, methods=["post"], url_path="preview-pause")
    def preview_pause(self, request: Request, public_id: UUID) -> Response:
        """What pausing the number would touch. Nothing changes."""
        return self._preview(Way.PAUSE)

    @extend_schema(request=TakingOut, responses=VacatedAnswer)
    @action(detail=True, methods=["post"])
    def pause(self, request: Request, public_id: UUID) -> Response:
        """Move its conversations, if you say where, and pause it until its cooldown is over."""
        return self._vacate(Way.PAUSE)

    @extend_schema(request=Nothing, responses=ImpactAnswer)
    @action(detail=True, methods=["post"], url_path="preview-release")
    def preview_release(self, request: Request, public_id: UUID) -> Response:
        """What releasing the number would touch. Nothing changes."""
        return self._preview(Way.RELEASE)

    @extend_schema(request=TakingOut, responses=VacatedAnswer)
    @action(detail=True, methods=["post"])
    def release(self, request: Request, public_id: UUID) -> Response:
        """Move its conversations, if you say where, and release it for good."""
        return self._vacate(Way.RELEASE)

    @extend_schema(request=Nothing, responses=NumberAnswer)
    @action(detail=True, methods=["post"])
    def activate(self, request: Request, public_id: UUID) -> Response:
        """Take back the pause of a number that nobody ever texted with."""
        number = self.get_object()
        self.given(Nothing)
        return self.answer(lifecycle.activate(number, by=self.caller, at=timezone.now()))

    @extend_schema(request=RoleChange, responses=NumberAnswer)
    @action(detail=True, methods=["post"], url_path="role")
    def change_role(self, request: Request, public_id: UUID) -> Response:
        """Change what a text from someone unknown to the number means."""
        number = self.get_object()
        changed = lifecycle.set_role(number, **self.given(RoleChange), by=self.caller, at=timezone.now())
        return self.answer(changed)

    @extend_schema(request=LabelBody, responses=NumberAnswer)
    @action(detail=True, methods=["post"], url_path="label")
    def set_label(self, request: Request, public_id: UUID) -> Response:
        """Change what you call the number."""
        number = self.get_object()
        asked = self.given(LabelBody)
        return self.answer(lifecycle.set_label(number, **asked, by=self.caller, at=timezone.now()))

    @extend_schema(request=Nothing, responses=NumberAnswer)
    @action(detail=True, methods=["post"], url_path="lift-filtering")
    def lift_filtering(self, request: Request, public_id: UUID) -> Response:
        """Let automations text clients from the number again, after carriers blocked it."""
        number = self.get_object()
        self.given(Nothing)
        return self.answer(filtering.lift(number, by=self.caller, at=timezone.now()))

    @extend_schema(request=Nothing, responses=NumberAnswer)
    @action(detail=True, methods=["post"])
    def prove(self, request: Request, public_id: UUID) -> Response:
        """Text the number from another one of its account. When that arrives, `webhooks_proven_at` is set. The provider charges for it."""
        number = self.get_object()
        self.given(Nothing)
        proving.ask(number, by=self.caller, at=timezone.now())
        return self.answer(number)

    def _preview(self, way: Way) -> Response:
        number = self.get_object()
        self.given(Nothing)
        return self.shown(ImpactAnswer, vacating.preview(number, way, at=timezone.now()))

    def _vacate(self, way: Way) -> Response:
        number = self.get_object()
        done = vacating.vacate(number, way, **self.given(TakingOut), by=self.caller, at=timezone.now())
        return self.shown(VacatedAnswer, replace(done, number=self.get_queryset().get(pk=done.number.pk)))
