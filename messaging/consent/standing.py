"""A phone's standing towards the organization, and what changes it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from audit.record import current
from messaging import canceling, events, locks, occurrences
from messaging.consent import given, revocations, sitters
from messaging.consent.given import Given
from messaging.models import ClientPhone, ConsentChange, Message, OptOut
from messaging.models.consent import ConsentChannel, ConsentEnd, ConsentKind, ConsentSource, Purpose
from snoutos.accounts.models import User


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One thing a phone, the provider or the owner said. `at` is the provider's time where there is one."""

    organization_id: int
    e164: str
    kind: ConsentKind
    source: ConsentSource
    at: datetime
    words: str = ""
    message: Message | None = None
    by: User | None = None
    # The provider has answered the phone itself: it must hear nothing more.
    is_answered: bool = False

    @property
    def thread_id(self) -> int | None:
        """The thread it was said in."""
        return self.message.thread_id if self.message else None


@dataclass(frozen=True, slots=True)
class Applied:
    """What a change came to: what stands now, if anything, the change as it was kept, and whether an opt-out began with it."""

    standing: OptOut | None
    kept: ConsentChange
    is_new_opt_out: bool = False


def is_opted_out(organization_id: int, e164: str) -> bool:
    """Whether nothing may be sent to the phone. Certain only while the phone is held (`locks.phone_shared`)."""
    found: bool = OptOut.objects.of(organization_id).filter(e164=e164, is_in_force=True).exists()
    return found


def apply(change: Change) -> Applied:
    """Record `change` and let it take effect when it is newer than what stands; STOP wins ties.

    An opt-out cancels everything queued to the phone over all of the organization's numbers, but for the confirmation of an earlier one
    that the provider has not answered; START cancels that. Takes the phone exclusively: call it before any thread is locked, or with the
    phone already held.
    """
    locks.phone(change.organization_id, change.e164)
    standing: OptOut | None = OptOut.objects.of(change.organization_id).filter(e164=change.e164).first()
    if change.kind == ConsentKind.HELP:
        kept = _keep(change, standing)
        _record(change, standing)
        return Applied(standing, kept)
    was_in_force = standing is not None and standing.is_in_force
    if standing is None or _is_newer(change, standing):
        standing = _set(change, standing)
    kept = _keep(change, standing)
    _record(change, standing)
    takes_effect = standing.is_in_force == (change.kind == ConsentKind.OPTED_OUT)
    if takes_effect:
        revocations.settle(kept)
    if change.kind == ConsentKind.OPTED_OUT and standing.is_in_force:
        _stop(change, kept)
    elif change.kind == ConsentKind.OPTED_IN and not standing.is_in_force:
        ClientPhone.objects.of(change.organization_id).filter(e164=change.e164).update(
            automations_off_at=None
        )
        canceling.cancel_confirmations(change.organization_id, change.e164, at=change.at)
        if was_in_force and change.message is not None:
            _agreed_again(change)
        sitters.started(change.organization_id, change.e164, change.at)
    return Applied(standing, kept, is_new_opt_out=standing.is_in_force and not was_in_force)


def _agreed_again(change: Change) -> None:
    """The text START after a STOP is consent, and its own proof: to texts about visits. Offers need a word of their own."""
    phone = ClientPhone.objects.of(change.organization_id).select_related("client").filter(e164=change.e164)
    owner = phone.first()
    said = Given(
        purpose=Purpose.SERVICE, channel=ConsentChannel.TEXT, at=change.at, wording=change.words or "START"
    )
    given.keep(
        change.organization_id,
        change.e164,
        said,
        client=owner.client if owner else None,
        message=change.message,
        at=max(change.at, timezone.now()),
    )


def _stop(change: Change, kept: ConsentChange) -> None:
    given.end(change.organization_id, change.e164, ConsentEnd.OPTED_OUT, at=change.at, before=change.at)
    occurrences.opted_out(
        organization_id=change.organization_id, change_id=kept.pk, thread_id=change.thread_id
    )
    canceling.cancel_to_opted_out(change.organization_id, change.e164, at=change.at)
    if change.is_answered:
        canceling.cancel_confirmations(change.organization_id, change.e164, at=change.at)
    sitters.stopped(change.organization_id, change.e164, change.at)


def _is_newer(change: Change, standing: OptOut) -> bool:
    if change.at == standing.changed_at:
        return change.kind == ConsentKind.OPTED_OUT
    return change.at > standing.changed_at


def _set(change: Change, standing: OptOut | None) -> OptOut:
    row = standing or OptOut(organization_id=change.organization_id, e164=change.e164)
    row.is_in_force = change.kind == ConsentKind.OPTED_OUT
    row.changed_at, row.source = change.at, change.source
    row.save()
    return row


def _keep(change: Change, standing: OptOut | None) -> ConsentChange:
    kept: ConsentChange = ConsentChange.objects.create(
        organization_id=change.organization_id,
        opt_out=standing,
        e164=change.e164,
        kind=change.kind,
        words=change.words[:40],
        source=change.source,
        message=change.message,
        by=change.by,
        at=change.at,
    )
    return kept


def _record(change: Change, standing: OptOut | None) -> None:
    organization_id, thread_id, source = change.organization_id, change.thread_id, change.source
    opt_out_id = standing.pk if standing else None
    if change.kind == ConsentKind.HELP:
        event = events.consent_help_requested(
            organization_id=organization_id, opt_out_id=opt_out_id, thread_id=thread_id, source=source
        )
    else:
        assert opt_out_id is not None  # noqa: S101  (only HELP leaves none)
        said = events.consent_opted_out if change.kind == ConsentKind.OPTED_OUT else events.consent_opted_in
        event = said(
            organization_id=organization_id, opt_out_id=opt_out_id, thread_id=thread_id, source=source
        )
    current().record(event)
