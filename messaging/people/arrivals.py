"""Whose something from outside is, a text or a call, and the conversation that it opens."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from audit.record import current
from messaging import events, locks
from messaging.models import MessageNumber, Participant, Thread
from messaging.models.threads import LeftReason, ThreadState
from messaging.people import covering, participants

# The phone is no longer that party's: what comes from it next begins a conversation of its own.
_SOMEBODY_ELSES = (LeftReason.REPLACED, LeftReason.RECYCLED)


@dataclass(frozen=True, slots=True)
class Resolved:
    """Whose it is, whether it comes late to a closed pair, and whether a conversation was opened for it."""

    party: Participant
    is_late: bool = False
    is_new: bool = False


def resolve(number: MessageNumber, e164: str, at: datetime, *, known: Participant | None = None) -> Resolved:
    """Whose phone it is on `number`; a phone without a conversation gets one. `known` is the pair's open participant, if looked up."""
    found = known if known is not None and known.e164 == e164 else participants.find_open(number, e164)
    if found is not None:
        return Resolved(found)
    # Two at once from a new phone: the second finds what the first made.
    locks.phone(number.organization_id, e164)
    found = participants.find_open(number, e164)
    if found is not None:
        return Resolved(found)
    left = participants.find_last_closed(number, e164)
    if left is not None and left.left_reason == LeftReason.MOVED:
        moved = participants.where_it_moved(left)
        if moved is not None:
            return Resolved(moved)
    if left is not None and left.left_reason not in _SOMEBODY_ELSES:
        return Resolved(left, is_late=True)
    party = participants.open_thread(number, e164, participants.recognise(number, e164), at)
    covering.cover(party.thread, at)
    return Resolved(party, is_new=True)


def reopen(thread: Thread, at: datetime) -> None:
    """What comes in reopens a closed thread, and the client's visits reach it again. The caller holds it."""
    if thread.state != ThreadState.CLOSED:
        return
    thread.state = ThreadState.OPEN
    thread.save(update_fields=["state"])
    current().record(events.thread_reopened(organization_id=thread.organization_id, thread_id=thread.pk))
    covering.cover(thread, at)
