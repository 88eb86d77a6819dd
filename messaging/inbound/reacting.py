"""A reaction to a text we know is kept at that text, and nothing else happens: no unread, no relay, no rule, no screening of our own words.

One that quotes nothing we know is an ordinary text; who sends it may mean it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from messaging import locks, timeline
from messaging.inbound import reactions
from messaging.inbound.reactions import Reaction
from messaging.models import Delivery, Message, MessageNumber, Participant
from messaging.models.messages import Audience, AuthorKind, MessageState
from messaging.models.threads import Role

# What a phone still shows; a reaction to something older is kept as a text.
LOOK_BACK_TEXTS = 300
# A sitter has about one conversation a client; the newest ones are those a phone still shows near the top.
_OTHERS = 50


def find(body: str, party: Participant) -> tuple[Message, Reaction] | None:
    """The message that `body` reacts to, if it is a reaction to one that `party`'s phone got or wrote.

    This conversation first, then the phone's other ones: some phones answer over the number they used last, so that a sitter's reaction
    to the office arrives on a client's line, where the client would read it.
    """
    reaction = reactions.read(body)
    if reaction is None:
        return None
    if reaction.quoted is None:
        message = _newest_picture(party)
        return None if message is None else (message, reaction)
    for one in (party, *_same_phone_elsewhere(party)):
        for message, said in _on_the_phone(one):
            if reactions.is_quoted(reaction, said):
                return message, reaction
    return None


def keep(
    to: Message, reaction: Reaction, body: str, party: Participant, at: datetime, columns: dict[str, object]
) -> Message:
    """Store the reaction at the text it is to, in that text's conversation. Inside the recording transaction of its receipt.

    The conversation keeps its place in the inbox, and a closed one stays closed.
    """
    if to.thread_id != party.thread_id:
        party = next(one for one in _same_phone_elsewhere(party) if one.thread_id == to.thread_id)
    thread = locks.thread(to.thread_id)
    kept: Message = Message.objects.create(
        organization_id=thread.organization_id,
        thread=thread,
        position=timeline.next_position(thread, thread.last_message_at or at).position,
        author_kind=AuthorKind.SITTER if party.role == Role.SITTER else AuthorKind.CLIENT,
        sitter=party.sitter,
        participant=party,
        state=MessageState.RECEIVED,
        audience=Audience.OWNER,
        body=body,
        reacts_to=to,
        reaction=reaction.emoji,
        created_at=at,
        **columns,
    )
    return kept


def _same_phone_elsewhere(party: Participant) -> list[Participant]:
    """How the phone takes part, or took part, in the business' other conversations; the latest first."""
    ours = MessageNumber.objects.of(party.organization_id)
    others = Participant.objects.filter(number__in=ours, e164=party.e164)
    return list(
        others.exclude(thread_id=party.thread_id)
        .select_related("number")
        .order_by("-joined_at", "-pk")[:_OTHERS]
    )


def _on_the_phone(party: Participant) -> Iterator[tuple[Message, str]]:
    """What the phone shows of this conversation, newest first: texts that went to it, as they were sent, and its own."""
    sent = Delivery.objects.select_related("message").filter(
        thread_id=party.thread_id, recipient=party.e164, sender=party.number.e164
    )
    for delivery in sent.order_by("-pk")[:LOOK_BACK_TEXTS]:
        yield delivery.message, delivery.body
    own = Message.objects.texts().filter(thread_id=party.thread_id, participant_id=party.pk)
    for message in own.order_by("-position")[:LOOK_BACK_TEXTS]:
        yield message, message.body


def _newest_picture(party: Participant) -> Message | None:
    """The last text with a picture that went to the phone or came from it."""
    sent = Delivery.objects.filter(thread_id=party.thread_id, recipient=party.e164, media_count__gt=0)
    went: Delivery | None = sent.select_related("message").order_by("-pk").first()
    own: Message | None = (
        Message.objects.texts()
        .filter(thread_id=party.thread_id, participant_id=party.pk, media__isnull=False)
        .order_by("-position")
        .first()
    )
    if went is None or (own is not None and own.position > went.message.position):
        return own
    message: Message = went.message
    return message
