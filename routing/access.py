"""What a user may read: the only way a sitter reads. While on duty, redacted, the last 14 days."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from messaging import bookings
from messaging.bookings import Booking
from messaging.models import Message, Sitter, Thread
from messaging.models.messages import Audience, MessageState
from routing import duty
from snoutos.accounts.models import User
from snoutos.accounts.roles import Role

DAYS_READ = timedelta(days=14)
DAYS_AHEAD = timedelta(days=14)
_DESK = (Role.OWNER, Role.STAFF)


def sitter_of(user: User) -> Sitter | None:
    """The active sitter that `user` is, if any: somebody who signs in as one, or who works in the office and sits too."""
    if user.organization_id is None or user.role not in (Role.SITTER, *_DESK):
        return None
    sitter: Sitter | None = Sitter.objects.of(user.organization_id).filter(user=user, is_active=True).first()
    return sitter


def threads(user: User, at: datetime) -> QuerySet[Thread]:
    """Threads `user` may read at `at`: owner and staff all of their organization's, a sitter those they are on duty for."""
    if user.role in _DESK or user.role == Role.INTEGRATION:
        everything: QuerySet[Thread] = Thread.objects.of(user.organization_id)
        return everything
    return own_threads(sitter_of(user), at)


def messages(user: User, at: datetime) -> QuerySet[Message]:
    """Messages `user` may read at `at`: of a sitter, `own_messages`."""
    if user.role in _DESK or user.role == Role.INTEGRATION:
        everything: QuerySet[Message] = Message.objects.of(user.organization_id)
        return everything
    return own_messages(sitter_of(user), at)


def own_threads(sitter: Sitter | None, at: datetime) -> QuerySet[Any]:
    """Threads `sitter` is on duty for at `at`, with `duty_until`: all that a sitter's own face shows, whoever else they are."""
    if sitter is None:
        return Thread.objects.none()
    return duty.of_sitter(Thread.objects.of(sitter.organization_id), sitter, at)


def own_messages(sitter: Sitter | None, at: datetime) -> QuerySet[Message]:
    """What `sitter` may read at `at`: audience thread, the last 14 days, their own held ones but nobody else's.

    A sitter's reader must show what `policy.reader` makes of the text, never the body.
    """
    if sitter is None:
        nothing: QuerySet[Message] = Message.objects.none()
        return nothing
    found: QuerySet[Message] = Message.objects.of(sitter.organization_id).filter(
        Q(state__in=[MessageState.RECEIVED, MessageState.ACCEPTED]) | Q(sitter=sitter),
        thread__in=own_threads(sitter, at),
        audience=Audience.THREAD,
        created_at__gt=at - DAYS_READ,
    )
    return found


def own_visits(sitter: Sitter | None, at: datetime) -> list[Booking]:
    """Visits of `sitter` that run at `at` or start within 14 days, the earliest first; a client's once for all its conversations."""
    return [] if sitter is None else bookings.touching(at, at + DAYS_AHEAD, sitter=sitter)


def open_to(sitter: Sitter | None, visits: Iterable[Booking], at: datetime) -> dict[Booking, list[Thread]]:
    """The conversations that each of their `visits` opens to `sitter` at `at`: those it holds in while they are on duty there."""
    on_duty = {thread.pk: thread for thread in own_threads(sitter, at)}
    running = [visit for visit in visits if visit.starts_at <= at]
    found: dict[Booking, list[Thread]] = {visit: [] for visit in visits}
    for window in bookings.windows_of(running) if on_duty else ():
        if window.thread_id in on_duty:
            visit: Booking = next(one for one in running if one in (window, window.visit))
            found[visit].append(on_duty[window.thread_id])
    return found
