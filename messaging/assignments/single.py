"""What happens to one window in one conversation, which the caller holds inside a recording transaction.

`windows` and `visits` decide to which; the times and sitters they give are checked here once more by the database.
"""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from audit.record import current
from messaging import events
from messaging.assignments import visit_notices
from messaging.assignments.changes import take_from
from messaging.errors import BadTimes, NoSitter, NotPossibleNow, WindowOverlaps
from messaging.models import AssignmentWindow, Sitter, Thread, Visit
from messaging.people import covering, participants
from snoutos.accounts.models import User
from snoutos.core import timefmt
from snoutos.core.dberrors import saving


def put(
    thread: Thread,
    sitter: Sitter,
    *,
    starts_at: datetime,
    ends_at: datetime,
    visit_type: str,
    visit: Visit | None = None,
    by: User | None,
    at: datetime,
) -> AssignmentWindow:
    """A new window. Raises WindowOverlaps, with whose and when."""
    window = AssignmentWindow(
        organization_id=thread.organization_id,
        visit=visit,
        thread=thread,
        sitter=sitter,
        starts_at=starts_at,
        ends_at=ends_at,
        visit_type=visit_type,
        created_by=by,
        created_at=at,
    )
    _save(window, at)
    participants.sitter_participant(thread, sitter, at)
    current().record(events.assignment_window_created(**_of(window)))
    _keep_notice(window, sitter, at)
    return window


def change(
    thread: Thread,
    window: AssignmentWindow,
    *,
    sitter: Sitter,
    starts_at: datetime,
    ends_at: datetime,
    at: datetime,
) -> None:
    """Other times or another sitter for a window that has not begun; another end for one that runs."""
    before, had, was = window.sitter_id, window.sitter, (window.starts_at, window.ends_at)
    window.sitter, window.starts_at, window.ends_at = sitter, starts_at, ends_at
    _save(window, at)
    _keep_notice(window, had, at, was)
    if had.pk != sitter.pk:
        _keep_notice(window, sitter, at)
    participants.sitter_participant(thread, sitter, at)
    if sitter.pk != before or not starts_at <= at < ends_at:
        take_from(thread, before, at, authorised_by=Q(window=window))
    current().record(events.assignment_window_changed(**_of(window)))
    _make_room(thread, window, at)


def pass_on(
    thread: Thread,
    window: AssignmentWindow,
    to: Sitter,
    *,
    begins: datetime,
    until: datetime,
    visit: Visit | None = None,
    by: User,
    at: datetime,
) -> AssignmentWindow:
    """`to` has [begins, until) of `window`, as a part of `visit`; half open, so that at `begins` exactly one holds."""
    before, taken = window.sitter_id, window
    _keep_notice(window, window.sitter, at, (window.starts_at, window.ends_at))
    if begins > window.starts_at:
        window.ends_at = begins
        window.save(update_fields=["ends_at"])
        taken = AssignmentWindow(
            organization_id=thread.organization_id,
            thread=thread,
            starts_at=begins,
            visit_type=window.visit_type,
            created_by=by,
            created_at=at,
        )
    taken.sitter, taken.ends_at, taken.visit = to, until, visit
    _save(taken, at)
    _keep_notice(taken, to, at)
    participants.sitter_participant(thread, to, at)
    if begins <= at:
        take_from(thread, before, at, authorised_by=Q(window=window))
    current().record(
        events.assignment_window_handed_over(
            **{**_of(taken), "sitter_id": before}, to_id=to.pk, from_window_id=window.pk
        )
    )
    return taken


def end(thread: Thread, window: AssignmentWindow, at: datetime) -> None:
    """End one that runs."""
    _keep_notice(window, window.sitter, at, (window.starts_at, window.ends_at))
    window.ends_at = at
    window.save(update_fields=["ends_at"])
    take_from(thread, window.sitter_id, at, authorised_by=Q(window=window))
    current().record(events.assignment_window_ended(**_of(window)))
    _make_room(thread, window, at)


def drop(thread: Thread, window: AssignmentWindow, by: User, at: datetime) -> None:
    """Cancel one that has not begun; one that runs ends now, since what was stays true."""
    if window.starts_at < at:
        end(thread, window, at)
        return
    _keep_notice(window, window.sitter, at, (window.starts_at, window.ends_at))
    window.canceled_at, window.canceled_by = at, by
    window.save(update_fields=["canceled_at", "canceled_by"])
    take_from(thread, window.sitter_id, at, authorised_by=Q(window=window))
    current().record(events.assignment_window_canceled(**_of(window)))
    _make_room(thread, window, at)


def require_times(starts_at: datetime, ends_at: datetime, at: datetime) -> None:
    """Raise BadTimes for an end before the start, or behind."""
    if ends_at <= starts_at:
        raise BadTimes
    if ends_at <= at:
        raise BadTimes("That time has passed. Choose an end to come.")


def require_sitter(organization_id: int, sitter: Sitter) -> None:
    """Raise NoSitter for one who is not active, or of another business."""
    if sitter.organization_id != organization_id or not sitter.is_active:
        raise NoSitter


def require_still_here(sitter_id: int) -> None:
    """Raise NoSitter when they left meanwhile. Asked behind a row that names them: who leaves the business at this moment has left, or
    takes it along (`snoutos.staffing`)."""
    if not Sitter.objects.filter(pk=sitter_id, is_active=True).exists():
        raise NoSitter


def require_another(to: Sitter, sitter_id: int) -> None:
    """Raise NotPossibleNow for who has it already."""
    if to.pk == sitter_id:
        raise NotPossibleNow(f"{to.name} already has this visit.")


def booked(other: AssignmentWindow | Visit, at: datetime) -> str:
    """What to say when `other` is in the way."""
    when = timefmt.span(other.starts_at, other.ends_at, other.organization.zone, at)
    return f"{other.sitter.name} is already booked {when}. Choose other times, or change that visit first."


def _save(window: AssignmentWindow, at: datetime) -> None:
    """Save, with the database's refusal of an overlap as a sentence that names the other window's sitter."""

    def refusal() -> WindowOverlaps:
        other = covering.overlapping(window.thread, window.starts_at, window.ends_at, but=window)
        return WindowOverlaps(booked(other, at) if other is not None else "")

    with saving("assignmentwindow_no_overlap_per_thread", refusal):
        window.save()
    require_still_here(window.sitter_id)


def _keep_notice(
    window: AssignmentWindow, sitter: Sitter, at: datetime, was: tuple[datetime, datetime] | None = None
) -> None:
    """The sitter hears of it, unless it is part of a client's visit: then of that."""
    if window.visit_id is None:
        visit_notices.keep(window, sitter, at, was=was)


def _make_room(thread: Thread, window: AssignmentWindow, at: datetime) -> None:
    """A visit that a window without one had kept out of the conversation may come in now."""
    if window.visit_id is None:
        covering.cover(thread, at)


def _of(window: AssignmentWindow) -> dict[str, int]:
    return {
        "organization_id": window.organization_id,
        "thread_id": window.thread_id,
        "window_id": window.pk,
        "sitter_id": window.sitter_id,
    }
