"""What a number is used for, how fast it sends, and its history: columns and a button of its page."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from audit.sentences import sentence
from messaging.models import MessageNumber, SendingLine
from messaging.numbers import inventory, lifecycle, pace
from snoutos import adminkit
from snoutos.adminkit import ConfirmForm, Step, TenantAdmin, column, moment, timeline, verb_button
from snoutos.adminkit.unfold import TextInputWidget


class PaceDialog(ConfirmForm):
    """How fast a number sends."""

    segments_per_second = forms.FloatField(
        label="Texts a second",
        min_value=0.01,
        max_value=pace.FASTEST,
        widget=TextInputWidget(attrs={"inputmode": "decimal"}),
        help_text="What your carrier allows this number, counted in parts of 160 characters. Usual: 1, toll-free 3.",
    )
    burst = forms.FloatField(
        label="At once after a break",
        min_value=1,
        max_value=pace.LARGEST_BURST,
        widget=TextInputWidget(attrs={"inputmode": "decimal"}),
        help_text="How many go out without a wait when it hasn't sent for a while.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        numbers = MessageNumber.objects.of(adminkit.organization_of(self.request))
        line = line_of(numbers.get(public_id=self.object_id))
        self.initial = {"segments_per_second": line.segments_per_second, "burst": line.burst}


class UseOfNumber(TenantAdmin):
    """The part of the page about numbers that says what they are used for."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return inventory.with_figures(super().get_queryset(request), timezone.now())

    @column("Open conversations", ordering="open_conversations")
    def conversations(self, number: Any) -> int:
        return int(number.open_conversations)

    @column("Texts in 7 days")
    def volume(self, number: Any) -> str:
        return f"{number.texts_in} in, {number.texts_out} out"

    @column("Last used", ordering="last_used_at")
    def last_used(self, number: Any) -> str:
        return moment(number.last_used_at) if number.last_used_at else "Never"

    @column("In 7 days", ordering="last_used_at", rich=True)
    def lately(self, number: Any) -> tuple[str, str]:
        """Both in one column of the list."""
        last = f"Last {moment(number.last_used_at)}" if number.last_used_at else "Never used"
        return self.volume(number), last

    @column("Pace")
    def paced(self, number: MessageNumber) -> str:
        line = line_of(number)
        return f"{line.segments_per_second:g} a second, {line.burst:g} at once after a break"

    @column("History")
    def history(self, number: MessageNumber) -> Any:
        return (
            timeline(Step(one.at, sentence(one.verb, one.data)) for one in inventory.history(number)) or "–"
        )

    @verb_button(
        description="Pace",
        text="How fast texts go out from this number. Faster than the carrier allows makes texts fail.",
        done="The number sends at the new pace.",
        submit="Save",
        icon="speed",
        form=PaceDialog,
    )
    def pace(self, request: HttpRequest, number: MessageNumber, form: Any) -> None:
        asked = {name: form.cleaned_data[name] for name in ("segments_per_second", "burst")}
        lifecycle.set_pace(number, **asked, by=adminkit.person(request), at=timezone.now())


def line_of(number: MessageNumber) -> SendingLine:
    """The line that the number sends over; what it would get, where it has none yet."""
    found: SendingLine | None = SendingLine.objects.filter(number=number).first()
    return found or pace.new_line(number)
