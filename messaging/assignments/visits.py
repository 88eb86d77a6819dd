"""Visits: a sitter looks after a client, in each of the client's open conversations; both partners of a couple reach them.

Given, moved, handed over, ended early, canceled; never deleted. Each in one transaction that holds the client's conversations and then the
client, and changes all windows of the visit with it. Conversations that come about later are `people.covering`'s.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import transaction

from audit.record import Actor, current, recording
from messaging import events, locks
from messaging.assignments import single, timing, visit_notices
from messaging.errors import NotPossibleNow, WindowOverlaps
from messaging.models import AssignmentWindow, Client, Sitter, Thread, Visit
from messaging.models.assignments import VisitType
from messaging.models.threads import ThreadState
from messaging.people import covering
from snoutos.accounts.models import User
from snoutos.core.dberrors import saving


def create(
    *,
    client: Client,
    sitter: Sitter,
    starts_at: datetime,
    ends_at: datetime,
    visit_type: str = VisitType.DROP_IN,
    by: User | None,
    at: datetime,
) -> Visit:
    """`sitter` looks after `client` in [starts_at, ends_at). One that is entered after its start begins at `at`.

    A client who never wrote may have one: it reaches the conversations that come. Raises BadTimes; NoSitter (inactive, or of another
    business); WindowOverlaps, with whose and when, for a time that is another visit's, or another sitter's in one of the conversations.
    """
    single.require_times(starts_at, ends_at, at)
    single.require_sitter(client.organization_id, sitter)
    with _changing(client.pk, by, at) as threads:
        visit = Visit(
            organization_id=client.organization_id,
            client=client,
            sitter=sitter,
            starts_at=max(starts_at, at),
            ends_at=ends_at,
            visit_type=visit_type,
            created_by=by,
            created_at=at,
        )
        _save(visit, at)
        reached = [thread for thread in threads.values() if thread.state == ThreadState.OPEN]
        for thread in reached:
            single.put(
                thread,
                sitter,
                starts_at=visit.starts_at,
                ends_at=ends_at,
                visit_type=visit_type,
                visit=visit,
                by=by,
                at=at,
            )
        current().record(events.visit_created(**_of(visit), windows=len(reached)))
        visit_notices.keep(visit, sitter, at)
        return visit


def move(
    visit: Visit,
    *,
    sitter: Sitter | None = None,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
    by: User,
    at: datetime,
) -> Visit:
    """Give a visit other times or another sitter. Of one that runs only the end changes, to a moment ahead; another sitter takes it over
    now (`hand_over`). Texts the old sitter had queued are canceled when they lose the charge now.

    Returns the visit that goes on. Raises as `create` does, and NotPossibleNow for one that is canceled or over, or the start of one that
    runs.
    """
    with _changing(visit.client_id, by, at) as threads:
        fresh = _current(visit, at)
        runs = fresh.starts_at < at
        asked = fresh.starts_at if runs else starts_at or fresh.starts_at
        until = timing.until(fresh, starts_at, ends_at, at) if runs else ends_at or fresh.ends_at
        to = sitter or fresh.sitter
        single.require_times(asked, until, at)
        single.require_sitter(fresh.organization_id, to)
        if runs and to.pk != fresh.sitter_id:
            return _pass_on(threads, fresh, to, at, until, by, at)
        before, was = fresh.sitter, (fresh.starts_at, fresh.ends_at)
        fresh.sitter, fresh.starts_at, fresh.ends_at = to, asked if runs else max(asked, at), until
        _save(fresh, at)
        visit_notices.keep(fresh, before, at, was=was)
        if before.pk != to.pk:
            visit_notices.keep(fresh, to, at)
        for window in _windows(fresh):
            single.change(
                threads[window.thread_id],
                window,
                sitter=to,
                starts_at=window.starts_at if runs else fresh.starts_at,
                ends_at=until,
                at=at,
            )
        current().record(events.visit_changed(**_of(fresh)))
        _reach_the_rest(threads, at)
        return fresh


def hand_over(visit: Visit, *, to: Sitter, at_time: datetime | None = None, by: User, at: datetime) -> Visit:
    """`to` has the rest of the visit from `at_time` on, now without one, in all its conversations. Until then it stays the first sitter's.

    One that has not begun by then passes as a whole and stays the same visit. Returns the visit of `to`. Raises as
    `windows.hand_over` does.
    """
    with _changing(visit.client_id, by, at) as threads:
        fresh = _current(visit, at)
        begins = timing.begins_at(fresh, at_time, at)
        single.require_another(to, fresh.sitter_id)
        single.require_sitter(fresh.organization_id, to)
        return _pass_on(threads, fresh, to, begins, fresh.ends_at, by, at)


def end(visit: Visit, *, by: User, at: datetime) -> Visit:
    """End a running visit now. Raises NotPossibleNow when it is not running."""
    with _changing(visit.client_id, by, at) as threads:
        fresh = _current(visit, at)
        if fresh.starts_at >= at:
            raise NotPossibleNow("This visit hasn't started yet. Cancel it instead.")
        return _end(threads, fresh, by, at)


def cancel(visit: Visit, *, by: User, at: datetime) -> Visit:
    """Cancel a visit that has not begun; one that runs ends now, since what was stays true.

    Raises NotPossibleNow when it is over, or was canceled before.
    """
    with _changing(visit.client_id, by, at) as threads:
        fresh = _current(visit, at)
        if fresh.starts_at < at:
            return _end(threads, fresh, by, at)
        visit_notices.keep(fresh, fresh.sitter, at, was=(fresh.starts_at, fresh.ends_at))
        fresh.canceled_at, fresh.canceled_by = at, by
        fresh.save(update_fields=["canceled_at", "canceled_by"])
        for window in _windows(fresh):
            single.drop(threads[window.thread_id], window, by, at)
        current().record(events.visit_canceled(**_of(fresh)))
        return fresh


def change_client(thread: Thread, *, by: User, at: datetime) -> None:
    """`thread`, which the caller holds, is another client's from now on: the visits of the one it was leave it, and theirs come in.

    What is behind stays as it was, and belongs to no visit any more. Inside a recording transaction.
    """
    rows = AssignmentWindow.objects.filter(
        thread=thread, visit__isnull=False, canceled_at__isnull=True, ends_at__gt=at
    )
    for window in rows.exclude(visit__client=thread.client_id).select_related("sitter"):
        single.drop(thread, window, by, at)
        window.visit = None
        window.save(update_fields=["visit"])
    covering.cover(thread, at)


@contextmanager
def _changing(client_id: int, by: User | None, at: datetime) -> Iterator[dict[int, Thread]]:
    """One transaction that holds the client's conversations, by their ids, and then the client."""
    with transaction.atomic(), recording(actor=Actor.person(by), at=at):
        try:
            threads = locks.threads_of_clients([client_id])
        except LookupError as gone:
            raise NotPossibleNow("This client's card is gone: someone merged it a moment ago.") from gone
        yield threads


def _current(visit: Visit, at: datetime) -> Visit:
    fresh: Visit = Visit.objects.select_related("sitter").get(pk=visit.pk)
    if fresh.client_id != visit.client_id:
        # Merged between the look and the lock: the conversations that are held are another card's.
        raise NotPossibleNow
    timing.require_ahead(fresh, at)
    return fresh


def _windows(visit: Visit) -> list[AssignmentWindow]:
    """Those that are there, in the order in which threads are locked."""
    rows = AssignmentWindow.objects.filter(visit=visit, canceled_at__isnull=True).select_related("sitter")
    return list(rows.order_by("thread_id"))


def _end(threads: dict[int, Thread], visit: Visit, by: User, at: datetime) -> Visit:
    visit_notices.keep(visit, visit.sitter, at, was=(visit.starts_at, visit.ends_at))
    visit.ends_at = at
    visit.save(update_fields=["ends_at"])
    for window in _windows(visit):
        single.drop(threads[window.thread_id], window, by, at)
    current().record(events.visit_ended(**_of(visit)))
    return visit


def _pass_on(
    threads: dict[int, Thread],
    visit: Visit,
    to: Sitter,
    begins: datetime,
    until: datetime,
    by: User,
    at: datetime,
) -> Visit:
    """`to` has [begins, until) of `visit`: another visit, unless the first has not begun by then."""
    before, taken, windows = visit.sitter_id, visit, _windows(visit)
    visit_notices.keep(visit, visit.sitter, at, was=(visit.starts_at, visit.ends_at))
    if begins > visit.starts_at:
        visit.ends_at = begins
        visit.save(update_fields=["ends_at"])
        taken = Visit(
            organization_id=visit.organization_id,
            client_id=visit.client_id,
            starts_at=begins,
            visit_type=visit.visit_type,
            created_by=by,
            created_at=at,
        )
    taken.sitter, taken.ends_at = to, until
    _save(taken, at)
    visit_notices.keep(taken, to, at)
    for window in windows:
        single.pass_on(
            threads[window.thread_id],
            window,
            to,
            begins=max(begins, window.starts_at),
            until=until,
            visit=taken,
            by=by,
            at=at,
        )
    current().record(
        events.visit_handed_over(**{**_of(taken), "sitter_id": before}, to_id=to.pk, from_visit_id=visit.pk)
    )
    _reach_the_rest(threads, at)
    return taken


def _reach_the_rest(threads: dict[int, Thread], at: datetime) -> None:
    """Conversations that the visit could not be in until now may have room for it."""
    for thread in threads.values():
        covering.cover(thread, at)


def _save(visit: Visit, at: datetime) -> None:
    """Save, with the database's refusal of an overlap as a sentence that names the other visit's sitter."""

    def refusal() -> WindowOverlaps:
        rows = Visit.objects.filter(
            client=visit.client_id,
            canceled_at__isnull=True,
            starts_at__lt=visit.ends_at,
            ends_at__gt=visit.starts_at,
        )
        other = rows.exclude(pk=visit.pk).select_related("sitter").order_by("starts_at").first()
        return WindowOverlaps(single.booked(other, at) if other is not None else "")

    with saving("visit_no_overlap_per_client", refusal):
        visit.save()
    single.require_still_here(visit.sitter_id)


def _of(visit: Visit) -> dict[str, int]:
    return {
        "organization_id": visit.organization_id,
        "visit_id": visit.pk,
        "client_id": visit.client_id,
        "sitter_id": visit.sitter_id,
    }
