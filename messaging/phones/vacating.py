"""A number is taken out of use, for a while or for good: what that touches, and its conversations moved to another number before."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from django.db import transaction
from django.db.models import QuerySet

from messaging import canceling
from messaging.errors import LastFrontDesk
from messaging.models import AssignmentWindow, Client, Delivery, MessageNumber, Participant, Thread
from messaging.models.deliveries import DeliveryState
from messaging.models.threads import Role, ThreadKind, ThreadState
from messaging.numbers import cooldown, front_desks, lifecycle
from messaging.outbound.queue.submit import Author, submit
from messaging.people import starting
from messaging.permissions import MANAGE_NUMBERS
from messaging.phones import changes, moving
from snoutos.accounts.models import User
from snoutos.core.problems import Problem


class Way(StrEnum):
    """How a number is taken out of use: until its cooldown is over, or for good."""

    PAUSE = "pause"
    RELEASE = "release"


@dataclass(frozen=True, slots=True)
class Target:
    """A number that could carry the conversations; `refused` of them could not move there, because the phone is someone else's on it."""

    number: MessageNumber
    refused: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Impact:
    """What taking `number` out of use touches, as it is now.

    `conversations` are clients' and unknown senders', which can move to one of `targets`; `staff_conversations` the office's with sitters
    and members, which cannot. `visits` run or are to come in them. `queued` texts have not left, `automatic` ones among them nobody wrote.
    `lines` are clients' conversations that a sitter's phone gets over it. `until` is the end of the cooldown of a pause.
    """

    number: MessageNumber
    conversations: Sequence[Participant]
    staff_conversations: int
    visits: Sequence[AssignmentWindow]
    queued: int
    automatic: int
    lines: int
    targets: Sequence[Target]
    until: datetime | None


@dataclass(slots=True)
class Vacated:
    """What became of the conversations: how many moved, which stayed and why, and how many got no first text."""

    number: MessageNumber
    moved: int = 0
    stayed: list[tuple[Thread, str]] = field(default_factory=list)
    untold: int = 0


def preview(number: MessageNumber, way: Way, *, at: datetime) -> Impact:
    """What `vacate` would touch. Asking changes nothing. Raises LastFrontDesk or NotPossibleNow as it would."""
    _require(number, way)
    open_on_it = Participant.objects.filter(number=number, left_at__isnull=True)
    conversations = list(_movable(number).select_related("thread__client", "client", "number"))
    queued = Delivery.objects.filter(line__number=number, state=DeliveryState.QUEUED)
    return Impact(
        number=number,
        conversations=conversations,
        staff_conversations=open_on_it.filter(thread__kind=ThreadKind.STAFF).count(),
        visits=list(
            AssignmentWindow.objects.filter(
                thread__in=[one.thread_id for one in conversations], canceled_at__isnull=True, ends_at__gt=at
            )
            .select_related("sitter", "thread__client")
            .order_by("starts_at", "pk")
        ),
        queued=queued.count(),
        automatic=canceling.automatic(queued).count(),
        lines=open_on_it.filter(role=Role.SITTER, thread__kind=ThreadKind.CARE).count(),
        targets=_targets(number, conversations),
        until=cooldown.ends(number, at) if way is Way.PAUSE else None,
    )


def vacate(
    number: MessageNumber,
    way: Way,
    *,
    reason: str,
    move_to: MessageNumber | None = None,
    text: str = "",
    by: User,
    at: datetime,
) -> Vacated:
    """Pause or release `number`, after its conversations moved to `move_to`, if one is named, with `text` as a first text from there.

    Each conversation moves in a transaction of its own (`moving.move`), and the number is taken out last: whoever is interrupted goes on
    by doing the same again. One that cannot move stays, and a party that may get no text is moved without one.
    Raises NotAllowed; LastFrontDesk; ReasonNeeded; NotPossibleNow; NumberResting or NotForClients for `move_to`.
    """
    MANAGE_NUMBERS.require(by)
    _require(number, way)
    lifecycle.require_reason(reason)
    done = Vacated(number)
    if move_to is not None:
        moving.require_carries(move_to, number)
        for party in _movable(number).select_related("thread"):
            _move(party, move_to, text, done, by, at)
    take_out = lifecycle.quarantine if way is Way.PAUSE else lifecycle.retire
    done.number = take_out(number, reason=reason, by=by, at=at)
    return done


def _require(number: MessageNumber, way: Way) -> None:
    if way is Way.PAUSE:
        lifecycle.require_pausable(number)
    else:
        lifecycle.require_releasable(number)
    if front_desks.is_last(number):
        raise LastFrontDesk


def _movable(number: MessageNumber) -> QuerySet[Participant]:
    rows = Participant.objects.filter(
        number=number, left_at__isnull=True, role__in=[Role.CLIENT, Role.UNKNOWN]
    )
    return rows.order_by("thread_id", "pk")


def _targets(number: MessageNumber, conversations: Iterable[Participant]) -> list[Target]:
    others = list(starting.numbers(number.organization_id, ThreadKind.CARE).exclude(pk=number.pk))
    clients = {one.e164: one.client for one in conversations}
    pairs = Participant.objects.filter(number__in=others, e164__in=clients, left_at__isnull=True)
    refused = dict.fromkeys((one.pk for one in others), 0)
    for pair in pairs.select_related("client", "sitter"):
        refused[pair.number_id] += not _joinable(pair, clients[pair.e164])
    return [Target(one, refused[one.pk]) for one in others]


def _joinable(pair: Participant, client: Client | None) -> bool:
    try:
        changes.require_joinable(pair, client)
    except Problem:
        return False
    return True


def _move(party: Participant, to: MessageNumber, text: str, done: Vacated, by: User, at: datetime) -> None:
    try:
        moving.move(party.thread, to, by=by, at=at)
    except Problem as problem:
        done.stayed.append((party.thread, problem.sentence))
        return
    done.moved += 1
    if text and party.thread.state == ThreadState.OPEN and not _told(party.thread, text, by, at):
        done.untold += 1


def _told(thread: Thread, text: str, by: User, at: datetime) -> bool:
    try:
        with transaction.atomic():
            submit(thread=thread, author=Author.owner(by), body=text, at=at)
    except Problem:
        return False
    return True
