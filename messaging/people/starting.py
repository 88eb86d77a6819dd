"""Starting a conversation: with whom, by which of their phones, over which of our numbers. An open pair is the conversation there is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Case, IntegerField, QuerySet, Value, When

from audit.record import Actor, recording
from messaging import locks
from messaging.errors import (
    FrontDeskOnly,
    NoNumber,
    NotForClients,
    NotPossibleNow,
    NotTheirPhone,
    NumberResting,
    OwnNumber,
    PhoneInUse,
    SitterWithoutLine,
)
from messaging.models import Client, MessageNumber, OptOut, Participant, Sitter, Thread
from messaging.models.numbers import NumberRole, NumberState
from messaging.models.threads import Role, ThreadKind, ThreadState
from messaging.people import covering, naming, office, participants, threads
from messaging.people.ownership import own_number
from messaging.people.participants import STRANGER, Identity
from messaging.people.phones import BadPhone
from snoutos.accounts.models import User
from snoutos.core.dberrors import saving


@dataclass(frozen=True, slots=True, kw_only=True)
class Whom:
    """A client, a sitter, a member, or whoever has the phone `e164`. Beside a client, `e164` chooses among their phones."""

    client: Client | None = None
    sitter: Sitter | None = None
    member: User | None = None
    e164: str = ""


@dataclass(frozen=True, slots=True)
class Phone:
    """A phone to write to. Nothing can be sent to one that said STOP, at `stopped_at`, or that is blocked."""

    e164: str
    label: str
    stopped_at: datetime | None = None
    is_blocked: bool = False

    @property
    def can_be_sent(self) -> bool:
        """Whether a text could leave to it."""
        return self.stopped_at is None and not self.is_blocked


@dataclass(frozen=True, slots=True)
class Started:
    """The conversation; `is_new` unless the pair was open already."""

    thread: Thread
    is_new: bool


def start(whom: Whom, *, number: MessageNumber | None = None, by: User, at: datetime) -> Started:
    """The conversation with `whom` over `number` (the front desk by default), opened when the pair has none, reopened when it is closed.

    Among a client's phones one that has not said STOP is taken. A number of nobody's gets a conversation with an unknown sender. Raises
    BadPhone and SitterWithoutLine for whom there is no phone; OwnNumber; NotTheirPhone; NoNumber without an active front desk,
    NumberResting, FrontDeskOnly, NotForClients; PhoneInUse while the pair is somebody else's conversation.
    """
    business = by.organization_id
    assert business is not None  # noqa: S101  (whom a permission allows works for one)
    e164 = whom.e164 or phones(whom, business)[0].e164
    over = number or _usual_number(e164, _identity(whom, e164, business), business)
    with transaction.atomic(), recording(actor=Actor.person(by), at=at):
        if locks.number_shared(over.pk) != NumberState.ACTIVE:
            raise NumberResting
        locks.phone(business, e164)
        who = _identity(whom, e164, business)
        found, is_new = _found_or_opened(over, e164, who, at)
        if is_new:
            covering.cover(found.thread, at)
        else:
            _belongs_to(found, who, by, at)
            if found.thread.state == ThreadState.CLOSED:
                threads.reopen_thread(found.thread, by=by, at=at)
        return Started(Thread.objects.get(pk=found.thread_id), is_new)


def whose(e164: str, organization_id: int) -> Whom:
    """Whoever has the phone `e164`, by name when somebody known has it. Raises OwnNumber."""
    who = _identity(Whom(e164=e164), e164, organization_id)
    return Whom(client=who.client, sitter=who.sitter, member=who.member, e164=e164)


def kind(whom: Whom, organization_id: int) -> tuple[Role, ThreadKind]:
    """As what `whom` takes part in a conversation, and of which kind that is."""
    if whom.client or whom.sitter:
        return (Role.CLIENT, ThreadKind.CARE) if whom.client else (Role.SITTER, ThreadKind.STAFF)
    if whom.member:
        return Role.MEMBER, ThreadKind.STAFF
    who = participants.whose(organization_id, whom.e164)
    return who.role, who.kind


def phones(whom: Whom, organization_id: int) -> list[Phone]:
    """The phones of `whom`, the one to choose first: not stopped, then in an open conversation, then in the order they were added.

    Raises BadPhone or SitterWithoutLine when there is none.
    """
    labels = _labels(whom)
    stopped = OptOut.objects.of(organization_id).filter(is_in_force=True, e164__in=labels)
    since = dict(stopped.values_list("e164", "changed_at"))
    parts = list(Participant.objects.of(organization_id).filter(e164__in=labels).select_related("thread"))
    blocked = {one.e164 for one in parts if one.is_blocked}
    talking = {one.e164 for one in parts if one.left_at is None and not _is_line(one)}
    found = [Phone(e164, label, since.get(e164), e164 in blocked) for e164, label in labels.items()]
    return sorted(found, key=lambda one: (not one.can_be_sent, one.e164 not in talking))


def _is_line(party: Participant) -> bool:
    """Whether a sitter's phone is there for a client's conversation, and not for the office's own."""
    return party.role == Role.SITTER and party.thread.kind == ThreadKind.CARE


def numbers(organization_id: int, kind: str) -> QuerySet[MessageNumber]:
    """The active numbers that a conversation of `kind` may be opened over, the usual one first."""
    of_role = [When(role=role, then=Value(place)) for place, role in enumerate(_ROLES[ThreadKind(kind)])]
    active = MessageNumber.objects.of(organization_id).filter(
        state=NumberState.ACTIVE, role__in=_ROLES[ThreadKind(kind)]
    )
    rank = Case(*of_role, output_field=IntegerField())
    return active.select_related("sitter").order_by(rank, "pk")


# Pool numbers carry texts to sitters; over a sitter's own number the sitter writes with clients.
_ROLES = {
    ThreadKind.CARE: (NumberRole.FRONT_DESK, NumberRole.SITTER),
    ThreadKind.STAFF: (NumberRole.FRONT_DESK,),
}


def _labels(whom: Whom) -> dict[str, str]:
    """E.164 and label of each phone. Raises when there is none."""
    if whom.client is not None:
        found = dict(whom.client.phones.order_by("pk").values_list("e164", "label"))
        if not found:
            raise BadPhone("This client has no phone yet. Add one first.")
        return found
    if whom.sitter is not None:
        if not whom.sitter.phone:
            raise SitterWithoutLine
        return {whom.sitter.phone: ""}
    if whom.member is not None:
        if not whom.member.phone:
            raise BadPhone("This member has no phone here yet. Add it under Members first.")
        return {whom.member.phone: ""}
    return {whom.e164: ""}


def _identity(whom: Whom, e164: str, organization_id: int) -> Identity:
    """Whose the phone is now. Raises OwnNumber, and NotTheirPhone when it is not on the card of who was named."""
    if own_number(organization_id, e164) is not None:
        raise OwnNumber
    who = participants.whose(organization_id, e164)
    if (whom.client and who.client != whom.client) or (whom.sitter and who.sitter != whom.sitter):
        raise NotTheirPhone
    if whom.member and not _is_member(who, whom.member):
        raise NotTheirPhone
    return who


def _is_member(who: Identity, member: User) -> bool:
    """Also as the sitter that they are too: the phone's conversation is that one."""
    return who.member == member or (who.sitter is not None and who.sitter.user_id == member.pk)


def _usual_number(e164: str, who: Identity, organization_id: int) -> MessageNumber:
    """The front desk over which the phone has a conversation, else the first. Raises NoNumber."""
    front_desks = numbers(organization_id, who.kind).filter(role=NumberRole.FRONT_DESK)
    talking = front_desks.filter(participants__e164=e164, participants__left_at__isnull=True)
    found = talking.first() or front_desks.first()
    if found is None:
        raise NoNumber
    return found


class _TakenMeanwhile(Exception):  # noqa: N818
    """What opens the office's own conversations holds no phone: the pair's unique key decided."""


def _found_or_opened(over: MessageNumber, e164: str, who: Identity, at: datetime) -> tuple[Participant, bool]:
    found = participants.find_open(over, e164)
    if found is not None:
        return found, False
    if over.role not in _ROLES[who.kind]:
        raise FrontDeskOnly if who.kind == ThreadKind.STAFF else NotForClients
    try:
        with saving("participant_one_thread_per_number_and_phone", _TakenMeanwhile):
            return participants.open_thread(over, e164, who, at), True
    except _TakenMeanwhile:
        found = participants.find_open(over, e164)
        if found is None:
            raise
        return found, False


def _belongs_to(found: Participant, who: Identity, by: User, at: datetime) -> None:
    """See that the pair's conversation is with `who`: an unknown sender turns out to be them. Raises PhoneInUse for somebody else's."""
    if who == STRANGER or _keys_of(found) == _keys(who):
        if _is_line(found):
            raise FrontDeskOnly
        return
    if found.role == Role.UNKNOWN and who.client is not None:
        threads.link(found.thread, who.client, by=by, at=at)
    elif found.role in (Role.UNKNOWN, Role.MEMBER) and who.kind == ThreadKind.STAFF:
        if not office.recognise(found, who):
            raise NotPossibleNow(
                "A visit is planned in this phone's conversation from before. Cancel it first."
            )
    else:
        raise _somebody_elses(found)


Keys = tuple[str, int | None, int | None, int | None]


def _keys(who: Identity) -> Keys:
    client, sitter, member = (one.pk if one else None for one in (who.client, who.sitter, who.member))
    return who.role, client, sitter, member


def _keys_of(found: Participant) -> Keys:
    return found.role, found.client_id, found.sitter_id, found.member_id


def _somebody_elses(found: Participant) -> PhoneInUse:
    name, person = naming.name_of(found.thread, found).name, found.client or found.sitter or found.member
    return PhoneInUse(
        f"Over this number the phone is still in a conversation with {name}.",
        holder=found.role,
        holder_id=str(person.public_id) if person else None,
        thread=str(found.thread.public_id),
    )
