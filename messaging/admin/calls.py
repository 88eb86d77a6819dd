"""What happens with calls to a number: a button of the number's page."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils import timezone

from messaging.calls import answering, forwarding, plans, settings, voicemail
from messaging.calls.plans import Plan
from messaging.calls.settings import Calls, ClosedCalls
from messaging.models import MessageNumber
from messaging.models.numbers import CallHandling, ClosedHandling
from messaging.models.phones import E164FormField, display
from snoutos import adminkit
from snoutos.accounts import hours
from snoutos.accounts.models import User
from snoutos.adminkit import ConfirmForm, column, verb_button
from snoutos.adminkit.unfold import SelectWidget, TextareaWidget, TextInputWidget

_MEMBER = "member:"


class _WhereCallsGo(ConfirmForm):
    """Where calls go: to nobody, to the office's phone, or to a member's; subclasses say what else."""

    goes_to = forms.ChoiceField(
        label="When someone calls",
        widget=SelectWidget,
        help_text=f"A phone rings for {forwarding.RING_SECONDS} seconds and shows this number. It is never a sitter's or client's.",
    )
    phone = E164FormField(label="The office's phone", required=False, widget=TextInputWidget)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        numbers = MessageNumber.objects.of(adminkit.organization_of(self.request))
        self.number = numbers.select_related("call_member", "closed_member").get(public_id=self.object_id)

    def offer(self, now: Calls | ClosedCalls, *others: tuple[str, str]) -> None:
        """Fill in what is chosen `now`; `others` are the choices that ring no phone."""
        self.members = {f"{_MEMBER}{one.public_id}": one for one in self._members(now.member)}
        self.fields["goes_to"].choices = [
            *others,
            (CallHandling.OFFICE_PHONE, "The office's phone rings"),
            *((value, f"{member}'s phone rings") for value, member in self.members.items()),
        ]
        chosen = f"{_MEMBER}{now.member.public_id}" if now.member else now.handling
        self.initial |= {"goes_to": chosen, "phone": display(now.phone), "sentence": now.sentence}

    def _members(self, chosen: User | None) -> list[User]:
        """Those whose phone can ring, and the one chosen before, who may have none any more."""
        found = forwarding.members_of(adminkit.organization_of(self.request))
        return [*found, *([chosen] if chosen is not None and chosen not in found else [])]

    def clean(self) -> dict[str, Any]:
        asked: dict[str, Any] = super().clean() or self.cleaned_data
        goes_to = asked.get("goes_to", "")
        if goes_to != CallHandling.OFFICE_PHONE:
            # What stands in a field that isn't shown is no reason to refuse.
            self.errors.pop("phone", None)
            asked["phone"] = ""
        elif not asked.get("phone") and "phone" not in self.errors:
            self.add_error("phone", "Type the phone that is to ring.")
        return asked

    @property
    def place(self) -> dict[str, Any]:
        """What was chosen of a valid form: handling, phone, member."""
        asked = self.cleaned_data
        member = self.members.get(asked["goes_to"])
        handling = CallHandling.MEMBER.value if member else asked["goes_to"]
        return {"handling": handling, "phone": asked["phone"], "member": member}


class CallsDialog(_WhereCallsGo):
    """Where calls go, and what a caller hears and gets whom no one takes."""

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
        now = settings.of(self.number)
        self.initial |= {"voicemail": now.voicemail, "text": now.text}
        self.offer(now, (CallHandling.SENTENCE, "They hear the sentence"))

    @property
    def calls(self) -> Calls:
        """What was chosen, of a valid form."""
        asked = self.cleaned_data
        place = {**self.place, "handling": CallHandling(self.place["handling"])}
        return Calls(**place, voicemail=asked["voicemail"], sentence=asked["sentence"], text=asked["text"])


class ClosedCallsDialog(_WhereCallsGo):
    """Where calls go outside business hours, and what callers hear then."""

    sentence = forms.CharField(
        label="Callers hear",
        max_length=settings.LONGEST_SENTENCE,
        required=False,
        widget=TextareaWidget({"rows": 3}),
        help_text="When you're closed and no one takes the call. Leave empty for what they hear at other times.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        quiet = (ClosedHandling.SAME, ClosedHandling.SENTENCE, ClosedHandling.VOICEMAIL)
        self.offer(
            settings.when_closed(self.number), *((str(one.value), _CLOSED_WORDS[one]) for one in quiet)
        )

    @property
    def calls(self) -> ClosedCalls:
        """What was chosen, of a valid form. Where it is the same as at other times there is no sentence of its own."""
        place = {**self.place, "handling": ClosedHandling(self.place["handling"])}
        is_same = place["handling"] == ClosedHandling.SAME
        return ClosedCalls(**place, sentence="" if is_same else self.cleaned_data["sentence"])


_CLOSED_WORDS = {
    ClosedHandling.SAME: "The same as when you're open",
    ClosedHandling.SENTENCE: "They hear the sentence",
    ClosedHandling.VOICEMAIL: "They hear the sentence and can leave a voicemail",
}


class CallsOfNumber:
    """A number's page: what happens with calls, what callers hear, and the button that changes both."""

    @column("When someone calls")
    def calls_are(self, number: MessageNumber) -> str:
        return _in_words(number, plans.when_open(number))

    @column("When you're closed")
    def closed_calls_are(self, number: MessageNumber) -> str:
        if hours.of(number.organization).is_always_open:
            return "You're always open: set your business hours under Settings to choose"
        if number.closed_handling == ClosedHandling.SAME:
            return _CLOSED_WORDS[ClosedHandling.SAME]
        return _in_words(number, plans.when_closed(number))

    @column("Callers hear when you're closed")
    def closed_callers_hear(self, number: MessageNumber) -> str:
        if hours.of(number.organization).is_always_open:
            return "–"
        return answering.sentence(number.account, plans.when_closed(number))

    @column("Callers hear")
    def callers_hear(self, number: MessageNumber) -> str:
        return answering.sentence(number.account, plans.when_open(number))

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

    @verb_button(
        description="After hours",
        text="What happens when someone calls this number outside your business hours, which are under Settings.",
        done="Saved. It counts from the next call.",
        submit="Save",
        icon="bedtime",
        form=ClosedCallsDialog,
    )
    def closed_calls(self, request: HttpRequest, number: MessageNumber, form: Any) -> None:
        settings.set_closed_calls(number, form.calls, by=adminkit.person(request), at=timezone.now())


def _in_words(number: MessageNumber, plan: Plan) -> str:
    """What a plan means for callers of `number`, as the page says it."""
    hear = "hear the sentence" + (" and can leave a voicemail" if plan.voicemail else "")
    if plan.handling == CallHandling.SENTENCE:
        return f"They {hear}"
    hindrance = forwarding.hindrance(number, plan)
    if hindrance:
        return f"They {hear}. {hindrance}"
    whose = f"{plan.member}'s phone" if plan.member else display(plan.phone)
    return f"{whose} rings for {forwarding.RING_SECONDS} seconds. If no one answers, they {hear}"
