"""The review queue and one item of it: the text with its offending words, what was said before, and who
wrote it."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Prefetch, Q, QuerySet
from django.urls import reverse

from messaging.models import Message, Sitter
from messaging.models.messages import AuthorKind, MessageState
from messaging.models.phones import display, parse_e164
from messaging.people import naming
from messaging.review import together
from messaging.review.together import Sort
from policy.models import AllowedContact, FindingKind, Violation, is_everybodys
from snoutos.core import timefmt
from snoutos.desk import conversation, marking, words
from snoutos.desk.conversation import Attached, Bubble
from snoutos.desk.marking import Piece
from snoutos.desk.request import DeskRequest

HISTORY = timedelta(days=30)
MOST = 100

REJECTIONS = (
    "Contact details belong to the office.",
    "Visits and payment are arranged through the office.",
    "Please keep it professional.",
)


@dataclass(frozen=True, slots=True)
class Waiting:
    """One line of the queue."""

    url: str
    author: str
    to: str
    pieces: list[Piece]
    kinds: str
    age: str
    full_time: str
    public_id: uuid.UUID
    sort: Sort | None


@dataclass(frozen=True, slots=True)
class Alike:
    """Texts of the queue that may be approved at once: of one sender, with the same found."""

    author: str
    kinds: str
    texts: list[Waiting]


@dataclass(frozen=True, slots=True)
class Allowable:
    """A number or domain in the text that the owner can let through from now on."""

    kind: str
    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Past:
    """An earlier finding on the same sitter's texts."""

    when: str
    what: str
    outcome: str


@dataclass(frozen=True, slots=True)
class Item:
    """All that a decision needs."""

    message: Message
    author: str
    to: str
    thread_url: str
    pieces: list[Piece]
    text: str
    why: tuple[str, ...]
    reason: str
    age: str
    full_time: str
    media: list[Attached]
    before: list[Bubble]
    history: list[Past]
    sitter: Sitter | None
    allowables: list[Allowable]
    decided: str
    previous_url: str
    following_url: str
    ahead: int


def queue(desk: DeskRequest) -> list[Waiting]:
    """What waits, oldest first. A fixed number of queries."""
    rows = _held(desk).select_related("sitter", "thread__client")
    rows = rows.annotate(party=naming.outside_of("thread")).prefetch_related(_violations())
    return [_waiting(desk, row) for row in rows[:MOST]]


def alike(waiting: list[Waiting]) -> list[Alike]:
    """What of the queue can be approved together, two at least each."""
    sorts: dict[Sort, list[Waiting]] = {}
    for one in waiting:
        if one.sort is not None:
            sorts.setdefault(one.sort, []).append(one)
    return [Alike(texts[0].author, texts[0].kinds, texts) for texts in sorts.values() if len(texts) > 1]


def following(desk: DeskRequest, message: Message) -> Message | None:
    """The one to open after `message`: the next younger, else the oldest that waits."""
    later = Q(created_at__gt=message.created_at) | Q(created_at=message.created_at, pk__gt=message.pk)
    rest = _held(desk).exclude(pk=message.pk)
    found: Message | None = rest.filter(later).first() or rest.first()
    return found


def find(desk: DeskRequest, public_id: uuid.UUID) -> Message | None:
    """A text of this business that is or was up for review."""
    found: Message | None = (
        Message.objects.of(desk.organization)
        .select_related("sitter", "thread__client", "reviewed_by", "author")
        .prefetch_related(_violations(), "media")
        .annotate(party=naming.outside_of("thread"))
        .filter(
            Q(state=MessageState.HELD) | Q(reviewed_at__isnull=False) | ~Q(held_reason=""),
            public_id=public_id,
        )
        .first()
    )
    return found


def item(desk: DeskRequest, message: Any) -> Item:
    """The page of one held text."""
    text = message.original_body if message.original_body is not None else message.body
    findings = _findings(message)
    earlier = Q(created_at__lt=message.created_at) | Q(created_at=message.created_at, pk__lt=message.pk)
    previous, after = _held(desk).filter(earlier).last(), following(desk, message)
    return Item(
        message=message,
        author=_author(message, desk),
        to=_party(message),
        thread_url=reverse("admin:conversation", args=[message.thread.public_id]),
        pieces=marking.pieces(text, findings),
        text=text,
        why=tuple(dict.fromkeys(marking.why(found) for found in findings)),
        reason=words.held_reason(message.held_reason),
        age=timefmt.age(desk.at - message.created_at),
        full_time=timefmt.full(message.created_at, desk.zone),
        media=[conversation.attached(media) for media in message.media.all()],
        before=conversation.around(desk, message),
        history=_history(desk, message),
        sitter=message.sitter,
        allowables=_allowables(desk, text, findings),
        decided=_decided(desk, message),
        previous_url=url(previous) if previous else "",
        following_url=url(after) if after else "",
        ahead=_held(desk).filter(earlier).count(),
    )


def url(message: Message) -> str:
    """The page of one item."""
    return reverse("admin:review_item", args=[message.public_id])


def _held(desk: DeskRequest) -> QuerySet[Message]:
    held: QuerySet[Message] = Message.objects.of(desk.organization).filter(state=MessageState.HELD)
    return held.order_by("created_at", "pk")


def _violations() -> Prefetch[Any]:
    return Prefetch("violations", Violation.objects.select_related("resolved_by").order_by("pk"))


def _findings(message: Any) -> list[dict[str, Any]]:
    return [found for violation in message.violations.all() for found in violation.findings]


def _author(message: Any, desk: DeskRequest) -> str:
    return _party(message) if message.author_kind == AuthorKind.CLIENT else conversation.author(message, desk)


def _party(message: Any) -> str:
    return naming.name_of(message.thread, message.party).name


def _waiting(desk: DeskRequest, message: Any) -> Waiting:
    findings = _findings(message)
    kinds = dict.fromkeys(FindingKind(found["kind"]).label for found in findings)
    return Waiting(
        url=url(message),
        author=_author(message, desk),
        to=_party(message),
        pieces=marking.pieces(message.body, findings),
        kinds=", ".join(kinds) or words.held_reason(message.held_reason),
        age=timefmt.age(desk.at - message.created_at),
        full_time=timefmt.full(message.created_at, desk.zone),
        public_id=message.public_id,
        sort=together.sort(message),
    )


def _history(desk: DeskRequest, message: Any) -> list[Past]:
    """The sitter's findings of the last 30 days, this text apart."""
    if message.sitter_id is None:
        return []
    rows = Violation.objects.of(desk.organization).filter(
        sitter_id=message.sitter_id, created_at__gte=desk.at - HISTORY
    )
    return [
        Past(
            when=timefmt.stamp(row.created_at, desk.zone, desk.at),
            what=", ".join(sorted({FindingKind(found["kind"]).label for found in row.findings})),
            outcome=row.get_resolution_display() or "Waits",
        )
        for row in rows.exclude(message=message).order_by("-created_at")[:10]
    ]


def _decided(desk: DeskRequest, message: Any) -> str:
    """How it was decided, by whom and when; empty while it waits."""
    if message.state == MessageState.HELD:
        return ""
    outcomes = [violation.get_resolution_display() for violation in message.violations.all()]
    what = next((outcome for outcome in outcomes if outcome), message.get_state_display())
    who = f" by {message.reviewed_by}" if message.reviewed_by else ""
    when = f", {timefmt.full(message.reviewed_at, desk.zone)}" if message.reviewed_at else ""
    return f"{what}{who}{when}"


def _allowables(desk: DeskRequest, text: str, findings: list[dict[str, Any]]) -> list[Allowable]:
    """What of the text could go on the allow list: whole numbers and domains; nothing spelled out or
    scattered."""
    found: dict[tuple[str, str], Allowable] = {}
    for finding in findings:
        words_found = text[int(finding["start"]) : int(finding["end"])]
        candidate = _allowable(str(finding["kind"]), words_found)
        if candidate:
            found[candidate.kind, candidate.value] = candidate
    if not found:
        return []
    known = AllowedContact.objects.of(desk.organization).filter(value__in=[value for _, value in found])
    for kind, value in known.values_list("kind", "value"):
        found.pop((kind, value), None)
    return list(found.values())


def _allowable(kind: str, text: str) -> Allowable | None:
    if kind == FindingKind.PHONE:
        try:
            number = parse_e164(text)
        except ValidationError:
            return None
        return Allowable("phone", number, display(number))
    if kind in (FindingKind.URL, FindingKind.EMAIL):
        domain = re.search(r"(?:[\w-]+\.)+[a-z]{2,}", text.rpartition("@")[2].lower())
        if domain is None or is_everybodys(domain[0]):
            return None
        return Allowable("domain", domain[0], domain[0])
    return None
