"""A phone comes to a card and has written as an unknown sender before: those conversations are that person's from then on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from audit import alert_lifecycle
from audit.record import current
from messaging import alerts, events, locks
from messaging.models import Client, Participant, Sitter, Thread
from messaging.models.numbers import NumberRole
from messaging.models.threads import Role, ThreadKind
from messaging.people import covering, office, participants
from messaging.people.participants import Identity
from messaging.timeline import notify_pages
from snoutos.accounts.models import User


def unknown(organization_id: int, e164s: Iterable[str]) -> list[Participant]:
    """Where one of the phones `e164s` takes part as an unknown sender now, in the order in which threads are locked."""
    phones = list(e164s)
    if not phones:
        return []
    rows = Participant.objects.of(organization_id).filter(
        e164__in=phones, role=Role.UNKNOWN, left_at__isnull=True
    )
    return list(rows.select_related("thread", "number").order_by("thread_id"))


def by_client(client: Client, e164s: Iterable[str], *, at: datetime) -> list[Thread]:
    """Link what the phones `e164s` wrote as unknown senders to `client`, whose they are now. Returns those conversations.

    A visit that was planned there holds from now on. The caller holds the phones (`locks.phone`), so that none is missed.
    """
    return by_clients(client.organization_id, dict.fromkeys(e164s, client), at=at)


def by_clients(organization_id: int, clients: Mapping[str, Client], *, at: datetime) -> list[Thread]:
    """The same for the phones of many clients at once, each under its phone."""
    rows = unknown(organization_id, clients)
    held = locks.threads(row.thread_id for row in rows)
    return [held[row.thread_id] for row in rows if _link(row, held[row.thread_id], clients[row.e164], at)]


def by_sitter(sitter: Sitter) -> list[Thread]:
    """What the sitter's phone wrote to the front desk as an unknown sender is the office's conversation with them. Returns those.

    What it wrote to another number, or where a visit is planned already, stays with the owner alone. The caller holds the phone.
    """
    return by_sitters(sitter.organization_id, [sitter])


def by_sitters(organization_id: int, sitters: Iterable[Sitter]) -> list[Thread]:
    """The same for the phones of many sitters at once. Where one is a member too, the conversation with the member is the sitter's."""
    phones = {sitter.phone: _as_sitter(sitter) for sitter in sitters if sitter.phone}
    return _by_the_office(organization_id, phones)


def by_member(member: User) -> list[Thread]:
    """What the member's phone wrote to the front desk as an unknown sender is the office's conversation with them; so is that of the phone
    that alerts go to, or of the sitter whom they no longer are. Returns those. The caller holds the phone.
    """
    party = participants.of_the_office(member.organization_id or 0, member.phone) if member.phone else None
    return _by_the_office(member.organization_id or 0, {member.phone: party} if party is not None else {})


def _by_the_office(organization_id: int, parties: Mapping[str, Identity]) -> list[Thread]:
    rows = [row for row in unknown(organization_id, parties) if row.number.role == NumberRole.FRONT_DESK]
    colleagues = Participant.objects.of(organization_id).filter(
        e164__in=list(parties), thread__kind=ThreadKind.STAFF, left_at__isnull=True
    )
    rows += [row for row in colleagues.select_related("thread", "number") if not _is(row, parties[row.e164])]
    held = locks.threads(row.thread_id for row in rows)
    return [held[row.thread_id] for row in rows if office.recognise(row, parties[row.e164])]


def _is(row: Participant, party: Identity) -> bool:
    """Whether that is who takes part already."""
    sitter, member = (one.pk if one else None for one in (party.sitter, party.member))
    return (row.role, row.sitter_id, row.member_id) == (party.role, sitter, member)


def moved(
    row: Participant, thread: Thread, *, client: Client | None, sitter: Sitter | None, at: datetime
) -> None:
    """An unknown sender's conversation left a pool number, where everyone is a stranger: it is that of who has the phone.

    The caller holds the phone and `thread`.
    """
    if client is not None:
        _link(row, thread, client, at)
    elif sitter is not None and row.number.role == NumberRole.FRONT_DESK:
        office.recognise(row, _as_sitter(sitter))


def _as_sitter(sitter: Sitter) -> Identity:
    return Identity(role=Role.SITTER, kind=ThreadKind.STAFF, sitter=sitter)


def _link(row: Participant, thread: Thread, client: Client, at: datetime) -> bool:
    still_unknown = Participant.objects.filter(pk=row.pk, role=Role.UNKNOWN, left_at__isnull=True)
    if not still_unknown.update(role=Role.CLIENT, client=client):
        return False
    thread.client = client
    thread.save(update_fields=["client"])
    ids = {"organization_id": thread.organization_id, "thread_id": thread.pk}
    current().record(events.thread_party_linked(**ids, participant_id=row.pk, client_id=client.pk))
    alert_lifecycle.settle(
        alerts.unmapped_pool, organization_id=thread.organization_id, subject_id=thread.pk, at=at
    )
    covering.cover(thread, at)
    notify_pages(thread)
    return True
