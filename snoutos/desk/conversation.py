"""One conversation as the owner reads it: everything, also what was held, rejected or never arrived."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Case, F, IntegerField, Prefetch, When
from django.urls import reverse

from messaging.models import Delivery, Message, MessageMedia, Participant, Thread
from messaging.models.deliveries import DeliveryState
from messaging.models.messages import Audience, AuthorKind, MediaState, MessageState
from messaging.models.phones import display
from messaging.models.threads import Role
from policy.models import Violation
from routing.models import RoutingDecision
from snoutos.desk import marking, moments, words
from snoutos.desk.marking import Piece
from snoutos.desk.trace import Teller, Told
from snoutos.desk.visit import Visit
from snoutos.desk.words import Saying

PAGE = 50

_RESENDABLE = (DeliveryState.FAILED, DeliveryState.UNDELIVERED)
# Canceled for a reason that the owner's own word outlives.
_CAN_STILL_GO = ("window_changed", "left_by_owner", "number_quarantined", "number_retired")
_STATES: dict[str, tuple[str, str]] = {
    MessageState.HELD: ("Held for review", "warning"),
    MessageState.REJECTED: ("Rejected", "danger"),
    MessageState.CANCELED: ("Canceled", "plain"),
}


@dataclass(frozen=True, slots=True)
class Carried:
    """One delivery under its text: to whom, where it is, and what the owner may do about it."""

    public_id: uuid.UUID
    to: str
    saying: Saying
    remedies: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Attached:
    """A picture or file; `url` is empty until we keep a copy."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Bubble:
    """One message on the page. `side` is in, out, note or system; `day` opens a new day. All text is plain,
    to be escaped."""

    public_id: uuid.UUID
    position: int
    side: str
    kind: str
    author: str
    pieces: list[Piece]
    time: str
    full_time: str
    iso: str
    day: str = ""
    state: str = ""
    tone: str = ""
    reason: str = ""
    audience: str = ""
    sitters_see: str | None = None
    original: str | None = None
    found: tuple[str, ...] = ()
    media: list[Attached] = field(default_factory=list)
    deliveries: list[Carried] = field(default_factory=list)
    routed: Told | None = None
    review_url: str = ""


@dataclass(frozen=True, slots=True)
class Chat:
    """A stretch of a conversation, oldest first; `earlier` is the position before which there is more, or
    0."""

    bubbles: list[Bubble]
    earlier: int


def find(visit: Visit, public_id: uuid.UUID) -> Thread | None:
    """The conversation, if it is of this business."""
    found: Thread | None = (
        Thread.objects.of(visit.organization).select_related("client").filter(public_id=public_id).first()
    )
    return found


def chat(visit: Visit, thread: Thread, *, before: int | None = None) -> Chat:
    """The last messages of `thread`, or those before a position. Six queries, whatever their number."""
    rows = _messages(visit).filter(thread=thread)
    if before is not None:
        rows = rows.filter(position__lt=before)
    found = list(rows.order_by("-position")[: PAGE + 1])
    shown = found[:PAGE][::-1]
    earlier = shown[0].position if len(found) > PAGE else 0
    return Chat(bubbles(visit, shown), earlier)


def around(visit: Visit, message: Message, most: int = 3) -> list[Bubble]:
    """What was said just before `message`."""
    rows = _messages(visit).filter(thread_id=message.thread_id, position__lt=message.position)
    return bubbles(visit, list(rows.order_by("-position")[:most])[::-1])


def bubbles(visit: Visit, messages: Iterable[Message]) -> list[Bubble]:
    """The messages as the page shows them, in the order given."""
    teller = Teller(visit.zone)
    today, shown, last_day = visit.at.astimezone(visit.zone).date(), [], None
    for message in messages:
        its_day = message.created_at.astimezone(visit.zone).date()
        heading = moments.day(its_day, today) if its_day != last_day else ""
        last_day = its_day
        shown.append(_bubble(visit, message, heading, teller))
    return shown


def _messages(visit: Visit) -> Any:
    """Messages with all that a bubble shows."""
    deliveries = Delivery.objects.select_related("participant__sitter", "account").order_by("pk")
    return (
        Message.objects.of(visit.organization)
        .select_related("sitter", "author", "reviewed_by")
        .prefetch_related(
            Prefetch("deliveries", deliveries.prefetch_related("retries_made")),
            Prefetch("media", MessageMedia.objects.order_by("position")),
            Prefetch("violations", Violation.objects.order_by("pk")),
            Prefetch("decisions", RoutingDecision.objects.order_by("pk")),
        )
    )


def _bubble(visit: Visit, message: Any, heading: str, teller: Teller) -> Bubble:
    findings = [found for violation in message.violations.all() for found in violation.findings]
    was_edited = message.original_body is not None
    state, tone = _STATES.get(message.state, ("", ""))
    return Bubble(
        public_id=message.public_id,
        position=message.position,
        side=_side(message),
        kind=message.author_kind,
        author=author(message, visit),
        pieces=marking.pieces(message.body, () if was_edited else findings),
        time=moments.clock(message.created_at, visit.zone),
        full_time=moments.full(message.created_at, visit.zone),
        iso=message.created_at.isoformat(),
        day=heading,
        state=state,
        tone=tone,
        reason=_reason(message),
        audience=_audience(message),
        sitters_see=_seen_by_sitters(message),
        original=message.original_body if was_edited else None,
        found=tuple(dict.fromkeys(marking.why(found) for found in findings)),
        media=[attached(media) for media in message.media.all()],
        deliveries=[_carried(visit, delivery) for delivery in message.deliveries.all()],
        routed=next((teller.told(decision) for decision in message.decisions.all()), None),
        review_url=reverse("admin:review_item", args=[message.public_id])
        if state == "Held for review"
        else "",
    )


def author(message: Any, visit: Visit) -> str:
    """Who said it, as the owner knows them; empty for the client, whose name heads the page."""
    if message.author_kind == AuthorKind.SITTER:
        return str(message.sitter or "Sitter")
    if message.author_kind == AuthorKind.OWNER:
        return "You" if message.author_id == visit.user.pk else str(message.author or "The business")
    if message.author_kind == AuthorKind.CLIENT:
        return ""
    return "Automation" if message.author_kind == AuthorKind.AUTOMATION else "SnoutOS"


def _side(message: Message) -> str:
    if message.is_note:
        return "note"
    if message.author_kind == AuthorKind.CLIENT:
        return "in"
    if message.author_kind == AuthorKind.SITTER and message.state == MessageState.RECEIVED:
        return "in"
    return "out"


def _audience(message: Message) -> str:
    if message.is_note:
        return "Only you and your staff see this"
    if message.audience == Audience.OWNER:
        return "Only you see this"
    return ""


def _reason(message: Any) -> str:
    if message.state == MessageState.HELD:
        return words.held_reason(message.held_reason)
    if message.state == MessageState.REJECTED and message.reviewed_by:
        note = f": “{message.review_note}”" if message.review_note else ""
        return f"By {message.reviewed_by}{note}"
    return ""


def _seen_by_sitters(message: Message) -> str | None:
    """What sitters read where it differs; None when they read the same or nothing at all."""
    if message.state != MessageState.RECEIVED or message.audience == Audience.OWNER:
        return None
    return message.redacted_body


def attached(media: MessageMedia) -> Attached:
    """A picture or file as a link, once we keep a copy of it."""
    kind = "Picture" if media.content_type.startswith("image/") else f"File ({media.content_type})"
    if media.state == MediaState.KEPT and media.file:
        return Attached(kind, reverse("admin:media", args=[media.public_id]))
    return Attached(f"{kind}: {MediaState(media.state).label.lower()}", "")


def _carried(visit: Visit, delivery: Any) -> Carried:
    party: Participant = delivery.participant
    to = f"to {party.sitter}" if party.role == Role.SITTER else ""
    remedies: tuple[tuple[str, str], ...] = ()
    if delivery.state == DeliveryState.PARKED:
        remedies = (("send_again", "Send again"), ("leave", "Leave it"))
    elif delivery.retries_made.all():
        remedies = ()
    elif delivery.state in _RESENDABLE:
        remedies = (("retry", "Try again"),)
    elif delivery.state == DeliveryState.CANCELED and delivery.reason in _CAN_STILL_GO:
        remedies = (("retry", "Send it after all"),)
    return Carried(delivery.public_id, to, words.delivery(delivery, visit.zone, visit.at), remedies)


def outside(thread: Thread) -> Participant | None:
    """The party outside: the one in the conversation, or the last one who was; a sitter only where nobody
    else was."""
    sitters_last = Case(When(role=Role.SITTER, then=1), default=0, output_field=IntegerField())
    people = Participant.objects.filter(thread=thread).select_related("number", "sitter")
    found: Participant | None = people.order_by(sitters_last, F("left_at").desc(nulls_first=True)).first()
    return found


def party_name(thread: Thread) -> str:
    """What to call the party outside: the client, the sitter who writes to the owner, or a phone."""
    if thread.client is not None:
        return str(thread.client)
    party = outside(thread)
    if party is None:
        return "Unknown sender"
    return str(party.sitter) if party.sitter else display(party.e164)
