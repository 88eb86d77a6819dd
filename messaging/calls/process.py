"""What a call means: whose it is, in which conversation it stands, and who hears of it."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from audit.record import Actor, current, recording
from messaging import alerts, events, locks, timeline
from messaging.calls import forwarding, texting_back
from messaging.models import Call, MessageNumber, Participant, WebhookReceipt
from messaging.models.calls import CallState
from messaging.models.threads import Role
from messaging.people import arrivals
from messaging.providers.webhooks import InboundCall

# The provider says whether a call was taken before it says that the call is over; a lost request is tried again within seconds.
GIVE_UP_AFTER_ITS_END = timedelta(minutes=2)
# The provider ends a forwarded call after four hours.
GIVE_UP_AFTER = timedelta(hours=5)
AT_ONCE = 100


def process_call(
    call: InboundCall, *, receipt: WebhookReceipt, number: MessageNumber, party: Participant | None = None
) -> Call:
    """Take in what one request says of `call`, inside its receipt's transaction and recording block.

    The provider sends several, in any order and more than once: that it came in, whether it was taken where it was forwarded to, and that
    it ended. Whichever is first makes the one row. `party` is the pair's open participant where the caller has looked it up already.
    """
    at = timezone.now()
    # Two requests about one call at once: the second finds what the first made.
    locks.phone(number.organization_id, call.caller)
    known: Call | None = Call.objects.filter(account_id=receipt.account_id, provider_sid=call.sid).first()
    row = known or _begin(call, receipt, number, party, at)
    if call.was_taken is not None:
        _forwarded(row, talked=call.talked if call.was_taken else None)
    if call.has_ended and row.ended_at is None:
        _end(row, call.seconds or 0, max(receipt.received_at, row.started_at))
    texting_back.text_back(row, at)
    return row


def give_up(at: datetime) -> int:
    """Calls of which nobody said whether they were taken, and that are long over, were missed. Returns how many."""
    over = Q(ended_at__lte=at - GIVE_UP_AFTER_ITS_END) | Q(started_at__lte=at - GIVE_UP_AFTER)
    due = Call.objects.filter(over, state=CallState.FORWARDING).order_by("started_at")
    found = list(due.select_related("participant")[:AT_ONCE])
    for row in found:
        with transaction.atomic(), recording(actor=Actor.system(), at=at):
            locks.phone(row.organization_id, row.participant.e164)
            fresh = Call.objects.get(pk=row.pk)
            _forwarded(fresh, talked=None)
            texting_back.text_back(fresh, at)
    return len(found)


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
        state=_state(call, number, party, at),
        started_at=min(receipt.received_at, at),
    )
    arrivals.reopen(thread, at)
    current().record(
        events.call_received(
            organization_id=row.organization_id,
            thread_id=thread.pk,
            call_id=row.pk,
            number_id=number.pk,
            state=row.state,
            role=party.role,
        ),
        actor=Actor.sitter(party.sitter_id) if party.sitter_id else Actor.client(party.client_id),
    )
    if row.state == CallState.MISSED:
        tell_the_office(row)
    return row


def _state(call: InboundCall, number: MessageNumber, party: Participant, at: datetime) -> CallState:
    """What it is at first. One that is over when we first hear of it was missed, unless the provider says more."""
    if party.is_blocked:
        return CallState.TURNED_AWAY
    is_passed_on = call.was_taken is not None or (
        not call.has_ended and bool(forwarding.target(number, call.caller, at))
    )
    return CallState.FORWARDING if is_passed_on else CallState.MISSED


def _forwarded(row: Call, *, talked: int | None) -> None:
    """The other phone took it and they talked for so many seconds, or (None) did not. Said again, or of a blocked call, nothing changes."""
    is_new = row.state == CallState.FORWARDING or (row.state == CallState.MISSED and talked is not None)
    if not is_new:
        return
    row.state = CallState.MISSED if talked is None else CallState.ANSWERED
    row.talked_seconds = talked
    row.save(update_fields=["state", "talked_seconds"])
    current().record(
        events.call_forwarded(
            organization_id=row.organization_id, thread_id=row.thread_id, call_id=row.pk, state=row.state
        )
    )
    if row.state == CallState.MISSED:
        tell_the_office(row)
    timeline.notify_pages(row.thread)


def tell_the_office(row: Call) -> None:
    """It is unread, and a client's is an alert: nobody talked to them."""
    timeline.mark_unread(row.thread, row.position)
    if row.participant.role == Role.CLIENT:
        current().alert(alerts.call_missed(organization_id=row.organization_id, thread_id=row.thread_id))


def _end(row: Call, seconds: int, at: datetime) -> None:
    row.ended_at, row.seconds = at, seconds
    row.save(update_fields=["ended_at", "seconds"])
    current().record(
        events.call_ended(
            organization_id=row.organization_id, thread_id=row.thread_id, call_id=row.pk, seconds=seconds
        )
    )
    timeline.notify_pages(row.thread)
