"""A sitter is out for a while, by the API."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from messaging import permissions
from messaging.assignments import sitter_out
from messaging.assignments.sitter_out import Affected, Candidate, Done, Out
from messaging.bookings import Booking
from messaging.models import AssignmentWindow, Sitter, Visit
from snoutos.accounts.rest.idempotency import key_parameter, once
from snoutos.accounts.rest.scoping import OrganizationViewSet
from snoutos.accounts.rest.serializers import Moment, Name, Reference, Strict


class OutBody(Strict):
    """From when to when: [starts_at, ends_at). A start behind means now."""

    starts_at = Moment()
    ends_at = Moment()


class TakerBody(Strict):
    """Who takes one visit, named by `visit` or by `window` as the preview names it; `null`: it ends, or is canceled."""

    visit = Reference(Visit, required=False)
    window = Reference(AssignmentWindow, required=False)
    to = Reference(Sitter, allow_null=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        named = [attrs[name] for name in ("visit", "window") if name in attrs]
        if len(named) != 1:
            raise serializers.ValidationError("Name each visit once, by the name that the preview gives it.")
        return {"booking": named[0], "to": attrs["to"]}


class TakersBody(OutBody):
    """From when to when, and who takes each of the visits then: all of them, as the preview lists them."""

    visits = serializers.ListField(child=TakerBody(), max_length=500)

    def validate_visits(self, visits: list[dict[str, Any]]) -> list[dict[str, Any]]:
        if len({one["booking"].public_id for one in visits}) != len(visits):
            raise serializers.ValidationError("Name each visit once.")
        return visits


class CandidateAnswer(serializers.Serializer[Candidate]):
    """Somebody who could take a visit."""

    sitter = Name(read_only=True)
    is_free = serializers.BooleanField(help_text="They have no other visit then.")
    knows_client = serializers.BooleanField(help_text="They had a visit with this client before.")


class AffectedAnswer(serializers.Serializer[Affected]):
    """A visit in that time, the part of it that passes to somebody else, and who could take it, best first."""

    visit = serializers.SerializerMethodField(help_text="A client's visit.")
    window = serializers.SerializerMethodField(help_text="One in one conversation, without a client's visit.")
    begins_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    candidates = CandidateAnswer(many=True)

    def get_visit(self, affected: Affected) -> UUID | None:
        return booking_id(affected.booking, Visit)

    def get_window(self, affected: Affected) -> UUID | None:
        return booking_id(affected.booking, AssignmentWindow)


def booking_id(booking: Booking, model: type[Visit] | type[AssignmentWindow]) -> UUID | None:
    """The id of what is booked if it is one of `model`."""
    found: UUID | None = booking.public_id if isinstance(booking, model) else None
    return found


class OutAnswer(serializers.Serializer[Out]):
    """What there is to decide."""

    visits = AffectedAnswer(many=True)
    queued = serializers.IntegerField(help_text="Texts of theirs not sent yet, which are canceled.")
    redirects = serializers.SerializerMethodField(help_text="Redirects to them that end.")

    def get_redirects(self, out: Out) -> list[str]:
        return [str(redirect.public_id) for redirect in out.redirects]


class BookingAnswer(serializers.Serializer[Any]):
    """A client's visit (`visit`), or one in one conversation (`window`)."""

    visit = serializers.SerializerMethodField()
    window = serializers.SerializerMethodField()
    sitter = Name(read_only=True)
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    canceled_at = serializers.DateTimeField(allow_null=True)

    def get_visit(self, booking: Booking) -> UUID | None:
        return booking_id(booking, Visit)

    def get_window(self, booking: Booking) -> UUID | None:
        return booking_id(booking, AssignmentWindow)


class DoneAnswer(serializers.Serializer[Done]):
    """The visits that others have now, and those that ended or were canceled."""

    handed_over = BookingAnswer(many=True)
    ended = BookingAnswer(many=True)


class SitterOut(OrganizationViewSet):
    """A sitter who is out for a while."""

    model = Sitter
    may = {"preview_out": permissions.SITTER_OUT, "out": permissions.SITTER_OUT}
    serializer_class = OutAnswer

    @extend_schema(request=OutBody, responses=OutAnswer)
    def preview_out(self, request: Request, public_id: UUID) -> Response:
        """Their visits in that time, and for each who could take it. Nothing changes."""
        sitter = self.get_object()
        return self.shown(OutAnswer, sitter_out.preview(sitter, **self.given(OutBody), at=timezone.now()))

    @extend_schema(request=TakersBody, responses=DoneAnswer, parameters=[key_parameter(required=False)])
    def out(self, request: Request, public_id: UUID) -> Response:
        """They are out: each visit in that time passes to who is named, or ends. All or nothing; everybody concerned is texted."""
        return once(request, self._out, required=False)

    def _out(self) -> Response:
        sitter, body = self.get_object(), self.given(TakersBody)
        done = sitter_out.take_out(
            sitter,
            starts_at=body["starts_at"],
            ends_at=body["ends_at"],
            choices={one["booking"].public_id: one["to"] for one in body["visits"]},
            by=self.caller,
            at=timezone.now(),
        )
        return self.shown(DoneAnswer, done)
