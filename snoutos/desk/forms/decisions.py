"""What the owner decides about held texts."""

from __future__ import annotations

from typing import Any

from django import forms

from messaging.models import Message
from messaging.outbound.queue.segments import MAX_CHARACTERS
from snoutos.desk.forms.base import DeskForm, lines


class DecisionForm(DeskForm):
    """What the owner decides about a held text. Editing needs the new text, rejecting the words for the
    sitter."""

    decision = forms.ChoiceField(
        choices=[(name, name) for name in ("approve", "edit", "reject", "dismiss")],
        error_messages={
            "required": "Choose what to do with the text.",
            "invalid_choice": "Choose what to do with the text.",
        },
    )
    body = forms.CharField(
        max_length=MAX_CHARACTERS,
        required=False,
        error_messages={"max_length": "Texts can have up to 1,600 characters: shorten it."},
    )
    note = forms.CharField(
        max_length=300, required=False, error_messages={"max_length": "Keep the reason under 300 characters."}
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("decision") == "edit" and not cleaned.get("body"):
            self.add_error("body", "Write the text to send.")
        if cleaned.get("decision") == "reject" and not cleaned.get("note"):
            self.add_error("note", "Say why: it's saved with the text.")
        return cleaned

    def clean_body(self) -> str:
        return lines(self.cleaned_data["body"])


class AllowForm(DeskForm):
    """A number or domain that is let through from now on."""

    kind = forms.ChoiceField(
        choices=[("phone", "phone"), ("domain", "domain")],
        error_messages={"required": "Choose what to allow.", "invalid_choice": "Choose what to allow."},
    )
    value = forms.CharField(max_length=253, error_messages={"required": "Write the number or domain."})


class TogetherForm(DeskForm):
    """Texts to approve at once."""

    messages = forms.ModelMultipleChoiceField(
        Message.objects.all(),
        to_field_name="public_id",
        error_messages={
            "required": "Choose texts to approve.",
            "invalid_choice": "Choose texts that are waiting for review.",
            "invalid_pk_value": "Choose texts that are waiting for review.",
        },
    )
