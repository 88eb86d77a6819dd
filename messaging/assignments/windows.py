"""Windows: created, moved, handed over, ended early, canceled; never deleted. Each in one transaction that holds the thread.

Who was on duty at a moment behind never changes: what begins, ends or passes to somebody else does so now or later. The database holds it
too (`guard_window`).
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from audit.record import Actor, current, recording
from messaging import events, locks
from messaging.assignments.changes import take_from
from messaging.errors import BadTimes, NoSitter, NotPossibleNow, WindowOverlaps
from messaging.models import AssignmentWindow, Sitter, Thread
from messaging.models.assignments import VisitType
from messaging.people import participants
from snoutos.accounts.models import User
from snoutos.core import timefmt
from snoutos.core.dberrors import saving

# A form names minutes: the one that just began is now.
THIS_MINUTE = timedelta(minutes=1)


def create(
    *,
    thread: Thread,
    sitter: Sitter,
    starts_at: datetime,
    ends_at: datetime,
    visit_type: str = VisitType.OTHER,
    by: User | None,
    at: datetime,
) -> AssignmentWindow:
    """Put `sitter` in charge of `thread` in [starts_at, ends_at). One that is entered after its start begins at `at`.

    Raises BadTimes, NoSitter (inactive, or of another business), WindowOverlaps.
    """
    begins = max(starts_at, at)
    _check_times(starts_at, ends_at, at)
    _check_sitter(thread, sitter)
    with transaction.atomic(), recording(actor=Actor.person(by), at=at):
        locked = locks.thread(thread.pk)
        window = AssignmentWindow(
            organization_id=locked.organization_id,
            thread=locked,
            sitter=sitter,
            starts_at=begins,
            ends_at=ends_at,
            visit_type=visit_type,
            created_by=by,
            created_at=at,
        )
        _save(window, at)
        participants.sitter_participant(locked, sitter, at)
        current().record(events.assignment_window_created(**_of(window)))
        return window


def move(
    window: AssignmentWindow,
    *,
    sitter: Sitter | None = None,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
    by: User,
    at: datetime,
) -> AssignmentWindow:
    """Give a window other times or another sitter. Of one that runs only the end changes, to a moment ahead; another sitter takes it over
    now (`hand_over`). Texts the old sitter had queued are canceled when they lose the charge now.

    Returns the window that goes on. Raises BadTimes, NoSitter, WindowOverlaps, and NotPossibleNow for one that is canceled or over, or the
    start of one that runs.
    """
    with transaction.atomic(), recording(actor=Actor.person(by), at=at):
        thread = locks.thread(window.thread_id)
        fresh = _current(window, at)
        if fresh.starts_at < at:
            return _change_running(thread, fresh, sitter, starts_at, ends_at, by, at)
        before = fresh.sitter_id
        fresh.sitter = sitter or fresh.sitter
        asked = starts_at or fresh.starts_at
        fresh.starts_at, fresh.ends_at = max(asked, at), ends_at or fresh.ends_at
        _check_times(asked, fresh.ends_at, at)
        _check_sitter(thread, fresh.sitter)
        _save(fresh, at)
        participants.sitter_participant(thread, fresh.sitter, at)
        if fresh.sitter_id != before or not fresh.starts_at <= at < fresh.ends_at:
            take_from(thread, before, at, authorised_by=Q(window=fresh))
        current().record(events.assignment_window_changed(**_of(fresh)))
        return fresh


def hand_over(
    window: AssignmentWindow, *, to: Sitter, at_time: datetime | None = None, by: User, at: datetime
) -> AssignmentWindow:
    """`to` has the rest of the visit from `at_time` on, now without one. What was until then stays the first sitter's.

    One that has not begun by then passes as a whole. Texts the first sitter had queued are canceled when they lose the charge now; at a
    later moment their visit ends as any other. Returns the window of `to`.

    Raises BadTimes for a moment behind or after the visit, NoSitter, and NotPossibleNow for one that is canceled, over or already theirs.
    """
    with transaction.atomic(), recording(actor=Actor.person(by), at=at):
        thread = locks.thread(window.thread_id)
        fresh = _current(window, at)
        return _pass_on(thread, fresh, to, begins_at(fresh, at_time, at), fresh.ends_at, by, at)


def begins_at(window: AssignmentWindow, at_time: datetime | None, at: datetime) -> datetime:
    """When the next sitter's part of `window` begins, handed over at `at_time`: never before `at` or its start. Raises BadTimes."""
    asked = at if at_time is None else at_time
    if asked < at - THIS_MINUTE:
        raise BadTimes("That time has passed. Hand the visit over now, or at a time to come.")
    begins = max(asked, at, window.starts_at)
    if begins >= window.ends_at:
        raise BadTimes("The visit is over by then. Choose an earlier time.")
    return begins


def end(window: AssignmentWindow, *, by: User, at: datetime) -> AssignmentWindow:
    """End a running window now. Raises NotPossibleNow when it is not running."""
    with transaction.atomic(), recording(actor=Actor.person(by), at=at):
        thread = locks.thread(window.thread_id)
        fresh = _current(window, at)
        if fresh.starts_at >= at:
            raise NotPossibleNow("This visit hasn't started yet. Cancel it instead.")
        return _end(thread, fresh, at)


def cancel(window: AssignmentWindow, *, by: User, at: datetime) -> AssignmentWindow:
    """Cancel a window that has not begun; one that runs ends now, since what was stays true.

    Raises NotPossibleNow when it is over, or was canceled before.
    """
    with transaction.atomic(), recording(actor=Actor.person(by), at=at):
        thread = locks.thread(window.thread_id)
        fresh = _current(window, at)
        if fresh.starts_at < at:
            return _end(thread, fresh, at)
        fresh.canceled_at, fresh.canceled_by = at, by
        fresh.save(update_fields=["canceled_at", "canceled_by"])
        take_from(thread, fresh.sitter_id, at, authorised_by=Q(window=fresh))
        current().record(events.assignment_window_canceled(**_of(fresh)))
        return fresh


def _end(thread: Thread, window: AssignmentWindow, at: datetime) -> AssignmentWindow:
    window.ends_at = at
    window.save(update_fields=["ends_at"])
    take_from(thread, window.sitter_id, at, authorised_by=Q(window=window))
    current().record(events.assignment_window_ended(**_of(window)))
    return window


def _change_running(
    thread: Thread,
    window: AssignmentWindow,
    sitter: Sitter | None,
    starts_at: datetime | None,
    ends_at: datetime | None,
    by: User,
    at: datetime,
) -> AssignmentWindow:
    """Change what is still ahead of a window that began."""
    if starts_at is not None and starts_at != window.starts_at:
        raise NotPossibleNow("This visit has started, so its start stays. Change when it ends.")
    until = ends_at or window.ends_at
    if until <= at:
        raise BadTimes("That time has passed. Choose an end to come, or end the visit now.")
    if sitter is not None and sitter.pk != window.sitter_id:
        return _pass_on(thread, window, sitter, at, until, by, at)
    window.ends_at = until
    _check_sitter(thread, window.sitter)
    _save(window, at)
    participants.sitter_participant(thread, window.sitter, at)
    current().record(events.assignment_window_changed(**_of(window)))
    return window


def _pass_on(
    thread: Thread,
    window: AssignmentWindow,
    to: Sitter,
    begins: datetime,
    until: datetime,
    by: User,
    at: datetime,
) -> AssignmentWindow:
    """`to` has [begins, until) of `window`, whose thread the caller holds; half open, so that at `begins` exactly one holds."""
    if to.pk == window.sitter_id:
        raise NotPossibleNow(f"{to.name} already has this visit.")
    _check_sitter(thread, to)
    before, taken = window.sitter_id, window
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
    taken.sitter, taken.ends_at = to, until
    _save(taken, at)
    participants.sitter_participant(thread, to, at)
    if begins <= at:
        take_from(thread, before, at, authorised_by=Q(window=window))
    current().record(
        events.assignment_window_handed_over(
            **{**_of(taken), "sitter_id": before}, to_id=to.pk, from_window_id=window.pk
        )
    )
    return taken


def _current(window: AssignmentWindow, at: datetime) -> AssignmentWindow:
    fresh: AssignmentWindow = AssignmentWindow.objects.select_related("sitter").get(pk=window.pk)
    if fresh.canceled_at is not None:
        raise NotPossibleNow("This visit was canceled.")
    if fresh.ends_at <= at:
        raise NotPossibleNow("This visit is over.")
    return fresh


def _check_times(starts_at: datetime, ends_at: datetime, at: datetime) -> None:
    if ends_at <= starts_at:
        raise BadTimes
    if ends_at <= at:
        raise BadTimes("That time has passed. Choose an end to come.")


def _check_sitter(thread: Thread, sitter: Sitter) -> None:
    if sitter.organization_id != thread.organization_id or not sitter.is_active:
        raise NoSitter


def _save(window: AssignmentWindow, at: datetime) -> None:
    """Save, with the database's refusal of an overlap as a sentence that names the other window's sitter."""
    with saving(
        "assignmentwindow_no_overlap_per_thread", lambda: WindowOverlaps(_overlap_sentence(window, at))
    ):
        window.save()
    # Saved behind the sitter's row: who leaves the business at this moment has left, or takes this visit along (`snoutos.staffing`).
    if not Sitter.objects.filter(pk=window.sitter_id, is_active=True).exists():
        raise NoSitter


def _overlap_sentence(window: AssignmentWindow, at: datetime) -> str:
    other: AssignmentWindow | None = (
        AssignmentWindow.objects.select_related("sitter")
        .filter(
            thread_id=window.thread_id,
            canceled_at__isnull=True,
            starts_at__lt=window.ends_at,
            ends_at__gt=window.starts_at,
        )
        .exclude(pk=window.pk)
        .order_by("starts_at")
        .first()
    )
    if other is None:
        return ""
    when = timefmt.span(other.starts_at, other.ends_at, other.thread.organization.zone, at)
    return f"{other.sitter.name} is already booked {when}. Choose other times, or change that visit first."


def _of(window: AssignmentWindow) -> dict[str, int]:
    return {
        "organization_id": window.organization_id,
        "thread_id": window.thread_id,
        "window_id": window.pk,
        "sitter_id": window.sitter_id,
    }
