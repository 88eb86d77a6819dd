"""What callers of a number hear: a button of the number's page."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils import timezone

from messaging.calls import answering, settings
from messaging.models import MessageNumber
from snoutos import adminkit
from snoutos.adminkit import ConfirmForm, column, verb_button
from snoutos.adminkit.unfold import TextareaWidget


class CallersHearDialog(ConfirmForm):
    """The sentence that a caller hears."""

    sentence = forms.CharField(
        label="Callers hear",
        max_length=settings.LONGEST_SENTENCE,
        required=False,
        widget=TextareaWidget,
        help_text="A voice says it, then hangs up. Leave empty for SnoutOS's sentence, which asks them to text.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        numbers = MessageNumber.objects.of(adminkit.organization_of(self.request))
        self.initial = {"sentence": numbers.get(public_id=self.object_id).call_sentence}


class CallsOfNumber:
    """A number's page: what callers hear, and the button that changes it."""

    @column("Callers hear")
    def callers_hear(self, number: MessageNumber) -> str:
        return answering.sentence(number.account, number)

    @verb_button(
        description="Calls",
        text="What someone hears who calls this number. The call is in your inbox as a missed call.",
        done="Callers hear the new sentence.",
        submit="Save",
        icon="call",
        form=CallersHearDialog,
    )
    def calls(self, request: HttpRequest, number: MessageNumber, form: Any) -> None:
        said = form.cleaned_data["sentence"]
        settings.set_sentence(number, said, by=adminkit.person(request), at=timezone.now())
