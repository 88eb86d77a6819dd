"""What a user may read: the only way a sitter reads. While in force, redacted, the last 14 days."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet

from messaging.models import AssignmentWindow, Message, RoutingOverride, Sitter, Thread
from messaging.models.assignments import OverrideTarget
from messaging.models.messages import Audience, MessageState
from messaging.models.threads import ThreadKind
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
    """Threads `user` may read at `at`: owner and staff all of their organization's, a sitter those in their charge now."""
    everything: QuerySet[Thread] = Thread.objects.of(user.organization_id)
    if user.role in _DESK or user.role == Role.INTEGRATION:
        return everything
    sitter = sitter_of(user)
    if sitter is None:
        return everything.none()
    return in_charge(everything, sitter, at)


def in_charge(among: QuerySet[Thread], sitter: Sitter, at: datetime) -> QuerySet[Thread]:
    """Of `among`, the care threads that `sitter` looks after at `at`, by override before window as the engine decides."""
    running = {"thread": OuterRef("pk"), "canceled_at__isnull": True, "starts_at__lte": at, "ends_at__gt": at}
    overrides = RoutingOverride.objects.filter(**running)
    return among.filter(kind=ThreadKind.CARE).filter(
        Q(Exists(overrides.filter(target=OverrideTarget.SITTER, sitter=sitter)))
        | Q(Exists(AssignmentWindow.objects.filter(**running, sitter=sitter))) & ~Q(Exists(overrides))
    )


def messages(user: User, at: datetime) -> QuerySet[Message]:
    """Messages `user` may read at `at`. A sitter: audience thread, the last 14 days, their own held ones but nobody else's.

    A sitter's reader must show `text_for_sitters`, never the body.
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
