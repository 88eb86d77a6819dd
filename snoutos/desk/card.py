"""The card beside a conversation: who the party is, who looks after them, what else there is of them."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from messaging.models import AssignmentWindow, Client, ClientPhone, OptOut, RoutingOverride, Sitter, Thread
from messaging.models.assignments import OverrideTarget, VisitType
from messaging.models.phones import display
from messaging.models.threads import ThreadKind, ThreadState
from snoutos.accounts.desk.rows import address
from snoutos.desk import conversation, inbox, moments
from snoutos.desk.visit import Visit


@dataclass(frozen=True, slots=True)
class Shift:
    """A window or override, now or ahead."""

    public_id: uuid.UUID
    who: str
    when: str
    is_now: bool
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Other:
    """Another conversation of the same client."""

    url: str
    label: str
    time: str


@dataclass(frozen=True, slots=True)
class Card:
    """All that the page shows beside the texts."""

    name: str
    initials: str
    hue: int
    is_known: bool
    phone: str
    number: str
    kind: str
    is_open: bool
    pets: str
    notes: str
    phones: tuple[tuple[str, str], ...]
    opted_out: bool
    blocked: bool
    keeper: str
    keeper_until: str
    windows: tuple[Shift, ...]
    overrides: tuple[Shift, ...]
    others: tuple[Other, ...]
    client_url: str


def card(visit: Visit, thread: Thread) -> Card:
    """The card of `thread`. A fixed number of queries."""
    party = conversation.outside(thread)
    client: Client | None = thread.client
    known_as = client.name if client else (str(party.sitter) if party and party.sitter else "")
    phone = party.e164 if party else ""
    windows, overrides = _windows(visit, thread), _overrides(visit, thread)
    keeper, until = _keeper(thread, windows, overrides)
    stopped = OptOut.objects.of(visit.organization).filter(e164=phone, is_in_force=True)
    return Card(
        name=known_as or (display(phone) if phone else "Unknown sender"),
        initials=inbox.initials(known_as) if known_as else "?",
        hue=thread.pk % 6,
        is_known=bool(known_as),
        phone=display(phone) if phone else "",
        number=str(party.number) if party else "",
        kind=thread.kind,
        is_open=thread.state == ThreadState.OPEN,
        pets=client.pets if client else "",
        notes=client.notes if client else "",
        phones=_phones(client),
        opted_out=bool(phone) and stopped.exists(),
        blocked=bool(party and party.is_blocked),
        keeper=keeper,
        keeper_until=until,
        windows=tuple(windows),
        overrides=tuple(overrides),
        others=_others(visit, thread),
        client_url=(address(client) or "") if client else "",
    )


def sitters(visit: Visit) -> list[Sitter]:
    """Whom a conversation can be given to."""
    return list(Sitter.objects.of(visit.organization).filter(is_active=True))


def clients_like(visit: Visit, search: str, most: int = 8) -> list[Client]:
    """Clients whose name or pets contain what was typed; nobody for nothing."""
    if not search.strip():
        return []
    everybody = Client.objects.of(visit.organization).filter(erased_at__isnull=True)
    found = everybody.filter(name__icontains=search.strip()) | everybody.filter(
        pets__icontains=search.strip()
    )
    return list(found.prefetch_related("phones")[:most])


def _windows(visit: Visit, thread: Thread) -> list[Shift]:
    rows = AssignmentWindow.objects.of(visit.organization).filter(
        thread=thread, canceled_at__isnull=True, ends_at__gt=visit.at
    )
    return [
        Shift(
            row.public_id,
            str(row.sitter),
            *_span(visit, row),
            detail="" if row.visit_type == VisitType.OTHER else row.get_visit_type_display(),
        )
        for row in rows.select_related("sitter").order_by("starts_at")[:5]
    ]


def _overrides(visit: Visit, thread: Thread) -> list[Shift]:
    rows = RoutingOverride.objects.of(visit.organization).filter(
        thread=thread, canceled_at__isnull=True, ends_at__gt=visit.at
    )
    return [
        Shift(
            row.public_id,
            "You" if row.target == OverrideTarget.OWNER_INBOX else str(row.sitter),
            *_span(visit, row),
            detail=row.reason,
        )
        for row in rows.select_related("sitter").order_by("starts_at")[:5]
    ]


def _span(visit: Visit, row: Any) -> tuple[str, bool]:
    end = moments.until(row.ends_at, visit.zone, visit.at)
    if row.starts_at <= visit.at:
        return f"until {end}", True
    return f"{moments.until(row.starts_at, visit.zone, visit.at)} to {end}", False


def _keeper(thread: Thread, windows: list[Shift], overrides: list[Shift]) -> tuple[str, str]:
    """The same order as routing: override, window, owner."""
    if thread.kind == ThreadKind.CARE and thread.state == ThreadState.OPEN:
        for shift in (*overrides, *windows):
            if shift.is_now:
                return shift.who, shift.when
    return "You", ""


def _phones(client: Client | None) -> tuple[tuple[str, str], ...]:
    if client is None:
        return ()
    rows = ClientPhone.objects.filter(client=client).order_by("pk")
    return tuple((display(row.e164), row.label) for row in rows)


def _others(visit: Visit, thread: Thread) -> tuple[Other, ...]:
    if thread.client_id is None:
        return ()
    rows = Thread.objects.of(visit.organization).filter(client_id=thread.client_id).exclude(pk=thread.pk)
    found = []
    for row in rows.annotate(party=inbox.party()).order_by("-last_message_at")[:5]:
        phone = display(row.party["e164"]) if row.party else "no phone"
        time = moments.stamp(row.last_message_at, visit.zone, visit.at) if row.last_message_at else ""
        found.append(
            Other(
                reverse("admin:conversation", args=[row.public_id]),
                f"{row.get_kind_display()}, {phone}",
                time,
            )
        )
    return tuple(found)
