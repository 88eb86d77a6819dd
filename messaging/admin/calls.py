"""What happens with calls to a number: a button of the number's page."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils import timezone

from messaging.calls import answering, forwarding, settings, voicemail
from messaging.calls.settings import Calls
from messaging.models import MessageNumber
from messaging.models.numbers import CallHandling
from messaging.models.phones import E164FormField, display
from snoutos import adminkit
from snoutos.accounts.models import User
from snoutos.adminkit import ConfirmForm, column, verb_button
from snoutos.adminkit.unfold import SelectWidget, TextareaWidget, TextInputWidget

_MEMBER = "member:"


class CallsDialog(ConfirmForm):
    """Where calls go, and what a caller hears whom no one takes. `calls` is what was chosen, once the form is valid."""

    goes_to = forms.ChoiceField(
        label="When someone calls",
        widget=SelectWidget,
        help_text=f"A phone rings for {forwarding.RING_SECONDS} seconds and shows this number. It is never a sitter's or client's.",
    )
    phone = E164FormField(label="The office's phone", required=False, widget=TextInputWidget)
    voicemail = forms.BooleanField(
        label="Take a voicemail",
        required=False,
        help_text=f"For up to {voicemail.LONGEST_SECONDS // 60} minutes, when no one takes the call. You play it in the conversation.",
    )
    sentence = forms.CharField(
        label="Callers hear",
        max_length=settings.LONGEST_SENTENCE,
        required=False,
        widget=TextareaWidget({"rows": 3}),
        help_text="A voice says it when no one takes the call. Leave empty for SnoutOS's sentence.",
    )

    text = forms.CharField(
        label="Text to missed callers",
        max_length=settings.LONGEST_TEXT,
        required=False,
        widget=TextareaWidget({"rows": 3}),
        help_text="Sent by itself when no one took the call, once in 12 hours, to people who had a visit or texted you in the last year. "
        "Leave empty to send nothing.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        organization = adminkit.organization_of(self.request)
        numbers = MessageNumber.objects.of(organization).select_related("call_member")
        now = settings.of(numbers.get(public_id=self.object_id))
        self.members = {f"{_MEMBER}{one.public_id}": one for one in self._members(now.member)}
        self.fields["goes_to"].choices = [
            (CallHandling.SENTENCE, "They hear the sentence"),
            (CallHandling.OFFICE_PHONE, "The office's phone rings"),
            *((value, f"{member}'s phone rings") for value, member in self.members.items()),
        ]
        chosen = f"{_MEMBER}{now.member.public_id}" if now.member else now.handling
        self.initial = {
            "goes_to": chosen,
            "phone": display(now.phone),
            "voicemail": now.voicemail,
            "sentence": now.sentence,
            "text": now.text,
        }

    def _members(self, chosen: User | None) -> list[User]:
        """Those whose phone can ring, and the one chosen before, who may have none any more."""
        found = forwarding.members_of(adminkit.organization_of(self.request))
        return [*found, *([chosen] if chosen is not None and chosen not in found else [])]

    def clean(self) -> dict[str, Any]:
        asked: dict[str, Any] = super().clean() or self.cleaned_data
        goes_to = asked.get("goes_to", "")
        member = self.members.get(goes_to)
        if goes_to != CallHandling.OFFICE_PHONE:
            # What stands in a field that isn't shown is no reason to refuse.
            self.errors.pop("phone", None)
        elif not asked.get("phone") and "phone" not in self.errors:
            self.add_error("phone", "Type the phone that is to ring.")
        self.calls = Calls(
            handling=CallHandling.MEMBER if member else CallHandling(goes_to or CallHandling.SENTENCE),
            voicemail=asked.get("voicemail", False),
            sentence=asked.get("sentence", ""),
            text=asked.get("text", ""),
            phone=asked.get("phone", "") if goes_to == CallHandling.OFFICE_PHONE else "",
            member=member,
        )
        return asked


class CallsOfNumber:
    """A number's page: what happens with calls, what callers hear, and the button that changes both."""

    @column("When someone calls")
    def calls_are(self, number: MessageNumber) -> str:
        hear = "hear the sentence" + (" and can leave a voicemail" if number.call_voicemail else "")
        if number.call_handling == CallHandling.SENTENCE:
            return f"They {hear}"
        hindrance = forwarding.hindrance(number)
        if hindrance:
            return f"They {hear}. {hindrance}"
        whose = f"{number.call_member}'s phone" if number.call_member else display(number.call_phone)
        return f"{whose} rings for {forwarding.RING_SECONDS} seconds. If no one answers, they {hear}"

    @column("Callers hear")
    def callers_hear(self, number: MessageNumber) -> str:
        return answering.sentence(number.account, number)

    @column("Text to missed callers")
    def missed_callers_get(self, number: MessageNumber) -> str:
        return number.missed_call_text or "–"

    @verb_button(
        description="Calls",
        text="What happens when someone calls this number. Each call is in its conversation; one that no one takes is unread for you.",
        done="Saved. It counts from the next call.",
        submit="Save",
        icon="call",
        form=CallsDialog,
    )
    def calls(self, request: HttpRequest, number: MessageNumber, form: Any) -> None:
        settings.set_calls(number, form.calls, by=adminkit.person(request), at=timezone.now())
