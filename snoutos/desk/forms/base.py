"""What every form of the desk is: it belongs to one business and says its faults in words."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms

from messaging.outbound.queue.segments import MAX_CHARACTERS
from snoutos.accounts.models import Organization


def nonce() -> str:
    """A new mark for a form, so that sending it twice does its work once."""
    return str(uuid.uuid4())


def lines(text: str) -> str:
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
        return lines(self.cleaned_data["body"])


# What the forms say that ask for one of the numbers, and for an own text.
NUMBER_FAULTS = {
    "required": "Choose a number of yours.",
    "invalid_choice": "Choose a number of yours.",
}
TEXT_FAULTS = TextForm.base_fields["body"].error_messages
NONCE_FAULTS = TextForm.base_fields["nonce"].error_messages
