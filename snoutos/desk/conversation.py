"""One conversation as the owner reads it: everything, also what was held, rejected or never arrived."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db.models import Prefetch
from django.urls import reverse

from messaging.models import Call, Delivery, Message, MessageMedia, Participant, Thread, Voicemail
from messaging.models.calls import CallState
from messaging.models.deliveries import DeliveryState
from messaging.models.files import MediaState
from messaging.models.messages import Audience, AuthorKind, MessageState
from messaging.models.threads import Role, ThreadKind
from messaging.outbound.queue import pictures
from policy.models import Violation
from policy.reader import Reader
from routing.models import RoutingDecision
from snoutos.core import timefmt
from snoutos.desk import marking, words
from snoutos.desk.marking import Piece
from snoutos.desk.request import DeskRequest
from snoutos.desk.trace import Teller, Told
from snoutos.desk.words import Saying

PAGE = 50

_RESENDABLE = (DeliveryState.FAILED, DeliveryState.UNDELIVERED)
# Canceled for a reason that the owner's own word outlives.
_CAN_STILL_GO = (
    "window_changed",
    "left_by_owner",
    "number_quarantined",
    "number_retired",
    pictures.NEEDS_LOOK,
)
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
    """One message or call on the page. `side` is in, out, note or system; `day` opens a new day; `call` says what became of a call and
    is empty for a message; a voicemail has an address to play it from, or a note why there is none yet. All text is
    plain, to be escaped.
    """

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
    late: str = ""
    by_itself: str = ""
    reactions: list[tuple[str, str]] = field(default_factory=list)
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
    call: str = ""
    voicemail_url: str = ""
    voicemail_note: str = ""


@dataclass(frozen=True, slots=True)
class Chat:
    """A stretch of a conversation, oldest first; `earlier` is the position before which there is more, or
    0."""

    bubbles: list[Bubble]
    earlier: int


def find(desk: DeskRequest, public_id: uuid.UUID) -> Thread | None:
    """The conversation, if it is of this business."""
    found: Thread | None = (
        Thread.objects.of(desk.organization)
        .select_related("client", "assignee")
        .filter(public_id=public_id)
        .first()
    )
    return found


def chat(desk: DeskRequest, thread: Thread, *, before: int | None = None) -> Chat:
    """The last messages and calls of `thread`, or those before a position. Eight queries, whatever their number."""
    calls = (
        Call.objects.of(desk.organization)
        .select_related("participant__sitter")
        .prefetch_related("voicemails")
    )
    found: list[Message | Call] = []
    for rows in (_messages(desk).filter(thread=thread), calls.filter(thread=thread)):
        older = rows if before is None else rows.filter(position__lt=before)
        found += older.order_by("-position")[: PAGE + 1]
    found.sort(key=lambda entry: entry.position, reverse=True)
    shown = found[:PAGE][::-1]
    earlier = shown[0].position if len(found) > PAGE else 0
    return Chat(bubbles(desk, shown), earlier)


def around(desk: DeskRequest, message: Message, most: int = 3) -> list[Bubble]:
    """What was said just before `message`."""
    rows = _messages(desk).filter(thread_id=message.thread_id, position__lt=message.position)
    return bubbles(desk, list(rows.order_by("-position")[:most])[::-1])


def bubbles(desk: DeskRequest, entries: Iterable[Message | Call]) -> list[Bubble]:
    """The messages and calls as the page shows them, in the order given."""
    teller = Teller(desk.zone)
    reader = Reader(desk.organization.pk, organization=desk.organization)
    shown, last_day = [], None
    for entry in entries:
        had_at = entry.started_at if isinstance(entry, Call) else entry.created_at
        its_day = had_at.astimezone(desk.zone).date()
        heading = timefmt.day(had_at, desk.zone, desk.at) if its_day != last_day else ""
        last_day = its_day
        if isinstance(entry, Call):
            shown.append(_call(desk, entry, heading))
        else:
            shown.append(_bubble(desk, entry, heading, teller, reader))
    return shown


def _messages(desk: DeskRequest) -> Any:
    """Messages with all that a bubble shows."""
    deliveries = Delivery.objects.select_related("participant__sitter", "account").order_by("pk")
    return (
        Message.objects.of(desk.organization)
        .texts()
        .select_related("sitter", "author", "reviewed_by", "thread__client")
        .prefetch_related(
            Prefetch("reactions", Message.objects.select_related("sitter")),
            Prefetch("deliveries", deliveries.prefetch_related("retries_made")),
            Prefetch("media", MessageMedia.objects.order_by("position")),
            Prefetch("violations", Violation.objects.order_by("pk")),
            Prefetch("decisions", RoutingDecision.objects.order_by("pk")),
        )
    )


def _call(desk: DeskRequest, call: Call, heading: str) -> Bubble:
    voicemail = next(iter(call.voicemails.all()), None)
    is_kept = voicemail is not None and voicemail.state == MediaState.KEPT
    return Bubble(
        public_id=call.public_id,
        position=call.position,
        side="in",
        kind=AuthorKind.SITTER if call.participant.sitter else AuthorKind.CLIENT,
        author=str(call.participant.sitter or ""),
        pieces=[],
        time=timefmt.clock(call.started_at, desk.zone),
        full_time=timefmt.full(call.started_at, desk.zone),
        iso=call.started_at.isoformat(),
        day=heading,
        audience="Only you see this",
        call=_what_became_of(call, voicemail),
        voicemail_url=reverse("admin:voicemail", args=[voicemail.public_id]) if voicemail and is_kept else "",
        voicemail_note=MediaState(voicemail.state).label if voicemail and not is_kept else "",
    )


def _what_became_of(call: Call, voicemail: Voicemail | None) -> str:
    """ "Missed call", "Voicemail, 0:42", or "Forwarded call, answered, 2 min"."""
    label = str(CallState(call.state).label)
    if voicemail is not None:
        return f"{label}, {timefmt.playing(voicemail.seconds)}"
    if call.talked_seconds is not None:
        return f"{label}, {timefmt.age(timedelta(seconds=call.talked_seconds))}"
    return label


def _bubble(desk: DeskRequest, message: Any, heading: str, teller: Teller, reader: Reader) -> Bubble:
    findings = [found for violation in message.violations.all() for found in violation.findings]
    was_edited = message.original_body is not None
    state, tone = _STATES.get(message.state, ("", ""))
    return Bubble(
        public_id=message.public_id,
        position=message.position,
        side=_side(message),
        kind=message.author_kind,
        author=author(message, desk),
        pieces=marking.pieces(message.body, () if was_edited else findings),
        time=_time(message, desk),
        full_time=timefmt.full(message.written_at, desk.zone),
        iso=message.written_at.isoformat(),
        late=_late(message, desk),
        by_itself="Auto-reply: automations don't answer it" if message.is_auto_reply else "",
        reactions=[(one.reaction, author(one, desk)) for one in message.reactions_now],
        day=heading,
        state=state,
        tone=tone,
        reason=_reason(message),
        audience=_audience(message),
        sitters_see=_seen_by_sitters(message, reader),
        original=message.original_body if was_edited else None,
        found=tuple(dict.fromkeys(marking.why(found) for found in findings)),
        media=[attached(media) for media in message.media.all()],
        deliveries=[_carried(desk, delivery) for delivery in message.deliveries.all()],
        routed=next((teller.told(decision) for decision in message.decisions.all()), None),
        review_url=reverse("admin:review_item", args=[message.public_id])
        if state == "Held for review"
        else "",
    )


def _time(message: Any, desk: DeskRequest) -> str:
    """When it was written; with its day where it stands below another day's heading, because it reached us late."""
    written, had = (one.astimezone(desk.zone).date() for one in (message.written_at, message.created_at))
    if written == had:
        return timefmt.clock(message.written_at, desk.zone)
    return timefmt.until(message.written_at, desk.zone, message.created_at)


def _late(message: Any, desk: DeskRequest) -> str:
    """When a late text reached us; empty for one that came in time. It stands where it came in, so that nobody overlooks it."""
    if not message.reached_us_late:
        return ""
    return f"Reached us late, at {timefmt.clock(message.created_at, desk.zone)}"


def author(message: Any, desk: DeskRequest) -> str:
    """Who said it, as the owner knows them; empty for the client, whose name heads the page."""
    if message.author_kind == AuthorKind.SITTER:
        return str(message.sitter or "Sitter")
    if message.author_kind == AuthorKind.OWNER:
        return "You" if message.author_id == desk.user.pk else str(message.author or "The business")
    if message.author_kind == AuthorKind.CLIENT:
        return ""
    return "Automation" if message.author_kind == AuthorKind.AUTOMATION else "SnoutOS"


def _side(message: Message) -> str:
    if message.is_note:
        return "note"
    if message.author_kind == AuthorKind.CLIENT:
        return "in"
    if message.state == MessageState.RECEIVED:
        return "in"
    return "out"


def _audience(message: Message) -> str:
    if message.is_note:
        return "Only you and your staff see this"
    # In the office's own conversation both sides have every text: there is nobody else to keep it from.
    if message.audience == Audience.OWNER and message.thread.kind != ThreadKind.STAFF:
        return "Only you see this"
    return ""


def _reason(message: Any) -> str:
    if message.state == MessageState.HELD:
        return words.held_reason(message.held_reason)
    if message.state == MessageState.REJECTED and message.reviewed_by:
        note = f": “{message.review_note}”" if message.review_note else ""
        return f"By {message.reviewed_by}{note}"
    return ""


def _seen_by_sitters(message: Message, reader: Reader) -> str | None:
    """What sitters read where it differs, whoever wrote it; None when they read the same or nothing at all."""
    shown = (MessageState.RECEIVED, MessageState.ACCEPTED)
    if message.state not in shown or message.audience == Audience.OWNER:
        return None
    seen = reader.message(message)
    return None if seen == message.body else seen


def attached(media: MessageMedia) -> Attached:
    """A picture or file as a link, once we keep a copy of it."""
    kind = "Picture" if media.content_type.startswith("image/") else f"File ({media.content_type})"
    if media.state == MediaState.KEPT and media.file:
        return Attached(kind, reverse("admin:media", args=[media.public_id]))
    return Attached(f"{kind}: {MediaState(media.state).label.lower()}", "")


def _carried(desk: DeskRequest, delivery: Any) -> Carried:
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
    return Carried(delivery.public_id, to, words.delivery(delivery, desk.zone, desk.at), remedies)
