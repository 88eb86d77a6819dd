"""What is shown of automations, their versions, and their tests. Tests hold words of clients: for people, not for connected systems."""

from __future__ import annotations

from typing import Any

from django.db.models import Case, Exists, F, OuterRef, Prefetch, QuerySet, Subquery, Value, When
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from automations.api.components import ActionsField, ConditionsField, TriggerField
from automations.content.actions import ACTIONS
from automations.engine import match
from automations.lifecycle import draft_of, in_force
from automations.models import Automation, AutomationVersion, Execution, Lane, VersionState
from automations.models.rules import EDITABLE, IN_FORCE
from automations.trial.backtest import SHOWN
from snoutos.accounts.rest.serializers import Name

_IN_FORCE_FIRST = (Case(When(state__in=IN_FORCE, then=Value(0)), default=Value(1)), F("number").desc())


def of(rows: QuerySet[Any]) -> QuerySet[Any]:
    """`rows` with `state`, `trigger_kind`, `has_draft`, `last_ran_at`, and in `shown_versions` the one version that stands for each.

    That is the version in force, else the draft, else the last there was.
    """
    versions = AutomationVersion.objects.filter(automation=OuterRef("pk"))
    shown = versions.order_by(*_IN_FORCE_FIRST)
    ran = Execution.objects.filter(automation=OuterRef("pk")).order_by("-pk")
    found: QuerySet[Any] = (
        rows.select_related("created_by")
        .annotate(
            state=Case(
                When(archived_at__isnull=False, then=Value(str(VersionState.ARCHIVED))),
                default=Subquery(shown.values("state")[:1]),
            ),
            trigger_kind=Subquery(shown.values("trigger_kind")[:1]),
            has_draft=Exists(versions.filter(state__in=EDITABLE)),
            last_ran_at=Subquery(ran.values("created_at")[:1]),
        )
        .prefetch_related(Prefetch("versions", queryset=_one_each(), to_attr="shown_versions"))
    )
    return found


def shown(automation: Any) -> AutomationVersion:
    """The version that stands for an automation of `of`."""
    (version,) = automation.shown_versions
    found: AutomationVersion = version
    return found


def _one_each() -> QuerySet[AutomationVersion]:
    rows: QuerySet[AutomationVersion] = AutomationVersion.objects.order_by("automation_id", *_IN_FORCE_FIRST)
    return rows.distinct("automation_id")


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
        return match.content_of(version).sentence


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
    has_draft = serializers.BooleanField(help_text="It can be changed, tested and turned on.")
    failures_in_row = serializers.IntegerField(help_text="The fifth pauses it.")
    last_ran_at = serializers.DateTimeField(allow_null=True)
    created_by = Name(allow_null=True)
    created_at = serializers.DateTimeField()
    archived_at = serializers.DateTimeField(allow_null=True)

    def get_sentence(self, automation: Automation) -> str:
        return match.content_of(shown(automation)).sentence

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


class AskedAnswer(serializers.Serializer[Any]):
    """One condition in words, and whether it is met."""

    sentence = serializers.CharField()
    is_met = serializers.BooleanField()


class SizeAnswer(serializers.Serializer[Any]):
    """What a text would cost: the provider bills segments."""

    encoding = serializers.ChoiceField(choices=["GSM-7", "UCS-2"])
    segments = serializers.IntegerField()
    characters = serializers.IntegerField()


class ActAnswer(serializers.Serializer[Any]):
    """One action as it would go."""

    kind = serializers.ChoiceField(choices=[(one.kind, one.label) for one in ACTIONS.values()])
    sentence = serializers.CharField()
    text = serializers.CharField(help_text="What the recipient would read; empty for an action without text.")
    problem = serializers.CharField(help_text="Why its text can't be written here; empty if it can.")
    obstacles = serializers.ListField(child=serializers.CharField(), help_text="What would stop or delay it.")
    size = SizeAnswer(allow_null=True)


class RehearsalAnswer(serializers.Serializer[Any]):
    """What would happen; nothing was sent. With conditions that are not met nothing would, and `acts` say what would otherwise."""

    is_met = serializers.BooleanField()
    conditions = AskedAnswer(many=True)
    acts = ActAnswer(many=True)


class TestedAnswer(serializers.Serializer[Any]):
    """The version that counts as tested now, and what the test showed."""

    __test__ = False  # no test of pytest's

    version = VersionAnswer()
    rehearsal = RehearsalAnswer()


class FiredAnswer(serializers.Serializer[Any]):
    """One time it would have run."""

    at = serializers.DateTimeField()
    thread = serializers.UUIDField(source="situation.thread.public_id", allow_null=True, default=None)
    rehearsal = RehearsalAnswer()


class ReplayAnswer(serializers.Serializer[Any]):
    """What it would have done in the last 30 days."""

    looked_at = serializers.IntegerField(help_text="How often the trigger matched.")
    met = serializers.IntegerField(help_text="How often the conditions were met too.")
    is_cut = serializers.BooleanField(help_text="There was more than could be checked.")
    fired = FiredAnswer(many=True, help_text=f"The newest {SHOWN} of those.")
