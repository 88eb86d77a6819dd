"""What is done with clients, sitters and their threads."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from audit import alerts, events
from audit.record import Actor, current, recording
from messaging import locks
from messaging.errors import MessagingError, NoNumber, NotPossibleNow, PhoneInUse
from messaging.models import Client, ClientPhone, MessageNumber, Participant, Sitter, Thread, ThreadRead
from messaging.models.numbers import NumberRole, NumberState
from messaging.models.phones import parse_e164
from messaging.models.threads import Role, ThreadKind, ThreadState
from messaging.outbound import canceling
from messaging.people import parties
from messaging.people.parties import Party
from messaging.posting import hint
from snoutos.accounts.models import Organization, User


class BadPhone(MessagingError):  # noqa: N818
    """This is not a phone number: check its digits."""

    code = "bad_phone"
    status = 400


def create_client(
    *,
    organization: Organization,
    name: str,
    phones: Sequence[str],
    by: User | None,
    at: datetime,
    pets: str = "",
    notes: str = "",
) -> Client:
    """A new client with the phones they text from. Raises BadPhone, or PhoneInUse when one is another client's."""
    numbers = [_parse(phone) for phone in phones]
    with transaction.atomic(), recording(actor=Actor.person(by), at=at):
        client = Client(organization=organization, name=name.strip(), pets=pets, notes=notes, created_at=at)
        client.full_clean()
        client.save()
        for e164 in numbers:
            add_phone(client, e164)
        current().record(events.people_client_created(organization_id=organization.pk, client_id=client.pk))
        return client


def add_phone(client: Client, e164: str, label: str = "") -> ClientPhone:
    """One more phone of a client. Raises PhoneInUse when it is another client's."""
    try:
        with transaction.atomic():
            phone: ClientPhone = ClientPhone.objects.create(
                organization_id=client.organization_id, client=client, e164=_parse(e164), label=label
            )
            return phone
    except IntegrityError as error:
        if "clientphone_unique_per_organization" not in str(error):
            raise
        raise PhoneInUse from error


def create_sitter(
    *,
    organization: Organization,
    name: str,
    phone: str = "",
    user: User | None = None,
    by: User | None,
    at: datetime,
) -> Sitter:
    """A new sitter. Raises BadPhone, or PhoneInUse when the phone is another sitter's."""
    with transaction.atomic(), recording(actor=Actor.person(by), at=at):
        sitter = Sitter(
            organization=organization,
            name=name.strip(),
            phone=_parse(phone) if phone else "",
            user=user,
            created_at=at,
        )
        try:
            with transaction.atomic():
                sitter.save()
        except IntegrityError as error:
            if "sitter_unique_phone_per_organization" not in str(error):
                raise
            raise PhoneInUse from error
        current().record(events.people_sitter_created(organization_id=organization.pk, sitter_id=sitter.pk))
        return sitter


def unlock(sitter: Sitter, *, by: User, at: datetime) -> Sitter:
    """Lift a sitter's lock: the ladder begins anew. Raises NotPossibleNow when they are not locked."""
    with transaction.atomic(), recording(actor=Actor.person(by), at=at):
        lifted = Sitter.objects.filter(pk=sitter.pk, sending_locked_at__isnull=False).update(
            sending_locked_at=None, lock_lifted_at=at
        )
        if not lifted:
            raise NotPossibleNow("This sitter is not locked.")
        current().record(
            events.policy_sitter_unlocked(organization_id=sitter.organization_id, sitter_id=sitter.pk)
        )
        for kind in ("policy.sitter_locked", "policy.repeat"):
            alerts.settle(
                organization_id=sitter.organization_id,
                kind=kind,
                subject_kind="sitter",
                subject_id=sitter.pk,
                at=at,
            )
        fresh: Sitter = Sitter.objects.get(pk=sitter.pk)
        return fresh


def open_thread(*, client: Client, number: MessageNumber | None = None, by: User, at: datetime) -> Thread:
    """The client's thread over `number` (the front desk by default), made when there is none yet.

    Raises NoNumber without an active front desk number, PhoneInUse when the pair belongs to another's thread, BadPhone without a phone.
    """
    phone = client.phones.order_by("pk").first()
    if phone is None:
        raise BadPhone("This client has no phone yet. Add one first.")
    over = number or _front_desk(client.organization_id)
    with transaction.atomic(), recording(actor=Actor.person(by), at=at):
        locks.phone(client.organization_id, phone.e164)
        existing = parties.find_open(over, phone.e164)
        if existing is not None:
            if existing.client_id != client.pk:
                raise PhoneInUse("This phone already has another conversation over that number.")
            thread: Thread = existing.thread
            return thread
        party = Party(role=Role.CLIENT, kind=ThreadKind.CARE, client=client)
        opened: Thread = parties.open_thread(over, phone.e164, party, at).thread
        return opened


def link(thread: Thread, client: Client, *, by: User, at: datetime) -> Thread:
    """The unknown party of `thread` turns out to be `client`: from now on it is the client's conversation.

    Their phone is added to the client. Raises NotPossibleNow when the party is known already, PhoneInUse when the phone is another
    client's.
    """
    with transaction.atomic(), recording(actor=Actor.person(by), at=at):
        locked = locks.thread(thread.pk)
        party = parties.outside_party(locked)
        if party.role != Role.UNKNOWN:
            raise NotPossibleNow("This conversation belongs to somebody already.")
        if not ClientPhone.objects.of(locked.organization_id).filter(client=client, e164=party.e164).exists():
            add_phone(client, party.e164)
        Participant.objects.filter(pk=party.pk).update(role=Role.CLIENT, client=client)
        locked.client = client
        locked.save(update_fields=["client"])
        current().record(
            events.thread_party_linked(
                organization_id=locked.organization_id,
                thread_id=locked.pk,
                participant_id=party.pk,
                client_id=client.pk,
            )
        )
        alerts.settle(
            organization_id=locked.organization_id,
            kind="routing.unmapped_pool",
            subject_kind="thread",
            subject_id=locked.pk,
            at=at,
        )
        hint(locked)
        return locked


def close_thread(thread: Thread, *, by: User, at: datetime) -> Thread:
    """Close a conversation: what is queued in it is canceled; the next text from outside reopens it."""
    return _set_state(thread, ThreadState.CLOSED, by, at)


def reopen_thread(thread: Thread, *, by: User, at: datetime) -> Thread:
    """Reopen a closed conversation."""
    return _set_state(thread, ThreadState.OPEN, by, at)


def mark_read(thread: Thread, user: User, *, position: int | None = None) -> None:
    """`user` has read `thread` up to `position` (its last message by default); never moves back unless a position is named."""
    seen = thread.last_position if position is None else position
    fresh = ThreadRead(organization_id=thread.organization_id, user=user, thread=thread, position=seen)
    ThreadRead.objects.bulk_create([fresh], ignore_conflicts=True)
    read = ThreadRead.objects.filter(user=user, thread=thread)
    # A page that was loaded before the last text knows an older position.
    (read.filter(position__lt=seen) if position is None else read).update(position=seen)


def _set_state(thread: Thread, state: ThreadState, by: User, at: datetime) -> Thread:
    with transaction.atomic(), recording(actor=Actor.person(by), at=at):
        locked = locks.thread(thread.pk)
        if locked.state == state:
            return locked
        locked.state = state
        locked.save(update_fields=["state"])
        closed = state == ThreadState.CLOSED
        if closed:
            canceling.cancel_of_thread(locked.pk, reason="thread_closed", at=at)
        event = events.thread_closed if closed else events.thread_reopened
        current().record(event(organization_id=locked.organization_id, thread_id=locked.pk))
        hint(locked)
        return locked


def _front_desk(organization_id: int) -> MessageNumber:
    found: MessageNumber | None = (
        MessageNumber.objects.of(organization_id)
        .filter(role=NumberRole.FRONT_DESK, state=NumberState.ACTIVE)
        .order_by("pk")
        .first()
    )
    if found is None:
        raise NoNumber
    return found


def _parse(phone: str) -> str:
    try:
        return parse_e164(phone)
    except ValidationError as error:
        raise BadPhone from error
