"""A conversation of a client comes about, opens again or comes to their card: the client's visits reach it from then on.

The other direction, a visit that comes to conversations that are there, is `messaging.assignments.visits`.
"""

from __future__ import annotations

from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet

from audit.record import current
from messaging import events, locks, timeline
from messaging.models import AssignmentWindow, Message, Thread, Visit
from messaging.models.messages import Audience, AuthorKind, MessageState
from messaging.models.threads import ThreadKind, ThreadState
from messaging.people import participants

_LEFT_OUT = "{sitter}'s visit isn't in this conversation: {other} already has a visit here then."


def cover(thread: Thread, at: datetime) -> list[AssignmentWindow]:
    """Make the windows that the visits of `thread`'s client have not made in it yet; nothing where all are there.

    Inside a recording transaction, with the thread held or just made. A visit that runs begins here at `at`. One whose time is partly
    another's in this conversation leaves it alone, and a note says so; it is looked at again when that window changes.
    """
    if thread.kind != ThreadKind.CARE or thread.state != ThreadState.OPEN or thread.client_id is None:
        return []
    locks.client_shared(thread.client_id)
    found = [_put(thread, visit, at) for visit in _missing(thread, at)]
    made = [window for window in found if window is not None]
    if made:
        timeline.notify_pages(thread)
    return made


def _missing(thread: Thread, at: datetime) -> QuerySet[Visit]:
    there = AssignmentWindow.objects.filter(visit=OuterRef("pk"), thread=thread, canceled_at__isnull=True)
    rows: QuerySet[Visit] = Visit.objects.filter(
        ~Exists(there), client=thread.client_id, canceled_at__isnull=True, ends_at__gt=at
    )
    return rows.select_related("sitter").order_by("starts_at", "pk")


def _put(thread: Thread, visit: Visit, at: datetime) -> AssignmentWindow | None:
    begins = max(visit.starts_at, at)
    other = overlapping(thread, begins, visit.ends_at)
    if other is not None:
        _note(thread, visit, other, at)
        return None
    window: AssignmentWindow = AssignmentWindow.objects.create(
        organization_id=thread.organization_id,
        visit=visit,
        thread=thread,
        sitter=visit.sitter,
        starts_at=begins,
        ends_at=visit.ends_at,
        visit_type=visit.visit_type,
        created_by_id=visit.created_by_id,
        created_at=at,
    )
    if visit.sitter.is_active:
        participants.sitter_participant(thread, visit.sitter, at)
    current().record(
        events.assignment_window_created(
            organization_id=thread.organization_id,
            thread_id=thread.pk,
            window_id=window.pk,
            sitter_id=visit.sitter_id,
        )
    )
    return window


def overlapping(
    thread: Thread, starts_at: datetime, ends_at: datetime, *, but: AssignmentWindow | None = None
) -> AssignmentWindow | None:
    """The first window in the conversation that holds at some moment of [starts_at, ends_at), other than `but`."""
    rows = AssignmentWindow.objects.filter(
        thread=thread, canceled_at__isnull=True, starts_at__lt=ends_at, ends_at__gt=starts_at
    )
    if but is not None and but.pk is not None:
        rows = rows.exclude(pk=but.pk)
    found: AssignmentWindow | None = rows.select_related("sitter").order_by("starts_at").first()
    return found


def _note(thread: Thread, visit: Visit, other: AssignmentWindow, at: datetime) -> None:
    """Say once in the conversation, to the office, that the visit is not in it."""
    key = f"visit:{visit.pk}:left_out:{thread.pk}"
    if Message.objects.of(thread.organization_id).filter(origin_key=key).exists():
        return
    Message.objects.create(
        organization_id=thread.organization_id,
        thread=thread,
        position=timeline.next_position(thread, at).position,
        author_kind=AuthorKind.SYSTEM,
        state=MessageState.ACCEPTED,
        audience=Audience.OWNER,
        is_note=True,
        body=_LEFT_OUT.format(sitter=visit.sitter.name, other=other.sitter.name),
        origin_key=key,
        created_at=at,
    )
