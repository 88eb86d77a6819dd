"""Windows: created, moved, handed over, ended early, canceled; never deleted. Each in one transaction that holds the thread.

One that belongs to a client's visit changes with it: the verbs act on the visit, and so on all its windows (`visits`).

Who was on duty at a moment behind never changes: what begins, ends or passes to somebody else does so now or later. The database holds it
too (`guard_window`).
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from audit.record import Actor, recording
from messaging import locks
from messaging.assignments import single, timing, visits
from messaging.errors import NotPossibleNow
from messaging.models import AssignmentWindow, Sitter, Thread, Visit
from messaging.models.assignments import VisitType
from snoutos.accounts.models import User


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
    """Put `sitter` in charge of this one conversation in [starts_at, ends_at). One that is entered after its start begins at `at`.

    Raises BadTimes, NoSitter (inactive, or of another business), WindowOverlaps.
    """
    single.require_times(starts_at, ends_at, at)
    single.require_sitter(thread.organization_id, sitter)
    with transaction.atomic(), recording(actor=Actor.person(by), at=at):
        return single.put(
            locks.thread(thread.pk),
            sitter,
            starts_at=max(starts_at, at),
            ends_at=ends_at,
            visit_type=visit_type,
            by=by,
            at=at,
        )


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
    if window.visit is not None:
        after = visits.move(window.visit, sitter=sitter, starts_at=starts_at, ends_at=ends_at, by=by, at=at)
        return _of(after, window)
    with transaction.atomic(), recording(actor=Actor.person(by), at=at):
        thread = locks.thread(window.thread_id)
        fresh = _current(window, at)
        if fresh.starts_at >= at:
            asked = starts_at or fresh.starts_at
            to, ends = sitter or fresh.sitter, ends_at or fresh.ends_at
            single.require_times(asked, ends, at)
            single.require_sitter(thread.organization_id, to)
            single.change(thread, fresh, sitter=to, starts_at=max(asked, at), ends_at=ends, at=at)
            return fresh
        until = timing.until(fresh, starts_at, ends_at, at)
        single.require_sitter(thread.organization_id, sitter or fresh.sitter)
        if sitter is not None and sitter.pk != fresh.sitter_id:
            return single.pass_on(thread, fresh, sitter, begins=at, until=until, by=by, at=at)
        single.change(thread, fresh, sitter=fresh.sitter, starts_at=fresh.starts_at, ends_at=until, at=at)
        return fresh


def hand_over(
    window: AssignmentWindow, *, to: Sitter, at_time: datetime | None = None, by: User, at: datetime
) -> AssignmentWindow:
    """`to` has the rest of the visit from `at_time` on, now without one. What was until then stays the first sitter's.

    One that has not begun by then passes as a whole. Texts the first sitter had queued are canceled when they lose the charge now; at a
    later moment their visit ends as any other. Returns the window of `to`.

    Raises BadTimes for a moment behind or after the visit, NoSitter, and NotPossibleNow for one that is canceled, over or already theirs.
    """
    if window.visit is not None:
        return _of(visits.hand_over(window.visit, to=to, at_time=at_time, by=by, at=at), window)
    with transaction.atomic(), recording(actor=Actor.person(by), at=at):
        thread = locks.thread(window.thread_id)
        fresh = _current(window, at)
        begins = timing.begins_at(fresh, at_time, at)
        single.require_another(to, fresh.sitter_id)
        single.require_sitter(thread.organization_id, to)
        return single.pass_on(thread, fresh, to, begins=begins, until=fresh.ends_at, by=by, at=at)


def end(window: AssignmentWindow, *, by: User, at: datetime) -> AssignmentWindow:
    """End a running window now. Raises NotPossibleNow when it is not running."""
    if window.visit is not None:
        return _of(visits.end(window.visit, by=by, at=at), window)
    with transaction.atomic(), recording(actor=Actor.person(by), at=at):
        thread = locks.thread(window.thread_id)
        fresh = _current(window, at)
        if fresh.starts_at >= at:
            raise NotPossibleNow("This visit hasn't started yet. Cancel it instead.")
        single.end(thread, fresh, at)
        return fresh


def cancel(window: AssignmentWindow, *, by: User, at: datetime) -> AssignmentWindow:
    """Cancel a window that has not begun; one that runs ends now, since what was stays true.

    Raises NotPossibleNow when it is over, or was canceled before.
    """
    if window.visit is not None:
        return _of(visits.cancel(window.visit, by=by, at=at), window)
    with transaction.atomic(), recording(actor=Actor.person(by), at=at):
        thread = locks.thread(window.thread_id)
        fresh = _current(window, at)
        single.drop(thread, fresh, by, at)
        return fresh


def _of(visit: Visit, before: AssignmentWindow) -> AssignmentWindow:
    """What `visit` is now in the conversation of the window `before`; that one itself where the visit is not in it any more."""
    rows = AssignmentWindow.objects.select_related("sitter", "thread").filter(visit=visit)
    found: AssignmentWindow | None = rows.filter(thread=before.thread_id).order_by("-pk").first()
    return found or AssignmentWindow.objects.get(pk=before.pk)


def _current(window: AssignmentWindow, at: datetime) -> AssignmentWindow:
    fresh: AssignmentWindow = AssignmentWindow.objects.select_related("sitter").get(pk=window.pk)
    timing.require_ahead(fresh, at)
    return fresh
