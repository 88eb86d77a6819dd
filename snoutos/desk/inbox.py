"""The inbox: an organization's conversations, newest first, each with all that one row shows, in a fixed
number of queries."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce, JSONObject, Left
from django.urls import reverse

from messaging.models import (
    AssignmentWindow,
    ClientPhone,
    Message,
    OptOut,
    Participant,
    RoutingOverride,
    Thread,
    ThreadRead,
)
from messaging.models.assignments import OverrideTarget
from messaging.models.messages import AuthorKind, MessageState
from messaging.models.phones import display
from messaging.models.threads import Role, ThreadKind, ThreadState
from snoutos.desk import attention, moments
from snoutos.desk.visit import Visit

PAGE = 30
SNIPPET = 160

SHOWS: dict[str, str] = {
    "": "Open",
    "unread": "Unread",
    "waiting": "Waiting for you",
    "unknown": "Unknown senders",
    "billing": "Billing",
    "staff": "Sitters",
    "closed": "Closed",
    "all": "All",
}
EMPTY: dict[str, tuple[str, str]] = {
    "": ("No conversations yet", "When somebody texts one of your numbers, it appears here."),
    "unread": ("All read", "You have seen every text that came to you."),
    "waiting": ("Nothing waits for you", "Every client has an answer and no text waits for review."),
    "unknown": ("No unknown senders", "Everybody who wrote is linked to a client or a sitter."),
    "billing": ("No billing conversations", "Billing conversations are never shown to sitters."),
    "staff": ("No texts from sitters", "When a sitter texts you, it appears here."),
    "closed": ("No closed conversations", "A closed conversation opens again with its next text."),
    "all": ("No conversations yet", "When somebody texts one of your numbers, it appears here."),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address of the inbox asks for."""

    show: str = ""
    search: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Flag:
    """A short label; `tone` is one of danger, warning, info, plain."""

    label: str
    tone: str


@dataclass(frozen=True, slots=True)
class Row:
    """One conversation as the inbox shows it. Everything in it is plain text, to be escaped."""

    public_id: uuid.UUID
    url: str
    name: str
    initials: str
    hue: int
    is_known: bool
    pets: str
    speaker: str
    snippet: str
    time: str
    iso: str
    unread: int
    keeper: str
    keeper_until: str
    flags: tuple[Flag, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """A page of rows; `following` is the cursor of the next one, empty on the last."""

    rows: list[Row]
    following: str


def page(visit: Visit, asked: Asked) -> Page:
    """The rows that `asked` names. Two queries, whatever their number."""
    threads = _after(_matching(visit, asked), asked.after)
    found = list(_with_row_facts(threads, visit).order_by("-last_message_at", "-pk")[: PAGE + 1])
    shown = found[:PAGE]
    following = cursor(shown[-1]) if len(found) > PAGE else ""
    phones = {thread.party["e164"] for thread in shown if thread.party}
    stopped = OptOut.objects.of(visit.organization).filter(is_in_force=True, e164__in=phones)
    opted_out = set(stopped.values_list("e164", flat=True))
    return Page([_row(thread, visit, opted_out) for thread in shown], following)


def cursor(thread: Thread) -> str:
    """Where a page ended: the time of the last text and, for those of one instant, the conversation."""
    moment = thread.last_message_at.isoformat() if thread.last_message_at else ""
    return f"{moment}_{thread.public_id}"


def _matching(visit: Visit, asked: Asked) -> QuerySet[Thread]:
    threads: QuerySet[Thread] = Thread.objects.of(visit.organization).filter(last_message_at__isnull=False)
    threads = _shown(threads, asked.show, visit)
    return _searched(threads, asked.search, visit) if asked.search else threads


def _shown(threads: QuerySet[Thread], show: str, visit: Visit) -> QuerySet[Thread]:
    if show == "all":
        return threads
    if show == "closed":
        return threads.filter(state=ThreadState.CLOSED)
    threads = threads.filter(state=ThreadState.OPEN)
    if show == "unread":
        return attention.unread(threads, visit.user)
    if show == "waiting":
        return threads.filter(_unanswered() | Q(_held()))
    if show == "unknown":
        strangers = Participant.objects.filter(thread=OuterRef("pk"), left_at__isnull=True, role=Role.UNKNOWN)
        return threads.filter(Exists(strangers))
    if show in (ThreadKind.BILLING, ThreadKind.STAFF):
        return threads.filter(kind=show)
    return threads


def _unanswered() -> Q:
    """The owner was told of a text and nobody has written since."""
    answers = Message.objects.filter(
        thread=OuterRef("pk"),
        position__gt=OuterRef("owner_position"),
        state=MessageState.ACCEPTED,
        is_note=False,
        author_kind__in=[AuthorKind.OWNER, AuthorKind.SITTER],
    )
    return Q(owner_position__gt=0) & ~Q(Exists(answers))


def _held() -> Exists:
    # The organization lets the planner use the index of the review queue.
    return Exists(
        Message.objects.filter(
            organization=OuterRef("organization"), thread=OuterRef("pk"), state=MessageState.HELD
        )
    )


def _searched(threads: QuerySet[Thread], search: str, visit: Visit) -> QuerySet[Thread]:
    """By client, sitter or phone, or by the beginnings of words of a text."""
    own = visit.organization
    match = Q(client__name__icontains=search) | Q(client__pets__icontains=search)
    match |= Q(participants__sitter__name__icontains=search, kind=ThreadKind.STAFF)
    digits = re.sub(r"\D", "", search)
    if len(digits) >= 3:
        match |= Q(participants__e164__contains=digits)
        match |= Q(client__in=ClientPhone.objects.of(own).filter(e164__contains=digits).values("client"))
    words = re.findall(r"\w+", search)
    if words:
        query = SearchQuery(" & ".join(f"'{word}':*" for word in words), search_type="raw", config="simple")
        texts = (
            Message.objects.of(own).annotate(words=SearchVector("body", config="simple")).filter(words=query)
        )
        match |= Q(pk__in=texts.values("thread"))
    return threads.filter(pk__in=Thread.objects.of(own).filter(match).values("pk"))


def _after(threads: QuerySet[Thread], after: str) -> QuerySet[Thread]:
    """What follows the cursor; a cursor that makes no sense is the beginning."""
    moment, _, public_id = after.partition("_")
    try:
        at, last = datetime.fromisoformat(moment), uuid.UUID(public_id)
    except ValueError:
        return threads
    if at.tzinfo is None:
        return threads
    same = Subquery(threads.model._default_manager.filter(public_id=last).values("pk"))
    return threads.filter(Q(last_message_at__lt=at) | Q(last_message_at=at, pk__lt=same))


def _with_row_facts(threads: QuerySet[Thread], visit: Visit) -> QuerySet[Any]:
    """Each fact is a subquery over an index: it costs per row shown, not per row stored."""
    return threads.select_related("client").annotate(
        party=party(),
        # What a person or their rule said: a notice of SnoutOS would hide it.
        last=_first(
            Message.objects.filter(thread=OuterRef("pk"))
            .exclude(author_kind=AuthorKind.SYSTEM, author__isnull=True)
            .order_by("-position"),
            body=Left("body", SNIPPET),
            author="author_kind",
            sitter="sitter__name",
            state="state",
            is_note="is_note",
        ),
        override=_first(
            in_force(RoutingOverride, visit.at), target="target", sitter="sitter__name", ends_at="ends_at"
        ),
        window=_first(in_force(AssignmentWindow, visit.at), sitter="sitter__name", ends_at="ends_at"),
        unread=_unread_texts(visit),
        has_held=_held(),
        has_trouble=Exists(attention.troubled(visit.at).filter(thread=OuterRef("pk"))),
    )


def party(thread: str = "pk") -> Subquery:
    """The outside party of a thread (by its column in the outer query): a client or unknown one before a
    sitter, who is there
    before who left."""
    last = Case(When(role=Role.SITTER, then=1), default=0, output_field=IntegerField())
    people = Participant.objects.filter(thread=OuterRef(thread)).order_by(
        last, F("left_at").desc(nulls_first=True)
    )
    return _first(people, e164="e164", role="role", sitter="sitter__name")


def in_force(model: type[AssignmentWindow] | type[RoutingOverride], at: datetime) -> QuerySet[Any]:
    """The outer thread's window or override at `at`; the database allows one of each."""
    found: QuerySet[Any] = model.objects.filter(
        thread=OuterRef("pk"), canceled_at__isnull=True, starts_at__lte=at, ends_at__gt=at
    )
    return found


def _first(rows: QuerySet[Any], **fields: Any) -> Subquery:
    return Subquery(rows.values(found=JSONObject(**fields))[:1])


def _unread_texts(visit: Visit) -> Subquery:
    read = ThreadRead.objects.filter(user=visit.user, thread=OuterRef("thread")).values("position")
    fresh = Message.objects.filter(
        thread=OuterRef("pk"),
        position__gt=Coalesce(Subquery(read[:1]), Value(0), output_field=IntegerField()),
        position__lte=OuterRef("owner_position"),
        author_kind__in=[AuthorKind.CLIENT, AuthorKind.SITTER],
    )
    return Subquery(fresh.order_by().values("thread").annotate(n=Count("pk")).values("n"))


def _row(thread: Any, visit: Visit, opted_out: set[str]) -> Row:
    name, is_known = party_name(thread)
    speaker, snippet = _last_words(thread.last or {})
    keeper, until = _keeper(thread, visit)
    moment = thread.last_message_at
    return Row(
        public_id=thread.public_id,
        url=reverse("admin:conversation", args=[thread.public_id]),
        name=name,
        initials=initials(name) if is_known else "?",
        hue=thread.pk % 6,
        is_known=is_known,
        pets=thread.client.pets if thread.client else "",
        speaker=speaker,
        snippet=snippet,
        time=moments.stamp(moment, visit.zone, visit.at),
        iso=moment.isoformat(),
        unread=thread.unread or 0,
        keeper=keeper,
        keeper_until=until,
        flags=tuple(_flags(thread, opted_out)),
    )


def party_name(thread: Any) -> tuple[str, bool]:
    """The name of the outside party, and whether anybody knows them. `thread` carries `party`."""
    if thread.client is not None:
        return str(thread.client.name), True
    party = thread.party or {}
    if party.get("sitter"):
        return str(party["sitter"]), True
    return (display(party["e164"]) if party.get("e164") else "Unknown sender"), False


def initials(name: str) -> str:
    """Up to two letters for the round badge."""
    words = [word for word in name.split() if word[0].isalnum()]
    return "".join(word[0] for word in [*words[:1], *words[1:][-1:]]).upper() or "?"


def _last_words(last: dict[str, Any]) -> tuple[str, str]:
    """Who spoke last, as a prefix, and the beginning of what they said."""
    if not last:
        return "", ""
    speaker = {
        AuthorKind.OWNER: "You",
        AuthorKind.SITTER: str(last.get("sitter") or "Sitter"),
        AuthorKind.AUTOMATION: "Automation",
        AuthorKind.SYSTEM: "SnoutOS",
    }.get(AuthorKind(last["author"]), "")
    if last.get("is_note"):
        speaker = "Note"
    return speaker, " ".join(str(last["body"]).split()) or "Picture or file"


def _keeper(thread: Any, visit: Visit) -> tuple[str, str]:
    """Who looks after it now, and until when; the same order as routing: override, window, owner."""
    if thread.kind != ThreadKind.CARE or thread.state != ThreadState.OPEN:
        return "You", ""
    chosen = thread.override or thread.window
    if not chosen:
        return "You", ""
    until = moments.until(datetime.fromisoformat(chosen["ends_at"]), visit.zone, visit.at)
    if chosen.get("target") == OverrideTarget.OWNER_INBOX:
        return "You", until
    return str(chosen["sitter"]), until


def _flags(thread: Any, opted_out: set[str]) -> list[Flag]:
    flags = [
        (thread.has_held, Flag("Held for review", "warning")),
        (thread.has_trouble, Flag("Not delivered", "danger")),
        (thread.flagged_at is not None, Flag("Flagged", "warning")),
        (bool(thread.party) and thread.party["e164"] in opted_out, Flag("Opted out", "danger")),
        (not party_name(thread)[1], Flag("Unknown sender", "info")),
        (thread.kind == ThreadKind.BILLING, Flag("Billing", "plain")),
        (thread.kind == ThreadKind.STAFF, Flag("Sitter", "plain")),
        (thread.state == ThreadState.CLOSED, Flag("Closed", "plain")),
    ]
    return [flag for holds, flag in flags if holds]
