"""Many people at once, for imports: each as `create_client` and `create_sitter` make one, at a fraction of the cost.

Whose a phone is decides `ownership`; a property test holds that one by one and together come to the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from django.core.exceptions import ValidationError
from django.db import transaction

from audit.record import Actor, current, recording
from messaging import events, locks
from messaging.errors import PhoneInUse, PhoneIsForAlerts
from messaging.models import Client, ClientPhone, Sitter
from messaging.people import claiming, ownership
from messaging.people.ownership import Holder
from snoutos.accounts.models import Organization, User

Row = TypeVar("Row", Client, Sitter)
Refusal = PhoneInUse | PhoneIsForAlerts | ValidationError


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPerson:
    """A client or sitter to be. `phones` are E.164, each with its label; a sitter has one at most, and neither pets nor notes."""

    name: str
    phones: Sequence[tuple[str, str]] = field(default_factory=tuple)
    pets: str = ""
    notes: str = ""


def create_clients(
    *, organization: Organization, people: Sequence[NewPerson], by: User | None, at: datetime
) -> list[Client | Refusal]:
    """For each of `people` the new client, or why there is none: in their order, so that the first to name a phone has it."""
    with transaction.atomic(), recording(actor=Actor.person(by), at=at):
        refusals = _refusals(organization, people)
        rows: list[Client | Refusal] = [
            refusal or _checked(_client(organization, one, at))
            for one, refusal in zip(people, refusals, strict=True)
        ]
        made = [(one, row) for one, row in zip(people, rows, strict=True) if isinstance(row, Client)]
        Client.objects.bulk_create([row for _, row in made])
        ClientPhone.objects.bulk_create(
            [
                ClientPhone(organization=organization, client=row, e164=e164, label=label)
                for one, row in made
                for e164, label in one.phones
            ]
        )
        for _, row in made:
            current().record(events.people_client_created(organization_id=organization.pk, client_id=row.pk))
        phones = {e164: row for one, row in made for e164, _ in one.phones}
        claiming.by_clients(organization.pk, phones, at=at)
        return rows


def create_sitters(
    *, organization: Organization, people: Sequence[NewPerson], by: User | None, at: datetime
) -> list[Sitter | Refusal]:
    """The same for sitters."""
    with transaction.atomic(), recording(actor=Actor.person(by), at=at):
        refusals = _refusals(organization, people)
        rows: list[Sitter | Refusal] = [
            refusal or _checked(_sitter(organization, one, at))
            for one, refusal in zip(people, refusals, strict=True)
        ]
        made = [row for row in rows if isinstance(row, Sitter)]
        Sitter.objects.bulk_create(made)
        for row in made:
            current().record(events.people_sitter_created(organization_id=organization.pk, sitter_id=row.pk))
        claiming.by_sitters(organization.pk, made)
        return rows


def _refusals(
    organization: Organization, people: Sequence[NewPerson]
) -> list[PhoneInUse | PhoneIsForAlerts | None]:
    """Why somebody's phones can't be theirs; the phones are held from here on."""
    phones = {e164 for one in people for e164, _ in one.phones}
    for e164 in sorted(phones):
        locks.phone(organization.pk, e164)
    holders = ownership.holders_of(organization.pk, phones) if phones else {}
    taken: set[str] = set()
    return [_refusal(one, holders, taken) for one in people]


def _refusal(
    one: NewPerson, holders: Mapping[str, Holder], taken: set[str]
) -> PhoneInUse | PhoneIsForAlerts | None:
    for e164, _ in one.phones:
        if e164 in taken:
            return PhoneInUse()
        try:
            ownership.refuse(holders[e164], e164)
        except (PhoneInUse, PhoneIsForAlerts) as refusal:
            return refusal
    taken.update(e164 for e164, _ in one.phones)
    return None


def _client(organization: Organization, one: NewPerson, at: datetime) -> Client:
    return Client(
        organization=organization, name=one.name.strip(), pets=one.pets, notes=one.notes, created_at=at
    )


def _sitter(organization: Organization, one: NewPerson, at: datetime) -> Sitter:
    phone = one.phones[0][0] if one.phones else ""
    return Sitter(organization=organization, name=one.name.strip(), phone=phone, created_at=at)


def _checked(row: Row) -> Row | ValidationError:
    """The row, or what is wrong with its values; what holds between rows is known already."""
    try:
        row.clean_fields(exclude=["organization"])
    except ValidationError as error:
        return error
    return row
