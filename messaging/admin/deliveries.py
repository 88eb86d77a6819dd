"""What became of a text: the page an owner opens when one did not arrive."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RangeDateTimeFilter

from messaging.admin.naming import conversation, with_parties
from messaging.api.words import explain as reason_of
from messaging.models import Delivery, DeliveryReport, SendAttempt, Thread
from messaging.models.deliveries import AttemptState, DeliveryState
from messaging.models.phones import display
from messaging.outbound import remedies
from messaging.outbound.classify import explain
from snoutos.accounts import desk
from snoutos.accounts.desk import (
    FactAdmin,
    Step,
    badge,
    bulk_button,
    column,
    moment,
    timeline,
    verb_button,
)
from snoutos.accounts.desk.words import Tone

TROUBLED = (DeliveryState.FAILED, DeliveryState.UNDELIVERED, DeliveryState.UNKNOWN, DeliveryState.PARKED)

_STATE: dict[str, Tone] = {
    "queued": "info",
    "sending": "info",
    "sent": "primary",
    "delivered": "success",
    "undelivered": "danger",
    "failed": "danger",
    "unknown": "warning",
    "parked": "warning",
    "canceled": "",
}
_SETTLED: dict[str, tuple[str, str, Tone]] = {
    AttemptState.ACCEPTED: ("The provider took it", "It is on its way to the phone.", "primary"),
    AttemptState.ACCEPTED_LATE: (
        "The provider had taken it after all",
        "This was found out later.",
        "primary",
    ),
    AttemptState.REFUSED: ("It was not sent", "This is certain, so it can be tried again safely.", "warning"),
    AttemptState.REJECTED: ("The provider refused it for good", "Trying again would not help.", "danger"),
    AttemptState.ABSENT: ("The provider does not know it", "It was very probably not sent.", "warning"),
    AttemptState.ABANDONED: ("Stopped before it was sent", "", ""),
}
_REPORTED: dict[str, tuple[str, Tone]] = {
    "delivered": ("Delivered to the phone", "success"),
    "read": ("Read on the phone", "success"),
    "undelivered": ("Not delivered to the phone", "danger"),
    "partially_delivered": ("Only a part was delivered", "danger"),
    "failed": ("The provider gave up", "danger"),
    "canceled": ("Canceled at the provider", "warning"),
    "sent": ("Handed to the phone company", "info"),
}
_FINISHED: dict[str, tuple[str, Tone]] = {
    "canceled": ("Canceled: it does not leave", ""),
    "parked": ("It waits for your decision", "warning"),
    "failed": ("Given up", "danger"),
}


_REMEDIES = (("retry", "Try again"), ("send_again", "Send again"), ("leave", "Leave it"))


def steps(delivery: Delivery) -> Iterator[Step]:
    """What happened to `delivery`, oldest first, in the owner's words."""
    yield Step(delivery.created_at, "Ready to leave", _whose_word(delivery), "info")
    told: list[Step] = []
    for attempt in delivery.attempts.all():
        told.extend(_attempt(attempt))
    yield from sorted(told, key=lambda step: step.at or delivery.created_at)
    if delivery.state in _FINISHED:
        title, tone = _FINISHED[delivery.state]
        yield Step(
            delivery.finished_at, title, _stop(str((reason_of(delivery) or {}).get("title", ""))), tone
        )
    elif delivery.state == DeliveryState.QUEUED and delivery.retries:
        yield Step(delivery.next_attempt_at, "Next try", "SnoutOS tries again by itself.", "info")


def _whose_word(delivery: Delivery) -> str:
    pieces = "1 piece" if delivery.segments == 1 else f"{delivery.segments} pieces"
    return f"On the word of: {delivery.get_authority_display().lower()}. Sent as {pieces}."


def _attempt(attempt: SendAttempt) -> Iterator[Step]:
    ordinal = f"Try {attempt.number}"
    if attempt.called_at:
        yield Step(attempt.called_at, f"{ordinal}: handed to the provider", "", "info")
    if attempt.unknown_at:
        detail = "The connection broke, so it is not known whether it left. It is being looked up."
        yield Step(attempt.unknown_at, f"{ordinal}: no clear answer", detail, "warning")
    if attempt.state in _SETTLED:
        title, detail, tone = _SETTLED[AttemptState(attempt.state)]
        yield Step(
            attempt.settled_at, f"{ordinal}: {_lower(title)}", _with_code(detail, attempt.error_code), tone
        )
    for report in attempt.reports.all():
        yield _report(report)


def _report(report: DeliveryReport) -> Step:
    title, tone = _REPORTED.get(
        report.status, (f"The provider says: {report.status.replace('_', ' ')}", "info")
    )
    return Step(report.reported_at, title, _with_code("", report.error_code), tone)


def _with_code(detail: str, code: str) -> str:
    if not code.isdecimal():
        return detail
    return f"{explain(int(code)).title} (error {code})."


def _stop(sentence: str) -> str:
    return f"{sentence}." if sentence and not sentence.endswith((".", "!", "?")) else sentence


def _lower(title: str) -> str:
    return title[0].lower() + title[1:]


class TroubleFilter(admin.SimpleListFilter):
    """What did not arrive comes first; everything else is one choice away."""

    title = "show"
    parameter_name = "show"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("all", "All texts")]

    def choices(self, changelist: Any) -> Any:
        for value, title in [(None, "What did not arrive"), *self.lookup_choices]:
            yield {
                "selected": self.value() == value,
                "query_string": changelist.get_query_string(
                    {self.parameter_name: value} if value else {}, [] if value else [self.parameter_name]
                ),
                "display": title,
            }

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "all" or "state__exact" in request.GET:
            return queryset
        return queryset.filter(state__in=TROUBLED)


@admin.register(Delivery)
class DeliveryAdmin(FactAdmin):
    """Texts on their way out. They are never edited; what can be done about one is a button."""

    list_display = ("what", "state_is", "why", "when")
    list_display_links = ("what",)
    list_filter = (TroubleFilter, ("state", ChoicesDropdownFilter), ("created_at", RangeDateTimeFilter))
    search_fields = ("thread__client__name", "recipient", "body")
    search_help_text = "Search by client, phone or words"
    ordering = ("-id",)
    list_select_related = ("thread__client",)
    actions = ("retry_all", "leave_all")
    actions_detail = ("retry", "send_again", "leave")
    fieldsets = (
        (None, {"fields": ("text", "state_is", "why", "what_to_do")}),
        ("What happened", {"fields": ("story",)}),
        ("Details", {"fields": ("to", "over", "of", "again", "reference")}),
    )
    readonly_fields = (
        "text",
        "state_is",
        "why",
        "what_to_do",
        "story",
        "to",
        "over",
        "of",
        "again",
        "reference",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        reports = DeliveryReport.objects.order_by("reported_at", "id")
        attempts = SendAttempt.objects.order_by("number").prefetch_related(
            Prefetch("reports", queryset=reports)
        )
        threads = with_parties(Thread.objects.all())
        return (
            super()
            .get_queryset(request)
            .prefetch_related(Prefetch("thread", queryset=threads), Prefetch("attempts", queryset=attempts))
        )

    @column("Text", rich=True)
    def what(self, delivery: Delivery) -> tuple[str, str]:
        words = delivery.body if len(delivery.body) <= 80 else f"{delivery.body[:79]}…"
        who = str(delivery.thread.client or display(delivery.recipient))
        return f"To {who}", words or "Picture"

    @column("State", ordering="state")
    def state_is(self, delivery: Delivery) -> str:
        return badge(DeliveryState(delivery.state).label, _STATE[delivery.state])

    @column("Why")
    def why(self, delivery: Delivery) -> str:
        return str((reason_of(delivery) or {}).get("title", "–"))

    @column("What to do")
    def what_to_do(self, delivery: Delivery) -> Any:
        said = str((reason_of(delivery) or {}).get("what_to_do") or "Nothing.")
        offered = [(verb, title) for verb, title in _REMEDIES if self.offers(verb, delivery)]
        return format_html("{}{}", said, desk.shown_buttons(delivery, offered)) if offered else said

    @column("When", ordering="created_at")
    def when(self, delivery: Delivery) -> str:
        return moment(delivery.created_at)

    @column("Text")
    def text(self, delivery: Delivery) -> str:
        return delivery.body or "A picture without words"

    @column("Step by step")
    def story(self, delivery: Delivery) -> Any:
        return timeline(steps(delivery))

    @column("To")
    def to(self, delivery: Delivery) -> str:
        return display(delivery.recipient)

    @column("Over your number")
    def over(self, delivery: Delivery) -> str:
        return display(delivery.sender)

    @column("Conversation")
    def of(self, delivery: Delivery) -> Any:
        return conversation(delivery.thread)

    @column("Sent again as")
    def again(self, delivery: Delivery) -> Any:
        return desk.bullets(
            desk.link(one, f"{moment(one.created_at)}: {one.get_state_display()}")
            for one in delivery.retries_made.order_by("id")
        )

    @column("Provider's reference")
    def reference(self, delivery: Delivery) -> str:
        found = [attempt.provider_sid for attempt in delivery.attempts.all() if attempt.provider_sid]
        return ", ".join(found) or "–"

    def offers(self, verb: str, obj: Any) -> bool:
        if verb == "retry":
            return (
                obj.state in (DeliveryState.FAILED, DeliveryState.UNDELIVERED)
                and not obj.retries_made.exists()
            )
        return bool(obj.state == DeliveryState.PARKED)

    @verb_button(
        description="Try again",
        text="The text is sent once more, as a new text.",
        done="It is on its way again.",
        icon="refresh",
    )
    def retry(self, request: HttpRequest, delivery: Delivery, form: Any) -> Any:
        return remedies.retry(delivery, by=desk.person(request), at=timezone.now())

    @verb_button(
        description="Send again",
        text="It was probably not sent, but that is not certain: the client may get it twice.",
        done="It is on its way again.",
        icon="send",
    )
    def send_again(self, request: HttpRequest, delivery: Delivery, form: Any) -> None:
        remedies.send_again(delivery, by=desk.person(request), at=timezone.now())

    @verb_button(
        description="Leave it",
        text="It is not sent again.",
        done="Left as it is.",
        icon="do_not_disturb_on",
    )
    def leave(self, request: HttpRequest, delivery: Delivery, form: Any) -> None:
        remedies.leave(delivery, by=desk.person(request), at=timezone.now())

    @bulk_button("Try again")
    def retry_all(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        by, at = desk.person(request), timezone.now()
        self.each(request, rows, lambda one: remedies.retry(one, by=by, at=at), "On their way again")

    @bulk_button("Leave as they are")
    def leave_all(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        by, at = desk.person(request), timezone.now()
        self.each(request, rows, lambda one: remedies.leave(one, by=by, at=at), "Left as they are")
