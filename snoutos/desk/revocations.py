"""Texts that may ask for no more texts, as the review shows them: in the queue, and each with what a decision needs."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse

from messaging.models import Message, Participant, Revocation, Thread
from messaging.models.consent import ConsentSource, RevocationState
from messaging.models.threads import Role
from messaging.people import naming
from snoutos.core import timefmt
from snoutos.desk import conversation, marking
from snoutos.desk.conversation import Bubble
from snoutos.desk.marking import Piece
from snoutos.desk.request import DeskRequest

MOST = 100


@dataclass(frozen=True, slots=True)
class Asked:
    """One line of the queue."""

    url: str
    author: str
    pieces: list[Piece]
    due: str
    is_overdue: bool
    age: str
    full_time: str


@dataclass(frozen=True, slots=True)
class Item:
    """All that the decision needs. `decided` says how it was decided, empty while it is open."""

    revocation: Revocation
    asked: Asked
    is_of_ours: bool
    before: list[Bubble]
    decided: str
    thread_url: str
    following_url: str


def queue(desk: DeskRequest) -> list[Asked]:
    """What waits, oldest first. A fixed number of queries."""
    return [_asked(desk, row) for row in _whole(_open(desk))[:MOST]]


def find(desk: DeskRequest, public_id: uuid.UUID) -> Revocation | None:
    """One of this business, decided or not."""
    found: Revocation | None = (
        _whole(Revocation.objects.of(desk.organization)).filter(public_id=public_id).first()
    )
    return found


def following(desk: DeskRequest, row: Revocation) -> Revocation | None:
    """The one to open after `row`: the next younger, else the oldest that waits."""
    rest = _open(desk).exclude(pk=row.pk)
    found: Revocation | None = rest.filter(pk__gt=row.pk).first() or rest.first()
    return found


def item(desk: DeskRequest, row: Revocation) -> Item:
    """The page of one."""
    after = following(desk, row)
    message: Message = row.message
    party: Participant | None = message.participant
    return Item(
        revocation=row,
        asked=_asked(desk, row),
        is_of_ours=party is not None and party.role in (Role.SITTER, Role.MEMBER),
        before=conversation.around(desk, message),
        decided=_decided(desk, row),
        thread_url=reverse("admin:conversation", args=[message.thread.public_id]),
        following_url=url(after) if after else "",
    )


def url(row: Revocation) -> str:
    """The page of one."""
    return reverse("admin:messaging_revocation_change", args=[row.public_id])


def of_phone(desk: DeskRequest, e164: str) -> Revocation | None:
    """The open one of a phone."""
    found: Revocation | None = _open(desk).filter(e164=e164).first()
    return found


def in_thread() -> Exists:
    """For a list of conversations: whether one of its texts waits for the decision."""
    waiting = Revocation.objects.filter(
        organization=OuterRef("organization"), state=RevocationState.OPEN, message__thread=OuterRef("pk")
    )
    return Exists(waiting)


def due(desk: DeskRequest, row: Revocation) -> str:
    """Until when to decide."""
    return timefmt.until(row.due_at, desk.zone, desk.at)


def _open(desk: DeskRequest) -> QuerySet[Revocation]:
    rows: QuerySet[Revocation] = Revocation.objects.of(desk.organization).filter(state=RevocationState.OPEN)
    return rows.order_by("pk")


def _whole(rows: QuerySet[Revocation]) -> QuerySet[Revocation]:
    return rows.select_related(
        "message__thread__client", "message__participant__sitter", "decided_by", "change"
    )


def _asked(desk: DeskRequest, row: Revocation) -> Asked:
    message: Message = row.message
    return Asked(
        url=url(row),
        author=_author(message),
        pieces=marking.pieces(message.body, []),
        due=due(desk, row),
        is_overdue=row.due_at <= desk.at,
        age=timefmt.age(desk.at - row.opened_at),
        full_time=timefmt.full(row.said_at, desk.zone),
    )


def _author(message: Message) -> str:
    thread: Thread = message.thread
    sitter = message.participant.sitter if message.participant else None
    return str(sitter) if sitter else naming.name_of(thread, message.participant).name


def _decided(desk: DeskRequest, row: Revocation) -> str:
    """How it was decided, by whom and when."""
    if row.decided_at is None:
        return ""
    who = f" by {row.decided_by}" if row.decided_by else _themselves(row)
    return f"{row.get_state_display()}{who}, {timefmt.full(row.decided_at, desk.zone)}"


def _themselves(row: Revocation) -> str:
    if row.change is None or row.change.source != ConsentSource.TEXT:
        return " (the provider refused a text)"
    return f" by themselves: they texted {row.change.words}"
