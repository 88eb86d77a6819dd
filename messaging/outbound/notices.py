"""What SnoutOS itself tells a sitter by text. Fixed sentences: nobody else's words are in them."""

from __future__ import annotations

from datetime import datetime

from messaging import posting
from messaging.consent.standing import is_opted_out
from messaging.models import Message, Participant, Thread
from messaging.models.deliveries import Authority, Priority
from messaging.models.messages import Audience, AuthorKind, MessageState
from messaging.outbound import outbox
from messaging.outbound.outbox import Permit
from policy.screen import Context, cleared, screen
from snoutos.accounts.models import Organization

WINDOW_ENDED = (
    "Your visit for this conversation is over, so your text went to the office and not to the client. "
    "They will take care of it."
)
CLIENT_NOT_TEXTED = (
    "This client gets no texts right now, so your text went to the office and not to the client. "
    "They will take care of it."
)
HELD = "Your text is being checked by the office before it goes out. You need not send it again."
HELD_AND_LOCKED = (
    "Your text is being checked by the office. It is not the first with phone numbers or other contacts in it, so your texts "
    "are paused until the office lifts this. Please talk to them."
)
REJECTED = "The office did not send your last text. Please leave phone numbers, addresses and links out, and write again."
LOCKED = (
    "Your text was not sent: your texts are paused, because several of them had phone numbers or other contacts in them. "
    "Only the office can lift this. Please talk to them."
)
WINDOW_CHANGED = (
    "Your visit was changed before your last text had left, so it was not sent. The office has it."
)


def tell(to: Participant, sentence: str, *, key: str, at: datetime) -> None:
    """Text `sentence` to a sitter's phone, once for `key`. Inside a recording transaction, with the thread held.

    Nothing is sent to a phone that opted out, or while screening does not work: the thread shows the notice to the owner all the same.
    """
    thread = to.thread
    if Message.objects.of(thread.organization_id).filter(origin_key=key).exists():
        return
    place = posting.take_place(thread, at)
    message = Message.objects.create(
        organization_id=thread.organization_id,
        thread=thread,
        position=place.position,
        author_kind=AuthorKind.SYSTEM,
        participant=to,
        state=MessageState.ACCEPTED,
        audience=Audience.OWNER,
        body=sentence,
        origin_key=key,
        created_at=at,
    )
    if is_opted_out(thread.organization_id, to.e164):
        return
    verdict = screen(sentence, _context(thread, at))
    if verdict.is_held:
        return
    outbox.enqueue(
        message,
        cleared(sentence, verdict),
        to=to,
        permit=Permit(authority=Authority.RULE, priority=Priority.SYSTEM),
        at=at,
    )


def phone_of_sitter(thread: Thread, sitter_id: int) -> Participant | None:
    """The line by which a sitter's phone takes part in `thread`, if it does."""
    found: Participant | None = (
        Participant.objects.select_related("number", "thread")
        .filter(thread=thread, sitter_id=sitter_id, role="sitter", left_at__isnull=True)
        .first()
    )
    return found


def _context(thread: Thread, at: datetime) -> Context:
    return Context(
        organization=Organization.objects.get(pk=thread.organization_id),
        thread=thread,
        author_kind=AuthorKind.SYSTEM,
        at=at,
    )
