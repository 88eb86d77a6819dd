"""The one text that leaves to a phone that opted out: that it did (47 CFR 64.1200(a)(12)).

The provider answers only a text that is exactly one of its own words, and blocks only the one number. Whoever said it in another way hears
it from SnoutOS: at once, once for each opt-out, in the language they said it in, with nothing else in it.
"""

from __future__ import annotations

from datetime import datetime

from audit.errors import PersonalDataError
from messaging import timeline
from messaging.models import ConsentChange, Message, Participant
from messaging.models.deliveries import Authority, Priority
from messaging.models.messages import Audience, AuthorKind, MessageState
from messaging.models.numbers import NumberState
from messaging.models.threads import Role, ThreadKind
from messaging.outbound.queue import machines, outbox
from messaging.outbound.queue.outbox import Permit
from messaging.people import office
from policy.screen import Clearance, cleared_as_ours

_SENTENCES = {
    "en": "You won't get any more texts from us. Reply START to get them again.",
    "es": "Listo: ya no le escribiremos. Responda START para recibir textos de nuevo.",
    "fr": "Vous ne recevrez plus de textos de notre part. Répondez START pour en recevoir à nouveau.",
}


def send(kept: ConsentChange, said_by: Participant, *, language: str, at: datetime) -> None:
    """Queue the confirmation of the opt-out `kept` to whose it is. Inside the recording transaction that began it, with the phone held.

    A sitter hears it from the office, not over a client's line. Nothing is sent to a machine, to a blocked or former party, or over a
    number that rests.
    """
    to = _to(said_by, at)
    if to is None or to.is_blocked or to.left_at is not None or to.number.state != NumberState.ACTIVE:
        return
    if machines.is_one(to.organization_id, to.e164):
        return
    clearance = _words(to.organization.name, language)
    outbox.enqueue(
        _message(kept, to, clearance.body, at),
        clearance,
        to=to,
        permit=Permit(authority=Authority.CONFIRMATION, priority=Priority.PERSON),
        at=at,
    )


def _to(said_by: Participant, at: datetime) -> Participant | None:
    if said_by.role == Role.SITTER and said_by.sitter is not None and said_by.thread.kind != ThreadKind.STAFF:
        return office.line_to(said_by.sitter, at)
    return said_by


def _words(business: str, language: str) -> Clearance:
    """Begins with who writes; a name that holds a phone or address is left out."""
    sentence = _SENTENCES.get(language, _SENTENCES["en"])
    try:
        return cleared_as_ours(f"{business}: {sentence}")
    except PersonalDataError:
        return cleared_as_ours(sentence)


def _message(kept: ConsentChange, to: Participant, body: str, at: datetime) -> Message:
    message: Message = Message.objects.create(
        organization_id=to.organization_id,
        thread=to.thread,
        position=timeline.next_position(to.thread, at).position,
        author_kind=AuthorKind.SYSTEM,
        participant=to,
        state=MessageState.ACCEPTED,
        audience=Audience.OWNER,
        body=body,
        origin_key=f"consent:{kept.pk}:confirmation",
        created_at=at,
    )
    return message
