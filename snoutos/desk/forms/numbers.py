"""What is done with numbers: moved from, vacated, taken on, bought."""

from __future__ import annotations

from django import forms

from messaging.models import MessageNumber, Sitter
from messaging.models.numbers import NumberRole
from messaging.models.phones import E164FormField
from messaging.numbers.lifecycle import LONGEST_REASON
from messaging.outbound.queue.segments import MAX_CHARACTERS
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


class BoughtNumberForm(OwnedNumberForm):
    """Which number to buy, and what for."""

    number = E164FormField(max_length=32, error_messages={"required": "Choose a number."})
