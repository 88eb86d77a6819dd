"""What the forms of the desk accept. Each says in words what is missing; what a verb refuses is the verb's
to say."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from messaging.models import Message, MessageNumber, Sitter
from messaging.models.assignments import OverrideTarget, VisitType
from messaging.models.consent import ConsentChannel, Purpose
from messaging.models.numbers import NumberRole
from messaging.models.phones import E164FormField
from messaging.numbers.lifecycle import LONGEST_REASON
from messaging.outbound.queue.segments import MAX_CHARACTERS
from snoutos.accounts.models import Organization
from snoutos.adminkit.wall_clock import WallClockField

# How somebody at the desk hears of consent; the others are written down by what brings them.
BY_HAND = (ConsentChannel.VERBAL, ConsentChannel.PAPER, ConsentChannel.WEB_FORM, ConsentChannel.TEXT)
OVERRIDES = {"1": timedelta(hours=1), "4": timedelta(hours=4), "24": timedelta(hours=24)}


def nonce() -> str:
    """A new mark for a form, so that sending it twice does its work once."""
    return str(uuid.uuid4())


def _lines(text: str) -> str:
    """With line ends as phones write them."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


class DeskForm(forms.Form):
    """A form of one business: choices come from `organization` alone."""

    def __init__(self, *args: Any, organization: Organization, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, forms.ModelChoiceField):
                field.queryset = field.queryset.of(organization)  # type: ignore[union-attr]

    @property
    def faults(self) -> list[str]:
        """What to put right, one sentence each."""
        return [str(sentence) for sentences in self.errors.values() for sentence in sentences]


class TextForm(DeskForm):
    """A reply or a note. Line ends are as phones write them."""

    body = forms.CharField(
        strip=True,
        max_length=MAX_CHARACTERS,
        error_messages={
            "required": "Write something first.",
            "max_length": "Texts can have up to 1,600 characters: shorten it or send two.",
            "null_characters_not_allowed": "The text has a character that can't be sent.",
        },
    )
    nonce = forms.UUIDField(
        error_messages={"required": "Send the form again.", "invalid": "Send the form again."}
    )
    still_theirs = forms.BooleanField(required=False)

    def clean_body(self) -> str:
        return _lines(self.cleaned_data["body"])


class StartForm(DeskForm):
    """A conversation to open `over` one of our numbers, and `then` what comes first in it: a text to send, a visit, or nothing yet."""

    over = forms.ModelChoiceField(
        MessageNumber.objects.all(),
        to_field_name="public_id",
        error_messages={
            "required": "Choose a number of yours.",
            "invalid_choice": "Choose a number of yours.",
        },
    )
    then = forms.ChoiceField(
        choices=[(name, name) for name in ("send", "open", "visit")],
        error_messages={"required": "Choose what comes first.", "invalid_choice": "Choose what comes first."},
    )
    body = forms.CharField(
        required=False, max_length=MAX_CHARACTERS, error_messages=TextForm.base_fields["body"].error_messages
    )
    nonce = forms.UUIDField(error_messages=TextForm.base_fields["nonce"].error_messages)

    def clean_body(self) -> str:
        return _lines(self.cleaned_data["body"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("then") == "send" and cleaned.get("body") == "":
            self.add_error("body", self.fields["body"].error_messages["required"])
        return cleaned


class MoveForm(DeskForm):
    """Which of our numbers carries a conversation from now on, and a first text from there, if one is written."""

    number = forms.ModelChoiceField(
        MessageNumber.objects.all(),
        to_field_name="public_id",
        error_messages=StartForm.base_fields["over"].error_messages,
    )
    text = forms.CharField(
        required=False, max_length=MAX_CHARACTERS, error_messages=TextForm.base_fields["body"].error_messages
    )

    def clean_text(self) -> str:
        return _lines(self.cleaned_data["text"])


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
        error_messages=StartForm.base_fields["over"].error_messages,
    )


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
        error_messages=StartForm.base_fields["over"].error_messages,
    )
    text = forms.CharField(
        required=False, max_length=MAX_CHARACTERS, error_messages=TextForm.base_fields["body"].error_messages
    )

    def clean_text(self) -> str:
        return _lines(self.cleaned_data["text"])


class JoiningForm(DeskForm):
    """A new sitter, and what the office texts them first."""

    name = forms.CharField(max_length=120, error_messages={"required": "Give the sitter a name."})
    their_phone = E164FormField(max_length=32, required=False)
    number = forms.ModelChoiceField(
        MessageNumber.objects.all(),
        to_field_name="public_id",
        required=False,
        error_messages=StartForm.base_fields["over"].error_messages,
    )
    welcome = forms.CharField(
        required=False, max_length=MAX_CHARACTERS, error_messages=TextForm.base_fields["body"].error_messages
    )

    def clean_welcome(self) -> str:
        return _lines(self.cleaned_data["welcome"])


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
        return _lines(self.cleaned_data["wording"])


class NewClientForm(DeskForm):
    """A new client, made of an unknown sender."""

    name = forms.CharField(max_length=120, error_messages={"required": "Give the client a name."})
    pets = forms.CharField(max_length=200, required=False)
    notes = forms.CharField(max_length=4000, required=False)


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
        return _lines(self.cleaned_data["body"])


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
