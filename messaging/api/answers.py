"""What the business' own people and systems are shown of conversations and people. Public ids only.

What sitters are shown is in `messaging.api.me`, apart, so that a field added here never reaches them.
"""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
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
from messaging.numbers import registration
from messaging.people import triage
from routing import standing
from routing.standing import Standing
from snoutos.accounts.models import User
from snoutos.accounts.rest.serializers import Name


class StandingAnswer(serializers.Serializer[Standing]):
    """Who is on duty now, and where the next text goes: they differ when the sitter cannot be reached, or the owner took the texts."""

    on_duty = Name(source="sitter", allow_null=True)
    on_duty_until = serializers.DateTimeField(source="duty.until", allow_null=True)
    receives = serializers.ChoiceField(
        source="receives.target", choices=["owner_inbox", "sitter"], help_text="Where the next text goes."
    )
    reason = serializers.CharField(source="receives.reason", help_text="Why, as the code of a decision.")


class MemberName(serializers.Serializer[User]):
    """A member by name, or by their e-mail address where they have none."""

    id = serializers.UUIDField(source="public_id")
    name = serializers.CharField(source="__str__")


class ThreadAnswer(serializers.ModelSerializer[Thread]):
    """A conversation. `unread`: something the caller was to be told of lies beyond what they have read."""

    id = serializers.UUIDField(source="public_id", read_only=True)
    client = Name(read_only=True, allow_null=True)
    unread = serializers.BooleanField(read_only=True)
    member = MemberName(
        source="assignee", read_only=True, allow_null=True, help_text="Who in the office sees to it."
    )
    is_snoozed = serializers.SerializerMethodField()
    read_position = serializers.IntegerField(read_only=True)
    standing = serializers.SerializerMethodField()
    _standings: dict[int, Standing] | None = None

    def get_is_snoozed(self, thread: Thread) -> bool:
        return triage.is_snoozed(thread, timezone.now())

    @extend_schema_field(StandingAnswer)
    def get_standing(self, thread: Thread) -> Any:
        if self._standings is None:
            # Those of all conversations that are shown together, asked for once.
            many = isinstance(self.parent, serializers.ListSerializer)
            shown: Any = self.parent.instance if many else [thread]
            self._standings = standing.of_all(shown, timezone.now())
        return StandingAnswer(self._standings[thread.pk]).data

    class Meta:
        model = Thread
        fields: tuple[str, ...] = (
            "id", "kind", "state", "client", "standing", "unread", "read_position", "last_position", "last_message_at",
            "member", "is_snoozed", "snoozed_until", "tags", "created_at",
        )  # fmt: skip
        read_only_fields = fields


class ParticipantAnswer(serializers.ModelSerializer[Participant]):
    """Who takes part, by which business number. Never shown to sitters."""

    phone = serializers.CharField(source="e164", read_only=True)
    number = serializers.UUIDField(source="number.public_id", read_only=True)
    number_e164 = serializers.CharField(source="number.e164", read_only=True)
    client = Name(read_only=True, allow_null=True)
    sitter = Name(read_only=True, allow_null=True)
    member = MemberName(read_only=True, allow_null=True)

    class Meta:
        model = Participant
        fields: tuple[str, ...] = (
            "role", "phone", "number", "number_e164", "client", "sitter", "member", "joined_at",
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


class LinkedAnswer(ClientAnswer):
    """A customer, after a phone came to their card."""

    linked = serializers.SerializerMethodField(
        help_text="Conversations that the phone had as an unknown sender, and that are the customer's now."
    )

    @extend_schema_field(serializers.ListField(child=serializers.UUIDField()))
    def get_linked(self, client: Client) -> list[str]:
        return [str(thread.public_id) for thread in self.context["linked"]]

    class Meta(ClientAnswer.Meta):
        fields = (*ClientAnswer.Meta.fields, "linked")
        read_only_fields = fields


class SitterAnswer(serializers.ModelSerializer[Sitter]):
    """A sitter as the business sees them."""

    id = serializers.UUIDField(source="public_id", read_only=True)

    class Meta:
        model = Sitter
        fields: tuple[str, ...] = ("id", "name", "phone", "is_active", "sending_locked_at", "created_at")
        read_only_fields = fields


class MemberAnswer(serializers.ModelSerializer[User]):
    """Somebody who works in the office, with their own phone."""

    id = serializers.UUIDField(source="public_id", read_only=True)

    class Meta:
        model = User
        fields: tuple[str, ...] = ("id", "name", "email", "role", "phone", "is_active", "created_at")
        read_only_fields = fields


class NumberAnswer(serializers.ModelSerializer[MessageNumber]):
    """A business number."""

    id = serializers.UUIDField(source="public_id", read_only=True)
    sitter = Name(read_only=True, allow_null=True)
    reason = serializers.CharField(
        source="state_reason", read_only=True, help_text="Why it was paused or released."
    )

    closed_member = serializers.UUIDField(source="closed_member.public_id", read_only=True, allow_null=True)
    call_text = serializers.CharField(source="missed_call_text", read_only=True)
    call_member = serializers.UUIDField(source="call_member.public_id", read_only=True, allow_null=True)
    registration = serializers.SerializerMethodField(
        help_text="How US carriers know it, of both in one word. `unregistered` and `suspended`: nothing is sent over a long code."
    )

    open_conversations = serializers.IntegerField(
        read_only=True, help_text="Clients' and unknown senders' on it."
    )
    texts_in_7_days = serializers.IntegerField(source="texts_in", read_only=True)
    texts_out_7_days = serializers.IntegerField(source="texts_out", read_only=True)
    last_used_at = serializers.DateTimeField(
        read_only=True, allow_null=True, help_text="The last text or call in any of its conversations."
    )

    def get_registration(self, number: MessageNumber) -> str:
        return str(registration.standing(number.brand_state, number.campaign_state))

    class Meta:
        model = MessageNumber
        fields: tuple[str, ...] = (
            "id", "e164", "label", "role", "state", "sitter", "quarantined_until", "reason", "health", "filtered_at",
            "registration", "brand_state", "campaign_state", "registration_read_at",
            "call_handling", "call_phone", "call_member", "call_sentence", "webhooks_set_at", "webhooks_proven_at",
            "created_at",
        )  # fmt: skip
        fields += ("open_conversations", "texts_in_7_days", "texts_out_7_days", "last_used_at")
        fields += ("call_voicemail", "call_text")
        fields += ("closed_handling", "closed_phone", "closed_member", "closed_sentence")
        read_only_fields = fields


class WindowAnswer(serializers.ModelSerializer[AssignmentWindow]):
    """A sitter looks after a thread in [starts_at, ends_at)."""

    id = serializers.UUIDField(source="public_id", read_only=True)
    visit = serializers.UUIDField(
        source="visit.public_id",
        read_only=True,
        allow_null=True,
        default=None,
        help_text="The client's visit that made it; null for one in this conversation alone.",
    )
    thread = serializers.UUIDField(source="thread.public_id", read_only=True)
    sitter = Name(read_only=True)

    class Meta:
        model = AssignmentWindow
        fields: tuple[str, ...] = (
            "id",
            "visit",
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
