"""Whether a client has a visit near: then a bare "cancel" probably meant the visit."""

from __future__ import annotations

from datetime import datetime, timedelta

from messaging import bookings
from messaging.models import Thread

NEAR = timedelta(hours=48)


def is_near(thread: Thread, at: datetime) -> bool:
    """Whether the client has a visit that is running or begins within 48 hours."""
    return bookings.is_booked(thread, at, at + NEAR)
