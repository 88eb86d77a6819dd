"""Conversations as a list that can be searched; they are read and answered on their own page."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from messaging import permissions
from messaging.admin.naming import called, called_at_length, conversation, with_parties
from messaging.models import Message, Thread
from messaging.models.messages import AuthorKind, MessageState
from messaging.models.threads import Role
from messaging.people.naming import outside
from policy import reader
from snoutos.adminkit import FactAdmin, badge, bullets, column, link, moment, span
from snoutos.adminkit.unfold import ChoicesDropdownFilter
from snoutos.adminkit.words import Tone


@admin.register(Thread)
class ThreadAdmin(FactAdmin):
    """Every conversation, with who takes part in it and over which number."""

    look = permissions.SEE_CONVERSATIONS
    empty_says = "A conversation starts when someone texts one of your numbers, or when you write first."
    empty_next = ("New conversation", "admin:conversation_new")
    list_display = ("what", "kind_is", "state_is", "last")
    list_display_links = ("what",)
    list_filter = (("kind", ChoicesDropdownFilter), ("state", ChoicesDropdownFilter))
    search_fields = ("client__name", "client__pets", "participants__e164")
    search_help_text = "Search by client, pet or phone"
    ordering = ("-last_message_at", "-id")
    actions = ()
    fieldsets = (
        (None, {"fields": ("read", "parties", "kind_is", "state_is", "last", "tags_are")}),
        ("Schedule", {"fields": ("windows", "overrides")}),
    )
    readonly_fields = ("read", "parties", "kind_is", "state_is", "last", "tags_are", "windows", "overrides")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return with_parties(super().get_queryset(request))

    @column("Conversation", rich=True)
    def what(self, thread: Thread) -> tuple[str, str]:
        party = outside(thread)
        title = called(thread)
        return title, called_at_length(thread).removeprefix(f"{title}: ") if party else ""

    @column("Read and reply")
    def read(self, thread: Thread) -> Any:
        return conversation(thread)

    @column("Who's in it")
    def parties(self, thread: Thread) -> Any:
        there = [one for one in thread.participants.all() if one.left_at is None]
        return bullets(f"{Role(one.role).label}: {one.client or one.sitter or one}" for one in there)

    @column("Kind", ordering="kind")
    def kind_is(self, thread: Thread) -> str:
        return thread.get_kind_display()

    @column("State", ordering="state")
    def state_is(self, thread: Thread) -> str:
        return badge(thread.get_state_display(), "success" if thread.state == "open" else "")

    @column("Last text", ordering="last_message_at")
    def last(self, thread: Thread) -> str:
        return moment(thread.last_message_at)

    @column("Tags")
    def tags_are(self, thread: Thread) -> str:
        return ", ".join(thread.tags) or "–"

    @column("Latest visits")
    def windows(self, thread: Thread) -> Any:
        rows = thread.windows.select_related("sitter").order_by("-starts_at")[:10]
        return bullets(link(row, f"{row.sitter}: {span(row.starts_at, row.ends_at)}") for row in rows)

    @column("Latest redirects")
    def overrides(self, thread: Thread) -> Any:
        rows = thread.overrides.order_by("-starts_at")[:10]
        return bullets(link(row, f"{span(row.starts_at, row.ends_at)}: {row.reason}") for row in rows)


_STATE: dict[str, Tone] = {
    "received": "info",
    "held": "warning",
    "accepted": "success",
    "rejected": "danger",
    "canceled": "",
}


@admin.register(Message)
class MessageAdmin(FactAdmin):
    """Every text, to be searched. Nobody edits what was said."""

    look = permissions.SEE_CONVERSATIONS
    empty_says = "Every text of your conversations shows up here."
    empty_next = ("Open the inbox", "admin:inbox")
    list_display = ("what", "state_is", "when")
    list_display_links = ("what",)
    list_filter = (("author_kind", ChoicesDropdownFilter), ("state", ChoicesDropdownFilter))
    search_fields = ("body", "thread__client__name", "sitter__name", "thread__participants__e164")
    search_help_text = "Search by words, client, sitter or phone"
    ordering = ("-id",)
    list_select_related = ("thread__client", "sitter", "author")
    actions = ()
    fieldsets = (
        (None, {"fields": ("of", "by", "when", "state_is", "text")}),
        ("Screening", {"fields": ("for_sitters", "before_edit", "reviewed", "findings")}),
        ("Sending", {"fields": ("sent",)}),
    )
    readonly_fields = (
        "of",
        "by",
        "when",
        "state_is",
        "text",
        "for_sitters",
        "before_edit",
        "reviewed",
        "findings",
        "sent",
    )

    @column("Text", rich=True)
    def what(self, message: Message) -> tuple[str, str]:
        words = message.body if len(message.body) <= 80 else f"{message.body[:79]}…"
        with_whom = f", with {message.thread.client}" if message.thread.client else ""
        return words or "Picture", f"{self.by(message)}{with_whom}"

    @column("Conversation")
    def of(self, message: Message) -> Any:
        return conversation(message.thread)

    @column("By")
    def by(self, message: Message) -> str:
        who = message.sitter or message.author
        kind = "Note" if message.is_note else str(AuthorKind(message.author_kind).label)
        return f"{kind} {who}" if who else kind

    @column("When", ordering="id")
    def when(self, message: Message) -> str:
        return moment(message.created_at)

    @column("State", ordering="state")
    def state_is(self, message: Message) -> str:
        return badge(MessageState(message.state).label, _STATE[message.state])

    @column("Text")
    def text(self, message: Message) -> str:
        return message.body or "–"

    @column("What sitters read")
    def for_sitters(self, message: Message) -> str:
        if message.audience == "owner":
            return "Nothing: only you see it."
        seen = reader.read(message)
        return "The whole text" if seen == message.body else seen or "Nothing"

    @column("Before editing")
    def before_edit(self, message: Message) -> str:
        return message.original_body or "–"

    @column("Reviewed")
    def reviewed(self, message: Message) -> str:
        if message.reviewed_at is None:
            return "–"
        note = f": {message.review_note}" if message.review_note else ""
        return f"{moment(message.reviewed_at)} by {message.reviewed_by}{note}"

    @column("Findings")
    def findings(self, message: Message) -> Any:
        return bullets(link(row) for row in message.violations.order_by("id"))

    @column("On its way")
    def sent(self, message: Message) -> Any:
        rows = message.deliveries.order_by("id")
        return bullets(link(row, f"{moment(row.created_at)}: {row.get_state_display()}") for row in rows)
