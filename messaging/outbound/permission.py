"""What forbids texting a party at all, whoever asks. Asked again, under locks, when a text is about to leave (`leaving`)."""

from __future__ import annotations

from messaging.consent.standing import is_opted_out
from messaging.errors import NumberResting, OptedOut, PartyBlocked, ThreadIsClosed
from messaging.models import Participant, Thread
from messaging.models.numbers import NumberState
from messaging.models.threads import ThreadState


def require(thread: Thread, party: Participant) -> None:
    """Raise ThreadIsClosed, NumberResting, PartyBlocked or OptedOut when nothing may be sent to `party` now."""
    if thread.state == ThreadState.CLOSED:
        raise ThreadIsClosed
    if party.number.state != NumberState.ACTIVE:
        raise NumberResting
    if party.is_blocked:
        raise PartyBlocked
    if is_opted_out(thread.organization_id, party.e164):
        raise OptedOut
