"""What a user may read: the only way a sitter reads. While on duty, redacted, the last 14 days."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from messaging.models import Message, Sitter, Thread
from messaging.models.messages import Audience, MessageState
from routing import duty
from snoutos.accounts.models import User
from snoutos.accounts.roles import Role

DAYS_READ = timedelta(days=14)
_DESK = (Role.OWNER, Role.STAFF)


def sitter_of(user: User) -> Sitter | None:
    """The active sitter that `user` is, if any."""
    if user.organization_id is None or user.role != Role.SITTER:
        return None
    sitter: Sitter | None = Sitter.objects.of(user.organization_id).filter(user=user, is_active=True).first()
    return sitter


def threads(user: User, at: datetime) -> QuerySet[Thread]:
    """Threads `user` may read at `at`: owner and staff all of their organization's, a sitter those they are on duty for."""
    everything: QuerySet[Thread] = Thread.objects.of(user.organization_id)
    if user.role in _DESK or user.role == Role.INTEGRATION:
        return everything
    sitter = sitter_of(user)
    if sitter is None:
        return everything.none()
    return duty.of_sitter(everything, sitter, at)


def messages(user: User, at: datetime) -> QuerySet[Message]:
    """Messages `user` may read at `at`. A sitter: audience thread, the last 14 days, their own held ones but nobody else's.

    A sitter's reader must show what `policy.reader` makes of the text, never the body.
    """
    everything: QuerySet[Message] = Message.objects.of(user.organization_id)
    if user.role in _DESK or user.role == Role.INTEGRATION:
        return everything
    sitter = sitter_of(user)
    if sitter is None:
        return everything.none()
    return everything.filter(
        Q(state__in=[MessageState.RECEIVED, MessageState.ACCEPTED]) | Q(sitter=sitter),
        thread__in=threads(user, at),
        audience=Audience.THREAD,
        created_at__gt=at - DAYS_READ,
    )
