"""What the business' own people and systems are shown of texts and their deliveries."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from messaging.api import words
from messaging.models import Delivery, DeliveryReport, Message, MessageMedia, SendAttempt
from policy.models import FindingKind
from snoutos.accounts.rest.serializers import Name


class MediaAnswer(serializers.ModelSerializer[MessageMedia]):
    """A picture or file of a text."""

    id = serializers.UUIDField(source="public_id", read_only=True)

    class Meta:
        model = MessageMedia
        fields: tuple[str, ...] = ("id", "content_type", "size", "state")
        read_only_fields = fields


class DeliveryBrief(serializers.ModelSerializer[Delivery]):
    """Where a text is on its way to one phone."""

    id = serializers.UUIDField(source="public_id", read_only=True)

    class Meta:
        model = Delivery
        fields: tuple[str, ...] = ("id", "state", "reason", "segments", "sent_at", "finished_at")
        read_only_fields = fields


class ReactionAnswer(serializers.Serializer[Any]):
    """A reaction that stands at a text: the emoji, and whose."""

    emoji = serializers.CharField(source="reaction")
    author_kind = serializers.CharField()
    written_at = serializers.DateTimeField()


class MessageAnswer(serializers.ModelSerializer[Message]):
    """What somebody said, whole. `position` orders the thread and never changes. `written_at` is when they sent it, `created_at` when we
    had it."""

    id = serializers.UUIDField(source="public_id", read_only=True)
    thread = serializers.UUIDField(source="thread.public_id", read_only=True)
    author = Name(read_only=True, allow_null=True)
    sitter = Name(read_only=True, allow_null=True)
    reviewed_by = Name(read_only=True, allow_null=True)
    media = MediaAnswer(many=True, read_only=True)
    deliveries = DeliveryBrief(many=True, read_only=True)
    reached_us_late = serializers.BooleanField(read_only=True)
    is_auto_reply = serializers.BooleanField(
        read_only=True, help_text="Their phone or system sent it; automations don't answer it."
    )
    reactions = ReactionAnswer(source="reactions_now", many=True, read_only=True)

    class Meta:
        model = Message
        fields: tuple[str, ...] = (
            "id", "thread", "position", "author_kind", "author", "sitter", "state", "audience", "is_note",
            "body", "original_body", "held_reason", "reviewed_by", "reviewed_at", "review_note", "media",
            "deliveries", "reactions", "written_at", "reached_us_late", "is_auto_reply",
            "created_at",
        )  # fmt: skip
        read_only_fields = fields


MESSAGE_NEEDS = ("thread", "author", "sitter", "reviewed_by")
MESSAGE_ALSO_NEEDS = ("media", "deliveries", "reactions")


class FindingAnswer(serializers.Serializer[Any]):
    """A span that screening found. Offsets count characters of the text as it was written."""

    kind = serializers.ChoiceField(choices=FindingKind.choices)
    start = serializers.IntegerField()
    end = serializers.IntegerField()


class HeldAnswer(MessageAnswer):
    """A text that waits for review, with what screening found in it."""

    findings = serializers.SerializerMethodField()

    class Meta(MessageAnswer.Meta):
        fields = (*MessageAnswer.Meta.fields, "findings")
        read_only_fields = fields

    @extend_schema_field(FindingAnswer(many=True))
    def get_findings(self, message: Message) -> list[dict[str, Any]]:
        return [
            {"kind": found["kind"], "start": found["start"], "end": found["end"]}
            for violation in message.violations.all()
            for found in violation.findings
        ]


class SentAnswer(serializers.Serializer[Any]):
    """What became of a text that was handed in. `delivery` is null while it is held."""

    message = MessageAnswer()
    delivery = DeliveryBrief(allow_null=True)
    found = serializers.ListField(
        child=serializers.CharField(), help_text="Kinds of finding: a warning if it was sent anyway."
    )


class ExplanationAnswer(serializers.Serializer[Any]):
    """Why a text did not arrive and what to do, in the owner's words."""

    title = serializers.CharField()
    what_to_do = serializers.CharField(allow_blank=True)
    final = serializers.BooleanField(help_text="It ended. Sending it again makes a new delivery.")
    by_itself = serializers.BooleanField(
        help_text="SnoutOS goes on with it: tries again, looks it up or waits for the account."
    )


class DeliveryAnswer(DeliveryBrief):
    """A text on its way to one phone."""

    message = serializers.UUIDField(source="message.public_id", read_only=True)
    thread = serializers.UUIDField(source="thread.public_id", read_only=True)
    retry_of = serializers.UUIDField(source="retry_of.public_id", read_only=True, allow_null=True)
    is_dead_letter = serializers.BooleanField(read_only=True)
    explanation = serializers.SerializerMethodField()

    class Meta(DeliveryBrief.Meta):
        fields: tuple[str, ...] = (
            "id", "message", "thread", "state", "sender", "recipient", "body", "segments", "retries",
            "next_attempt_at", "reason", "error_code", "explanation", "is_dead_letter", "retry_of",
            "created_at",            "sent_at", "finished_at",
        )  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(ExplanationAnswer(allow_null=True))
    def get_explanation(self, delivery: Delivery) -> dict[str, Any] | None:
        return words.explain(delivery)


class ReportAnswer(serializers.ModelSerializer[DeliveryReport]):
    """One status that the provider reported."""

    class Meta:
        model = DeliveryReport
        fields: tuple[str, ...] = ("status", "error_code", "reported_at")
        read_only_fields = fields


class AttemptAnswer(serializers.ModelSerializer[SendAttempt]):
    """One call to the provider."""

    id = serializers.UUIDField(source="public_id", read_only=True)
    reports = ReportAnswer(many=True, read_only=True)

    class Meta:
        model = SendAttempt
        fields: tuple[str, ...] = (
            "id", "number", "state", "provider_sid", "http_status", "error_code", "reason", "claimed_at",
            "called_at", "settled_at", "reports",
        )  # fmt: skip
        read_only_fields = fields


class DeliveryDetail(DeliveryAnswer):
    """A delivery with every attempt and every report."""

    attempts = AttemptAnswer(many=True, read_only=True)

    class Meta(DeliveryAnswer.Meta):
        fields = (*DeliveryAnswer.Meta.fields, "attempts")
        read_only_fields = fields
