"""What handing a visit over would do, before anybody does it (`windows.hand_over`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from messaging import canceling
from messaging.assignments import windows
from messaging.errors import NoSitter, NotPossibleNow
from messaging.models import AssignmentWindow, Sitter


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOver:
    """`to` has the visit in [begins_at, ends_at). `is_whole`: it has not begun by then, so the first sitter keeps nothing of it.

    `queued`: the first sitter's texts that have not left, which are canceled. `also`: other visits of `to` at that time.
    """

    window: AssignmentWindow
    to: Sitter
    begins_at: datetime
    ends_at: datetime
    is_whole: bool
    queued: int
    also: Sequence[AssignmentWindow]


def preview(
    window: AssignmentWindow, *, to: Sitter, at_time: datetime | None = None, at: datetime
) -> HandOver:
    """What `windows.hand_over` would do. Asking changes nothing. Raises what it would."""
    if window.canceled_at is not None or window.ends_at <= at:
        raise NotPossibleNow(
            "This visit is over." if window.canceled_at is None else "This visit was canceled."
        )
    if to.pk == window.sitter_id:
        raise NotPossibleNow(f"{to.name} already has this visit.")
    if to.organization_id != window.organization_id or not to.is_active:
        raise NoSitter
    begins = windows.begins_at(window, at_time, at)
    queued = 0
    if begins <= at:
        queued = canceling.waiting_of_sitter(
            window.thread_id, window.sitter_id, authorised_by=Q(window=window)
        )
    return HandOver(
        window=window,
        to=to,
        begins_at=begins,
        ends_at=window.ends_at,
        is_whole=begins <= window.starts_at,
        queued=queued,
        also=list(busy([to], begins, window.ends_at)),
    )


def busy(sitters: Sequence[Sitter], starts_at: datetime, ends_at: datetime) -> Sequence[AssignmentWindow]:
    """The visits of `sitters` that touch [starts_at, ends_at), earliest first, each with its conversation and client."""
    rows = AssignmentWindow.objects.filter(
        sitter__in=sitters, canceled_at__isnull=True, starts_at__lt=ends_at, ends_at__gt=starts_at
    )
    return list(rows.select_related("thread__client", "sitter").order_by("starts_at", "pk"))
