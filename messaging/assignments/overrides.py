"""Overrides: for a limited time, with a reason; removed or expired, never deleted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from audit.record import Actor, current, recording
from audit.types import Event
from messaging import events, locks
from messaging.assignments.changes import take_from
from messaging.errors import BadTimes, NoSitter, NotPossibleNow, OverrideOverlaps, ReasonNeeded
from messaging.models import AssignmentWindow, RoutingOverride, Sitter, Thread
from messaging.models.assignments import LONGEST_OVERRIDE, OverrideTarget
from messaging.people import participants
from snoutos.accounts.models import User
from snoutos.core.dberrors import saving

ANNOUNCED_AT_ONCE = 200


def set_override(
    *,
    thread: Thread,
    target: str,
    sitter: Sitter | None = None,
    ends_at: datetime,
    reason: str,
    by: User | None,
    at: datetime,
) -> RoutingOverride:
    """From now until `ends_at`, send the thread's texts to `target`, up to seven days.

    Without `by` it is the doing of the recording block's actor.

    Who had the charge loses it: what they had queued is canceled. Raises BadTimes, ReasonNeeded, NoSitter, OverrideOverlaps.
    """
    _check(thread, target, sitter, ends_at, reason, at)
    with transaction.atomic(), recording(actor=Actor.user(by.pk) if by else None, at=at):
        locked = locks.thread(thread.pk)
        override = RoutingOverride(
            organization_id=locked.organization_id,
            thread=locked,
            target=target,
            sitter=sitter,
            starts_at=at,
            ends_at=ends_at,
            reason=reason.strip()[:300],
            created_by=by,
            created_at=at,
        )
        _save(override)
        if sitter is not None:
            participants.sitter_participant(locked, sitter, at)
        for window in _in_charge(locked, at):
            take_from(locked, window.sitter_id, at, authorised_by=Q(window=window))
        _record(events.assignment_override_set, override)
        return override


def remove(override: RoutingOverride, *, by: User, at: datetime) -> RoutingOverride:
    """End an override now. Raises NotPossibleNow when it is over or was removed."""
    with transaction.atomic(), recording(actor=Actor.user(by.pk), at=at):
        thread = locks.thread(override.thread_id)
        fresh: RoutingOverride = RoutingOverride.objects.get(pk=override.pk)
        if fresh.canceled_at is not None or fresh.ends_at <= at:
            raise NotPossibleNow("This redirect has already ended.")
        fresh.canceled_at, fresh.canceled_by = at, by
        fresh.save(update_fields=["canceled_at", "canceled_by"])
        if fresh.sitter_id is not None:
            take_from(thread, fresh.sitter_id, at, authorised_by=Q(override=fresh))
        _record(events.assignment_override_removed, fresh)
        return fresh


def announce_expired(at: datetime) -> int:
    """Record the overrides that ran out and were not announced yet. Returns how many."""
    expired = RoutingOverride.objects.filter(
        canceled_at__isnull=True, expiry_announced_at__isnull=True, ends_at__lte=at
    ).order_by("pk")[:ANNOUNCED_AT_ONCE]
    announced = 0
    for override in expired:
        with transaction.atomic(), recording(actor=Actor.system(), at=at):
            mine = RoutingOverride.objects.filter(pk=override.pk, expiry_announced_at__isnull=True)
            if locks.update_free(mine, expiry_announced_at=at):
                _record(events.assignment_override_expired, override)
                announced += 1
    return announced


def _check(
    thread: Thread, target: str, sitter: Sitter | None, ends_at: datetime, reason: str, at: datetime
) -> None:
    if ends_at <= at:
        raise BadTimes
    if ends_at > at + LONGEST_OVERRIDE:
        raise BadTimes("A redirect can last up to 7 days.")
    if not reason.strip():
        raise ReasonNeeded
    if (target == OverrideTarget.SITTER) != (sitter is not None):
        raise NoSitter
    if sitter is not None and (sitter.organization_id != thread.organization_id or not sitter.is_active):
        raise NoSitter


def _in_charge(thread: Thread, at: datetime) -> list[AssignmentWindow]:
    windows = AssignmentWindow.objects.filter(
        thread=thread, canceled_at__isnull=True, starts_at__lte=at, ends_at__gt=at
    )
    return list(windows)


def _save(override: RoutingOverride) -> None:
    with saving("override_no_overlap_per_thread", OverrideOverlaps):
        override.save()


def _record(event: Callable[..., Event], override: RoutingOverride) -> None:
    current().record(
        event(
            organization_id=override.organization_id,
            thread_id=override.thread_id,
            override_id=override.pk,
            target_kind=override.target,
        )
    )
