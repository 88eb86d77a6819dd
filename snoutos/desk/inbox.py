"""The inbox: an organization's conversations, newest first, each with all that one row shows, in a fixed
number of queries."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db.models import (
    Count,
    Exists,
    IntegerField,
    JSONField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Coalesce, JSONObject, Left, NullIf
from django.urls import reverse

from messaging.models import (
    Call,
    ClientPhone,
    Message,
    OptOut,
    Participant,
    Thread,
    ThreadRead,
)
from messaging.models.calls import OPEN_STATES, CallState
from messaging.models.messages import AuthorKind, MessageState
from messaging.models.threads import ThreadKind, ThreadState
from messaging.people import naming, triage
from routing import standing
from routing.standing import Standing
from snoutos.core import timefmt
from snoutos.core.phones import having
from snoutos.desk import attention, revocations, shows, snoozing
from snoutos.desk.request import DeskRequest

PAGE = 30
SNIPPET = 160


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address of the inbox asks for."""

    show: str = ""
    search: str = ""
    after: str = ""
    tag: str = ""


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
    keeper_note: str
    flags: tuple[Flag, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """A page of rows; `following` is the cursor of the next one, empty on the last."""

    rows: list[Row]
    following: str


def page(desk: DeskRequest, asked: Asked) -> Page:
    """The rows that `asked` names. Four queries, whatever their number."""
    threads = _after(_matching(desk, asked), asked.after)
    found = list(_with_row_facts(threads, desk).order_by("-last_message_at", "-pk")[: PAGE + 1])
    shown = found[:PAGE]
    following = cursor(shown[-1]) if len(found) > PAGE else ""
    phones = {thread.party["e164"] for thread in shown if thread.party}
    stopped = OptOut.objects.of(desk.organization).filter(is_in_force=True, e164__in=phones)
    opted_out = set(stopped.values_list("e164", flat=True))
    standings = standing.of_all(shown, desk.at)
    return Page([_row(thread, desk, opted_out, standings[thread.pk]) for thread in shown], following)


def cursor(thread: Thread) -> str:
    """Where a page ended: the time of the last text and, for those of one instant, the conversation."""
    moment = thread.last_message_at.isoformat() if thread.last_message_at else ""
    return f"{moment}_{thread.public_id}"


def _matching(desk: DeskRequest, asked: Asked) -> QuerySet[Thread]:
    threads: QuerySet[Thread] = Thread.objects.of(desk.organization).filter(last_message_at__isnull=False)
    threads = shows.among(threads, asked.show, desk)
    if asked.tag:
        threads = threads.filter(tags__contains=[asked.tag])
    return _searched(threads, asked.search, desk) if asked.search else threads


def _searched(threads: QuerySet[Thread], search: str, desk: DeskRequest) -> QuerySet[Thread]:
    """By client, sitter or phone, or by the beginnings of words of a text."""
    own = desk.organization
    match = Q(client__name__icontains=search) | Q(client__pets__icontains=search)
    match |= Q(participants__sitter__name__icontains=search, kind=ThreadKind.STAFF)
    phone, on_card = having(search, "participants__e164"), having(search, "e164")
    if phone is not None and on_card is not None:
        match |= phone | Q(client__in=ClientPhone.objects.of(own).filter(on_card).values("client"))
    words = re.findall(r"\w+", search)
    if words:
        query = SearchQuery(" & ".join(f"'{word}':*" for word in words), search_type="raw", config="simple")
        texts = (
            Message.objects.of(own)
            .texts()
            .annotate(words=SearchVector("body", config="simple"))
            .filter(words=query)
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


def _with_row_facts(threads: QuerySet[Thread], desk: DeskRequest) -> QuerySet[Any]:
    """Each fact is a subquery over an index: it costs per row shown, not per row stored."""
    texts = Message.objects.texts().filter(thread=OuterRef("pk"))
    return threads.select_related("client", "assignee").annotate(
        party=naming.outside_of(),
        # What a person or their rule said: a notice of SnoutOS would hide it. Where nobody has said anything, the notice.
        last=Coalesce(
            _last(texts.exclude(author_kind=AuthorKind.SYSTEM, author__isnull=True)),
            _last(texts),
            output_field=JSONField(),
        ),
        last_call=_first(
            Call.objects.filter(thread=OuterRef("pk")).order_by("-position"),
            position="position",
            state="state",
            sitter="participant__sitter__name",
        ),
        unread=_unread(desk, _written(desk)) + _unread(desk, Call.objects.filter(state__in=OPEN_STATES)),
        has_held=shows.held(),
        has_revocation=revocations.in_thread(),
        has_trouble=Exists(attention.troubled(desk.at).filter(thread=OuterRef("pk"))),
    )


def _last(texts: QuerySet[Any]) -> Subquery:
    return _first(
        texts.order_by("-position"),
        body=Left("body", SNIPPET),
        author="author_kind",
        sitter="sitter__name",
        member=Coalesce(NullIf("author__name", Value("")), "author__email"),
        state="state",
        is_note="is_note",
        position="position",
    )


def _first(rows: QuerySet[Any], **fields: Any) -> Subquery:
    return Subquery(rows.values(found=JSONObject(**fields))[:1])


def _written(desk: DeskRequest) -> QuerySet[Message]:
    """What somebody outside wrote. A member's text from their phone is the others' to read, and never their own."""
    by_a_member = Q(author_kind=AuthorKind.OWNER, state=MessageState.RECEIVED, author__isnull=False)
    found: QuerySet[Message] = Message.objects.texts().filter(
        Q(author_kind__in=[AuthorKind.CLIENT, AuthorKind.SITTER]) | by_a_member & ~Q(author=desk.user)
    )
    return found


def _unread(desk: DeskRequest, entries: QuerySet[Any]) -> Coalesce:
    """How many of `entries` of a thread the owner was told of and has not seen."""
    read = ThreadRead.objects.filter(user=desk.user, thread=OuterRef("thread")).values("position")
    fresh = entries.filter(
        thread=OuterRef("pk"),
        position__gt=Coalesce(Subquery(read[:1]), Value(0), output_field=IntegerField()),
        position__lte=OuterRef("owner_position"),
    )
    counted = fresh.order_by().values("thread").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted), 0, output_field=IntegerField())


def _row(thread: Any, desk: DeskRequest, opted_out: set[str], now: Standing) -> Row:
    name, is_known = naming.name_of(thread, thread.party)
    speaker, snippet = _last_words(thread.last or {}, thread.last_call or {})
    who, until, note = keeper(now, desk)
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
        time=timefmt.stamp(moment, desk.zone, desk.at),
        iso=moment.isoformat(),
        unread=thread.unread,
        keeper=who,
        keeper_until=until,
        keeper_note=note,
        flags=(*_flags(thread, opted_out), *_triaged(thread, desk)),
    )


def _staff_flag(thread: Any) -> Flag:
    return Flag(office_role(thread.party or {}), "plain")


def office_role(party: Participant | Mapping[str, Any] | None) -> str:
    """Whom the office talks to in its own conversation: a sitter, a member, or the phone that alerts go to."""
    if isinstance(party, Participant):
        party = {"sitter": party.sitter_id, "member": party.member_id}
    named = party or {}
    return "Sitter" if named.get("sitter") else "Member" if named.get("member") else "Your phone"


def initials(name: str) -> str:
    """Up to two letters for the round badge."""
    words = [word for word in name.split() if word[0].isalnum()]
    return "".join(word[0] for word in [*words[:1], *words[1:][-1:]]).upper() or "?"


def _last_words(last: dict[str, Any], call: dict[str, Any]) -> tuple[str, str]:
    """Who spoke last, as a prefix, and the beginning of what they said; a call that came after that."""
    if call.get("position", 0) > last.get("position", 0):
        return str(call.get("sitter") or ""), str(CallState(call["state"]).label)
    if not last:
        return "", ""
    speaker = {
        AuthorKind.OWNER: "You",
        AuthorKind.SITTER: str(last.get("sitter") or "Sitter"),
        AuthorKind.AUTOMATION: "Automation",
        AuthorKind.SYSTEM: "SnoutOS",
    }.get(AuthorKind(last["author"]), "")
    if last["author"] == AuthorKind.OWNER and last["state"] == MessageState.RECEIVED:
        speaker = str(last.get("member") or speaker)
    if last.get("is_note"):
        speaker = "Note"
    return speaker, " ".join(str(last["body"]).split()) or "Picture or file"


def keeper(standing: Standing, desk: DeskRequest) -> tuple[str, str, str]:
    """Who is on duty, until when, and where texts go when they do not go to them. "You" when nobody is on duty."""
    until = _until(standing.duty.until, desk)
    if standing.differs:
        return standing.sitter_name, until, f"texts come to you: {standing.why_owner(desk.zone, desk.at)}"
    if standing.sitter_id is not None:
        return standing.sitter_name, until, ""
    ends_at = (
        standing.receives.params.get("until") if standing.receives.reason == "override_to_owner" else None
    )
    return "You", _until(datetime.fromisoformat(str(ends_at)) if ends_at else None, desk), ""


def _until(moment: datetime | None, desk: DeskRequest) -> str:
    return timefmt.until(moment, desk.zone, desk.at) if moment else ""


def _flags(thread: Any, opted_out: set[str]) -> list[Flag]:
    flags = [
        (thread.has_held, Flag("Held for review", "warning")),
        (thread.has_revocation, Flag("May want no more texts", "warning")),
        (thread.has_trouble, Flag("Not delivered", "danger")),
        (bool(thread.party) and thread.party["e164"] in opted_out, Flag("Opted out", "danger")),
        (not naming.name_of(thread, thread.party).is_known, Flag("Unknown sender", "info")),
        (thread.kind == ThreadKind.STAFF, _staff_flag(thread)),
        (thread.state == ThreadState.CLOSED, Flag("Closed", "plain")),
    ]
    return [flag for holds, flag in flags if holds]


def _triaged(thread: Thread, desk: DeskRequest) -> list[Flag]:
    member = triage.assignee(thread)
    flags = [Flag("Yours" if member == desk.user else f"{member}'s", "info")] if member else []
    if triage.is_snoozed(thread, desk.at):
        flags.append(Flag(f"Snoozed {snoozing.said(thread.snoozed_until, desk.zone, desk.at)}", "plain"))
    if triage.is_back(thread, desk.at):
        flags.append(Flag("Back from snooze", "warning"))
    return flags + [Flag(tag, "plain") for tag in thread.tags]
