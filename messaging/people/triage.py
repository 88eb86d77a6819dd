"""Triage: which member sees to a conversation, when it comes back to the inbox, and under which tags it is kept.

None of it routes a text or keeps one from leaving.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q, QuerySet

from audit.record import Actor, current, recording
from audit.types import Event
from messaging import events, locks
from messaging.errors import BadSnooze, NotAMember, NotPossibleNow, TooManyTags
from messaging.models import Thread
from messaging.models.threads import ThreadState
from messaging.timeline import notify_pages
from snoutos.accounts.models import User
from snoutos.accounts.permissions import OFFICE
from snoutos.core import tags as words

LONGEST_SNOOZE = timedelta(days=366)


def members(organization_id: int) -> QuerySet[User]:
    """Who can see to a conversation: those of the office, by name."""
    return User.objects.filter(organization_id=organization_id, role__in=OFFICE, is_active=True).order_by(
        "name", "email"
    )


def is_given() -> Q:
    """Whether somebody who is still there sees to a conversation."""
    return Q(assignee__isnull=False, assignee__is_active=True)


def assignee(thread: Thread) -> User | None:
    """Who sees to it, if they are still there."""
    held: User | None = thread.assignee
    return held if held is not None and held.is_active else None


def snoozed(at: datetime) -> Q:
    """Whether a conversation stays out of the inbox at `at`: until its time, and never longer than until the office is told of a text."""
    nothing_new = Q(snoozed_at_position__isnull=False, owner_position__lte=F("snoozed_at_position"))
    return nothing_new & (Q(snoozed_until__isnull=True) | Q(snoozed_until__gt=at))


def is_snoozed(thread: Thread, at: datetime) -> bool:
    """`snoozed` of one."""
    if thread.snoozed_at_position is None or thread.owner_position > thread.snoozed_at_position:
        return False
    return thread.snoozed_until is None or thread.snoozed_until > at


def back(at: datetime) -> Q:
    """Whether the time of its snooze is up and nothing was said since it was set."""
    return Q(snoozed_until__lte=at, last_position=F("snoozed_at_position"))


def is_back(thread: Thread, at: datetime) -> bool:
    """`back` of one."""
    is_over = thread.snoozed_until is not None and thread.snoozed_until <= at
    return is_over and thread.last_position == thread.snoozed_at_position


def snooze(thread: Thread, *, until: datetime | None, by: User, at: datetime) -> Thread:
    """Keep the conversation out of the inbox until then, or until they write when `until` is None; a text that comes to the office always
    brings it back. Raises BadSnooze for a time that is past or over a year away, NotPossibleNow for a closed conversation."""
    if until is not None and not at < until <= at + LONGEST_SNOOZE:
        raise BadSnooze
    with transaction.atomic(), recording(actor=Actor.person(by), at=at):
        held = locks.thread(thread.pk)
        if held.state == ThreadState.CLOSED:
            raise NotPossibleNow("A closed conversation stays out of the inbox until they write.")
        held.snoozed_until, held.snoozed_at_position = until, held.last_position
        return _saved(held, events.thread_snoozed(organization_id=held.organization_id, thread_id=held.pk))


def wake(thread: Thread, *, by: User, at: datetime) -> Thread:
    """Take the snooze back; nothing happens without one."""
    with transaction.atomic(), recording(actor=Actor.person(by), at=at):
        held = locks.thread(thread.pk)
        if held.snoozed_at_position is None:
            return held
        held.snoozed_until = held.snoozed_at_position = None
        return _saved(held, events.thread_woken(organization_id=held.organization_id, thread_id=held.pk))


def give(thread: Thread, member: User | None, *, by: User, at: datetime) -> Thread:
    """`member` sees to the conversation from now on; None: nobody in particular. Raises NotAMember for one who is not of the office."""
    if member is not None and not members(thread.organization_id).filter(pk=member.pk).exists():
        raise NotAMember
    with transaction.atomic(), recording(actor=Actor.person(by), at=at):
        held = locks.thread(thread.pk)
        if held.assignee_id == (member.pk if member else None):
            return held
        held.assignee = member
        ids = {"organization_id": held.organization_id, "thread_id": held.pk}
        given = (
            events.thread_given(**ids, user_id=member.pk) if member else events.thread_given_to_nobody(**ids)
        )
        return _saved(held, given)


def set_tags(thread: Thread, tags: Sequence[str], *, by: User, at: datetime) -> Thread:
    """These are its tags, each as `core.tags.read` gives it. Raises TooManyTags."""
    wanted = words.unique(tags)
    with transaction.atomic(), recording(actor=Actor.person(by), at=at):
        held = locks.thread(thread.pk)
        for tag in [one for one in held.tags if one not in wanted]:
            put_tag(held, tag, removed=True)
        for tag in wanted:
            put_tag(held, tag)
        return held


def put_tag(thread: Thread, tag: str, *, removed: bool = False) -> bool:
    """Put `tag` on a conversation that the caller holds, in its recording transaction, or take it off. Returns whether that is new.

    Raises TooManyTags.
    """
    if (tag in thread.tags) != removed:
        return False
    if not removed and len(thread.tags) >= words.MOST:
        raise TooManyTags
    thread.tags = [one for one in thread.tags if one != tag] if removed else [*thread.tags, tag]
    ids = {"organization_id": thread.organization_id, "thread_id": thread.pk}
    _saved(thread, events.thread_tagged(**ids, removed=removed))
    return True


def _saved(held: Thread, event: Event) -> Thread:
    held.save(update_fields=["assignee", "snoozed_until", "snoozed_at_position", "tags"])
    current().record(event)
    notify_pages(held)
    return held
