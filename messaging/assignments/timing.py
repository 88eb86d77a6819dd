"""When a visit that is handed over or changed goes on: the same for a client's visit and for a window that stands alone."""

from __future__ import annotations

from datetime import datetime, timedelta

from messaging.errors import BadTimes, NotPossibleNow
from messaging.models import AssignmentWindow, Visit

# A form names minutes: the one that just began is now.
THIS_MINUTE = timedelta(minutes=1)


def require_ahead(row: Visit | AssignmentWindow, at: datetime) -> None:
    """Raise NotPossibleNow for one that is canceled or over."""
    if row.canceled_at is not None:
        raise NotPossibleNow("This visit was canceled.")
    if row.ends_at <= at:
        raise NotPossibleNow("This visit is over.")


def begins_at(row: Visit | AssignmentWindow, at_time: datetime | None, at: datetime) -> datetime:
    """When the next sitter's part begins, handed over at `at_time`: never before `at` or the start. Raises BadTimes."""
    asked = at if at_time is None else at_time
    if asked < at - THIS_MINUTE:
        raise BadTimes("That time has passed. Hand the visit over now, or at a time to come.")
    begins = max(asked, at, row.starts_at)
    if begins >= row.ends_at:
        raise BadTimes("The visit is over by then. Choose an earlier time.")
    return begins


def until(
    row: Visit | AssignmentWindow, starts_at: datetime | None, ends_at: datetime | None, at: datetime
) -> datetime:
    """When one that runs ends after a change, of which only the end may be one. Raises NotPossibleNow, BadTimes."""
    if starts_at is not None and starts_at != row.starts_at:
        raise NotPossibleNow("This visit has started, so its start stays. Change when it ends.")
    ends = ends_at or row.ends_at
    if ends <= at:
        raise BadTimes("That time has passed. Choose an end to come, or end the visit now.")
    return ends
