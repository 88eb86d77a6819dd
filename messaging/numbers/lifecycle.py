"""What is done with business numbers: added, rested, used again, given back. Never deleted.

Each raises NotAllowed for a person who is no owner; nobody named is the installation itself.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from django.db.models.functions import Greatest

from audit import alert_lifecycle
from audit import events as audit_events
from audit.record import Actor, current, recording
from audit.types import Event
from messaging import alerts, canceling, events, locks, publish
from messaging.errors import BadPace, NotPossibleNow, NumberInUse
from messaging.models import MessageNumber, Participant, ProviderAccount, SendingLine, Sitter
from messaging.models.numbers import NumberState
from messaging.models.threads import LeftReason
from messaging.numbers import pace
from messaging.permissions import MANAGE_NUMBERS
from snoutos.accounts.models import User
from snoutos.core.dberrors import saving


def add(
    *,
    account: ProviderAccount,
    e164: str,
    role: str,
    label: str = "",
    sitter: Sitter | None = None,
    by: User | None,
    at: datetime,
) -> MessageNumber:
    """A number of `account` comes into use, with its line. Texts that came to it before are taken in.

    Raises NumberInUse when it is in use already.
    """
    MANAGE_NUMBERS.require(by)
    with transaction.atomic(), recording(actor=Actor.person(by), at=at):
        number = MessageNumber(
            organization_id=account.organization_id,
            account=account,
            e164=e164,
            role=role,
            label=label,
            sitter=sitter,
            created_at=at,
        )
        _save(number)
        pace.new_line(number).save()
        current().record(
            events.number_added(organization_id=number.organization_id, number_id=number.pk, role=number.role)
        )
        alert_lifecycle.settle(
            alerts.number_unknown, organization_id=number.organization_id, subject_id=account.pk, at=at
        )
        publish.on_commit("messaging.tasks.process_unrouted", number.pk)
        return number


def quarantine(number: MessageNumber, *, until: datetime | None, by: User, at: datetime) -> MessageNumber:
    """Let an active number rest: nothing leaves over it, what comes in goes to the owner. Raises NotPossibleNow otherwise."""
    MANAGE_NUMBERS.require(by)
    with transaction.atomic(), recording(actor=Actor.person(by), at=at):
        held = _move(number, {NumberState.ACTIVE}, NumberState.QUARANTINED)
        held.quarantined_until = until
        held.save(update_fields=["quarantined_until"])
        canceling.cancel_of_number(held.pk, reason="number_quarantined", at=at)
        current().record(
            events.number_quarantined(organization_id=held.organization_id, number_id=held.pk, until=until)
        )
        return held


def activate(number: MessageNumber, *, by: User, at: datetime) -> MessageNumber:
    """Use a resting number again. Raises NotPossibleNow when it is not resting."""
    MANAGE_NUMBERS.require(by)
    with transaction.atomic(), recording(actor=Actor.person(by), at=at):
        held = _move(number, {NumberState.QUARANTINED}, NumberState.ACTIVE)
        held.quarantined_until = None
        held.save(update_fields=["quarantined_until"])
        _note(events.number_activated, held)
        return held


def retire(number: MessageNumber, *, by: User, at: datetime) -> MessageNumber:
    """Give a number back. What is queued over it is canceled, and its phones leave their threads: history stays where it was."""
    MANAGE_NUMBERS.require(by)
    with transaction.atomic(), recording(actor=Actor.person(by), at=at):
        held = _move(number, {NumberState.ACTIVE, NumberState.QUARANTINED}, NumberState.RETIRED)
        canceling.cancel_of_number(held.pk, reason="number_retired", at=at)
        Participant.objects.filter(number=held, left_at__isnull=True).update(
            left_at=Greatest("joined_at", at), left_reason=LeftReason.LINE_RELEASED
        )
        _note(events.number_retired, held)
        return held


def set_role(
    number: MessageNumber, *, role: str, sitter: Sitter | None = None, by: User, at: datetime
) -> MessageNumber:
    """Change what a stranger's text to the number means. Conversations that are open over it stay as they are."""
    MANAGE_NUMBERS.require(by)
    with transaction.atomic(), recording(actor=Actor.person(by), at=at):
        held = locks.number(number.pk)
        held.role, held.sitter = role, sitter
        _save(held)
        current().record(
            audit_events.settings_changed(organization_id=held.organization_id, fields=["number.role"])
        )
        return held


def set_pace(
    number: MessageNumber, *, segments_per_second: float, burst: float, by: User | None, at: datetime
) -> SendingLine:
    """Let the number's line send so many segments a second, and so many at once after a rest. Raises BadPace when that cannot be."""
    MANAGE_NUMBERS.require(by)
    if not (0 < segments_per_second <= pace.FASTEST and 1 <= burst <= pace.LARGEST_BURST):
        raise BadPace
    with transaction.atomic(), recording(actor=Actor.person(by), at=at):
        held = locks.number(number.pk)
        SendingLine.objects.bulk_create([pace.new_line(held)], ignore_conflicts=True)
        line: SendingLine = SendingLine.objects.select_for_update(no_key=True).get(number=held)
        line.segments_per_second, line.burst = segments_per_second, burst
        line.tokens = min(line.tokens, burst)
        line.save(update_fields=["segments_per_second", "burst", "tokens"])
        current().record(
            audit_events.settings_changed(organization_id=held.organization_id, fields=["number.pace"])
        )
        return line


def _move(number: MessageNumber, allowed: set[NumberState], to: NumberState) -> MessageNumber:
    held = locks.number(number.pk)
    if held.state not in allowed:
        raise NotPossibleNow(
            f"This number is {held.get_state_display().lower()}, so that isn't possible now."
        )
    held.state = to
    held.save(update_fields=["state"])
    return held


def _save(number: MessageNumber) -> None:
    number.full_clean(exclude=["organization"], validate_constraints=False)
    with saving("messagenumber_unique_e164", NumberInUse):
        number.save()


def _note(event: Callable[..., Event], number: MessageNumber) -> None:
    current().record(event(organization_id=number.organization_id, number_id=number.pk))
