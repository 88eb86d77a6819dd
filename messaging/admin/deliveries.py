"""What became of a text: the page an owner opens when one did not arrive."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Prefetch, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html

from messaging import permissions
from messaging.admin.naming import called, conversation, with_parties
from messaging.admin.story import send_again_from, steps
from messaging.errors import TooEarly
from messaging.models import Delivery, DeliveryReport, SendAttempt, Thread
from messaging.models.deliveries import DeliveryState
from messaging.models.phones import display
from messaging.outbound.recovery import owner_actions
from messaging.sign_in.links import without_link
from messaging.wording import deliveries as wording
from snoutos import adminkit
from snoutos.accounts.models import User
from snoutos.adminkit import FactAdmin, Tabs, badge, bulk_button, column, moment, timeline, verb_button
from snoutos.adminkit.unfold import RangeDateTimeFilter
from snoutos.adminkit.words import Tone

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
_REMEDIES = (("retry", "Try again"), ("send_again", "Send again"), ("leave", "Leave it"))


_DEAD_LETTER = Q(state=DeliveryState.FAILED, reason=Delivery.EXHAUSTED)


class DeliveryTabs(Tabs):
    """What did not arrive comes first; everything else is one choice away."""

    tabs = {
        "trouble": ("Not delivered", Q(state__in=TROUBLED)),
        "parked": ("Waiting for you", Q(state=DeliveryState.PARKED)),
        "unknown": ("Checking", Q(state=DeliveryState.UNKNOWN)),
        "failed": ("Failed", Q(state__in=[DeliveryState.FAILED, DeliveryState.UNDELIVERED]) & ~_DEAD_LETTER),
        "dead": ("Given up", _DEAD_LETTER),
        "queued": ("On the way", Q(state__in=[DeliveryState.QUEUED, DeliveryState.SENDING])),
        "sent": ("Sent", Q(state__in=[DeliveryState.SENT, DeliveryState.DELIVERED])),
        "canceled": ("Canceled", Q(state=DeliveryState.CANCELED)),
        "all": ("All texts", Q()),
    }


@admin.register(Delivery)
class DeliveryAdmin(FactAdmin):
    """Texts on their way out. They are never edited; what can be done about one is a button."""

    look = permissions.SEE_DELIVERIES
    empty_says = "A text that doesn't arrive shows up here, with the reason and what you can do."
    empty_next = ("Open the inbox", "admin:inbox")
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
            .select_related("decided_by", "message", "retry_of", "participant__sitter", "account")
            .prefetch_related(Prefetch("thread", queryset=threads), Prefetch("attempts", queryset=attempts))
        )

    @column("Text", rich=True)
    def what(self, delivery: Delivery) -> tuple[str, str]:
        text = without_link(delivery.body)
        words = text if len(text) <= 80 else f"{text[:79]}…"
        who = str(delivery.participant.sitter or called(delivery.thread))
        more = (self.why(delivery), moment(delivery.created_at))
        return f"To {who}", adminkit.card(words or "Picture", self.state_is(delivery), *more)

    @column("State", ordering="state")
    def state_is(self, delivery: Delivery) -> str:
        return badge(DeliveryState(delivery.state).label, _STATE[delivery.state])

    @column("Why")
    def why(self, delivery: Delivery) -> str:
        said = wording.of(delivery)
        return said.title if said else "–"

    @column("What to do")
    def what_to_do(self, delivery: Delivery) -> Any:
        words = wording.of(delivery)
        said = words.next_step if words and words.next_step else "Nothing."
        since = send_again_from(delivery) if delivery.state == DeliveryState.PARKED else None
        if since is not None and since > timezone.now():
            said = f"{said} You can send it again from {moment(since)}; until then it may still turn up."
        offered = [(verb, title) for verb, title in _REMEDIES if self.offers(verb, delivery)]
        return format_html("{}{}", said, adminkit.shown_buttons(delivery, offered)) if offered else said

    @column("When", ordering="created_at")
    def when(self, delivery: Delivery) -> str:
        return moment(delivery.created_at)

    @column("Text")
    def text(self, delivery: Delivery) -> str:
        return without_link(delivery.body) or "Picture only"

    @column("Step by step")
    def story(self, delivery: Delivery) -> Any:
        return timeline(steps(delivery))

    @column("To")
    def to(self, delivery: Delivery) -> str:
        return display(delivery.recipient)

    @column("From your number")
    def over(self, delivery: Delivery) -> str:
        return display(delivery.sender)

    @column("Conversation")
    def of(self, delivery: Delivery) -> Any:
        return conversation(delivery.thread)

    @column("Message")
    def said(self, delivery: Delivery) -> Any:
        return adminkit.link(delivery.message, "Open the message")

    @column("Sent again for")
    def before(self, delivery: Delivery) -> Any:
        one = delivery.retry_of
        return adminkit.link(one, f"{moment(one.created_at)}: {one.get_state_display()}") if one else "–"

    @column("Sent again as")
    def again(self, delivery: Delivery) -> Any:
        return adminkit.bullets(
            adminkit.link(one, f"{moment(one.created_at)}: {one.get_state_display()}")
            for one in delivery.retries_made.order_by("id")
        )

    @column("Provider's ID")
    def reference(self, delivery: Delivery) -> str:
        found = [attempt.provider_sid for attempt in delivery.attempts.all() if attempt.provider_sid]
        return ", ".join(found) or "–"

    def offers(self, verb: str, obj: Any) -> bool:
        if verb == "retry":
            return obj.state in ENDED_BADLY and not obj.retries_made.exists()
        return bool(obj.state == DeliveryState.PARKED)

    @verb_button(
        description="Try again",
        text="The text is sent again as a new one.",
        done="Sending again.",
        may=permissions.SEND_ONCE_MORE,
        icon="refresh",
    )
    def retry(self, request: HttpRequest, delivery: Delivery, form: Any) -> Any:
        return owner_actions.retry(delivery, by=adminkit.person(request), at=timezone.now())

    @verb_button(
        description="Send again",
        text="It probably wasn't sent, but that's not certain: the client may get it twice.",
        done="Sending again.",
        may=permissions.SEND_AGAIN,
        icon="send",
    )
    def send_again(self, request: HttpRequest, delivery: Delivery, form: Any) -> None:
        _release(delivery, by=adminkit.person(request), at=timezone.now())

    @verb_button(
        description="Leave it",
        text="It won't be sent.",
        done="Not sent.",
        may=permissions.LEAVE_UNSENT,
        icon="do_not_disturb_on",
    )
    def leave(self, request: HttpRequest, delivery: Delivery, form: Any) -> None:
        owner_actions.leave(delivery, by=adminkit.person(request), at=timezone.now())

    @bulk_button("Try again (failed)", may=permissions.SEND_ONCE_MORE)
    def retry_all(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        by, at = adminkit.person(request), timezone.now()
        self.each(
            request,
            rows.order_by("pk"),
            lambda one: owner_actions.retry(one, by=by, at=at),
            "Sending again",
        )

    @bulk_button("Send again (waiting for you)", may=permissions.SEND_AGAIN)
    def send_again_all(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        by, at = adminkit.person(request), timezone.now()
        self.each(request, rows.order_by("pk"), lambda one: _release(one, by=by, at=at), "Sending again")

    @bulk_button("Leave unsent (waiting for you)", may=permissions.LEAVE_UNSENT)
    def leave_all(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        by, at = adminkit.person(request), timezone.now()
        self.each(request, rows, lambda one: owner_actions.leave(one, by=by, at=at), "Not sent")


def _release(delivery: Delivery, *, by: User, at: datetime) -> None:
    """Send a parked text again. Raises what `owner_actions.send_again` does; too early, with the time from which it is offered."""
    try:
        owner_actions.send_again(delivery, by=by, at=at)
    except TooEarly as error:
        since = send_again_from(delivery)
        if since is None:
            raise
        raise ValidationError(
            f"It may still turn up at the provider. You can send it again from {moment(since)}."
        ) from error
