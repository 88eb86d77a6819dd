"""Conversations: linked to a client, closed, reopened, read. They are opened by `starting` and by a text from outside."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from audit.record import Actor, current, recording
from messaging import canceling, events, locks
from messaging.errors import NotPossibleNow
from messaging.models import Client, Thread, ThreadRead
from messaging.models.threads import Role, ThreadState
from messaging.people import covering, participants
from messaging.people.clients import add_phone, create_client
from messaging.timeline import notify_pages
from snoutos.accounts.models import User


def link(thread: Thread, client: Client, *, by: User, at: datetime) -> Thread:
    """The unknown party of `thread` turns out to be `client`: from now on it is the client's conversation.

    Their phone is added to the client, and whatever else it wrote as an unknown sender is the client's too. Raises NobodyThere,
    NotPossibleNow when the party is known already, PhoneInUse when the phone is somebody else's.
    """
    with transaction.atomic(), recording(actor=Actor.person(by), at=at):
        e164 = participants.outside_party(thread).e164
        locks.phone(thread.organization_id, e164)
        # Whose the phone is, and that it is still the one of this conversation, is certain while it is held.
        party = participants.outside_party(thread)
        if party.role != Role.UNKNOWN or party.e164 != e164:
            raise NotPossibleNow("This conversation is already linked to someone.")
        linked = add_phone(client, e164, by=by, at=at).linked
        found = next((one for one in linked if one.pk == thread.pk), None)
        if found is None:
            raise NotPossibleNow
        return found


def link_to_new_client(thread: Thread, *, by: User, at: datetime, **about: Any) -> Client:
    """The unknown party of `thread` is a new client, with the phone they text from; `about` as `create_client` takes it.

    Raises as `link` does.
    """
    with transaction.atomic():
        party = participants.outside_party(thread)
        if party.role != Role.UNKNOWN:
            raise NotPossibleNow("This conversation is already linked to someone.")
        made = create_client(organization=thread.organization, phones=[party.e164], by=by, at=at, **about)
        if not made.threads.filter(pk=thread.pk).exists():
            raise NotPossibleNow
        return made


def close_thread(thread: Thread, *, by: User, at: datetime) -> Thread:
    """Close a conversation: what is queued in it is canceled; the next text from outside reopens it."""
    return _set_state(thread, ThreadState.CLOSED, by, at)


def reopen_thread(thread: Thread, *, by: User, at: datetime) -> Thread:
    """Reopen a closed conversation."""
    return _set_state(thread, ThreadState.OPEN, by, at)


def mark_read(thread: Thread, user: User, *, position: int | None = None) -> None:
    """`user` has read `thread` up to `position` (its last message by default); never moves back unless a position is named."""
    seen = thread.last_position if position is None else position
    fresh = ThreadRead(organization_id=thread.organization_id, user=user, thread=thread, position=seen)
    ThreadRead.objects.bulk_create([fresh], ignore_conflicts=True)
    read = ThreadRead.objects.filter(user=user, thread=thread)
    # A page that was loaded before the last text knows an older position.
    (read.filter(position__lt=seen) if position is None else read).update(position=seen)


def mark_unread_again(thread: Thread, position: int) -> None:
    """What stands at `position` has more to it than whoever read it knew: it is unread for them again, with what came after."""
    read = ThreadRead.objects.filter(thread=thread, position__gte=position)
    read.update(position=position - 1)


def mark_seen(thread: Thread, user: User, position: int) -> None:
    """`user` has read `thread` up to `position`; never moves back. Writes only when that is news."""
    read = ThreadRead.objects.filter(user=user, thread=thread)
    if read.filter(position__gte=position).exists():
        return
    fresh = ThreadRead(organization_id=thread.organization_id, user=user, thread=thread, position=position)
    ThreadRead.objects.bulk_create([fresh], ignore_conflicts=True)
    read.filter(position__lt=position).update(position=position)


def _set_state(thread: Thread, state: ThreadState, by: User, at: datetime) -> Thread:
    with transaction.atomic(), recording(actor=Actor.person(by), at=at):
        locked = locks.thread(thread.pk)
        if locked.state == state:
            return locked
        locked.state = state
        locked.save(update_fields=["state"])
        closed = state == ThreadState.CLOSED
        if closed:
            canceling.cancel_of_thread(locked.pk, reason="thread_closed", at=at)
        event = events.thread_closed if closed else events.thread_reopened
        current().record(event(organization_id=locked.organization_id, thread_id=locked.pk))
        covering.cover(locked, at)
        notify_pages(locked)
        return locked
