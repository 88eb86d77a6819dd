"""Who takes part in a thread by which number, and opening threads for phones that have none."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models.functions import Greatest

from audit.record import current
from messaging import alerts, events
from messaging.errors import NobodyThere
from messaging.lines import FREE_NUMBERS, RESTED_LINES
from messaging.models import Client, ClientPhone, MessageNumber, Participant, Sitter, Thread
from messaging.models.numbers import NumberRole, NumberState
from messaging.models.threads import LeftReason, Role, ThreadKind
from snoutos.accounts.models import Organization, User


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who an outside phone turned out to be."""

    role: Role
    kind: ThreadKind
    client: Client | None = None
    sitter: Sitter | None = None
    member: User | None = None


STRANGER = Identity(role=Role.UNKNOWN, kind=ThreadKind.CARE)
# The phone that alerts go to and that is no member's, in its own conversation with the office.
MEMBER = Identity(role=Role.MEMBER, kind=ThreadKind.STAFF)


def outside_party(thread: Thread) -> Participant:
    """The outside phone of `thread`: its client, an unknown sender, or in a staff thread the sitter or member. Raises NobodyThere."""
    roles = [Role.SITTER, Role.MEMBER] if thread.kind == ThreadKind.STAFF else [Role.CLIENT, Role.UNKNOWN]
    found: Participant | None = (
        Participant.objects.select_related("number", "client", "sitter", "member")
        .filter(thread=thread, left_at__isnull=True, role__in=roles)
        .first()
    )
    if found is None:
        raise NobodyThere
    return found


def find_open(number: MessageNumber, e164: str) -> Participant | None:
    """The open participant of the pair: the conversation key. One index look-up."""
    found: Participant | None = (
        Participant.objects.select_related("thread__client", "sitter")
        .filter(number=number, e164=e164, left_at__isnull=True)
        .first()
    )
    if found is not None:
        found.number = number
    return found


def find_last_closed(number: MessageNumber, e164: str) -> Participant | None:
    """The participant of the pair that left last, if it is the pair's only history."""
    found: Participant | None = (
        Participant.objects.select_related("thread__client", "sitter")
        .filter(number=number, e164=e164, left_at__isnull=False)
        .order_by("-left_at", "-id")
        .first()
    )
    if found is not None:
        found.number = number
    return found


def recognise(number: MessageNumber, e164: str) -> Identity:
    """Who a phone without a thread on `number` is. On a pool number nobody is ever recognised."""
    return STRANGER if number.role == NumberRole.POOL else whose(number.organization_id, e164)


def whose(organization_id: int, e164: str) -> Identity:
    """Whose phone it is: a client's, a sitter's, a member's; STRANGER when it is nobody's."""
    phone = ClientPhone.objects.select_related("client").of(organization_id).filter(e164=e164).first()
    if phone is not None:
        return Identity(role=Role.CLIENT, kind=ThreadKind.CARE, client=phone.client)
    return of_the_office(organization_id, e164) or STRANGER


def of_the_office(organization_id: int, e164: str) -> Identity | None:
    """The sitter or member whose phone it is, or a member where alerts go to it; None for a phone of nobody who works here.

    A member who also sits is the sitter while they work as one: that conversation has both faces.
    """
    sitter = Sitter.objects.of(organization_id).filter(phone=e164).first()
    member = User.objects.of(organization_id).filter(phone=e164).first()
    if sitter is not None and (sitter.is_active or member is None):
        return Identity(role=Role.SITTER, kind=ThreadKind.STAFF, sitter=sitter)
    if member is not None:
        return Identity(role=Role.MEMBER, kind=ThreadKind.STAFF, member=member)
    is_member = Organization.objects.filter(pk=organization_id, alert_phone=e164).exists()
    return MEMBER if is_member else None


def where_it_moved(left: Participant) -> Participant | None:
    """How the phone that left as *moved* takes part in its conversation now; None when that is another phone by now."""
    found: Participant | None = (
        Participant.objects.select_related("number", "thread__client", "sitter")
        .filter(thread=left.thread_id, e164=left.e164, left_at__isnull=True)
        .first()
    )
    return found


def open_thread(number: MessageNumber, e164: str, party: Identity, at: datetime) -> Participant:
    """A new thread for a phone on `number`. The caller holds the phone exclusively; records `thread.opened`.

    A phone that the owner blocked stays so, whichever number it writes to. Automations hear of it from whoever takes in the text that
    opened it: what the office starts by itself sets nothing off.
    """
    thread = Thread.objects.create(
        organization_id=number.organization_id, kind=party.kind, client=party.client, created_at=at
    )
    participant: Participant = Participant.objects.create(
        organization_id=number.organization_id,
        thread=thread,
        number=number,
        e164=e164,
        role=party.role,
        client=party.client,
        sitter=party.sitter,
        member=party.member,
        is_blocked=is_blocked(number.organization_id, e164),
        joined_at=at,
    )
    current().record(
        events.thread_opened(
            organization_id=number.organization_id,
            thread_id=thread.pk,
            kind=thread.kind,
            participant_id=participant.pk,
            number_id=number.pk,
        )
    )
    return participant


def is_blocked(organization_id: int, e164: str) -> bool:
    """Whether the office blocked the phone, on whichever number it said so."""
    return bool(Participant.objects.of(organization_id).filter(e164=e164, is_blocked=True).exists())


def sitter_participant(thread: Thread, sitter: Sitter, at: datetime) -> Participant | None:
    """The participant by which `sitter`'s phone takes part in `thread`, made when there is a free number for it.

    Two threads at once get two numbers towards the same phone, so that two clients never mix. None when the sitter has no phone or no
    number is free (alert `pool.exhausted`): they use the sitter page. The caller holds the thread.
    """
    if not sitter.phone:
        return None
    found: Participant | None = (
        Participant.objects.select_related("number", "sitter")
        .filter(thread=thread, sitter=sitter, role=Role.SITTER, left_at__isnull=True)
        .first()
    )
    if found is not None:
        sitter.phone = found.sitter.phone
        good = found.e164 == sitter.phone and found.number.state == NumberState.ACTIVE
        return found if good else _leave_and_join(found, thread, sitter, at)
    return _join(thread, sitter, at)


def _leave_and_join(old: Participant, thread: Thread, sitter: Sitter, at: datetime) -> Participant | None:
    """The sitter has a new phone, or the line's number rests: the old line leaves the thread."""
    leave(old, LeftReason.REPLACED if old.e164 != sitter.phone else LeftReason.LINE_RELEASED, at)
    return _join(thread, sitter, at)


def _join(thread: Thread, sitter: Sitter, at: datetime) -> Participant | None:
    for number in _free_numbers(thread, sitter, at):
        joined = _try_number(thread, sitter, number, at)
        if joined is not None:
            return joined
    released = _release_a_rested_line(thread, sitter, at)
    if released is not None:
        joined = _try_number(thread, sitter, released, at)
        if joined is not None:
            return joined
    lines = Participant.objects.filter(
        sitter=sitter, role=Role.SITTER, left_at__isnull=True, thread__kind=ThreadKind.CARE
    )
    needed = lines.count() + 1
    current().alert(alerts.pool_exhausted(organization_id=thread.organization_id, needed=needed))
    return None


def _try_number(thread: Thread, sitter: Sitter, number: MessageNumber, at: datetime) -> Participant | None:
    """Join over `number` unless another thread took the pair meanwhile: the unique key decides.

    A change of the sitter's phone comes first, or has closed this line (`phones.changes`): writing it waits for that, so the phone is
    looked at once more behind it.
    """
    fresh = Participant(
        organization_id=thread.organization_id,
        thread=thread,
        number=number,
        e164=sitter.phone,
        role=Role.SITTER,
        sitter=sitter,
        joined_at=at,
    )
    Participant.objects.bulk_create([fresh], ignore_conflicts=True)
    found: Participant | None = (
        Participant.objects.select_related("number", "sitter")
        .filter(thread=thread, sitter=sitter, number=number, role=Role.SITTER, left_at__isnull=True)
        .first()
    )
    if found is None or found.e164 == found.sitter.phone:
        return found
    leave(found, LeftReason.REPLACED, at)
    sitter.phone = found.sitter.phone
    return _try_number(thread, sitter, number, at) if sitter.phone else None


def _free_numbers(thread: Thread, sitter: Sitter, at: datetime) -> list[MessageNumber]:
    """Numbers that may carry `thread` to the sitter's phone, the best first."""
    ids = _ids(FREE_NUMBERS, thread, sitter, at)
    found = MessageNumber.objects.select_related("account").in_bulk(ids)
    return [found[pk] for pk in ids if pk in found]


def _release_a_rested_line(thread: Thread, sitter: Sitter, at: datetime) -> MessageNumber | None:
    """Close the sitter's oldest line into a thread they have not looked after for a day and will not again."""
    ids = _ids(RESTED_LINES, thread, sitter, at)
    rested: Participant | None = (
        Participant.objects.select_related("number")
        .select_for_update(of=("self",), skip_locked=True, no_key=True)
        .filter(pk__in=ids, left_at__isnull=True)
        .order_by("joined_at", "id")
        .first()
    )
    if rested is None:
        return None
    leave(rested, LeftReason.LINE_RELEASED, at)
    number: MessageNumber = rested.number
    return number


def _ids(fragment: str, thread: Thread, sitter: Sitter, at: datetime) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT ARRAY({fragment}) FROM messaging_sitter s WHERE s.id = %(sitter)s",  # noqa: S608  (our own words)
            {"thread": thread.pk, "sitter": sitter.pk, "at": at},
        )
        row = cursor.fetchone()
    return list(row[0]) if row else []


def join_again(
    old: Participant, at: datetime, *, e164: str = "", number: MessageNumber | None = None
) -> Participant:
    """The party of `old`, which has left, in the same thread: with another phone, or over another number.

    What the owner said about the phone stays with the phone.
    """
    joined: Participant = Participant.objects.create(
        organization_id=old.organization_id,
        thread_id=old.thread_id,
        number=number or old.number,
        e164=e164 or old.e164,
        role=old.role,
        client_id=old.client_id,
        sitter_id=old.sitter_id,
        member_id=old.member_id,
        is_blocked=old.is_blocked,
        off_card_confirmed_at=None if e164 else old.off_card_confirmed_at,
        joined_at=max(at, old.joined_at),
    )
    return joined


def leave(party: Participant, reason: LeftReason, at: datetime) -> None:
    """`party` no longer takes part. `at` was read before a lock was waited for: never before it joined."""
    Participant.objects.filter(pk=party.pk, left_at__isnull=True).update(
        left_at=Greatest("joined_at", at), left_reason=reason
    )
