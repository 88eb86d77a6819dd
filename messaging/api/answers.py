"""What the business' own people and systems are shown of conversations and people. Public ids only.

What sitters are shown is in `messaging.api.me`, apart, so that a field added here never reaches them.
"""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from messaging.models import (
    AssignmentWindow,
    Client,
    MessageNumber,
    Participant,
    RoutingOverride,
    Sitter,
    Thread,
)
from snoutos.accounts.rest.serializers import Name


class ThreadAnswer(serializers.ModelSerializer[Thread]):
    """A conversation. `unread`: something the caller was to be told of lies beyond what they have read."""

    id = serializers.UUIDField(source="public_id", read_only=True)
    client = Name(read_only=True, allow_null=True)
    unread = serializers.BooleanField(read_only=True)
    read_position = serializers.IntegerField(read_only=True)

    class Meta:
        model = Thread
        fields: tuple[str, ...] = (
            "id", "kind", "state", "client", "unread", "read_position", "last_position", "last_message_at",
            "flagged_at", "snoozed_until", "tags", "created_at",
        )  # fmt: skip
        read_only_fields = fields


class ParticipantAnswer(serializers.ModelSerializer[Participant]):
    """Who takes part, by which business number. Never shown to sitters."""

    phone = serializers.CharField(source="e164", read_only=True)
    number = serializers.UUIDField(source="number.public_id", read_only=True)
    number_e164 = serializers.CharField(source="number.e164", read_only=True)
    client = Name(read_only=True, allow_null=True)
    sitter = Name(read_only=True, allow_null=True)

    class Meta:
        model = Participant
        fields: tuple[str, ...] = (
            "role", "phone", "number", "number_e164", "client", "sitter", "is_blocked", "joined_at",
            "left_at",
        )  # fmt: skip
        read_only_fields = fields


class ThreadDetail(ThreadAnswer):
    """A conversation with everybody who takes or took part."""

    participants = ParticipantAnswer(many=True, read_only=True)

    class Meta(ThreadAnswer.Meta):
        fields = (*ThreadAnswer.Meta.fields, "participants")
        read_only_fields = fields


class ClientAnswer(serializers.ModelSerializer[Client]):
    """A customer with the phones they text from."""

    id = serializers.UUIDField(source="public_id", read_only=True)
    phones = serializers.SlugRelatedField[Any](slug_field="e164", many=True, read_only=True)

    class Meta:
        model = Client
        fields: tuple[str, ...] = (
            "id",
            "name",
            "pets",
            "notes",
            "timezone",
            "phones",
            "vet_phones",
            "created_at",
        )
        read_only_fields = fields


class SitterAnswer(serializers.ModelSerializer[Sitter]):
    """A sitter as the business sees them."""

    id = serializers.UUIDField(source="public_id", read_only=True)

    class Meta:
        model = Sitter
        fields: tuple[str, ...] = ("id", "name", "phone", "is_active", "sending_locked_at", "created_at")
        read_only_fields = fields


class NumberAnswer(serializers.ModelSerializer[MessageNumber]):
    """A business number."""

    id = serializers.UUIDField(source="public_id", read_only=True)
    sitter = Name(read_only=True, allow_null=True)

    class Meta:
        model = MessageNumber
        fields: tuple[str, ...] = (
            "id", "e164", "label", "role", "state", "sitter", "quarantined_until", "health", "created_at",
        )  # fmt: skip
        read_only_fields = fields


class WindowAnswer(serializers.ModelSerializer[AssignmentWindow]):
    """A sitter looks after a thread in [starts_at, ends_at)."""

    id = serializers.UUIDField(source="public_id", read_only=True)
    thread = serializers.UUIDField(source="thread.public_id", read_only=True)
    sitter = Name(read_only=True)

    class Meta:
        model = AssignmentWindow
        fields: tuple[str, ...] = (
            "id",
            "thread",
            "sitter",
            "starts_at",
            "ends_at",
            "visit_type",
            "created_at",
            "canceled_at",
        )
        read_only_fields = fields


class OverrideAnswer(serializers.ModelSerializer[RoutingOverride]):
    """For a limited time, texts of a thread go elsewhere."""

    id = serializers.UUIDField(source="public_id", read_only=True)
    thread = serializers.UUIDField(source="thread.public_id", read_only=True)
    sitter = Name(read_only=True, allow_null=True)
    removed_at = serializers.DateTimeField(source="canceled_at", read_only=True, allow_null=True)

    class Meta:
        model = RoutingOverride
        fields: tuple[str, ...] = (
            "id", "thread", "target", "sitter", "starts_at", "ends_at", "reason", "created_at", "removed_at",
        )  # fmt: skip
        read_only_fields = fields
