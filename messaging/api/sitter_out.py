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
from messaging.api.answers import WindowAnswer
from messaging.assignments import sitter_out
from messaging.assignments.sitter_out import Affected, Candidate, Done, Out
from messaging.models import AssignmentWindow, Sitter
from snoutos.accounts.rest.idempotency import key_parameter, once
from snoutos.accounts.rest.scoping import OrganizationViewSet
from snoutos.accounts.rest.serializers import Moment, Name, Reference, Strict


class OutBody(Strict):
    """From when to when: [starts_at, ends_at). A start behind means now."""

    starts_at = Moment()
    ends_at = Moment()


class TakerBody(Strict):
    """Who takes one visit; `null`: it ends, or is canceled."""

    window = Reference(AssignmentWindow)
    to = Reference(Sitter, allow_null=True)


class TakersBody(OutBody):
    """From when to when, and who takes each of the visits then: all of them, as the preview lists them."""

    visits = serializers.ListField(child=TakerBody(), max_length=500)

    def validate_visits(self, visits: list[dict[str, Any]]) -> list[dict[str, Any]]:
        if len({one["window"].pk for one in visits}) != len(visits):
            raise serializers.ValidationError("Name each visit once.")
        return visits


class CandidateAnswer(serializers.Serializer[Candidate]):
    """Somebody who could take a visit."""

    sitter = Name(read_only=True)
    is_free = serializers.BooleanField(help_text="They have no other visit then.")
    knows_client = serializers.BooleanField(help_text="They had a visit with this client before.")


class AffectedAnswer(serializers.Serializer[Affected]):
    """A visit in that time, the part of it that passes to somebody else, and who could take it, best first."""

    window = serializers.UUIDField(source="window.public_id")
    begins_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    candidates = CandidateAnswer(many=True)


class OutAnswer(serializers.Serializer[Out]):
    """What there is to decide."""

    visits = AffectedAnswer(many=True)
    queued = serializers.IntegerField(help_text="Texts of theirs not sent yet, which are canceled.")
    redirects = serializers.SerializerMethodField(help_text="Redirects to them that end.")

    def get_redirects(self, out: Out) -> list[str]:
        return [str(redirect.public_id) for redirect in out.redirects]


class DoneAnswer(serializers.Serializer[Done]):
    """The windows that others have now, and those that ended or were canceled."""

    handed_over = WindowAnswer(many=True)
    ended = WindowAnswer(many=True)


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
            choices={one["window"].public_id: one["to"] for one in body["visits"]},
            by=self.caller,
            at=timezone.now(),
        )
        return self.shown(DoneAnswer, done)
