"""What the page “New conversation” shows: whom one can write to, and for the one who was chosen their phones and our numbers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse

from messaging.admin.naming import new_conversation
from messaging.models import Client, MessageNumber, Participant, Sitter
from messaging.models.numbers import NumberRole
from messaging.models.phones import display
from messaging.models.threads import Role, ThreadKind
from messaging.people import naming, starting
from messaging.people.starting import Phone, Whom
from snoutos.accounts.models import Organization, User
from snoutos.adminkit.rows import address
from snoutos.core import timefmt
from snoutos.core.phones import found_by
from snoutos.core.problems import Problem
from snoutos.desk.request import DeskRequest

MOST = 8


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who can be chosen. `url` chooses them."""

    name: str
    detail: str
    url: str
    icon: str


@dataclass(frozen=True, slots=True)
class Choice:
    """One phone or number to choose; `said` explains it, `warning` speaks against it."""

    value: str
    shown: str
    said: str = ""
    warning: str = ""
    is_chosen: bool = False


@dataclass(frozen=True, slots=True)
class Chosen:
    """Who was chosen. `fields` are what names them in the form; `trouble` is why nobody can be written to, with `card` to mend it."""

    name: str
    detail: str
    is_known: bool
    fields: tuple[tuple[str, str], ...]
    phones: tuple[Choice, ...] = ()
    numbers: tuple[Choice, ...] = ()
    why_number: str = ""
    conversations: tuple[tuple[str, str], ...] = ()
    can_write: bool = False
    cannot: str = ""
    can_visit: bool = False
    trouble: str = ""
    card: str = ""
    add_url: str = ""


def people(organization: Organization, search: str) -> list[Person]:
    """Clients, sitters and members whose name, pets or phone hold what was typed; for nothing, the business' own people."""
    found = [_sitter(one) for one in _sitters(organization, search)[:MOST]]
    members = list(_members(organization, search)[:MOST])
    found += [_member(one) for one in members]
    if search:
        return [*(_client(one) for one in _clients(organization, search)[:MOST]), *found]
    phone = organization.alert_phone
    if phone and phone not in {one.phone for one in members}:
        found.append(
            Person(naming.ALERTS_PHONE, display(phone), new_conversation(phone=phone), "phone_iphone")
        )
    return found


def chosen(desk: DeskRequest, whom: Whom, *, phone: str = "", number: str = "") -> Chosen:
    """The page about `whom`; `phone` and `number` are what the form had chosen."""
    role, kind = starting.kind(whom, desk.organization.pk)
    person = whom.client or whom.sitter or whom.member
    base = Chosen(
        name=_name(whom, role),
        detail=whom.client.pets if whom.client else "",
        is_known=role != Role.UNKNOWN,
        fields=_fields(whom),
        card=(address(person) or "") if person else "",
        add_url=_add_url(whom) if role == Role.UNKNOWN else "",
    )
    try:
        phones = starting.phones(whom, desk.organization.pk)
    except Problem as problem:
        return replace(base, trouble=problem.sentence)
    numbers = list(starting.numbers(desk.organization.pk, kind))
    if not numbers:
        return replace(base, trouble="You have no active number to write from.")
    first = phone or whom.e164 or phones[0].e164
    return replace(
        base,
        phones=tuple(_phone(desk, one, first) for one in phones),
        numbers=tuple(_number(one, number or str(numbers[0].public_id)) for one in numbers),
        why_number=_why(kind, numbers[0]),
        conversations=_conversations(desk, [one.e164 for one in phones]),
        can_write=any(one.can_be_sent for one in phones),
        cannot=_cannot(phones),
        can_visit=whom.client is not None and _sitters(desk.organization, "").exists(),
    )


def _clients(organization: Organization, search: str) -> QuerySet[Client]:
    match = found_by(search, words=("name", "pets"), phones=("phones__e164",))
    rows: QuerySet[Client] = Client.objects.of(organization)
    return rows.filter(pk__in=rows.filter(match).values("pk"))


def _sitters(organization: Organization, search: str) -> QuerySet[Sitter]:
    rows: QuerySet[Sitter] = Sitter.objects.of(organization).filter(is_active=True)
    return rows.filter(found_by(search, words=("name",), phones=("phone",)))


def _members(organization: Organization, search: str) -> QuerySet[User]:
    """Those with a phone. Who sits too is among the sitters."""
    rows = User.objects.of(organization).filter(is_active=True).exclude(phone="")
    sit = Sitter.objects.of(organization).filter(is_active=True, phone=OuterRef("phone"))
    return (
        rows.exclude(Exists(sit))
        .filter(found_by(search, words=("name", "email"), phones=("phone",)))
        .order_by("name", "email")
    )


def _client(client: Client) -> Person:
    return Person(client.name, client.pets or "Client", new_conversation(client=client.public_id), "person")


def _sitter(sitter: Sitter) -> Person:
    detail = "Sitter" if sitter.phone else "Sitter, without a phone here"
    return Person(sitter.name, detail, new_conversation(sitter=sitter.public_id), "badge")


def _member(member: User) -> Person:
    return Person(
        str(member),
        str(member.get_role_display()),
        new_conversation(member=member.public_id),
        "manage_accounts",
    )


def _name(whom: Whom, role: Role) -> str:
    person = whom.client or whom.sitter or whom.member
    if person is not None:
        return str(person)
    return naming.ALERTS_PHONE if role == Role.MEMBER else display(whom.e164)


def _fields(whom: Whom) -> tuple[tuple[str, str], ...]:
    if whom.client is not None:
        return (("client", str(whom.client.public_id)),)
    if whom.member is not None:
        return (("member", str(whom.member.public_id)),)
    return (("sitter", str(whom.sitter.public_id)),) if whom.sitter else ()


def _add_url(whom: Whom) -> str:
    """Where the phone is made a new client's."""
    return f"{reverse('admin:messaging_client_add')}?{urlencode({'phones': whom.e164})}"


def _phone(desk: DeskRequest, phone: Phone, chosen: str) -> Choice:
    since = timefmt.date_of(phone.stopped_at, desk.zone, desk.at) if phone.stopped_at else ""
    return Choice(
        phone.e164,
        display(phone.e164),
        said=phone.label,
        warning=f"Said STOP on {since}" if since else "Blocked" if phone.is_blocked else "",
        is_chosen=phone.e164 == chosen,
    )


def _number(number: MessageNumber, chosen: str) -> Choice:
    named = f"{display(number.e164)} ({number.label})" if number.label else display(number.e164)
    said = "front desk"
    if number.role == NumberRole.SITTER:
        said = f"number of {number.sitter}" if number.sitter else "for sitters"
    return Choice(str(number.public_id), f"{named}, {said}", is_chosen=str(number.public_id) == chosen)


def _why(kind: ThreadKind, first: MessageNumber) -> str:
    if kind == ThreadKind.STAFF:
        return "Your own people hear from you over your front desk: on the other numbers they write with clients."
    if first.role == NumberRole.FRONT_DESK:
        return "Your front desk is chosen: clients should know one number of yours, and their answers come there."
    return "No front desk number of yours is active right now."


def _cannot(phones: list[Phone]) -> str:
    """Why nothing can be sent to any of them, so that nobody writes in vain."""
    if any(one.is_blocked for one in phones):
        return "You blocked this phone. Unblock it in its conversation to write."
    return f"{'This phone' if len(phones) == 1 else 'Each of their phones'} said STOP. Nothing can be sent until it texts START."


def _conversations(desk: DeskRequest, phones: list[str]) -> tuple[tuple[str, str], ...]:
    """Those that these phones have already, each with its address."""
    rows = Participant.objects.of(desk.organization).filter(e164__in=phones, left_at__isnull=True)
    of_the_party = rows.exclude(role=Role.SITTER, thread__kind=ThreadKind.CARE)
    return tuple(
        (
            reverse("admin:conversation", args=[one.thread.public_id]),
            f"{display(one.e164)} over {one.number.label or display(one.number.e164)}",
        )
        for one in of_the_party.select_related("number", "thread").order_by("-thread__last_message_at", "pk")
    )
