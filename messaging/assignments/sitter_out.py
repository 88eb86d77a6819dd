"""A sitter is out from-to: for each of their visits in that time somebody else, or nobody; one look, one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from audit.record import Actor, current, recording
from messaging import bookings, canceling, events, locks
from messaging.assignments import either, overrides, told, visit_notices
from messaging.assignments.told import Part
from messaging.bookings import Booking
from messaging.errors import BadTimes, NoSitter, NotPossibleNow
from messaging.models import AssignmentWindow, Participant, RoutingOverride, Sitter, Visit
from messaging.models.threads import Role, ThreadKind
from messaging.permissions import SITTER_OUT
from snoutos.accounts.models import User


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who could take a visit. `knows_client`: they had a visit with this client before. `is_free`: no other visit then."""

    sitter: Sitter
    knows_client: bool
    is_free: bool


@dataclass(frozen=True, slots=True)
class Affected:
    """A visit of the sitter who is out; [begins_at, ends_at) is the part that passes to somebody else: all that is left of it then.

    `candidates`: who is free first, among them those who know the client. `suggested`: the first free one who was not suggested for
    another visit at that time.
    """

    booking: Booking
    begins_at: datetime
    ends_at: datetime
    candidates: Sequence[Candidate]
    suggested: Sitter | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Out:
    """What `take_out` would change. `queued`: texts of the sitter that have not left, which are canceled. `redirects` to the sitter end;
    `staying` are those in force that do not, because the sitter is out only later.
    """

    sitter: Sitter
    starts_at: datetime
    ends_at: datetime
    visits: Sequence[Affected]
    redirects: Sequence[RoutingOverride]
    staying: Sequence[RoutingOverride]
    queued: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What `take_out` changed: the visits that others have now, and those that ended or were canceled."""

    handed_over: Sequence[Booking]
    ended: Sequence[Booking]


def preview(sitter: Sitter, *, starts_at: datetime, ends_at: datetime, at: datetime) -> Out:
    """What there is to decide when `sitter` is out in [starts_at, ends_at). Asking changes nothing, in ten queries at most.

    Raises BadTimes for a time that is over.
    """
    begins = _begins(starts_at, ends_at, at)
    rows = bookings.touching(begins, ends_at, sitter=sitter)
    redirects = _redirects(sitter, begins, at)
    ends_now = begins <= at
    running = bookings.windows_of([row for row in rows if row.starts_at <= at]) if ends_now else []
    return Out(
        sitter=sitter,
        starts_at=begins,
        ends_at=ends_at,
        visits=_with_candidates(sitter, rows, begins),
        redirects=redirects if ends_now else [],
        staying=[] if ends_now else redirects,
        queued=canceling.waiting_of_windows(running) if running else 0,
    )


def take_out(
    sitter: Sitter,
    *,
    starts_at: datetime,
    ends_at: datetime,
    choices: Mapping[UUID, Sitter | None],
    by: User,
    at: datetime,
) -> Done:
    """`sitter` is out in [starts_at, ends_at), from `at` at the earliest. `choices` names for each visit of theirs, by its public id, who
    takes over; with None it ends, or is canceled when it has not begun by then.

    Texts the sitter had queued are canceled as by the single verbs; redirects to them end when they are out from now on. Everybody
    concerned is told from the office's own conversation with them.

    Raises NotAllowed; BadTimes; NotPossibleNow when `choices` are not about just the visits there are; what `windows.hand_over` refuses.
    """
    SITTER_OUT.require(by)
    begins = _begins(starts_at, ends_at, at)
    with transaction.atomic(), recording(actor=Actor.person(by), at=at):
        _hold(sitter, begins, ends_at, choices.values(), at)
        rows = bookings.touching(begins, ends_at, sitter=sitter)
        if {row.public_id for row in rows} != set(choices):
            raise NotPossibleNow("Their visits changed in the meantime. Look at them again.")
        handed_over, ended, parts = [], [], []
        for row in rows:
            to = choices[row.public_id]
            if to is not None and to.pk == sitter.pk:
                raise NoSitter
            part = Part(row, max(row.starts_at, begins), row.ends_at, to)
            if to is not None:
                handed_over.append(either.hand_over(row, to=to, at_time=part.begins_at, by=by, at=at))
            else:
                ended.append(_let_end(row, part.begins_at, by, at))
            parts.append(part)
        if begins <= at:
            for redirect in _redirects(sitter, begins, at):
                overrides.remove(redirect, by=by, at=at)
        current().record(
            events.sitter_out(
                organization_id=sitter.organization_id,
                sitter_id=sitter.pk,
                starts_at=begins,
                ends_at=ends_at,
                handed_over=len(handed_over),
                ended=len(ended),
            )
        )
        told.of_sitter_out(sitter, parts, begins, ends_at, at)
        takers = [to for to in choices.values() if to is not None]
        visit_notices.forget([sitter, *takers], [*rows, *handed_over, *ended])
        return Done(handed_over=handed_over, ended=ended)


def _begins(starts_at: datetime, ends_at: datetime, at: datetime) -> datetime:
    if ends_at <= starts_at:
        raise BadTimes
    if ends_at <= at:
        raise BadTimes("That time has passed. Choose an end to come.")
    return max(starts_at, at)


def _let_end(booking: Booking, begins: datetime, by: User, at: datetime) -> Booking:
    if begins <= at or begins <= booking.starts_at:
        return either.cancel(booking, by=by, at=at)
    return either.move(booking, ends_at=begins, by=by, at=at)


def _redirects(sitter: Sitter, begins: datetime, at: datetime) -> list[RoutingOverride]:
    rows = RoutingOverride.objects.filter(
        sitter=sitter, canceled_at__isnull=True, starts_at__lte=at, ends_at__gt=begins
    )
    return list(rows.select_related("thread__client").order_by("pk"))


def _hold(
    sitter: Sitter, begins: datetime, ends: datetime, takers: Iterable[Sitter | None], at: datetime
) -> None:
    """The conversations of the visits and redirects, then the clients, then the office's conversations with everybody who is told."""
    rows = bookings.touching(begins, ends, sitter=sitter)
    theirs = {window.thread_id for window in bookings.windows_of(rows)}
    theirs.update(row.thread_id for row in _redirects(sitter, begins, at))
    either.hold(rows, also=theirs)
    concerned = {sitter.pk, *(to.pk for to in takers if to is not None)}
    lines = Participant.objects.filter(sitter__in=concerned, role=Role.SITTER, left_at__isnull=True)
    locks.threads(lines.filter(thread__kind=ThreadKind.STAFF).values_list("thread_id", flat=True))


def _with_candidates(sitter: Sitter, rows: Sequence[Booking], begins: datetime) -> list[Affected]:
    if not rows:
        return []
    others = list(
        Sitter.objects.of(sitter.organization_id)
        .filter(is_active=True)
        .exclude(pk=sitter.pk)
        .order_by("name", "pk")
    )
    busy = _busy(others, rows, begins)
    known = _known({client.pk for client in map(bookings.client_of, rows) if client is not None})
    found, suggested = [], list[tuple[int, datetime, datetime]]()
    for row in rows:
        starts, ends = max(row.starts_at, begins), row.ends_at
        client = bookings.client_of(row)
        candidates = [
            Candidate(
                other,
                knows_client=client is not None and (other.pk, client.pk) in known,
                is_free=not _touches(busy, other.pk, starts, ends),
            )
            for other in others
        ]
        candidates.sort(key=lambda one: (not one.is_free, not one.knows_client))
        free = (
            one.sitter
            for one in candidates
            if one.is_free and not _touches(suggested, one.sitter.pk, starts, ends)
        )
        first = next(free, None)
        if first is not None:
            suggested.append((first.pk, starts, ends))
        found.append(Affected(row, starts, ends, candidates, first))
    return found


def _touches(
    busy: Iterable[tuple[int, datetime, datetime]], sitter_id: int, starts: datetime, ends: datetime
) -> bool:
    return any(who == sitter_id and begins < ends and until > starts for who, begins, until in busy)


def _busy(
    others: Sequence[Sitter], rows: Sequence[Booking], begins: datetime
) -> list[tuple[int, datetime, datetime]]:
    """Who has a visit when, as far as it may matter."""
    first, last = max(begins, min(row.starts_at for row in rows)), max(row.ends_at for row in rows)
    found = bookings.touching(first, last, sitter__in=others)
    return [(one.sitter_id, one.starts_at, one.ends_at) for one in found]


def _known(clients: set[int]) -> set[tuple[int, int | None]]:
    """Which sitter had a visit with which of these clients."""
    alive = {"canceled_at__isnull": True}
    in_threads = AssignmentWindow.objects.filter(thread__client__in=clients, **alive)
    for_clients = Visit.objects.filter(client__in=clients, **alive)
    return {
        *in_threads.values_list("sitter_id", "thread__client_id").distinct(),
        *for_clients.values_list("sitter_id", "client_id").distinct(),
    }
