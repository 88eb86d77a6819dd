"""A sitter's own phone over time."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from audit.record import Actor, current, recording
from messaging import events, locks
from messaging.errors import NotPossibleNow, PhoneInUse
from messaging.models import Participant, Sitter
from messaging.models.threads import LeftReason, Role, ThreadKind
from messaging.people import claiming, ownership, participants
from messaging.people.phones import parse
from messaging.phones import changes
from messaging.sign_in import devices
from snoutos.accounts.models import User
from snoutos.core.dberrors import saving


def change_phone(sitter: Sitter, *, new: str, by: User | None, at: datetime) -> Sitter:
    """The sitter has the phone `new` from now on (empty: none). Their lines on the old one are closed at once, and the
    sign-in links and browsers of their page end.

    The office's conversation with them goes on with the new phone; what that wrote to the front desk as an unknown sender is joined with
    it, or is the office's conversation with them. Raises BadPhone, PhoneInUse or PhoneIsForAlerts, NotPossibleNow when `sitter` no longer
    has the phone that the caller saw.
    """
    e164 = parse(new) if new else ""
    with transaction.atomic(), recording(actor=Actor.person(by), at=at):
        held = _held(sitter, e164)
        before = held.phone
        if e164 == before:
            return held
        if e164:
            ownership.require_free(held.organization_id, e164, member=held.user)
        rows = changes.held_rows(held.organization_id, before, Role.SITTER) if before else []
        for row in rows:
            _close_or_go_on(row, e164, at)
        held.phone = e164
        with saving("sitter_unique_phone_per_organization", PhoneInUse):
            held.save(update_fields=["phone"])
        claiming.by_sitter(held)
        if before:
            devices.end_all(held, at)
        current().record(
            events.people_sitter_phone_changed(
                organization_id=held.organization_id, sitter_id=held.pk, threads=len(rows)
            )
        )
        return held


def _held(sitter: Sitter, e164: str) -> Sitter:
    """The row, exclusively, with both phones and the threads they take part in: as the caller saw it, or NotPossibleNow."""
    before = sitter.phone
    for one in sorted({before, e164} - {""}):
        locks.phone(sitter.organization_id, one)
    if before or e164:
        changes.held_rows(sitter.organization_id, before, Role.SITTER, joining=e164)
    # With its key: a line that is just being opened is there before, or waits and sees the new phone (`participants`).
    held: Sitter = Sitter.objects.select_for_update().get(pk=sitter.pk)
    if held.phone != before:
        raise NotPossibleNow("Someone else just changed this phone. Check the card again.")
    return held


def _close_or_go_on(row: Participant, e164: str, at: datetime) -> None:
    """A client's line ends; the office's conversation goes on with the new phone, unless that has one over the number that stays."""
    goes_on = row.thread.kind == ThreadKind.STAFF and bool(e164)
    changes.end(row, LeftReason.REPLACED, "phone_replaced", at)
    if not goes_on:
        return
    found = participants.find_open(row.number, e164)
    if found is not None and found.role == Role.UNKNOWN:
        changes.take_pair(row.number_id, e164, client=None, at=at)
        found = None
    if found is None:
        participants.join_again(row, at, e164=e164)
