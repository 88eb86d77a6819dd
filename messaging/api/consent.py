"""Consent that customers gave, as the API says it."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers

from messaging.models import Client, Consent
from messaging.models.consent import ConsentChannel, Purpose
from snoutos.accounts.rest.serializers import Moment, Name, Strict


class ConsentBody(Strict):
    """What they agreed to, how, when and in which words. `evidence`: where that can be seen, in words or as a link."""

    phone = serializers.CharField(max_length=32)
    purpose = serializers.ChoiceField(choices=Purpose.choices)
    channel = serializers.ChoiceField(choices=ConsentChannel.choices, default=ConsentChannel.API)
    given_at = Moment(source="at")
    wording = serializers.CharField(max_length=1000)
    evidence = serializers.CharField(max_length=500, allow_blank=True, default="")


class ConsentAnswer(serializers.ModelSerializer[Consent]):
    """What somebody agreed to on a phone. It holds until `ended_at`: an opt-out, or the phone is no longer theirs."""

    id = serializers.UUIDField(source="public_id", read_only=True)
    phone = serializers.CharField(source="e164", read_only=True)
    recorded_by = Name(read_only=True, allow_null=True)

    class Meta:
        model = Consent
        fields: tuple[str, ...] = (
            "id", "phone", "purpose", "channel", "wording", "evidence", "given_at", "recorded_at",
            "recorded_by", "ended_at", "ended_as",
        )  # fmt: skip
        read_only_fields = fields


def of(client: Client) -> QuerySet[Any]:
    """All that stands on the customer's card, oldest first."""
    rows: QuerySet[Any] = Consent.objects.of(client.organization_id).filter(client=client)
    return rows.select_related("recorded_by").order_by("given_at", "pk")
