"""A member's own phone over time: an owner's or staff's, by which the office's conversation with them is known."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from audit.record import Actor, current, recording
from messaging import events, locks
from messaging.errors import NotPossibleNow, PhoneInUse
from messaging.models import Participant
from messaging.models.threads import LeftReason, Role
from messaging.people import claiming, ownership, participants
from messaging.people.phones import parse
from messaging.permissions import CHANGE_MEMBER_PHONE
from messaging.phones import changes
from snoutos.accounts.models import Organization, User
from snoutos.accounts.permissions import MANAGE_MEMBERS
from snoutos.core.dberrors import saving


def change_phone(member: User, *, new: str, by: User, at: datetime) -> User:
    """The member has the phone `new` from now on (empty: none). Texts queued to the old one are canceled.

    The office's conversation with them goes on with the new phone; without one it ends. What the new one wrote to the front desk as an
    unknown sender is joined with it, or is the office's conversation with them. Where the member sits too and the sitter has the phone, the
    conversation is the sitter's.

    Raises NotAllowed unless it is one's own or one manages members; BadPhone; PhoneInUse; NotPossibleNow for who doesn't work in the
    office, while alerts go to the old phone, or when the member no longer has the phone that the caller saw.
    """
    (CHANGE_MEMBER_PHONE if by.pk == member.pk else MANAGE_MEMBERS).require(by)
    e164 = parse(new) if new else ""
    organization_id = member.organization_id
    assert organization_id is not None  # noqa: S101  (whoever may change it sees members of one business)
    with transaction.atomic(), recording(actor=Actor.person(by), at=at):
        held = _held(member, organization_id, e164)
        before = held.phone
        if e164 == before:
            return held
        if e164:
            ownership.require_free(organization_id, e164, member=held)
        rows = changes.held_rows(organization_id, before, Role.MEMBER) if before else []
        for row in rows:
            _end_or_go_on(row, e164, at)
        held.phone = e164
        with saving("user_unique_phone_per_organization", PhoneInUse):
            held.save(update_fields=["phone"])
        claiming.by_member(held)
        current().record(
            events.people_member_phone_changed(
                organization_id=organization_id, user_id=held.pk, threads=len(rows)
            )
        )
        return held


def _held(member: User, organization_id: int, e164: str) -> User:
    """The row, exclusively, with both phones and the threads they take part in: as the caller saw it."""
    before = member.phone
    for one in sorted({before, e164} - {""}):
        locks.phone(organization_id, one)
    if before or e164:
        changes.held_rows(organization_id, before, Role.MEMBER, joining=e164)
    held: User = User.objects.select_for_update(no_key=True).get(pk=member.pk)
    if held.phone != before:
        raise NotPossibleNow("Someone else just changed this phone. Reload the page to see it.")
    if e164 and not held.is_staff:
        raise NotPossibleNow("Only owners and staff have a phone here. A sitter's phone is on their card.")
    if before and e164 != before and _alerts_go_to(organization_id, before):
        raise NotPossibleNow("Alerts go to this phone. Choose another under “Where alerts go” first.")
    return held


def _alerts_go_to(organization_id: int, e164: str) -> bool:
    return Organization.objects.filter(pk=organization_id, alert_phone=e164).exists()


def _end_or_go_on(row: Participant, e164: str, at: datetime) -> None:
    """The conversation goes on with the new phone, unless that has one over the number that stays."""
    changes.end(row, LeftReason.REPLACED, "phone_replaced", at)
    if not e164:
        return
    found = participants.find_open(row.number, e164)
    if found is not None and found.role == Role.UNKNOWN:
        changes.take_pair(row.number_id, e164, client=None, at=at)
        found = None
    if found is None:
        participants.join_again(row, at, e164=e164)
