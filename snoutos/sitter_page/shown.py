"""What stands on a sitter's pages: visits, conversations and texts, every word of anybody's as `policy.reader` gives it to sitters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Prefetch, QuerySet

from messaging import bookings
from messaging.models import Client, Delivery, Message, MessageMedia, Thread
from messaging.models.assignments import VisitType
from messaging.models.deliveries import DeliveryState
from messaging.models.files import MediaState
from messaging.models.messages import AuthorKind, MessageState
from messaging.models.threads import Role
from routing import access
from snoutos.core import timefmt
from snoutos.sitter_page.request import SitterRequest

TEXTS_SHOWN = 50
# Opened in the page itself; whatever else is saved, not shown.
PICTURES = ("image/jpeg", "image/png", "image/gif", "image/webp")

_ON_ITS_WAY = {
    DeliveryState.QUEUED: "Sending",
    DeliveryState.SENDING: "Sending",
    DeliveryState.UNKNOWN: "Sending",
    DeliveryState.SENT: "Sent",
    DeliveryState.DELIVERED: "Delivered",
}
_NOT_SENT = "Not delivered. The office can see it."
_OTHERS = {
    AuthorKind.SITTER: "Another sitter",
    AuthorKind.OWNER: "The office",
    AuthorKind.AUTOMATION: "Automatic text",
    AuthorKind.SYSTEM: "Automatic text",
}


@dataclass(frozen=True, slots=True)
class Visit:
    """A visit that runs or is to come; `thread` while it opens a conversation."""

    client: str
    pets: str
    when: str
    kind: str
    thread: UUID | None


@dataclass(frozen=True, slots=True)
class Day:
    """The visits that start on one day, or that run already."""

    title: str
    visits: list[Visit]


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation that the sitter is on duty for."""

    id: UUID
    client: str
    pets: str
    until: str
    last: str


@dataclass(frozen=True, slots=True)
class Attached:
    """A picture or file of a text; without `id` there is no copy to open."""

    words: str
    id: UUID | None
    is_picture: bool


@dataclass(frozen=True, slots=True)
class Text:
    """A text. `state` says what became of the sitter's own, `why` the office's reason where it was not sent."""

    id: UUID
    position: int
    who: str
    mine: bool
    body: str
    when: str
    state: str
    tone: str
    why: str
    late: str
    day: str
    attached: Sequence[Attached]
    reactions: Sequence[str]


def days(sitting: SitterRequest) -> list[Day]:
    """The visits of today and the two weeks ahead, by the day on which they start; those that run come first, as of today."""
    visits = access.own_visits(sitting.sitter, sitting.at)
    opened = access.open_to(sitting.sitter, visits, sitting.at)
    found: list[Day] = []
    for one in visits:
        title = _day(max(one.starts_at, sitting.at), sitting)
        if not found or found[-1].title != title:
            found.append(Day(title, []))
        client, pets = names_of(sitting, bookings.client_of(one), bookings.context_of(one))
        when = timefmt.span(one.starts_at, one.ends_at, sitting.zone, sitting.at)
        kind = "" if one.visit_type == VisitType.OTHER else str(VisitType(one.visit_type).label)
        thread = opened[one][0].public_id if opened[one] else None
        found[-1].visits.append(Visit(client, pets, when, kind, thread))
    return found


def conversations(sitting: SitterRequest) -> list[Conversation]:
    """The conversations that the sitter is on duty for now, the last one that had a text first."""
    rows = access.own_threads(sitting.sitter, sitting.at).select_related("client")
    found = []
    for one in rows.order_by("-last_message_at", "-pk"):
        client, pets = names(sitting, one)
        last = timefmt.stamp(one.last_message_at, sitting.zone, sitting.at) if one.last_message_at else ""
        until = timefmt.until(one.duty_until, sitting.zone, sitting.at)
        found.append(Conversation(one.public_id, client, pets, until, last))
    return found


def names(sitting: SitterRequest, thread: Thread) -> tuple[str, str]:
    """The name and pets of a conversation's client, as a sitter may read them."""
    return names_of(sitting, thread.client, thread)


def names_of(sitting: SitterRequest, client: Client | None, thread: Thread | None) -> tuple[str, str]:
    """A client's name and pets, as a sitter may read them."""
    if client is None:
        return "Client", ""
    read = sitting.reader.text
    return read(client.name, thread=thread), read(client.pets, thread=thread)


def texts(sitting: SitterRequest, thread: Thread, *, before: int | None = None) -> tuple[list[Text], int]:
    """The newest texts of `thread` before that position, oldest first; and the position before which there are more, or 0."""
    rows = readable(sitting).filter(thread=thread)
    if before is not None:
        rows = rows.filter(position__lt=before)
    newest = list(rows.order_by("-position")[: TEXTS_SHOWN + 1])
    shown = newest[:TEXTS_SHOWN][::-1]
    found, title = [], ""
    for one in shown:
        day = _day(one.written_at, sitting)
        found.append(_text(sitting, one, day if day != title else ""))
        title = day
    return found, shown[0].position if len(newest) > TEXTS_SHOWN else 0


def readable(sitting: SitterRequest) -> QuerySet[Message]:
    """What the sitter may read now, with what is shown of it."""
    to_client = Delivery.objects.exclude(participant__role=Role.SITTER).order_by("pk")
    return (
        access.own_messages(sitting.sitter, sitting.at)
        .filter(reacts_to=None)
        .select_related("thread__client")
        .prefetch_related(
            "media", "reactions", Prefetch("deliveries", queryset=to_client, to_attr="to_client")
        )
    )


def _text(sitting: SitterRequest, message: Message, day: str) -> Text:
    mine = message.sitter_id == sitting.sitter.pk
    state, tone, why = _became(sitting, message) if mine else ("", "", "")
    late = f"Reached us late, at {timefmt.clock(message.created_at, sitting.zone)}"
    return Text(
        id=message.public_id,
        position=message.position,
        who="You" if mine else _author(sitting, message),
        mine=mine,
        body=sitting.reader.message(message),
        when=timefmt.clock(message.written_at, sitting.zone),
        state=state,
        tone=tone,
        why=why,
        late=late if message.reached_us_late else "",
        day=day,
        attached=[_attached(one) for one in message.media.all()],
        reactions=[one.reaction for one in message.reactions_now],
    )


def _author(sitting: SitterRequest, message: Message) -> str:
    kind = AuthorKind(message.author_kind)
    return names(sitting, message.thread)[0] if kind == AuthorKind.CLIENT else _OTHERS[kind]


def _became(sitting: SitterRequest, message: Message) -> tuple[str, str, str]:
    """What to say of a text of the sitter's own, how loud, and why."""
    if message.state == MessageState.HELD:
        return "The office is checking it before it's sent", "warning", ""
    if message.state == MessageState.REJECTED:
        note = sitting.reader.text(message.review_note, thread=message.thread, author_kind=AuthorKind.OWNER)
        return "The office didn't send it", "danger", note
    if message.state == MessageState.CANCELED:
        return "Not sent: the office dismissed it", "danger", ""
    states = [DeliveryState(one.state) for one in message.to_client]  # type: ignore[attr-defined]
    if not states:
        return "", "", ""
    said = _ON_ITS_WAY.get(states[-1], _NOT_SENT)
    return said, "danger" if said == _NOT_SENT else "", ""


def _attached(media: MessageMedia) -> Attached:
    is_picture = media.content_type in PICTURES
    kind = "Picture" if media.content_type.startswith("image/") else "File"
    if media.state == MediaState.KEPT and media.file:
        return Attached(kind, media.public_id, is_picture)
    return Attached(f"{kind}: {MediaState(media.state).label.lower()}", None, False)


def _day(moment: datetime, sitting: SitterRequest) -> str:
    return timefmt.day(moment, sitting.zone, sitting.at)
