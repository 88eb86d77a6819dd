"""Who looks after whom, and where texts go for a while."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from messaging.models import Sitter
from messaging.models.assignments import OverrideTarget, VisitType
from snoutos.accounts.models import Organization
from snoutos.adminkit.wall_clock import WallClockField
from snoutos.desk.forms.base import DeskForm

OVERRIDES = {"1": timedelta(hours=1), "4": timedelta(hours=4), "24": timedelta(hours=24)}


class AssignForm(DeskForm):
    """Who looks after a conversation, and when; times in the business' zone."""

    sitter = forms.ModelChoiceField(
        Sitter.objects.filter(is_active=True),
        to_field_name="public_id",
        error_messages={
            "required": "Choose a sitter.",
            "invalid_choice": "Choose an active sitter.",
        },
    )
    starts_at = WallClockField(
        error_messages={"required": "Choose when it starts.", "invalid": "Choose when it starts."}
    )
    ends_at = WallClockField(
        error_messages={"required": "Choose when it ends.", "invalid": "Choose when it ends."}
    )
    visit_type = forms.ChoiceField(choices=VisitType.choices, required=False)

    def clean_visit_type(self) -> str:
        return str(self.cleaned_data["visit_type"] or VisitType.OTHER)


class SitterOutForm(DeskForm):
    """From when to when a sitter is out. Who takes each visit is asked beside it."""

    starts_at = WallClockField(
        error_messages={"required": "Choose from when.", "invalid": "Choose from when."}
    )
    ends_at = WallClockField(
        error_messages={"required": "Choose until when.", "invalid": "Choose until when."}
    )


class HandOverForm(DeskForm):
    """Who takes over a visit, and when: now without a time."""

    to = forms.ModelChoiceField(
        Sitter.objects.filter(is_active=True),
        to_field_name="public_id",
        error_messages={"required": "Choose a sitter.", "invalid_choice": "Choose an active sitter."},
    )
    at_time = WallClockField(
        required=False, error_messages={"invalid": "Choose when, or leave it empty for now."}
    )


class OverrideForm(DeskForm):
    """Where texts go for a while, and why. `to` is `owner_inbox` or a sitter's public id."""

    hours = forms.ChoiceField(
        choices=[(hours, hours) for hours in OVERRIDES], error_messages={"required": "Choose how long."}
    )
    to = forms.CharField(error_messages={"required": "Choose where the texts go."})
    reason = forms.CharField(
        max_length=300, error_messages={"required": "Say why: it shows with every redirected text."}
    )

    def __init__(self, *args: Any, organization: Organization, **kwargs: Any) -> None:
        super().__init__(*args, organization=organization, **kwargs)
        self._sitters = Sitter.objects.of(organization).filter(is_active=True)

    def clean_to(self) -> Sitter | None:
        """None stands for the owner inbox."""
        to = str(self.cleaned_data["to"])
        if to == OverrideTarget.OWNER_INBOX:
            return None
        try:
            found: Sitter | None = self._sitters.filter(public_id=uuid.UUID(to)).first()
        except ValueError:
            found = None
        if found is None:
            raise ValidationError("Choose your inbox or an active sitter.")
        return found
