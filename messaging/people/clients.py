"""Clients: added, with the phones they text from, and the partner who shares a card."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from audit.record import Actor, current, recording
from messaging import events, locks
from messaging.errors import NotPossibleNow, PhoneInUse
from messaging.models import Client, ClientPhone, Thread
from messaging.people import claiming, ownership
from messaging.people.phones import parse
from snoutos.accounts.models import Organization, User
from snoutos.core.dberrors import saving


@dataclass(frozen=True, slots=True)
class Added:
    """A phone on a client's card, and the conversations it had as an unknown sender, which are the client's now."""

    phone: ClientPhone
    linked: Sequence[Thread] = ()


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
    """A new client with the phones they text from. What those wrote as unknown senders is theirs: the new card's conversations.

    Raises BadPhone; PhoneInUse when a phone is somebody else's, PhoneIsForAlerts when alerts go to it.
    """
    numbers = list(dict.fromkeys(parse(phone) for phone in phones))
    with transaction.atomic(), recording(actor=Actor.person(by), at=at):
        _hold(organization.pk, numbers)
        client = Client(organization=organization, name=name.strip(), pets=pets, notes=notes, created_at=at)
        client.full_clean()
        client.save()
        for e164 in numbers:
            _put_on_card(client, e164, "")
        current().record(events.people_client_created(organization_id=organization.pk, client_id=client.pk))
        claiming.by_client(client, numbers, at=at)
        return client


def add_phone(client: Client, phone: str, *, label: str = "", by: User | None, at: datetime) -> Added:
    """One more phone of a client; what it wrote as an unknown sender is theirs. One that is on the card already stays as it is.

    Raises BadPhone; PhoneInUse when it is somebody else's, PhoneIsForAlerts when alerts go to it.
    """
    e164 = parse(phone)
    with transaction.atomic(), recording(actor=Actor.person(by), at=at):
        _hold(client.organization_id, [e164])
        found: ClientPhone | None = client.phones.filter(e164=e164).first()
        added = found or _put_on_card(client, e164, label)
        linked = claiming.by_client(client, [e164], at=at)
        if found is None or linked:
            current().record(
                events.people_phone_added(
                    organization_id=client.organization_id, client_id=client.pk, threads=len(linked)
                )
            )
        return Added(added, linked)


def add_partner(client: Client, *, name: str, phone: str = "", by: User | None, at: datetime) -> Added | None:
    """Somebody shares the client's card from now on, so that both are called by it: "Dana and Lee". With a phone of their own, or by the
    client's.

    Returns what became of their own phone. Raises as `add_phone` does, and NotPossibleNow when the card names them already.
    """
    partner = " ".join(name.split())
    with transaction.atomic(), recording(actor=Actor.person(by), at=at):
        added = add_phone(client, phone, label=partner[:40], by=by, at=at) if phone else None
        held: Client = Client.objects.select_for_update(no_key=True).get(pk=client.pk)
        if partner.casefold() in held.name.casefold():
            raise NotPossibleNow(f"{partner} is on this card already.")
        held.name = f"{held.name} and {partner}"
        held.full_clean()
        held.save(update_fields=["name"])
        current().record(events.people_partner_added(organization_id=held.organization_id, client_id=held.pk))
        client.name = held.name
        return added


def _hold(organization_id: int, e164s: Iterable[str]) -> None:
    """Several phones, in the one order: whose they are is certain from here on."""
    for e164 in sorted(e164s):
        locks.phone(organization_id, e164)


def _put_on_card(client: Client, e164: str, label: str) -> ClientPhone:
    ownership.require_free(client.organization_id, e164, client=client)
    phone = ClientPhone(organization_id=client.organization_id, client=client, e164=e164, label=label)
    with saving("clientphone_unique_per_organization", PhoneInUse):
        phone.save()
    return phone
