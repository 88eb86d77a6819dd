"""What handing a visit over would do, before anybody does it (`either.hand_over`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from messaging import bookings, canceling
from messaging.assignments import single, timing
from messaging.bookings import Booking
from messaging.models import Sitter


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOver:
    """`to` has the visit in [begins_at, ends_at). `is_whole`: it has not begun by then, so the first sitter keeps nothing of it.

    `queued`: the first sitter's texts that have not left, which are canceled. `also`: other visits of `to` at that time.
    """

    booking: Booking
    to: Sitter
    begins_at: datetime
    ends_at: datetime
    is_whole: bool
    queued: int
    also: Sequence[Booking]


def preview(booking: Booking, *, to: Sitter, at_time: datetime | None = None, at: datetime) -> HandOver:
    """What `either.hand_over` would do. Asking changes nothing. Raises what it would."""
    timing.require_ahead(booking, at)
    single.require_another(to, booking.sitter_id)
    single.require_sitter(booking.organization_id, to)
    begins = timing.begins_at(booking, at_time, at)
    queued = canceling.waiting_of_windows(bookings.windows_of([booking])) if begins <= at else 0
    return HandOver(
        booking=booking,
        to=to,
        begins_at=begins,
        ends_at=booking.ends_at,
        is_whole=begins <= booking.starts_at,
        queued=queued,
        also=bookings.touching(begins, booking.ends_at, sitter=to),
    )
