"""Verbs on what a sitter is booked for, a client's visit or a window that stands alone (`messaging.bookings`)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from messaging import locks
from messaging.assignments import visits, windows
from messaging.bookings import Booking
from messaging.errors import NotPossibleNow
from messaging.models import AssignmentWindow, Sitter, Thread, Visit
from snoutos.accounts.models import User


def hold(booked: Iterable[Booking], *, also: Iterable[int] = ()) -> None:
    """Hold what changing several of them changes, in the one order of locks: their conversations and those of `also`, then the clients.

    Raises NotPossibleNow when a client's card is gone.
    """
    given = list(booked)
    clients = {one.client_id for one in given if isinstance(one, Visit)}
    alone = {one.thread_id for one in given if isinstance(one, AssignmentWindow)}
    try:
        locks.threads_of_clients(clients, also={*alone, *also})
    except LookupError as gone:
        raise NotPossibleNow from gone


def hand_over(
    booking: Booking, *, to: Sitter, at_time: datetime | None = None, by: User, at: datetime
) -> Booking:
    """As `visits.hand_over` or `windows.hand_over`."""
    if isinstance(booking, Visit):
        return visits.hand_over(booking, to=to, at_time=at_time, by=by, at=at)
    return windows.hand_over(booking, to=to, at_time=at_time, by=by, at=at)


def move(booking: Booking, *, by: User, at: datetime, **what: Any) -> Booking:
    """As `visits.move` or `windows.move`: another `sitter`, `starts_at` or `ends_at`."""
    if isinstance(booking, Visit):
        return visits.move(booking, **what, by=by, at=at)
    return windows.move(booking, **what, by=by, at=at)


def end(booking: Booking, *, by: User, at: datetime) -> Booking:
    """As `visits.end` or `windows.end`."""
    if isinstance(booking, Visit):
        return visits.end(booking, by=by, at=at)
    return windows.end(booking, by=by, at=at)


def cancel(booking: Booking, *, by: User, at: datetime) -> Booking:
    """As `visits.cancel` or `windows.cancel`."""
    if isinstance(booking, Visit):
        return visits.cancel(booking, by=by, at=at)
    return windows.cancel(booking, by=by, at=at)


def give(
    thread: Thread,
    *,
    sitter: Sitter,
    starts_at: datetime,
    ends_at: datetime,
    visit_type: str,
    by: User,
    at: datetime,
) -> Booking:
    """A visit for the client of `thread`; for an unknown sender one in this conversation, which holds once they are known."""
    given: dict[str, Any] = {
        "sitter": sitter,
        "starts_at": starts_at,
        "ends_at": ends_at,
        "visit_type": visit_type,
        "by": by,
        "at": at,
    }
    if thread.client is not None:
        return visits.create(client=thread.client, **given)
    return windows.create(thread=thread, **given)
