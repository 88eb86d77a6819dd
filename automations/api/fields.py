"""The three parts of a rule as fields. What they hold is read by `automations.content`, and refused with the place and a sentence."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from automations.api import components


@extend_schema_field(components.reference(components.TRIGGER))
class TriggerField(serializers.JSONField):
    """What sets it off."""


@extend_schema_field(components.reference(components.CONDITION))
class ConditionsField(serializers.JSONField):
    """When it goes on; `{}` is always."""


@extend_schema_field(components.several_actions())
class ActionsField(serializers.JSONField):
    """What it does, in order."""
