"""Sitters hear by text what is new, changed or no longer theirs: from the office's own conversation with them, bundled.

A change writes down what the sitter knew before, once. When that is due, what they knew is compared with how it is: what was undone says
nothing. All that a sitter is to hear by then is one text.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

import structlog
from django.db import OperationalError, transaction

from audit.record import Actor, recording
from messaging.assignments import told
from messaging.bookings import Booking
from messaging.models import AssignmentWindow, Sitter, Thread, Visit, VisitNotice
from messaging.outbound.queue import notices
from messaging.people import office
from snoutos.accounts.models import Organization
from snoutos.core.dberrors import is_held_up

log = structlog.get_logger(__name__)

BUNDLED = timedelta(minutes=10)
# What begins within the hour is told after a minute: long enough to take a slip back.
NEAR, AT_ONCE = timedelta(hours=1), timedelta(minutes=1)

Times = tuple[datetime, datetime]


def keep(booking: Booking, sitter: Sitter, at: datetime, *, was: Times | None = None) -> None:
    """`sitter` hears of this change within ten minutes. `was`: from when to when it was theirs before; None for one that is new to them.

    Inside the change's transaction, which holds the client or the conversation. Nothing where the business does not tell sitters, or for
    one without a phone, who sees it on their page.
    """
    if not sitter.phone or not _tells(booking.organization_id):
        return
    about = {"visit": booking} if isinstance(booking, Visit) else {"window": booking}
    # Whoever tells them just now comes first: this change is another one then.
    if VisitNotice.objects.select_for_update(no_key=True).filter(sitter=sitter, **about).exists():
        return
    begins = min(was[0], booking.starts_at) if was is not None else booking.starts_at
    VisitNotice.objects.create(
        organization_id=booking.organization_id,
        sitter=sitter,
        was_starts_at=was[0] if was is not None else None,
        was_ends_at=was[1] if was is not None else None,
        created_at=at,
        due_at=at + (AT_ONCE if begins < at + NEAR else BUNDLED),
        **about,
    )


def forget(sitters: Iterable[Sitter], booked: Iterable[Booking]) -> None:
    """They have just been told otherwise."""
    given = list(booked)
    rows = VisitNotice.objects.filter(sitter__in=list(sitters))
    rows.filter(visit__in=[one for one in given if isinstance(one, Visit)]).delete()
    rows.filter(window__in=[one for one in given if isinstance(one, AssignmentWindow)]).delete()


def tell_due(at: datetime) -> int:
    """Tell every sitter for whom something is due. Returns how many were looked at. Twice at once, or again, tells nobody twice."""
    due = VisitNotice.objects.filter(due_at__lte=at).values_list("sitter_id", flat=True)
    return sum(_tell_guarded(pk, at) for pk in sorted(set(due)))


def _tell_guarded(sitter_id: int, at: datetime) -> int:
    try:
        with transaction.atomic(), recording(actor=Actor.system(), at=at):
            return _tell(sitter_id, at)
    except OperationalError as error:
        if not is_held_up(error):
            raise
        # Someone writes in their conversation just now. The next tick comes soon.
        log.info("visit_notices.held_up", sitter_id=sitter_id)
        return 0


def _tell(sitter_id: int, at: datetime) -> int:
    mine = VisitNotice.objects.filter(sitter=sitter_id).select_for_update(skip_locked=True, no_key=True)
    held = [row.pk for row in mine.order_by("pk")]
    # Read behind the locks: what was committed before them is seen.
    rows = list(
        VisitNotice.objects.filter(pk__in=held)
        .select_related("visit__client", "visit__organization")
        .select_related("window__thread__client", "window__organization")
        .order_by("pk")
    )
    if not any(row.due_at <= at for row in rows):
        return 0
    sitter: Sitter = Sitter.objects.get(pk=sitter_id)
    sentence, first = _said(sitter, rows, at)
    if sentence and sitter.is_active and _tells(sitter.organization_id) and _hold_line(sitter, at):
        notices.tell(
            sitter,
            sentence,
            about=None,
            key=f"visit_notice:{rows[0].pk}:{sitter.pk}",
            at=at,
            names_clients=True,
            obeys_quiet_hours=first > at + told.SOON,
        )
    VisitNotice.objects.filter(pk__in=held).delete()
    return 1


def _said(sitter: Sitter, rows: Iterable[VisitNotice], at: datetime) -> tuple[str, datetime]:
    """What there is to say, empty for nothing, and when the first visit of it begins."""
    new, changed, gone, begins = list[str](), list[str](), list[str](), list[datetime]()
    for row in rows:
        booking: Booking = row.visit or row.window
        was, now = _ahead(_was(row), at), _ahead(_now(booking, sitter), at)
        times = now or was
        if times is None or was == now:
            continue
        begins.append(times[0])
        among = new if was is None else gone if now is None else changed
        among.append(told.named(booking, *times, at))
    parts = (("New for you", new), ("Changed", changed), ("No longer yours", gone))
    sentence = " ".join(told.listed(opening, names) for opening, names in parts if names)
    return sentence, min(begins, default=at)


def _was(row: VisitNotice) -> Times | None:
    return (row.was_starts_at, row.was_ends_at) if row.was_starts_at and row.was_ends_at else None


def _now(booking: Booking, sitter: Sitter) -> Times | None:
    theirs = booking.canceled_at is None and booking.sitter_id == sitter.pk
    return (booking.starts_at, booking.ends_at) if theirs else None


def _ahead(times: Times | None, at: datetime) -> Times | None:
    """What is over is nobody's concern any more."""
    return times if times is not None and times[1] > at else None


def _tells(organization_id: int) -> bool:
    return Organization.objects.filter(pk=organization_id, tell_sitters_of_visits=True).exists()


def _hold_line(sitter: Sitter, at: datetime) -> bool:
    """Hold the office's conversation with them, without waiting: who changes visits may hold it and wait for what we hold.

    Raises OperationalError while somebody else has it. False when there is none to be had.
    """
    line = office.line_to(sitter, at)
    if line is None:
        return False
    line.thread = Thread.objects.select_for_update(no_key=True, nowait=True).get(pk=line.thread_id)
    return True
