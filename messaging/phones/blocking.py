"""Blocking a party: what they write is kept and never unread, nobody is sent it, and nothing is sent to them, on any of our numbers."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from audit.record import Actor, current, recording
from messaging import canceling, events, locks
from messaging.errors import NotPossibleNow
from messaging.models import Participant, Thread
from messaging.models.threads import Role
from messaging.people import participants
from messaging.timeline import notify_pages
from snoutos.accounts.models import User


def block(thread: Thread, *, by: User, at: datetime) -> Thread:
    """Block the phone at the other end of `thread`. Texts that are queued to it are canceled. Raises NotPossibleNow when it is already,
    or when the phone is a sitter's or a member's."""
    return _set(thread, True, by, at)


def unblock(thread: Thread, *, by: User, at: datetime) -> Thread:
    """Take the block back. Raises NotPossibleNow when there is none."""
    return _set(thread, False, by, at)


def _set(thread: Thread, blocked: bool, by: User, at: datetime) -> Thread:
    with transaction.atomic(), recording(actor=Actor.person(by), at=at):
        e164 = participants.outside_party(thread).e164
        locks.phone(thread.organization_id, e164)
        everywhere = Participant.objects.of(thread.organization_id).filter(e164=e164)
        locks.threads([*everywhere.values_list("thread_id", flat=True), thread.pk])
        party = participants.outside_party(thread)
        if party.e164 != e164 or party.is_blocked is blocked:
            raise NotPossibleNow
        if party.role not in (Role.CLIENT, Role.UNKNOWN):
            raise NotPossibleNow("Only a client or an unknown sender can be blocked.")
        everywhere.update(is_blocked=blocked)
        if blocked:
            canceling.cancel_to_phone(thread.organization_id, e164, reason="party_blocked", at=at)
        event = events.thread_party_blocked if blocked else events.thread_party_unblocked
        current().record(
            event(organization_id=thread.organization_id, thread_id=thread.pk, participant_id=party.pk)
        )
        fresh: Thread = Thread.objects.get(pk=thread.pk)
        notify_pages(fresh)
        return fresh
