"""The card beside a conversation: who the party is, who looks after them, what else there is of them."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from messaging.models import AssignmentWindow, Client, ClientPhone, OptOut, RoutingOverride, Sitter, Thread
from messaging.models.assignments import OverrideTarget, VisitType
from messaging.models.phones import display
from messaging.models.threads import Role, ThreadState
from messaging.people import naming, off_card, triage
from messaging.phones import changes
from routing import standing
from snoutos.accounts.models import User
from snoutos.adminkit.rows import address
from snoutos.core import timefmt
from snoutos.core.phones import found_by
from snoutos.desk import inbox, revocations, snoozing
from snoutos.desk.request import DeskRequest


@dataclass(frozen=True, slots=True)
class Shift:
    """A window or override, now or ahead."""

    public_id: uuid.UUID
    who: str
    when: str
    is_now: bool
    detail: str = ""
    holds: bool = True  # a sitter who is switched off keeps the visit, which puts nobody on duty


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
    office_role: str  # in the office's own conversation: whom it is with
    is_open: bool
    pets: str
    notes: str
    phones: tuple[tuple[str, str], ...]
    opted_out: bool
    revocation: tuple[str, str] | None  # the page of what they may have asked for, and until when to decide
    is_there: bool  # somebody outside takes part; nobody does once the phone is somebody else's
    is_blocked: bool
    can_block: bool
    is_off_card: bool
    assignee: User | None  # the member who sees to it
    snoozed: str  # until when, while it is out of the inbox
    is_back: bool
    former: tuple[str, ...]
    keeper: str
    keeper_until: str
    keeper_note: str
    windows: tuple[Shift, ...]
    overrides: tuple[Shift, ...]
    others: tuple[Other, ...]
    client_url: str


def card(desk: DeskRequest, thread: Thread) -> Card:
    """The card of `thread`. A fixed number of queries."""
    party = naming.outside(thread)
    client: Client | None = thread.client
    name, is_known = naming.name_of(thread, party)
    phone = party.e164 if party else ""
    windows, overrides = _windows(desk, thread), _overrides(desk, thread)
    keeper, until, note = inbox.keeper(standing.of(thread, desk.at), desk)
    stopped = OptOut.objects.of(desk.organization).filter(e164=phone, is_in_force=True)
    return Card(
        name=name,
        initials=inbox.initials(name) if is_known else "?",
        hue=thread.pk % 6,
        is_known=is_known,
        phone=display(phone) if phone else "",
        number=str(party.number) if party else "",
        kind=thread.kind,
        office_role=inbox.office_role(party),
        is_open=thread.state == ThreadState.OPEN,
        pets=client.pets if client else "",
        notes=client.notes if client else "",
        phones=_phones(client),
        opted_out=bool(phone) and stopped.exists(),
        revocation=_revocation(desk, phone),
        is_there=bool(party and party.left_at is None),
        is_blocked=bool(party and party.is_blocked),
        can_block=bool(party and party.left_at is None and party.role in (Role.CLIENT, Role.UNKNOWN)),
        is_off_card=bool(client and off_card.find(thread)),
        assignee=triage.assignee(thread),
        snoozed=snoozing.said(thread.snoozed_until, desk.zone, desk.at)
        if triage.is_snoozed(thread, desk.at)
        else "",
        is_back=triage.is_back(thread, desk.at),
        former=_former(desk, phone) if not is_known and phone else (),
        keeper=keeper,
        keeper_until=f"until {until}" if until else "",
        keeper_note=note,
        windows=tuple(windows),
        overrides=tuple(overrides),
        others=_others(desk, thread),
        client_url=(address(client) or "") if client else "",
    )


def members(desk: DeskRequest) -> list[User]:
    """Who can see to a conversation."""
    return list(triage.members(desk.organization.pk))


def sitters(desk: DeskRequest) -> list[Sitter]:
    """Whom a conversation can be given to."""
    return list(Sitter.objects.of(desk.organization).filter(is_active=True))


def clients_like(desk: DeskRequest, search: str, most: int = 8) -> list[Client]:
    """Clients whose name or pets contain what was typed, or whose phone it is; nobody for nothing."""
    if not search.strip():
        return []
    everybody = Client.objects.of(desk.organization)
    match = found_by(search, words=("name", "pets"), phones=("phones__e164",))
    found = everybody.filter(pk__in=everybody.filter(match).values("pk"))
    return list(found.prefetch_related("phones")[:most])


def _windows(desk: DeskRequest, thread: Thread) -> list[Shift]:
    rows = AssignmentWindow.objects.of(desk.organization).filter(
        thread=thread, canceled_at__isnull=True, ends_at__gt=desk.at
    )
    return [
        Shift(
            row.public_id,
            str(row.sitter),
            *_span(desk, row),
            detail=_about_window(row),
            holds=row.sitter.is_active,
        )
        for row in rows.select_related("sitter").order_by("starts_at")[:5]
    ]


def _about_window(window: AssignmentWindow) -> str:
    if not window.sitter.is_active:
        return f"{window.sitter} is inactive: texts come to you"
    return "" if window.visit_type == VisitType.OTHER else window.get_visit_type_display()


def _overrides(desk: DeskRequest, thread: Thread) -> list[Shift]:
    rows = RoutingOverride.objects.of(desk.organization).filter(
        thread=thread, canceled_at__isnull=True, ends_at__gt=desk.at
    )
    return [
        Shift(
            row.public_id,
            "You" if row.target == OverrideTarget.OWNER_INBOX else str(row.sitter),
            *_span(desk, row),
            detail=row.reason,
            holds=row.sitter is None or row.sitter.is_active,
        )
        for row in rows.select_related("sitter").order_by("starts_at")[:5]
    ]


def _span(desk: DeskRequest, row: Any) -> tuple[str, bool]:
    end = timefmt.until(row.ends_at, desk.zone, desk.at)
    if row.starts_at <= desk.at:
        return f"until {end}", True
    return f"{timefmt.until(row.starts_at, desk.zone, desk.at)} to {end}", False


def _revocation(desk: DeskRequest, phone: str) -> tuple[str, str] | None:
    row = revocations.of_phone(desk, phone) if phone else None
    return (revocations.url(row), revocations.due(desk, row)) if row else None


def _phones(client: Client | None) -> tuple[tuple[str, str], ...]:
    if client is None:
        return ()
    rows = ClientPhone.objects.filter(client=client).order_by("pk")
    return tuple((display(row.e164), row.label) for row in rows)


def _former(desk: DeskRequest, phone: str) -> tuple[str, ...]:
    """Whose an unknown sender's phone was before, such as "Carol's until Nov 3"."""
    rows = changes.former_holders(desk.organization.pk, phone)
    named = [(row.client or row.sitter, row.left_at) for row in rows]
    return tuple(
        f"{who}'s until {timefmt.stamp(left, desk.zone, desk.at)}" for who, left in named if who and left
    )


def _others(desk: DeskRequest, thread: Thread) -> tuple[Other, ...]:
    if thread.client_id is None:
        return ()
    rows = Thread.objects.of(desk.organization).filter(client_id=thread.client_id).exclude(pk=thread.pk)
    found = []
    for row in rows.annotate(party=naming.outside_of()).order_by("-last_message_at")[:5]:
        phone = display(row.party["e164"]) if row.party else "no phone"
        time = timefmt.stamp(row.last_message_at, desk.zone, desk.at) if row.last_message_at else ""
        found.append(
            Other(
                reverse("admin:conversation", args=[row.public_id]),
                f"{row.get_kind_display()}, {phone}",
                time,
            )
        )
    return tuple(found)
