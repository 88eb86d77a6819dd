"""Texts that may ask for no more texts in their own words: the list, and what can be decided."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from messaging import permissions
from messaging.models import Revocation
from messaging.models.consent import RevocationState
from messaging.review import revocations
from snoutos.accounts.rest.idempotency import key_parameter, once
from snoutos.accounts.rest.scoping import OrganizationViewSet
from snoutos.accounts.rest.serializers import Name, Nothing


class RevocationAnswer(serializers.ModelSerializer[Revocation]):
    """A text that may ask for no more texts. While it is open, no automatic text goes to the phone. `due_at`: ten business days."""

    id = serializers.UUIDField(source="public_id", read_only=True)
    phone = serializers.CharField(source="e164", read_only=True)
    thread = serializers.UUIDField(source="message.thread.public_id", read_only=True)
    message = serializers.UUIDField(source="message.public_id", read_only=True)
    body = serializers.CharField(source="message.body", read_only=True)
    decided_by = Name(
        read_only=True, allow_null=True, help_text="Null also when they texted STOP or START themselves."
    )

    class Meta:
        model = Revocation
        fields: tuple[str, ...] = (
            "id", "phone", "thread", "message", "body", "state", "said_at", "opened_at", "due_at",
            "decided_at", "decided_by",
        )  # fmt: skip
        read_only_fields = fields


class Revocations(OrganizationViewSet):
    """Texts that may ask for no more texts, oldest first. Whoever decides first wins; the other is answered 409."""

    model = Revocation
    order = ("id",)
    may = {
        "list": permissions.SEE_REVIEW,
        "opt_out": permissions.DECIDE_REVOCATION,
        "not_meant": permissions.DECIDE_REVOCATION,
    }
    serializer_class = RevocationAnswer

    def shape(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        return rows.select_related("message__thread", "decided_by")

    def list(self, request: Request) -> Response:
        """What waits for a decision, oldest first."""
        return self.page(RevocationAnswer, self.get_queryset().filter(state=RevocationState.OPEN))

    @extend_schema(request=Nothing, responses=RevocationAnswer, parameters=[key_parameter(required=True)])
    @action(detail=True, methods=["post"], url_path="opt-out")
    def opt_out(self, request: Request, public_id: UUID) -> Response:
        """They meant it: no more texts from any of the business' numbers, and one confirmation."""
        return self._decide(revocations.opt_out, sends=True)

    @extend_schema(request=Nothing, responses=RevocationAnswer, parameters=[key_parameter(required=False)])
    @action(detail=True, methods=["post"], url_path="not-meant")
    def not_meant(self, request: Request, public_id: UUID) -> Response:
        """They did not mean it: automatic texts go to them again."""
        return self._decide(revocations.not_meant, sends=False)

    def _decide(self, verb: Callable[..., Revocation], *, sends: bool) -> Response:
        def effect() -> Response:
            self.given(Nothing)
            row = verb(self.get_object(), by=self.caller, at=timezone.now())
            return self.shown(RevocationAnswer, self.get_queryset().get(pk=row.pk))

        return once(self.request, effect, required=sends)
