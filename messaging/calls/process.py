"""What a call means: whose it is, in which conversation it stands, and who hears of it."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from audit.record import Actor, current
from messaging import alerts, events, locks, timeline
from messaging.models import Call, MessageNumber, Participant, WebhookReceipt
from messaging.models.calls import CallState
from messaging.models.threads import Role
from messaging.people import arrivals
from messaging.providers.webhooks import InboundCall


def process_call(
    call: InboundCall, *, receipt: WebhookReceipt, number: MessageNumber, party: Participant | None = None
) -> Call:
    """Take in what one request says of `call`, inside its receipt's transaction and recording block.

    The provider sends two, in any order and more than once: that it came in, and that it ended. Whichever is first makes the one row.
    `party` is the pair's open participant where the caller has looked it up already.
    """
    at = timezone.now()
    # Two requests about one call at once: the second finds what the first made.
    locks.phone(number.organization_id, call.caller)
    known: Call | None = Call.objects.filter(account_id=receipt.account_id, provider_sid=call.sid).first()
    row = known or _begin(call, receipt, number, party, at)
    if call.has_ended and row.ended_at is None:
        _end(row, call.seconds or 0, max(receipt.received_at, row.started_at))
    return row


def _begin(
    call: InboundCall,
    receipt: WebhookReceipt,
    number: MessageNumber,
    party: Participant | None,
    at: datetime,
) -> Call:
    """The call in its conversation; a phone that has none gets one, as with a first text. No rule reacts to it: nobody wrote."""
    party = arrivals.resolve(number, call.caller, at, known=party).party
    thread = party.thread
    place = timeline.next_position(thread, at)
    thread.state = place.state
    row: Call = Call.objects.create(
        organization_id=number.organization_id,
        thread=thread,
        position=place.position,
        participant=party,
        number=number,
        account_id=receipt.account_id,
        provider_sid=call.sid,
        state=CallState.TURNED_AWAY if party.is_blocked else CallState.MISSED,
        started_at=min(receipt.received_at, at),
    )
    arrivals.reopen(thread)
    ids = {"organization_id": row.organization_id, "thread_id": thread.pk}
    current().record(
        events.call_received(**ids, call_id=row.pk, number_id=number.pk, state=row.state, role=party.role),
        actor=Actor.sitter(party.sitter_id) if party.sitter_id else Actor.client(party.client_id),
    )
    if row.state == CallState.MISSED:
        timeline.mark_unread(thread, place.position)
        if party.role == Role.CLIENT:
            current().alert(alerts.call_missed(**ids))
    return row


def _end(row: Call, seconds: int, at: datetime) -> None:
    row.ended_at, row.seconds = at, seconds
    row.save(update_fields=["ended_at", "seconds"])
    current().record(
        events.call_ended(
            organization_id=row.organization_id, thread_id=row.thread_id, call_id=row.pk, seconds=seconds
        )
    )
    timeline.notify_pages(row.thread)
