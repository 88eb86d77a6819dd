"""Starting a conversation, and what is known of people: their phones, consent, sitters who join and leave."""

from __future__ import annotations

from typing import Any

from django import forms

from messaging.models import MessageNumber, Sitter
from messaging.models.consent import ConsentChannel, Purpose
from messaging.models.phones import E164FormField
from messaging.outbound.queue.segments import MAX_CHARACTERS
from snoutos.adminkit.wall_clock import WallClockField
from snoutos.desk.forms.base import NONCE_FAULTS, NUMBER_FAULTS, TEXT_FAULTS, DeskForm, lines

# How somebody at the desk hears of consent; the others are written down by what brings them.
BY_HAND = (ConsentChannel.VERBAL, ConsentChannel.PAPER, ConsentChannel.WEB_FORM, ConsentChannel.TEXT)


class StartForm(DeskForm):
    """A conversation to open `over` one of our numbers, and `then` what comes first in it: a text to send, a visit, or nothing yet."""

    over = forms.ModelChoiceField(
        MessageNumber.objects.all(),
        to_field_name="public_id",
        error_messages=NUMBER_FAULTS,
    )
    then = forms.ChoiceField(
        choices=[(name, name) for name in ("send", "open", "visit")],
        error_messages={"required": "Choose what comes first.", "invalid_choice": "Choose what comes first."},
    )
    body = forms.CharField(required=False, max_length=MAX_CHARACTERS, error_messages=TEXT_FAULTS)
    nonce = forms.UUIDField(error_messages=NONCE_FAULTS)

    def clean_body(self) -> str:
        return lines(self.cleaned_data["body"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("then") == "send" and cleaned.get("body") == "":
            self.add_error("body", self.fields["body"].error_messages["required"])
        return cleaned


class JoiningForm(DeskForm):
    """A new sitter, and what the office texts them first."""

    name = forms.CharField(max_length=120, error_messages={"required": "Give the sitter a name."})
    their_phone = E164FormField(max_length=32, required=False)
    number = forms.ModelChoiceField(
        MessageNumber.objects.all(),
        to_field_name="public_id",
        required=False,
        error_messages=NUMBER_FAULTS,
    )
    welcome = forms.CharField(required=False, max_length=MAX_CHARACTERS, error_messages=TEXT_FAULTS)

    def clean_welcome(self) -> str:
        return lines(self.cleaned_data["welcome"])


class LeavingForm(DeskForm):
    """Who takes over a sitter's visits, and which number carries the conversations on their own number."""

    hand_to = forms.ModelChoiceField(
        Sitter.objects.filter(is_active=True),
        to_field_name="public_id",
        required=False,
        error_messages={"invalid_choice": "Choose an active sitter."},
    )
    move_to = forms.ModelChoiceField(
        MessageNumber.objects.all(),
        to_field_name="public_id",
        required=False,
        error_messages=NUMBER_FAULTS,
    )


class ConsentForm(DeskForm):
    """What a client agreed to, on one of their phones; the time in the business' zone."""

    agreed_on = forms.CharField(error_messages={"required": "Choose one of their phones."})
    purpose = forms.ChoiceField(
        choices=Purpose.choices,
        error_messages={"required": "Choose to which texts.", "invalid_choice": "Choose to which texts."},
    )
    channel = forms.ChoiceField(
        choices=[(name, name) for name in BY_HAND],
        error_messages={"required": "Choose how they agreed.", "invalid_choice": "Choose how they agreed."},
    )
    at = WallClockField(
        error_messages={"required": "Say when they agreed.", "invalid": "Say when they agreed."}
    )
    wording = forms.CharField(
        max_length=1000,
        error_messages={
            "required": "Say what they agreed to.",
            "max_length": "Keep what they agreed to under 1,000 characters.",
        },
    )
    evidence = forms.CharField(
        max_length=500, required=False, error_messages={"max_length": "Keep it under 500 characters."}
    )

    def clean_wording(self) -> str:
        return lines(self.cleaned_data["wording"])


class NewClientForm(DeskForm):
    """A new client, made of an unknown sender."""

    name = forms.CharField(max_length=120, error_messages={"required": "Give the client a name."})
    pets = forms.CharField(max_length=200, required=False)
    notes = forms.CharField(max_length=4000, required=False)
