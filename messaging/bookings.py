"""All that a sitter is booked for: visits for clients, and windows that stand alone in one conversation. Windows of a visit are the visit.

Who lists what a sitter has, or acts on it, asks here, so that a couple's visit counts once however many conversations it reaches.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, TypeAlias

from django.db.models import F

from messaging.models import AssignmentWindow, Client, Sitter, Thread, Visit

Booking: TypeAlias = Visit | AssignmentWindow


def touching(starts_at: datetime, ends_at: datetime, **which: Any) -> list[Booking]:
    """What is booked at some moment of [starts_at, ends_at), as `which` says of it (`organization`, `sitter__in`), the earliest first; each
    with its sitter and client. Two queries.
    """
    return _found(starts_at__lt=ends_at, ends_at__gt=starts_at, **which)


def ahead(sitter: Sitter, at: datetime) -> list[Booking]:
    """What of theirs runs at `at` or is to come, the earliest first."""
    return _found(sitter=sitter, ends_at__gt=at)


def client_of(booking: Booking) -> Client | None:
    """Whom it is for; None where the conversation's party is unknown."""
    found: Client | None = booking.client if isinstance(booking, Visit) else booking.thread.client
    return found


def context_of(booking: Booking) -> Thread | None:
    """The conversation whose rules say what of its client's words a sitter may read; a client's visit has those of the client alone."""
    found: Thread | None = booking.thread if isinstance(booking, AssignmentWindow) else None
    return found


def windows_of(bookings: Iterable[Booking]) -> list[AssignmentWindow]:
    """The windows by which they hold."""
    given = list(bookings)
    of_visits = [one.pk for one in given if isinstance(one, Visit)]
    alone = [one for one in given if isinstance(one, AssignmentWindow)]
    if not of_visits:
        return alone
    rows = AssignmentWindow.objects.filter(visit__in=of_visits, canceled_at__isnull=True).select_related(
        "visit"
    )
    return [*alone, *rows.order_by("thread_id", "pk")]


def thread_of(booking: Booking) -> Thread | None:
    """The conversation in which the office hears about it: the one that had a text last. None for a client who has none."""
    if isinstance(booking, AssignmentWindow):
        alone: Thread = booking.thread
        return alone
    reached = Thread.objects.filter(windows__visit=booking, windows__canceled_at__isnull=True)
    latest = F("last_message_at").desc(nulls_last=True)
    found: Thread | None = reached.select_related("client").order_by(latest, "-pk").first()
    return found


def is_booked(thread: Thread, starts_at: datetime, ends_at: datetime) -> bool:
    """Whether the client of `thread` has a visit at some moment of [starts_at, ends_at); for an unknown party, this conversation."""
    then = {"canceled_at__isnull": True, "starts_at__lt": ends_at, "ends_at__gt": starts_at}
    windows = AssignmentWindow.objects.of(thread.organization_id).filter(**then)
    if thread.client_id is None:
        return bool(windows.filter(thread=thread).exists())
    theirs = windows.filter(thread__client=thread.client_id)
    return bool(theirs.exists() or Visit.objects.filter(client=thread.client_id, **then).exists())


def in_order(bookings: Iterable[Booking]) -> list[Booking]:
    """The earliest first; of two that begin together a visit first, then as they were made."""
    return sorted(bookings, key=lambda one: (one.starts_at, isinstance(one, AssignmentWindow), one.pk))


def _found(**which: Any) -> list[Booking]:
    of_clients: Sequence[Visit] = list(
        Visit.objects.filter(canceled_at__isnull=True, **which)
        .select_related("client", "sitter", "organization")
        .order_by("starts_at", "pk")
    )
    alone = AssignmentWindow.objects.filter(visit__isnull=True, canceled_at__isnull=True, **which)
    alone = alone.select_related("thread__client", "sitter", "organization").order_by("starts_at", "pk")
    return in_order([*of_clients, *alone])
