"""How often automations may speak, and the moment they are tried on."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from messaging.outbound.queue.segments import MAX_CHARACTERS
from snoutos.desk.forms.base import DeskForm


class LimitsForm(DeskForm):
    """How much automations may text; the bounds are the model's."""

    texts_per_client_and_day = forms.IntegerField(
        min_value=1,
        max_value=50,
        error_messages=dict.fromkeys(
            ("required", "invalid", "min_value", "max_value"),
            "Texts per client per day: a whole number from 1 to 50.",
        ),
    )
    texts_per_hour = forms.IntegerField(
        min_value=1,
        max_value=5000,
        error_messages=dict.fromkeys(
            ("required", "invalid", "min_value", "max_value"),
            "Texts per hour: a whole number from 1 to 5,000.",
        ),
    )


class SceneForm(DeskForm):
    """What to test on. All may be left out; what a trigger needs, the test says."""

    scene = forms.CharField(max_length=64, required=False)
    text = forms.CharField(
        max_length=MAX_CHARACTERS,
        required=False,
        error_messages={
            "max_length": "Texts can have up to 1,600 characters.",
            "null_characters_not_allowed": "The text has a character that phones can't send.",
        },
    )
    event = forms.JSONField(
        required=False,
        error_messages={"invalid": 'The event\'s data must be a JSON object, such as {"name": "Rex"}.'},
    )

    def clean_event(self) -> dict[str, Any] | None:
        data = self.cleaned_data["event"]
        if data is not None and not isinstance(data, dict):
            raise ValidationError(self.fields["event"].error_messages["invalid"])
        return data
