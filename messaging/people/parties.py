"""Who takes part in a thread by which number, and opening threads for phones that have none."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Greatest

from audit import alerts, events
from audit.record import current
from messaging import news
from messaging.errors import NobodyThere
from messaging.models import (
    AssignmentWindow,
    Client,
    ClientPhone,
    MessageNumber,
    Participant,
    RoutingOverride,
    Sitter,
    Thread,
)
from messaging.models.numbers import NumberRole, NumberState
from messaging.models.threads import Role, ThreadKind

# How long after a sitter's last window in a thread its line towards them may serve another thread.
LINE_RESTS = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """Who an outside phone turned out to be."""

    role: Role
    kind: ThreadKind
    client: Client | None = None
    sitter: Sitter | None = None


STRANGER = Party(role=Role.UNKNOWN, kind=ThreadKind.CARE)


def outside_party(thread: Thread) -> Participant:
    """The outside phone of `thread`: its client, an unknown sender, or in a staff thread the sitter. Raises NobodyThere."""
    roles = [Role.SITTER] if thread.kind == ThreadKind.STAFF else [Role.CLIENT, Role.UNKNOWN]
    found: Participant | None = (
        Participant.objects.select_related("number", "client", "sitter")
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


def recognise(number: MessageNumber, e164: str) -> Party:
    """Who a phone without a thread on `number` is. On a pool number nobody is ever recognised."""
    if number.role == NumberRole.POOL:
        return STRANGER
    phone = ClientPhone.objects.select_related("client").of(number.organization_id).filter(e164=e164).first()
    if phone is not None:
        return Party(role=Role.CLIENT, kind=ThreadKind.CARE, client=phone.client)
    sitter = Sitter.objects.of(number.organization_id).filter(phone=e164).first()
    if sitter is not None:
        return Party(role=Role.SITTER, kind=ThreadKind.STAFF, sitter=sitter)
    return STRANGER


def open_thread(number: MessageNumber, e164: str, party: Party, at: datetime) -> Participant:
    """A new thread for a phone on `number`. The caller holds the phone exclusively; records `thread.opened`."""
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
    news.thread_opened(thread)
    return participant


def line_to_sitter(thread: Thread, sitter: Sitter, at: datetime) -> Participant | None:
    """The participant by which `sitter`'s phone takes part in `thread`, made when there is a free number for it.

    Two threads at once get two numbers towards the same phone, so that two clients never mix. None when the sitter has no phone or no
    number is free (alert `pool.exhausted`): they use the app. The caller holds the thread.
    """
    if not sitter.phone:
        return None
    found: Participant | None = (
        Participant.objects.select_related("number")
        .filter(thread=thread, sitter=sitter, role=Role.SITTER, left_at__isnull=True)
        .first()
    )
    if found is not None:
        good = found.e164 == sitter.phone and found.number.state == NumberState.ACTIVE
        return found if good else _leave_and_join(found, thread, sitter, at)
    return _join(thread, sitter, at)


def _leave_and_join(old: Participant, thread: Thread, sitter: Sitter, at: datetime) -> Participant | None:
    """The sitter has a new phone, or the line's number rests: the old line leaves the thread."""
    _leave(old, at)
    return _join(thread, sitter, at)


def _join(thread: Thread, sitter: Sitter, at: datetime) -> Participant | None:
    for number in _free_numbers(sitter):
        if _still_means_another(number, thread, sitter, at):
            continue
        joined = _try_number(thread, sitter, number, at)
        if joined is not None:
            return joined
    released = _release_a_rested_line(sitter, at)
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
    """Join over `number` unless another thread took the pair meanwhile: the unique key decides."""
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
        Participant.objects.select_related("number")
        .filter(thread=thread, sitter=sitter, number=number, role=Role.SITTER, left_at__isnull=True)
        .first()
    )
    return found


def _free_numbers(sitter: Sitter) -> list[MessageNumber]:
    """The sitter's own number first, then pool numbers that this phone does not use. Never the front desk: that is the owner's."""
    taken = Participant.objects.filter(number=OuterRef("pk"), e164=sitter.phone, left_at__isnull=True)
    free = (
        MessageNumber.objects.select_related("account")
        .of(sitter.organization_id)
        .filter(state=NumberState.ACTIVE)
        .filter(~Exists(taken))
    )
    own = list(free.filter(role=NumberRole.SITTER, sitter=sitter).order_by("pk"))
    return own + list(free.filter(role=NumberRole.POOL).order_by("pk"))


def _still_means_another(number: MessageNumber, thread: Thread, sitter: Sitter, at: datetime) -> bool:
    """Whether the sitter may still take `number` for another conversation: its line there ended within a day, or they still look after it.

    A line ends early when its number rests. Used again too soon it would carry to one client what is meant for another.
    """
    last: Participant | None = (
        Participant.objects.filter(number=number, e164=sitter.phone, role=Role.SITTER)
        .order_by("-joined_at", "-id")
        .first()
    )
    if last is None or last.thread_id == thread.pk or last.left_at is None:
        return False
    since = at - LINE_RESTS
    if last.left_at > since:
        return True
    this = Participant.objects.filter(pk=last.pk)
    return any(
        this.filter(Exists(_in_charge_since(among, sitter, since))).exists()
        for among in (AssignmentWindow.objects.all(), RoutingOverride.objects.all())
    )


def _release_a_rested_line(sitter: Sitter, at: datetime) -> MessageNumber | None:
    """Close the sitter's oldest line into a thread they have not looked after for a day and will not again."""
    since = at - LINE_RESTS
    rested: Participant | None = (
        Participant.objects.select_related("number")
        .select_for_update(of=("self",), skip_locked=True, no_key=True)
        .filter(sitter=sitter, role=Role.SITTER, left_at__isnull=True, thread__kind=ThreadKind.CARE)
        .filter(number__state=NumberState.ACTIVE, joined_at__lt=since)
        .filter(~Exists(_in_charge_since(AssignmentWindow.objects.all(), sitter, since)))
        .filter(~Exists(_in_charge_since(RoutingOverride.objects.all(), sitter, since)))
        .order_by("joined_at", "id")
        .first()
    )
    if rested is None:
        return None
    _leave(rested, at)
    number: MessageNumber = rested.number
    return number


def _in_charge_since(among: QuerySet[Any], sitter: Sitter, since: datetime) -> QuerySet[Any]:
    """Of `among`, what gives or gave `sitter` the outer row's thread at any time after `since`; what was canceled counts until then."""
    kept = Q(canceled_at__isnull=True, ends_at__gt=since)
    stopped = Q(canceled_at__gt=since, ends_at__gt=since, starts_at__lt=F("canceled_at"))
    return among.filter(kept | stopped, thread=OuterRef("thread"), sitter=sitter)


def _leave(line: Participant, at: datetime) -> None:
    """Close a line. `at` was read before a lock was waited for: never before the line was joined."""
    Participant.objects.filter(pk=line.pk, left_at__isnull=True).update(left_at=Greatest("joined_at", at))
