"""What is shown of a test, a preview and the last 30 days. They hold words of clients: for people, not for connected systems."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from automations.actions import ACTIONS
from automations.api.answers import VersionAnswer
from automations.replaying import SHOWN


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
    text = serializers.CharField(help_text="What somebody would read; empty for an action without words.")
    problem = serializers.CharField(help_text="Why its text cannot be written here; empty when it can.")
    obstacles = serializers.ListField(
        child=serializers.CharField(), help_text="What would stop it or make it wait."
    )
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

    looked_at = serializers.IntegerField(help_text="So many times the trigger fitted.")
    met = serializers.IntegerField(help_text="So many times the conditions were met as well.")
    is_cut = serializers.BooleanField(help_text="There was more than could be looked at.")
    fired = FiredAnswer(many=True, help_text=f"The newest {SHOWN} of those.")
