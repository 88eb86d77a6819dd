"""What became of a text: the page an owner opens when one did not arrive."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Prefetch, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from unfold.contrib.filters.admin import RangeDateTimeFilter

from messaging.admin.naming import conversation, with_parties
from messaging.admin.story import send_again_from, steps
from messaging.api.words import explain as reason_of
from messaging.errors import TooEarly
from messaging.models import Delivery, DeliveryReport, SendAttempt, Thread
from messaging.models.deliveries import DeliveryState
from messaging.models.phones import display
from messaging.outbound import remedies
from snoutos.accounts import desk
from snoutos.accounts.desk import FactAdmin, Tabs, badge, bulk_button, column, moment, timeline, verb_button
from snoutos.accounts.desk.words import Tone
from snoutos.accounts.models import User

TROUBLED = (DeliveryState.FAILED, DeliveryState.UNDELIVERED, DeliveryState.UNKNOWN, DeliveryState.PARKED)
ENDED_BADLY = (DeliveryState.FAILED, DeliveryState.UNDELIVERED, DeliveryState.CANCELED)

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
_REMEDIES = (("retry", "Send once more"), ("send_again", "Send again"), ("leave", "Leave it"))


_DEAD_LETTER = Q(state=DeliveryState.FAILED, reason="retries_exhausted")


class DeliveryTabs(Tabs):
    """What did not arrive comes first; everything else is one choice away."""

    tabs = {
        "trouble": ("Did not arrive", Q(state__in=TROUBLED)),
        "parked": ("Waits for you", Q(state=DeliveryState.PARKED)),
        "unknown": ("Being checked", Q(state=DeliveryState.UNKNOWN)),
        "failed": ("Failed", Q(state__in=[DeliveryState.FAILED, DeliveryState.UNDELIVERED]) & ~_DEAD_LETTER),
        "dead": ("Given up", _DEAD_LETTER),
        "queued": ("On their way", Q(state__in=[DeliveryState.QUEUED, DeliveryState.SENDING])),
        "sent": ("Sent", Q(state__in=[DeliveryState.SENT, DeliveryState.DELIVERED])),
        "canceled": ("Canceled", Q(state=DeliveryState.CANCELED)),
        "all": ("All texts", Q()),
    }


@admin.register(Delivery)
class DeliveryAdmin(FactAdmin):
    """Texts on their way out. They are never edited; what can be done about one is a button."""

    list_display = ("what", "state_is", "why", "when")
    list_display_links = ("what",)
    list_before_template = "desk/tabs.html"
    list_filter = (DeliveryTabs, ("created_at", RangeDateTimeFilter))
    search_fields = ("thread__client__name", "participant__sitter__name", "recipient", "body")
    search_help_text = "Search by client, sitter, phone or words"
    ordering = ("-id",)
    list_select_related = ("thread__client",)
    actions = ("retry_all", "send_again_all", "leave_all")
    actions_detail = ("retry", "send_again", "leave")
    fieldsets = (
        (None, {"fields": ("text", "state_is", "why", "what_to_do")}),
        ("What happened", {"fields": ("story",)}),
        ("Details", {"fields": ("to", "over", "of", "said", "before", "again", "reference")}),
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
        "said",
        "before",
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
            .select_related("decided_by", "message", "retry_of", "participant__sitter")
            .prefetch_related(Prefetch("thread", queryset=threads), Prefetch("attempts", queryset=attempts))
        )

    @column("Text", rich=True)
    def what(self, delivery: Delivery) -> tuple[str, str]:
        words = delivery.body if len(delivery.body) <= 80 else f"{delivery.body[:79]}…"
        who = str(delivery.participant.sitter or delivery.thread.client or display(delivery.recipient))
        more = (self.why(delivery), moment(delivery.created_at))
        return f"To {who}", desk.card(words or "Picture", self.state_is(delivery), *more)

    @column("State", ordering="state")
    def state_is(self, delivery: Delivery) -> str:
        return badge(DeliveryState(delivery.state).label, _STATE[delivery.state])

    @column("Why")
    def why(self, delivery: Delivery) -> str:
        return str((reason_of(delivery) or {}).get("title", "–"))

    @column("What to do")
    def what_to_do(self, delivery: Delivery) -> Any:
        said = str((reason_of(delivery) or {}).get("what_to_do") or "Nothing.")
        since = send_again_from(delivery) if delivery.state == DeliveryState.PARKED else None
        if since is not None and since > timezone.now():
            said = (
                f"{said} Sending again is offered from {moment(since)} on: until then it may still turn up."
            )
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

    @column("Message")
    def said(self, delivery: Delivery) -> Any:
        return desk.link(delivery.message, "Open the message")

    @column("Sent again for")
    def before(self, delivery: Delivery) -> Any:
        one = delivery.retry_of
        return desk.link(one, f"{moment(one.created_at)}: {one.get_state_display()}") if one else "–"

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

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """A phone is found however it is written: (619) 555-0123 is what the page shows, +16195550123 what is stored."""
        digits = re.sub(r"[\s().+-]", "", search_term)
        return super().get_search_results(  # type: ignore[no-any-return]
            request, queryset, digits if digits.isdecimal() and len(digits) >= 4 else search_term
        )

    def offers(self, verb: str, obj: Any) -> bool:
        if verb == "retry":
            return obj.state in ENDED_BADLY and not obj.retries_made.exists()
        return bool(obj.state == DeliveryState.PARKED)

    @verb_button(
        description="Send once more",
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
        _release(delivery, by=desk.person(request), at=timezone.now())

    @verb_button(
        description="Leave it",
        text="It is not sent again.",
        done="Left as it is.",
        icon="do_not_disturb_on",
    )
    def leave(self, request: HttpRequest, delivery: Delivery, form: Any) -> None:
        remedies.leave(delivery, by=desk.person(request), at=timezone.now())

    @bulk_button("Send once more (failed ones)")
    def retry_all(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        by, at = desk.person(request), timezone.now()
        self.each(
            request, rows.order_by("pk"), lambda one: remedies.retry(one, by=by, at=at), "On their way again"
        )

    @bulk_button("Send again (those that wait for you)")
    def send_again_all(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        by, at = desk.person(request), timezone.now()
        self.each(request, rows.order_by("pk"), lambda one: _release(one, by=by, at=at), "On their way again")

    @bulk_button("Leave as they are (those that wait for you)")
    def leave_all(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        by, at = desk.person(request), timezone.now()
        self.each(request, rows, lambda one: remedies.leave(one, by=by, at=at), "Left as they are")


def _release(delivery: Delivery, *, by: User, at: datetime) -> None:
    """Send a parked text again. Raises what `remedies.send_again` does; too early, with the time from which it is offered."""
    try:
        remedies.send_again(delivery, by=by, at=at)
    except TooEarly as error:
        since = send_again_from(delivery)
        if since is None:
            raise
        raise ValidationError(
            f"It may still turn up at the provider. Sending again is offered from {moment(since)} on."
        ) from error
