"""What the forms about whose a conversation is, its snooze and its tags accept."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from messaging.errors import NotAMember, TooManyTags
from messaging.people import triage
from snoutos.accounts.models import Organization
from snoutos.adminkit.wall_clock import WallClockField
from snoutos.core import tags
from snoutos.desk import snoozing
from snoutos.desk.forms.base import DeskForm


class GiveForm(DeskForm):
    """Which member sees to a conversation; nothing stands for nobody in particular."""

    def __init__(self, *args: Any, organization: Organization, **kwargs: Any) -> None:
        super().__init__(*args, organization=organization, **kwargs)
        self.fields["member"] = forms.ModelChoiceField(
            queryset=triage.members(organization.pk),
            to_field_name="public_id",
            required=False,
            error_messages={"invalid_choice": NotAMember.sentence},
        )


class SnoozeForm(DeskForm):
    """Until when a conversation stays out of the inbox; `back_at`, in the business' zone, counts with the choice `own` alone."""

    snooze = forms.ChoiceField(
        choices=list(snoozing.CHOICES.items()),
        error_messages={"required": "Choose until when.", "invalid_choice": "Choose until when."},
    )
    back_at = WallClockField(required=False, error_messages={"invalid": "Choose a date and time."})

    def clean(self) -> dict[str, Any]:
        """Another time needs one."""
        data = super().clean() or self.cleaned_data
        if data.get("snooze") == "own" and not data.get("back_at") and "back_at" not in self.errors:
            self.add_error("back_at", "Choose a date and time.")
        return data


class TagsForm(DeskForm):
    """The tags of a conversation, with commas between them."""

    tags = forms.CharField(
        required=False, max_length=900, error_messages={"max_length": TooManyTags.sentence}
    )

    def clean_tags(self) -> list[str]:
        try:
            return tags.read_list(str(self.cleaned_data["tags"]))
        except ValueError as error:
            raise ValidationError(str(error)) from None
