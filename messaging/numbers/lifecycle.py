"""What is done with business numbers: added, paused, given another role, given back. Never deleted.

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
from messaging.errors import BadPace, NotASittersNumber, NotPossibleNow, NumberInUse, ReasonNeeded
from messaging.models import MessageNumber, Participant, ProviderAccount, SendingLine, Sitter
from messaging.models.numbers import NumberRole, NumberState
from messaging.models.threads import LeftReason
from messaging.numbers import cooldown, differences, front_desks, pace
from messaging.permissions import MANAGE_NUMBERS
from snoutos.accounts.models import User
from snoutos.core.dberrors import saving

LONGEST_REASON = 200


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


def quarantine(number: MessageNumber, *, reason: str, by: User, at: datetime) -> MessageNumber:
    """Pause an active number until the business' cooldown is over: nothing leaves over it, what comes in goes to the owner.

    A number that was paused before cooldowns were kept, and so has no end, gets one. Raises ReasonNeeded, LastFrontDesk, NotPossibleNow.
    """
    MANAGE_NUMBERS.require(by)
    with transaction.atomic(), recording(actor=Actor.person(by), at=at):
        held = front_desks.hold_dispensable(number)
        require_pausable(held)
        held.state, held.quarantined_until = NumberState.QUARANTINED, cooldown.ends(held, at)
        held.state_reason = require_reason(reason)
        held.save(update_fields=["state", "quarantined_until", "state_reason"])
        canceling.cancel_of_number(held.pk, reason="number_quarantined", at=at)
        current().record(
            events.number_quarantined(
                organization_id=held.organization_id, number_id=held.pk, until=held.quarantined_until
            )
        )
        return held


def require_pausable(number: MessageNumber) -> None:
    """Raise NotPossibleNow unless `number` is in use, or paused without an end."""
    endless = number.state == NumberState.QUARANTINED and number.quarantined_until is None
    if not endless:
        _require(number, {NumberState.ACTIVE})


def activate(number: MessageNumber, *, by: User, at: datetime) -> MessageNumber:
    """Take back the pause of a number that nobody ever texted with. Raises CoolingDown for any other, NotPossibleNow."""
    MANAGE_NUMBERS.require(by)
    with transaction.atomic(), recording(actor=Actor.person(by), at=at):
        held = locks.number(number.pk)
        _require(held, {NumberState.QUARANTINED})
        cooldown.require_unknown(held, at)
        held.state, held.quarantined_until, held.state_reason = NumberState.ACTIVE, None, ""
        held.save(update_fields=["state", "quarantined_until", "state_reason"])
        _note(events.number_activated, held)
        return held


def retire(number: MessageNumber, *, reason: str, by: User, at: datetime) -> MessageNumber:
    """Give a number back. What is queued over it is canceled, and its phones leave their threads: history stays where it was.

    Raises ReasonNeeded, LastFrontDesk, NotPossibleNow.
    """
    MANAGE_NUMBERS.require(by)
    with transaction.atomic(), recording(actor=Actor.person(by), at=at):
        held = front_desks.hold_dispensable(number)
        require_releasable(held)
        held.state, held.state_reason = NumberState.RETIRED, require_reason(reason)
        held.save(update_fields=["state", "state_reason"])
        canceling.cancel_of_number(held.pk, reason="number_retired", at=at)
        Participant.objects.filter(number=held, left_at__isnull=True).update(
            left_at=Greatest("joined_at", at), left_reason=LeftReason.LINE_RELEASED
        )
        differences.forget(held, at)
        _note(events.number_retired, held)
        return held


def require_active(number: MessageNumber) -> None:
    """Raise NotPossibleNow unless `number` is in use."""
    _require(number, {NumberState.ACTIVE})


def require_releasable(number: MessageNumber) -> None:
    """Raise NotPossibleNow when `number` was released already."""
    _require(number, {NumberState.ACTIVE, NumberState.QUARANTINED})


def set_role(
    number: MessageNumber, *, role: str, sitter: Sitter | None = None, by: User, at: datetime
) -> MessageNumber:
    """Change what a stranger's text to a number in use means. Conversations that are open over it stay as they are.

    Raises LastFrontDesk, NotPossibleNow.
    """
    MANAGE_NUMBERS.require(by)
    with transaction.atomic(), recording(actor=Actor.person(by), at=at):
        stays = role == NumberRole.FRONT_DESK
        held = locks.number(number.pk) if stays else front_desks.hold_dispensable(number)
        _require(held, {NumberState.ACTIVE})
        before = held.role
        held.role, held.sitter = role, sitter
        _save(held)
        ids = {"organization_id": held.organization_id, "number_id": held.pk}
        current().record(events.number_role_changed(**ids, from_role=before, to_role=held.role))
        return held


def set_label(number: MessageNumber, *, label: str, by: User, at: datetime) -> MessageNumber:
    """What the business calls the number; empty: nothing. Raises NotPossibleNow for a released one."""
    MANAGE_NUMBERS.require(by)
    with transaction.atomic(), recording(actor=Actor.person(by), at=at):
        held = locks.number(number.pk)
        _require(held, {NumberState.ACTIVE, NumberState.QUARANTINED})
        if held.label == label.strip():
            return held
        held.label = label.strip()
        held.save(update_fields=["label"])
        current().record(
            audit_events.settings_changed(organization_id=held.organization_id, fields=["number.label"])
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


def _require(number: MessageNumber, allowed: set[NumberState]) -> None:
    if number.state not in allowed:
        raise NotPossibleNow(
            f"This number is {number.get_state_display().lower()}, so that isn't possible now."
        )


def require_reason(reason: str) -> str:
    """`reason` as it is stored. Raises ReasonNeeded when nothing is said."""
    said = reason.strip()
    if not said:
        raise ReasonNeeded("Say why: it's shown on the number's page.")
    return said[:LONGEST_REASON]


def _save(number: MessageNumber) -> None:
    number.full_clean(exclude=["organization"], validate_constraints=False)
    if number.sitter_id is not None and number.role != NumberRole.SITTER:
        raise NotASittersNumber
    with saving("messagenumber_unique_e164", NumberInUse):
        number.save()


def _note(event: Callable[..., Event], number: MessageNumber) -> None:
    current().record(event(organization_id=number.organization_id, number_id=number.pk))
