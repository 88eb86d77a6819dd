"""What the provider sent us and did not get in: requests that failed, wait, or were refused. For owners only: they hold people's texts."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from messaging import permissions
from messaging.inbound import reprocess
from messaging.inbound.verify import read
from messaging.models import Message, RejectedRequest, WebhookReceipt
from messaging.models.phones import display
from messaging.models.receipts import ReceiptKind, ReceiptState
from snoutos import adminkit
from snoutos.accounts.models import User
from snoutos.adminkit import FactAdmin, Tabs, badge, bulk_button, column, moment, verb_button
from snoutos.adminkit.unfold import RangeDateTimeFilter
from snoutos.adminkit.words import Tone

_STATE: dict[str, tuple[str, Tone]] = {
    ReceiptState.DONE: ("Processed", "success"),
    ReceiptState.FAILED: ("Retrying", "warning"),
    ReceiptState.QUARANTINED: ("Gave up", "danger"),
    ReceiptState.UNROUTED: ("Waiting for its number", "warning"),
    ReceiptState.UNACTIONABLE: ("Nothing to do", ""),
}
_KIND = {
    ReceiptKind.INBOUND: "A text to you",
    ReceiptKind.STATUS: "A delivery report",
    ReceiptKind.CALL: "A call to you",
    ReceiptKind.CALL_STATUS: "The end of a call",
}


def fields_of(raw: bytes | memoryview[int]) -> dict[str, str]:
    """The fields of a stored request; empty when it was no form that can be read."""
    try:
        return read(bytes(raw))
    except ValueError:
        return {}


class ReceiptTabs(Tabs):
    """What wants a look comes first. What was taken in is a conversation by now and has no list here."""

    tabs = {
        "open": ("Needs a look", Q(state__in=reprocess.OPEN)),
        "aside": ("Gave up", Q(state=ReceiptState.QUARANTINED)),
        "failed": ("Retrying", Q(state=ReceiptState.FAILED)),
        "unrouted": ("Waiting for a number", Q(state=ReceiptState.UNROUTED)),
        "nothing": ("Nothing to do", Q(state=ReceiptState.UNACTIONABLE)),
        "all": ("All", ~Q(state=ReceiptState.DONE)),
    }


@admin.register(WebhookReceipt)
class WebhookReceiptAdmin(FactAdmin):
    """Requests of the provider, each kept whole before anything is done with it."""

    look = permissions.SEE_WEBHOOK_CALLS
    empty_says = "Every text that reached you is in its conversation. One that can't be processed shows up here, and nothing of it is lost."
    empty_next = ("Open the inbox", "admin:inbox")
    act = permissions.PROCESS_AGAIN
    list_display = ("what", "state_is", "why", "when")
    list_display_links = ("what",)
    list_before_template = "desk/tabs.html"
    list_filter = (ReceiptTabs, ("received_at", RangeDateTimeFilter))
    ordering = ("-received_at", "-id")
    actions = ("again_all",)
    actions_detail = ("again",)
    fieldsets = (
        (None, {"fields": ("kind_is", "state_is", "why", "what_to_do")}),
        ("What it says", {"fields": ("sender", "to", "text", "pictures")}),
        ("When", {"fields": ("when", "tried", "next_try")}),
        ("Details", {"fields": ("became", "account_is", "failure_is")}),
    )
    readonly_fields = (
        "kind_is", "state_is", "why", "what_to_do", "sender", "to", "text", "pictures", "when", "tried", "next_try",
        "became", "account_is", "failure_is",
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("account")

    def list_page(self, request: HttpRequest, extra_context: Any) -> HttpResponseBase:
        return super().list_page(request, {"title": "Texts not processed", **(extra_context or {})})

    @column("Request", rich=True)
    def what(self, receipt: WebhookReceipt) -> tuple[str, str]:
        more = (self.state_is(receipt), self.why(receipt), moment(receipt.received_at))
        said = fields_of(receipt.raw)
        if receipt.kind == ReceiptKind.STATUS:
            words = said.get("MessageStatus", "").replace("_", " ")
            return _KIND[ReceiptKind.STATUS], adminkit.card(words, *more)
        words = said.get("Body", "") or ("" if receipt.kind == ReceiptKind.INBOUND else self.kind_is(receipt))
        short = words if len(words) <= 80 else f"{words[:79]}…"
        return f"From {display(said.get('From', ''))}", adminkit.card(short, *more)

    @column("What it is")
    def kind_is(self, receipt: WebhookReceipt) -> str:
        return _KIND[ReceiptKind(receipt.kind)]

    @column("State", ordering="state")
    def state_is(self, receipt: WebhookReceipt) -> str:
        return badge(*_STATE[receipt.state])

    @column("What went wrong")
    def why(self, receipt: WebhookReceipt) -> str:
        if receipt.state == ReceiptState.UNROUTED:
            return f"{display(receipt.recipient)} isn't one of your numbers"
        if receipt.state == ReceiptState.UNACTIONABLE:
            return receipt.failure or "It's about a text SnoutOS doesn't know."
        if receipt.state == ReceiptState.DONE:
            return "Nothing"
        return "SnoutOS couldn't process it. The problem is in SnoutOS, not in the text."

    @column("What to do")
    def what_to_do(self, receipt: WebhookReceipt) -> Any:
        said = {
            ReceiptState.FAILED: "Nothing. SnoutOS will try again.",
            ReceiptState.QUARANTINED: "Process it again. If it still fails, tell whoever runs SnoutOS for you.",
            ReceiptState.UNROUTED: "Add the number under Numbers; the text is processed then.",
        }.get(ReceiptState(receipt.state), "Nothing.")
        if not self.offers("again", receipt):
            return said
        return format_html("{}{}", said, adminkit.shown_buttons(receipt, [("again", "Process again")]))

    @column("From")
    def sender(self, receipt: WebhookReceipt) -> str:
        return display(fields_of(receipt.raw).get("From", "")) or "–"

    @column("To")
    def to(self, receipt: WebhookReceipt) -> str:
        return display(fields_of(receipt.raw).get("To", "")) or "–"

    @column("Text")
    def text(self, receipt: WebhookReceipt) -> str:
        said = fields_of(receipt.raw)
        if receipt.kind == ReceiptKind.STATUS:
            return said.get("MessageStatus", "").replace("_", " ") or "–"
        return said.get("Body") or "–"

    @column("Pictures and files")
    def pictures(self, receipt: WebhookReceipt) -> str:
        return fields_of(receipt.raw).get("NumMedia", "0")

    @column("Received", ordering="received_at")
    def when(self, receipt: WebhookReceipt) -> str:
        return moment(receipt.received_at)

    @column("Failed tries")
    def tried(self, receipt: WebhookReceipt) -> str:
        return str(receipt.tries)

    @column("Next try")
    def next_try(self, receipt: WebhookReceipt) -> str:
        return moment(receipt.next_try_at)

    @column("Result")
    def became(self, receipt: WebhookReceipt) -> Any:
        own = Message.objects.of(receipt.organization_id)
        return adminkit.link(own.filter(receipt=receipt).first(), "Open the message")

    @column("Account")
    def account_is(self, receipt: WebhookReceipt) -> Any:
        return adminkit.link(receipt.account)

    @column("For support")
    def failure_is(self, receipt: WebhookReceipt) -> Any:
        if receipt.state not in (ReceiptState.FAILED, ReceiptState.QUARANTINED) or not receipt.failure:
            return f"Receipt {receipt.pk}"
        return adminkit.folded(f"Receipt {receipt.pk}: where it failed", receipt.failure)

    def offers(self, verb: str, obj: Any) -> bool:
        return obj.state in reprocess.OPEN

    @verb_button(
        description="Process again",
        text="It's processed as if it came in now. Nothing happens twice.",
        done="Processed.",
        icon="refresh",
        asks_provider=True,
    )
    def again(self, request: HttpRequest, receipt: WebhookReceipt, form: Any) -> None:
        _process_again(receipt, adminkit.person(request))

    @bulk_button("Process again")
    def again_all(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        by = adminkit.person(request)
        # In the order in which they came, which is the order of the conversation.
        oldest_first = rows.order_by("received_at", "pk")
        self.each(request, oldest_first, lambda one: _process_again(one, by), "Processed")


def _process_again(receipt: WebhookReceipt, by: User) -> None:
    """Take it in. Raises ValidationError with what to do when it could not be; the new failure stays on the receipt."""
    if reprocess.process_again(receipt, by=by, at=timezone.now()):
        return
    if receipt.state == ReceiptState.UNROUTED:
        raise ValidationError("Its number still isn't one of yours: add it under Numbers first.")
    raise ValidationError(
        "It couldn't be processed this time either. Nothing is lost; tell whoever runs SnoutOS for you."
    )


# Only what names an account of ours can be shown to its owner; the rest is a figure for operators (`snoutos.ops.gauges.refused`).
_REASONS = {
    "signature": (
        "Its signature doesn't match",
        "The auth token here isn't your provider's, or the webhook address set at the provider isn't exactly your SnoutOS address.",
    ),
    "other_accounts_number": (
        "It's for another account's number",
        "Check which account the number belongs to, and correct it under Numbers.",
    ),
}


@admin.register(RejectedRequest)
class RejectedRequestAdmin(FactAdmin):
    """Requests that were refused because nothing proves that they come from the provider. The last 200 of each account."""

    look = permissions.SEE_WEBHOOK_CALLS
    empty_says = "No calls were blocked. One that can't be proven to come from your provider shows up here."
    empty_next = ("Check your provider account", "admin:messaging_provideraccount_changelist")
    list_display = ("what", "how_many", "when")
    list_display_links = ("what",)
    ordering = ("-id",)
    actions = ()
    fieldsets = (
        (None, {"fields": ("why", "what_to_do", "when", "how_many")}),
        ("The request", {"fields": ("account_is", "path", "expected", "content")}),
    )
    readonly_fields = ("why", "what_to_do", "when", "how_many", "account_is", "path", "expected", "content")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("account")

    def list_page(self, request: HttpRequest, extra_context: Any) -> HttpResponseBase:
        return super().list_page(request, {"title": "Blocked webhook calls", **(extra_context or {})})

    @column("Request", rich=True)
    def what(self, refused: RejectedRequest) -> tuple[str, str]:
        times = "once" if not refused.more else f"{refused.more + 1} times"
        return _reason(refused)[0], adminkit.card(refused.path, times, moment(refused.at))

    @column("Why it was blocked")
    def why(self, refused: RejectedRequest) -> str:
        return _reason(refused)[0]

    @column("What to do")
    def what_to_do(self, refused: RejectedRequest) -> str:
        return _reason(refused)[1]

    @column("How many")
    def how_many(self, refused: RejectedRequest) -> str:
        return str(refused.more + 1)

    @column("When", ordering="at")
    def when(self, refused: RejectedRequest) -> str:
        return moment(refused.at)

    @column("Account")
    def account_is(self, refused: RejectedRequest) -> Any:
        return adminkit.link(refused.account)

    @column("The address the provider should call")
    def expected(self, refused: RejectedRequest) -> str:
        return f"{settings.PUBLIC_BASE_URL}{reverse('twilio-inbound')}"

    @column("Content")
    def content(self, refused: RejectedRequest) -> Any:
        said = fields_of(refused.body)
        lines = [f"{name}: {value}" for name, value in said.items()]
        whole = "\n".join(lines) or bytes(refused.body).decode(errors="replace")
        return adminkit.folded("Show it (sender not verified)", whole) if whole else "Nothing"


def _reason(refused: RejectedRequest) -> tuple[str, str]:
    return _REASONS.get(refused.reason, (refused.reason.replace("_", " ").capitalize(), "Nothing."))
