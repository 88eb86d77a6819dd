"""Who may text whom: what forbids texting a party at all, and whether a sitter may speak in a thread now.

The first is asked again, under locks, when a text is about to leave (`begin_call`).
"""

from __future__ import annotations

from datetime import datetime

from messaging.consent import dealings, given, revocations
from messaging.consent.standing import is_opted_out
from messaging.errors import (
    ConsentNeeded,
    MessagingError,
    NoConsentToOffers,
    NoRecentDealings,
    NotInCharge,
    NumberFiltered,
    NumberResting,
    NumberUnregistered,
    OffCard,
    OptedOut,
    PartyBlocked,
    RevocationOpen,
    SendingLocked,
    ThreadIsClosed,
)
from messaging.models import ClientPhone, Participant, Sitter, Thread
from messaging.models.consent import Purpose
from messaging.models.numbers import NumberState
from messaging.models.threads import Role, ThreadState
from messaging.numbers import registration
from messaging.people import off_card
from routing import decisions
from routing.engine import Decision


def require(thread: Thread, party: Participant) -> None:
    """Raise what forbids any text to `party` now: ThreadIsClosed, NumberResting, NumberUnregistered, PartyBlocked, OptedOut or OffCard."""
    if thread.state == ThreadState.CLOSED:
        raise ThreadIsClosed
    if party.number.state != NumberState.ACTIVE:
        raise NumberResting
    if registration.bars(party.number.brand_state, party.number.campaign_state):
        raise NumberUnregistered
    if party.is_blocked:
        raise PartyBlocked
    if is_opted_out(thread.organization_id, party.e164):
        raise OptedOut
    if off_card.is_off_card(party):
        raise OffCard


def require_automatic(
    party: Participant, at: datetime, purpose: str = Purpose.SERVICE, *, by_rule: bool = False
) -> None:
    """Raise what forbids a text of `purpose` that nobody wrote to `party`, beside what `require` asks (`automatic_refusal`)."""
    refusal = automatic_refusal(party, at, purpose, by_rule=by_rule)
    if refusal is not None:
        raise refusal


def automatic_refusal(
    party: Participant, at: datetime, purpose: str = Purpose.SERVICE, *, by_rule: bool = False
) -> MessagingError | None:
    """Why no automatic text of `purpose` may go to `party` at `at`; None when one may. Certain only while the phone is held.

    A text of theirs may ask for no more texts and nobody has decided yet; their phone took the place of one that had said STOP, and
    consent is not recorded yet; carriers filter the number (`numbers.filtering`); they have not agreed to offers; or they have had nothing
    to do with the business for a year. A person's texts go out all the same. All but the first are asked of clients and strangers only;
    that carriers filter the number also where an automation speaks (`by_rule`), to sitters too. Notices and alerts to the office's own
    phones go on: they tell of it.
    """
    if revocations.is_open(party.organization_id, party.e164):
        return RevocationOpen()
    if party.role not in (Role.CLIENT, Role.UNKNOWN):
        return NumberFiltered() if by_rule and party.number.filtered_at is not None else None
    phones = ClientPhone.objects.of(party.organization_id).filter(e164=party.e164)
    if party.role == Role.CLIENT and phones.filter(automations_off_at__isnull=False).exists():
        return ConsentNeeded()
    if party.number.filtered_at is not None:
        return NumberFiltered()
    return _by_purpose(party, at, Purpose(purpose))


def _by_purpose(party: Participant, at: datetime, purpose: Purpose) -> MessagingError | None:
    if purpose == Purpose.SERVICE and dealings.are_recent(party, at):
        return None
    if given.holds(party.organization_id, party.e164, purpose):
        return None
    return NoConsentToOffers() if purpose == Purpose.PROMOTIONAL else NoRecentDealings()


def of_sitter(sitter: Sitter, thread: Thread, party: Participant, at: datetime) -> Decision:
    """The decision that puts `sitter` on duty in `thread`, which the caller holds: on its word they speak to `party`.

    Raises NotInCharge, or SendingLocked when they broke the rules too often.
    """
    decision = decisions.on_duty(thread, party, at)
    if decision.sitter_id != sitter.pk:
        raise NotInCharge
    if Sitter.objects.filter(pk=sitter.pk, sending_locked_at__isnull=False).exists():
        raise SendingLocked
    return decision
