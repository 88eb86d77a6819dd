"""What is shown of automations and their versions."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from automations import matching
from automations.api.fields import ActionsField, ConditionsField, TriggerField
from automations.api.overview import shown
from automations.models import Automation, AutomationVersion, Lane, VersionState
from automations.verbs import draft_of, in_force
from snoutos.accounts.rest.serializers import Name

MOST_VERSIONS = 50


class VersionBrief(serializers.ModelSerializer[AutomationVersion]):
    """One version of what an automation does. `paused_reason` is empty when a person paused it."""

    class Meta:
        model = AutomationVersion
        fields: tuple[str, ...] = (
            "number", "state", "paused_reason", "created_at", "tested_at", "activated_at",
        )  # fmt: skip
        read_only_fields = fields


class VersionAnswer(VersionBrief):
    """A version with what it does, as data and in a sentence."""

    sentence = serializers.SerializerMethodField()
    trigger = TriggerField(source="content.trigger", read_only=True)
    conditions = ConditionsField(source="content.conditions", read_only=True)
    actions = ActionsField(source="content.actions", read_only=True)

    class Meta(VersionBrief.Meta):
        fields = (
            *VersionBrief.Meta.fields, "sentence", "lane", "trigger", "conditions", "actions", "is_urgent",
            "urgent_reason",
        )  # fmt: skip
        read_only_fields = fields

    def get_sentence(self, version: AutomationVersion) -> str:
        return matching.content_of(version).sentence


class AutomationAnswer(serializers.Serializer[Any]):
    """An automation. Sentence, lane and trigger are those of the version in force, else of the draft."""

    id = serializers.UUIDField(source="public_id")
    name = serializers.CharField()
    description = serializers.CharField()
    state = serializers.ChoiceField(choices=VersionState.choices)
    sentence = serializers.SerializerMethodField()
    lane = serializers.SerializerMethodField()
    trigger_kind = serializers.CharField()
    is_urgent = serializers.SerializerMethodField()
    has_draft = serializers.BooleanField(help_text="It can be changed, tested and switched on.")
    failures_in_row = serializers.IntegerField(help_text="The fifth pauses it.")
    last_ran_at = serializers.DateTimeField(allow_null=True)
    created_by = Name(allow_null=True)
    created_at = serializers.DateTimeField()
    archived_at = serializers.DateTimeField(allow_null=True)

    def get_sentence(self, automation: Automation) -> str:
        return matching.content_of(shown(automation)).sentence

    @extend_schema_field(serializers.ChoiceField(choices=Lane.choices))
    def get_lane(self, automation: Automation) -> str:
        return shown(automation).lane

    def get_is_urgent(self, automation: Automation) -> bool:
        return shown(automation).is_urgent


class AutomationDetail(AutomationAnswer):
    """An automation with what runs, what is a draft, and its newest 50 versions."""

    in_force = serializers.SerializerMethodField()
    draft = serializers.SerializerMethodField()
    versions = serializers.SerializerMethodField()

    @extend_schema_field(VersionAnswer(allow_null=True))
    def get_in_force(self, automation: Automation) -> dict[str, Any] | None:
        return _version(in_force(automation))

    @extend_schema_field(VersionAnswer(allow_null=True))
    def get_draft(self, automation: Automation) -> dict[str, Any] | None:
        return _version(draft_of(automation))

    @extend_schema_field(VersionBrief(many=True))
    def get_versions(self, automation: Automation) -> Any:
        newest = automation.versions.order_by("-number").defer("content")[:MOST_VERSIONS]
        return VersionBrief(newest, many=True).data


class SecretAnswer(serializers.Serializer[Any]):
    """The key that signs an automation's calls. Shown this once."""

    webhook_secret = serializers.CharField()


def _version(version: AutomationVersion | None) -> dict[str, Any] | None:
    return None if version is None else dict(VersionAnswer(version).data)
