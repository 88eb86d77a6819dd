"""What SnoutOS and the provider disagree about: the list, a new comparison, and repairs."""

from __future__ import annotations

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
from messaging.models import ProviderAccount, ProviderDifference
from messaging.models.differences import DifferenceKind
from messaging.numbers import comparison, repairs
from messaging.wording.differences import ADVICE, REPAIR
from snoutos.accounts.rest.scoping import OrganizationViewSet
from snoutos.accounts.rest.serializers import Nothing


class DifferenceAnswer(serializers.ModelSerializer[ProviderDifference]):
    """One difference. `e164` is the business number it is about, empty when it is about the account or its messaging service."""

    id = serializers.UUIDField(source="public_id", read_only=True)
    number = serializers.UUIDField(source="number.public_id", read_only=True, allow_null=True, default=None)
    title = serializers.CharField(source="get_kind_display", read_only=True)
    what_to_do = serializers.SerializerMethodField()
    can_be_repaired = serializers.SerializerMethodField()

    class Meta:
        model = ProviderDifference
        fields: tuple[str, ...] = (
            "id", "kind", "e164", "number", "since", "title", "what_to_do", "can_be_repaired",
        )  # fmt: skip
        read_only_fields = fields

    def get_what_to_do(self, difference: ProviderDifference) -> str:
        return ADVICE[DifferenceKind(difference.kind)]

    def get_can_be_repaired(self, difference: ProviderDifference) -> bool:
        return difference.kind in REPAIR


class ComparedAnswer(serializers.Serializer[Any]):
    """What a comparison changed, over all of the business' accounts."""

    new = serializers.IntegerField(help_text="Differences that were not there before.")
    gone = serializers.IntegerField(help_text="Differences that are there no more.")
    differences = serializers.IntegerField(source="now", help_text="Differences there are now.")


class Differences(OrganizationViewSet):
    """What the last comparison with the provider found."""

    model = ProviderDifference
    order = ("id",)
    may = {
        "list": permissions.COMPARE_PROVIDER,
        "compare": permissions.COMPARE_PROVIDER,
        "repair": permissions.REPAIR_PROVIDER,
    }
    serializer_class = DifferenceAnswer

    def shape(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        return rows.select_related("number", "account")

    def list(self, request: Request) -> Response:
        """Every difference, oldest first."""
        return self.page(DifferenceAnswer)

    @extend_schema(request=Nothing, responses=ComparedAnswer)
    @action(detail=False, methods=["post"])
    def compare(self, request: Request) -> Response:
        """Ask the provider now. It is asked every night too."""
        self.given(Nothing)
        accounts = ProviderAccount.objects.of(self.caller.organization).order_by("pk")
        done = [comparison.run(account, by=self.caller, at=timezone.now()) for account in accounts]
        total = {name: sum(getattr(one, name) for one in done) for name in ("new", "gone", "now")}
        return self.shown(ComparedAnswer, total)

    @extend_schema(request=Nothing, responses=ComparedAnswer)
    @action(detail=True, methods=["post"])
    def repair(self, request: Request, public_id: UUID) -> Response:
        """Put one right at the provider, and compare its account again."""
        difference = self.get_object()
        self.given(Nothing)
        return self.shown(ComparedAnswer, repairs.repair(difference, by=self.caller, at=timezone.now()))
