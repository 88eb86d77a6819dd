"""Bringing a client's text to the sitter in charge: on the sitter page always, by text when they have a phone."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from audit.record import current
from messaging import events
from messaging.consent.standing import is_opted_out
from messaging.inbound import sitters
from messaging.models import Message, Participant, Sitter
from messaging.models.deliveries import Authority
from messaging.models.messages import AuthorKind
from messaging.outbound.queue import outbox
from messaging.outbound.queue.outbox import LONGEST_TEXT, Permit
from messaging.people import participants
from policy import reader
from policy.screen import Clearance, cleared_for_sitters
from routing.engine import Decision
from snoutos.core import timefmt

_CUT = "… (the rest is on the sitter page)"


def to_sitter(message: Message, party: Participant, decision: Decision, *, media: int, at: datetime) -> None:
    """Queue the redacted text to the deciding sitter's phone, over a number that is this thread's towards it."""
    assert decision.sitter_id is not None  # noqa: S101  (a sitter is the target)
    sitter = Sitter.objects.get(pk=decision.sitter_id)
    line = participants.sitter_participant(message.thread, sitter, at)
    if line is None or is_opted_out(message.organization_id, line.e164):
        return
    sitters.in_charge_again(line)
    delivery = outbox.enqueue(
        message,
        _clearance(message, party, media),
        to=line,
        permit=Permit(authority=Authority.RELAY),
        at=at,
    )
    current().record(
        events.message_relayed(
            organization_id=message.organization_id,
            thread_id=message.thread_id,
            message_id=message.pk,
            delivery_id=delivery.pk,
            sitter_id=sitter.pk,
        )
    )


def _when(message: Message) -> str:
    """When a late text was written, in the business' zone: with its day when that was another."""
    zone: ZoneInfo = message.organization.zone
    written: datetime = message.written_at
    return timefmt.until(written, zone, message.created_at)


def _clearance(message: Message, party: Participant, media: int) -> Clearance:
    """What the sitter reads: who wrote, the text with everything found taken out, and how many pictures wait on the sitter page."""
    assert message.author_kind == AuthorKind.CLIENT  # noqa: S101
    name = party.client.name if party.client else "Client"
    pictures = f"[{media} picture{'s' if media > 1 else ''}: see the sitter page]" if media else ""
    late = f" ({_when(message)}, reached us late)" if message.reached_us_late else ""
    body = " ".join(filter(None, [f"{name}{late}:", reader.read(message), pictures]))
    return cleared_for_sitters(
        body, thread=message.thread, author_kind=message.author_kind, cut=_short_enough
    )


def _short_enough(body: str) -> str:
    return body if len(body) <= LONGEST_TEXT else body[: LONGEST_TEXT - len(_CUT)] + _CUT
