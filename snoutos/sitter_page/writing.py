"""Whether a sitter may write in a conversation now, and why not in a sitter's words. The rule is the one by which a text is taken."""

from __future__ import annotations

from datetime import datetime

from messaging.errors import (
    MessagingError,
    NotInCharge,
    NumberResting,
    OptedOut,
    PartyBlocked,
    SendingLocked,
    ThreadIsClosed,
)
from messaging.models import Sitter, Thread
from messaging.outbound.queue.submit import Author, may_write
from messaging.people import participants
from routing import access
from snoutos.accounts.models import User

_OFFICE = "Talk to the office if the client needs to hear something."
_SENTENCES: dict[type[MessagingError], str] = {
    NotInCharge: "You aren't on duty for this conversation right now.",
    SendingLocked: "Your texts are paused after several had contact details. Only the office can unlock them: talk to them.",
    ThreadIsClosed: f"The office closed this conversation. {_OFFICE}",
    NumberResting: f"The business' number for this client is paused. {_OFFICE}",
    OptedOut: f"This client asked for no more texts. {_OFFICE}",
    PartyBlocked: f"This client can't be texted. {_OFFICE}",
}


def why_closed(thread: Thread, sitter: Sitter, user: User, at: datetime) -> str:
    """Why `sitter` may not write in `thread` at `at`; empty when they may. Who is not on duty learns nothing else of it."""
    if not access.own_threads(sitter, at).filter(pk=thread.pk).exists():
        return in_their_words(NotInCharge())
    try:
        may_write(thread, participants.outside_party(thread), Author.sitter_by_app(sitter, user), at)
    except MessagingError as refusal:
        return in_their_words(refusal)
    return ""


def in_their_words(refusal: MessagingError) -> str:
    """What a sitter is told when a text of theirs is refused: the desk's own words would name buttons that they don't have."""
    if refusal.status == 400:
        # About what was typed: empty, or too long.
        return refusal.sentence
    return _SENTENCES.get(type(refusal), f"This client can't be texted right now. {_OFFICE}")
