"""Windows: created, moved, ended early, canceled; never deleted. Each in one transaction that holds the thread."""

from __future__ import annotations

from datetime import datetime

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
    """Put `sitter` in charge of `thread` in [starts_at, ends_at).

    Raises BadTimes, NoSitter (inactive, or of another business), WindowOverlaps.
    """
    _check(thread, sitter, starts_at, ends_at)
    with transaction.atomic(), recording(actor=Actor.person(by), at=at):
        locked = locks.thread(thread.pk)
        window = AssignmentWindow(
            organization_id=locked.organization_id,
            thread=locked,
            sitter=sitter,
            starts_at=starts_at,
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
    """Give a window other times or another sitter. Texts the old sitter had queued are canceled when they lose the charge now.

    Raises BadTimes, NoSitter, WindowOverlaps, and NotPossibleNow for one that is canceled or over.
    """
    with transaction.atomic(), recording(actor=Actor.person(by), at=at):
        thread = locks.thread(window.thread_id)
        fresh = _current(window, at)
        before = fresh.sitter_id
        fresh.sitter = sitter or fresh.sitter
        fresh.starts_at, fresh.ends_at = starts_at or fresh.starts_at, ends_at or fresh.ends_at
        _check(thread, fresh.sitter, fresh.starts_at, fresh.ends_at)
        _save(fresh, at)
        participants.sitter_participant(thread, fresh.sitter, at)
        if fresh.sitter_id != before or not fresh.starts_at <= at < fresh.ends_at:
            take_from(thread, before, at, authorised_by=Q(window=fresh))
        current().record(events.assignment_window_changed(**_of(fresh)))
        return fresh


def end(window: AssignmentWindow, *, by: User, at: datetime) -> AssignmentWindow:
    """End a running window now. Raises NotPossibleNow when it is not running."""
    with transaction.atomic(), recording(actor=Actor.person(by), at=at):
        thread = locks.thread(window.thread_id)
        fresh = _current(window, at)
        if fresh.starts_at >= at:
            raise NotPossibleNow("This visit hasn't started yet. Cancel it instead.")
        fresh.ends_at = at
        fresh.save(update_fields=["ends_at"])
        take_from(thread, fresh.sitter_id, at, authorised_by=Q(window=fresh))
        current().record(events.assignment_window_ended(**_of(fresh)))
        return fresh


def cancel(window: AssignmentWindow, *, by: User, at: datetime) -> AssignmentWindow:
    """Cancel a window that is not over. Raises NotPossibleNow when it is, or was canceled before."""
    with transaction.atomic(), recording(actor=Actor.person(by), at=at):
        thread = locks.thread(window.thread_id)
        fresh = _current(window, at)
        fresh.canceled_at, fresh.canceled_by = at, by
        fresh.save(update_fields=["canceled_at", "canceled_by"])
        take_from(thread, fresh.sitter_id, at, authorised_by=Q(window=fresh))
        current().record(events.assignment_window_canceled(**_of(fresh)))
        return fresh


def _current(window: AssignmentWindow, at: datetime) -> AssignmentWindow:
    fresh: AssignmentWindow = AssignmentWindow.objects.select_related("sitter").get(pk=window.pk)
    if fresh.canceled_at is not None:
        raise NotPossibleNow("This visit was canceled.")
    if fresh.ends_at <= at:
        raise NotPossibleNow("This visit is over.")
    return fresh


def _check(thread: Thread, sitter: Sitter, starts_at: datetime, ends_at: datetime) -> None:
    if ends_at <= starts_at:
        raise BadTimes
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
