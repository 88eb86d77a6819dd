"""A phone belongs to somebody for a time: it is replaced, taken off a card, given to another card, or somebody else's from one day on.

Each is one verb with a preview of the conversations it touches; a preview changes no row. Texts that are queued to a phone that goes are
canceled and offered to the owner, never sent elsewhere by themselves. Locks: the phones by their digits, then threads by their ids, so that
a text either left before or is seen (`messaging.locks`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from audit.record import Actor, current, recording
from messaging import canceling, events, locks
from messaging.assignments import visits
from messaging.consent import given
from messaging.consent.standing import is_opted_out
from messaging.errors import NotPossibleNow, PhoneInUse
from messaging.models import Client, ClientPhone, Consent, Delivery, Participant, Thread
from messaging.models.consent import ConsentEnd
from messaging.models.deliveries import DeliveryState
from messaging.models.threads import LeftReason, Role, ThreadState
from messaging.people import claiming, ownership, participants
from messaging.people.phones import parse
from messaging.timeline import notify_pages
from snoutos.accounts.models import User
from snoutos.core.dberrors import saving

_UNDER_WAY = (DeliveryState.SENDING, DeliveryState.UNKNOWN, DeliveryState.PARKED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Touched:
    """One conversation that a change touches: texts that would be canceled, and texts under way that stay with the old phone."""

    thread: Thread
    queued: int
    under_way: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What a change of `phone` would do.

    `joined`: conversations of the new phone that would be closed and shown on the card; `linked`: those it had elsewhere as an unknown
    sender, which would be the client's.
    """

    e164: str
    touched: Sequence[Touched]
    joined: Sequence[Thread] = ()
    linked: Sequence[Thread] = ()
    said_stop: bool = False

    @property
    def queued(self) -> int:
        """Texts that would be canceled."""
        return sum(one.queued for one in self.touched)


def preview(phone: ClientPhone, *, new: str | None = None) -> Preview:
    """What replacing `phone` by `new`, or taking it off the card, would touch. Raises BadPhone, PhoneInUse or PhoneIsForAlerts."""
    rows = _open_with(phone.organization_id, phone.e164)
    joined: list[Thread] = []
    linked: list[Thread] = []
    if new is not None:
        e164 = parse(new)
        ownership.require_free(phone.organization_id, e164, client=phone.client)
        pairs = [participants.find_open(row.number, e164) for row in rows]
        joined = [require_joinable(pair, phone.client).thread for pair in pairs if pair is not None]
        known = {thread.pk for thread in joined}
        unknown = claiming.unknown(phone.organization_id, [e164])
        linked = [row.thread for row in unknown if row.thread_id not in known]
    return Preview(
        e164=phone.e164,
        touched=[touched(row) for row in rows],
        joined=joined,
        linked=linked,
        said_stop=is_opted_out(phone.organization_id, phone.e164),
    )


def replace(phone: ClientPhone, *, new: str, by: User, at: datetime) -> ClientPhone:
    """The client has `new` instead of `phone` from now on: their conversations go on with it, in the same threads.

    What the new one wrote as an unknown sender is theirs: joined where their conversation goes on, linked elsewhere. Texts queued to the
    old phone are canceled. When it had said STOP, no automation texts the new one until consent is recorded.
    Raises BadPhone, PhoneInUse or PhoneIsForAlerts for the new phone, NotPossibleNow when somebody changed the old one meanwhile.
    """
    old, e164 = phone.e164, parse(new)
    with transaction.atomic(), recording(actor=Actor.person(by), at=at):
        held = _held(phone, old, e164)
        if e164 == old:
            return held
        client = held.client
        ownership.require_free(held.organization_id, e164, client=client)
        said_stop = is_opted_out(held.organization_id, old)
        given.end(held.organization_id, old, ConsentEnd.REPLACED, at=at)
        rows = held_rows(held.organization_id, old, joining=e164)
        moved = [_go_on_with(row, e164, client, at) for row in rows]
        _put_on_card(held, e164, automations_off_at=at if said_stop else None)
        claiming.by_client(client, [e164], at=at)
        current().record(
            events.people_phone_replaced(
                organization_id=held.organization_id,
                client_id=client.pk,
                threads=len(moved),
                said_stop=said_stop,
            )
        )
        return ClientPhone.objects.get(organization=held.organization_id, e164=e164)


def remove(phone: ClientPhone, *, by: User, at: datetime) -> None:
    """Take `phone` off its card. Its conversations stay, and what is queued to it is canceled; before the next text goes to it, the
    office is asked once (`people.off_card`)."""
    with transaction.atomic(), recording(actor=Actor.person(by), at=at):
        held = _held(phone, phone.e164)
        client = held.client
        held.delete()
        rows = held_rows(client.organization_id, phone.e164)
        Participant.objects.filter(pk__in=[row.pk for row in rows]).update(off_card_confirmed_at=None)
        for row in rows:
            canceling.cancel_to_participant(row.pk, reason="phone_removed", at=at)
            notify_pages(row.thread)
        current().record(
            events.people_phone_removed(
                organization_id=client.organization_id, client_id=client.pk, threads=len(rows)
            )
        )


def recycle(phone: ClientPhone, *, by: User, at: datetime) -> None:
    """`phone` is somebody else's now: it leaves the client's conversations and card, and its next text begins one of its own.

    What was said stays with the client. What they agreed to ends; an opt-out stays until START comes from the phone.
    """
    with transaction.atomic(), recording(actor=Actor.person(by), at=at):
        held = _held(phone, phone.e164)
        client = held.client
        rows = held_rows(client.organization_id, phone.e164)
        for row in rows:
            end(row, LeftReason.RECYCLED, "phone_recycled", at)
        given.end(client.organization_id, phone.e164, ConsentEnd.RECYCLED, at=at)
        held.delete()
        current().record(
            events.people_phone_recycled(
                organization_id=client.organization_id, client_id=client.pk, threads=len(rows)
            )
        )


def give(phone: ClientPhone, client: Client, *, by: User, at: datetime) -> ClientPhone:
    """`phone` was on the wrong card: it goes to `client`'s, and its conversations with it."""
    with transaction.atomic(), recording(actor=Actor.person(by), at=at):
        held = _held(phone, phone.e164)
        former = held.client
        if former.pk == client.pk:
            return held
        rows = held_rows(held.organization_id, held.e164, joining=held.e164)
        for row in rows:
            Participant.objects.filter(pk=row.pk).update(client=client)
            row.thread.client = client
            row.thread.save(update_fields=["client"])
            visits.change_client(row.thread, by=by, at=at)
            notify_pages(row.thread)
        held.client = client
        held.save(update_fields=["client"])
        Consent.objects.of(held.organization_id).filter(e164=held.e164, client=former).update(client=client)
        claiming.by_client(client, [held.e164], at=at)
        current().record(
            events.people_phone_given(
                organization_id=held.organization_id,
                client_id=client.pk,
                from_client_id=former.pk,
                threads=len(rows),
            )
        )
        return held


def former_holders(organization_id: int, e164: str) -> list[Participant]:
    """Who had the phone before and no longer has, the last one first: the hint at an unknown sender."""
    rows = Participant.objects.of(organization_id).filter(
        e164=e164, left_reason__in=[LeftReason.REPLACED, LeftReason.RECYCLED]
    )
    return list(rows.select_related("client", "sitter").order_by("-left_at", "-pk")[:3])


def touched(row: Participant) -> Touched:
    """What would become of the texts to a participant that leaves."""
    mine = Delivery.objects.filter(participant=row)
    return Touched(
        thread=row.thread,
        queued=mine.filter(state=DeliveryState.QUEUED).count(),
        under_way=mine.filter(state__in=_UNDER_WAY).count(),
    )


def take_pair(number_id: int, e164: str, *, client: Client | None, at: datetime) -> None:
    """Free the pair (number, phone) for `client`: an unknown's or their own conversation on it is joined (*merged*) and closed.

    Raises PhoneInUse, with the name, when it is another client's, a sitter's or a member's. The caller holds the phone.
    """
    found: Participant | None = (
        Participant.objects.select_related("thread__client", "sitter", "client", "number")
        .filter(number=number_id, e164=e164, left_at__isnull=True)
        .first()
    )
    if found is None:
        return
    require_joinable(found, client)
    thread = locks.thread(found.thread_id)
    found.thread = thread
    end(found, LeftReason.MERGED, "conversation_joined", at)
    if client is not None and thread.client_id is None:
        thread.client = client
    thread.state = ThreadState.CLOSED
    thread.save(update_fields=["client", "state"])
    current().record(events.thread_closed(organization_id=thread.organization_id, thread_id=thread.pk))


def require_joinable(found: Participant, client: Client | None) -> Participant:
    """`found`, whose conversation may be joined with one of `client`'s; raises PhoneInUse, with the name, when it may not."""
    if found.role == Role.UNKNOWN:
        return found
    if found.role == Role.CLIENT and client is not None and found.client_id == client.pk:
        return found
    name = found.client.name if found.client else str(found.sitter or found.member or "Your alerts phone")
    raise PhoneInUse(f"{name} already has a conversation with this phone over that number.")


def _held(phone: ClientPhone, *e164s: str) -> ClientPhone:
    """The row, exclusively, with its phones: as the caller saw it, or NotPossibleNow."""
    for one in sorted(set(e164s)):
        locks.phone(phone.organization_id, one)
    held: ClientPhone | None = (
        ClientPhone.objects.select_for_update(no_key=True, of=("self",))
        .select_related("client")
        .filter(pk=phone.pk, e164=phone.e164)
        .first()
    )
    if held is None:
        raise NotPossibleNow("Someone else just changed this phone. Check the card again.")
    return held


def _open_with(organization_id: int, e164: str, role: Role = Role.CLIENT) -> list[Participant]:
    rows = Participant.objects.of(organization_id).filter(e164=e164, role=role, left_at__isnull=True)
    return list(rows.select_related("number", "thread__client").order_by("thread_id", "pk"))


def held_rows(
    organization_id: int, e164: str, role: Role = Role.CLIENT, *, joining: str = ""
) -> list[Participant]:
    """The open participants of a phone that the caller holds, read under their threads' locks.

    `joining`: the phone that takes its place, or none; the threads of its pairs, and those where it is an unknown sender, are held with
    them, so that all are taken in their order.
    """
    rows = _open_with(organization_id, e164, role)
    pairs = Participant.objects.of(organization_id).filter(
        Q(number__in=[row.number_id for row in rows]) | Q(role=Role.UNKNOWN),
        e164=joining,
        left_at__isnull=True,
    )
    joined = pairs.values_list("thread_id", flat=True) if joining else ()
    held = locks.threads([*(row.thread_id for row in rows), *joined])
    found = [row for row in _open_with(organization_id, e164, role) if row.thread_id in held]
    for row in found:
        row.thread = held[row.thread_id]
    return found


def end(row: Participant, reason: LeftReason, canceled_as: str, at: datetime) -> None:
    """`row` leaves, and what is queued to it is canceled. The caller holds its thread."""
    canceling.cancel_to_participant(row.pk, reason=canceled_as, at=at)
    participants.leave(row, reason, at)
    notify_pages(row.thread)


def _go_on_with(row: Participant, e164: str, client: Client, at: datetime) -> Participant:
    take_pair(row.number_id, e164, client=client, at=at)
    end(row, LeftReason.REPLACED, "phone_replaced", at)
    return participants.join_again(row, at, e164=e164)


def _put_on_card(held: ClientPhone, e164: str, *, automations_off_at: datetime | None) -> None:
    """The new phone takes the old one's place; where the card has it already, the old one goes."""
    other = ClientPhone.objects.of(held.organization_id).filter(e164=e164).first()
    if other is not None:
        held.delete()
        return
    held.e164, held.automations_off_at = e164, automations_off_at
    with saving("clientphone_unique_per_organization", PhoneInUse):
        held.save(update_fields=["e164", "automations_off_at"])
