"""Moving a conversation to another of the business' numbers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from audit.record import Actor, current, recording
from messaging import canceling, events, locks
from messaging.consent.standing import is_opted_out
from messaging.errors import NotForClients, NotPossibleNow, NumberResting
from messaging.models import Delivery, MessageNumber, Participant, Thread
from messaging.models.deliveries import Authority, Priority
from messaging.models.numbers import NumberState
from messaging.models.threads import LeftReason, Role, ThreadKind, ThreadState
from messaging.outbound.queue import outbox
from messaging.outbound.queue.outbox import Permit
from messaging.people import claiming, ownership, participants, starting
from messaging.phones import changes
from messaging.phones.changes import Touched
from messaging.timeline import notify_pages
from snoutos.accounts.models import User


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What a move would do: texts queued anew over the new number, and texts under way that stay with the old one."""

    touched: Touched
    joined: Thread | None


def preview(thread: Thread, to: MessageNumber) -> Preview:
    """What moving `thread` to the number `to` would touch. Raises as `move` does."""
    party = participants.outside_party(thread)
    _require_fit(party, to)
    pair = participants.find_open(to, party.e164)
    if pair is not None:
        changes.require_joinable(pair, party.client)
    return Preview(touched=changes.touched(party), joined=pair.thread if pair is not None else None)


def move(thread: Thread, to: MessageNumber, *, by: User, at: datetime) -> Participant:
    """From now on `thread`'s party is texted from `to`. Returns how they take part now.

    What is queued leaves over the new number instead; what is under way stays with the old one. A text of theirs to the old number finds
    the conversation where it is now. One that a client or sitter began over a pool number becomes theirs. Raises NotPossibleNow when it is
    there already, NumberResting or NotForClients for a number that cannot carry it, PhoneInUse when the pair is another's conversation,
    NobodyThere when nobody outside takes part.
    """
    with transaction.atomic(), recording(actor=Actor.person(by), at=at):
        before = participants.outside_party(thread)
        numbers = {pk: locks.number(pk) for pk in sorted({before.number_id, to.pk})}
        locks.phone(thread.organization_id, before.e164)
        pair = participants.find_open(to, before.e164)
        held = locks.threads({thread.pk, pair.thread_id if pair else thread.pk})[thread.pk]
        old = participants.outside_party(held)
        if old.pk != before.pk:
            raise NotPossibleNow
        target = numbers[to.pk]
        _require_fit(old, target)
        changes.take_pair(target.pk, old.e164, client=old.client, at=at)
        queued = canceling.cancel_to_participant(old.pk, reason="conversation_moved", at=at)
        participants.leave(old, LeftReason.MOVED, at)
        fresh = participants.join_again(old, at, number=target)
        fresh.thread = held
        _queue_anew(queued, fresh, by, at)
        if fresh.role == Role.UNKNOWN:
            holder = ownership.holder_of(held.organization_id, fresh.e164)
            claiming.moved(fresh, held, client=holder.client, sitter=holder.sitter, at=at)
        current().record(
            events.thread_moved(
                organization_id=held.organization_id,
                thread_id=held.pk,
                from_number_id=old.number_id,
                to_number_id=target.pk,
            )
        )
        notify_pages(held)
        return fresh


def _require_fit(party: Participant, to: MessageNumber) -> None:
    if party.role not in (Role.CLIENT, Role.UNKNOWN):
        raise NotPossibleNow("Only a client's conversation can move to another number.")
    require_carries(to, party.number)


def require_carries(to: MessageNumber, instead_of: MessageNumber) -> None:
    """Raise NumberResting, NotForClients or NotPossibleNow when `to` cannot carry clients' conversations that `instead_of` has."""
    if to.organization_id != instead_of.organization_id or to.state != NumberState.ACTIVE:
        raise NumberResting("That number isn't in use, so nothing can be sent from it.")
    if not starting.numbers(to.organization_id, ThreadKind.CARE).filter(pk=to.pk).exists():
        raise NotForClients
    if to.pk == instead_of.pk:
        raise NotPossibleNow("The conversation is already on that number.")


def _queue_anew(canceled: Iterable[Delivery], to: Participant, by: User, at: datetime) -> None:
    """The same texts over the new number, in their order and on the same authority; none while nothing may be sent at all."""
    if to.is_blocked or to.thread.state == ThreadState.CLOSED or is_opted_out(to.organization_id, to.e164):
        return
    for old in canceled:
        outbox.enqueue(
            old.message,
            outbox.decided(old.body, by=by, to=to, author_kind=old.message.author_kind),
            to=to,
            permit=Permit(
                authority=Authority(old.authority),
                window_id=old.window_id,
                override_id=old.override_id,
                priority=Priority(old.priority),
                obeys_quiet_hours=old.obeys_quiet_hours,
                purpose=old.purpose,
            ),
            at=at,
            media_count=old.media_count,
            retry_of=old,
            not_before=None if old.ready else old.next_attempt_at,
        )
