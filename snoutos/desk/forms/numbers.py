"""What is done with numbers: moved from, vacated, taken on, bought."""

from __future__ import annotations

from typing import Any

from django import forms

from messaging.errors import FileTooLarge
from messaging.models import MessageNumber, Sitter
from messaging.models.numbers import NumberRole
from messaging.models.phones import E164FormField
from messaging.numbers.lifecycle import LONGEST_REASON
from messaging.outbound.queue.segments import MAX_CHARACTERS
from messaging.spreadsheets import tables
from snoutos.desk.forms.base import NUMBER_FAULTS, TEXT_FAULTS, DeskForm, lines


class MoveForm(DeskForm):
    """Which of our numbers carries a conversation from now on, and a first text from there, if one is written."""

    number = forms.ModelChoiceField(
        MessageNumber.objects.all(),
        to_field_name="public_id",
        error_messages=NUMBER_FAULTS,
    )
    text = forms.CharField(required=False, max_length=MAX_CHARACTERS, error_messages=TEXT_FAULTS)

    def clean_text(self) -> str:
        return lines(self.cleaned_data["text"])


class VacatingForm(DeskForm):
    """Why a number is paused or released, and which number carries its conversations from now on."""

    reason = forms.CharField(
        max_length=LONGEST_REASON,
        error_messages={
            "required": "Say why: it's shown on the number's page.",
            "max_length": "Give the reason in 200 characters.",
        },
    )
    move_to = forms.ModelChoiceField(
        MessageNumber.objects.all(),
        to_field_name="public_id",
        required=False,
        error_messages=NUMBER_FAULTS,
    )
    text = forms.CharField(required=False, max_length=MAX_CHARACTERS, error_messages=TEXT_FAULTS)

    def clean_text(self) -> str:
        return lines(self.cleaned_data["text"])


class OwnedNumberForm(DeskForm):
    """What a number of the account is to be used for. Whether a role goes with a sitter is the verb's to say."""

    role = forms.ChoiceField(
        choices=NumberRole.choices,
        error_messages={"required": "Choose a role.", "invalid_choice": "Choose a role."},
    )
    sitter = forms.ModelChoiceField(
        Sitter.objects.filter(is_active=True),
        to_field_name="public_id",
        required=False,
        error_messages={"invalid_choice": "Choose an active sitter."},
    )
    label = forms.CharField(
        max_length=80, required=False, error_messages={"max_length": "A label can have up to 80 characters."}
    )


class NumbersListForm(DeskForm):
    """A list of numbers, pasted or as a file, and the role of those that it gives none."""

    numbers = forms.CharField(
        max_length=20_000,
        required=False,
        error_messages={"max_length": "The list is too long to paste: upload it as a file."},
    )
    file = forms.FileField(required=False, error_messages={"empty": "The file is empty."})
    role = forms.ChoiceField(
        choices=NumberRole.choices,
        error_messages={"required": "Choose a role.", "invalid_choice": "Choose a role."},
    )

    def clean(self) -> dict[str, Any]:
        asked: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors and bool(asked.get("numbers")) == bool(asked.get("file")):
            raise forms.ValidationError("Paste a list or choose a file: one of them.")
        return asked

    @property
    def content(self) -> bytes:
        """The list of a valid form. Raises FileTooLarge."""
        file = self.cleaned_data["file"]
        if not file:
            return str(self.cleaned_data["numbers"]).encode()
        if file.size > tables.LARGEST_FILE:
            raise FileTooLarge(tables.too_large())
        return bytes(file.read())


class BoughtNumberForm(OwnedNumberForm):
    """Which number to buy, and what for."""

    number = E164FormField(max_length=32, error_messages={"required": "Choose a number."})
