"""The search of the menu (Ctrl+K): pages, automations, clients, sitters and phones of one business. Nothing of it is
cached."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse

from automations.models import Automation
from messaging.models import Client, Sitter, Thread
from snoutos.accounts.desk.rows import address
from snoutos.accounts.models import User
from snoutos.desk import inbox
from snoutos.desk.navigation import Entry, entries

MOST = 8
# Pages that the menu has no line for.
DEEPER = (
    Entry("New automation", "add", page="admin:automations_new"),
    Entry("Ready rules for automations", "auto_awesome", page="admin:automations_ready"),
    Entry("Limits of automations", "speed", page="admin:automations_limits", owners_only=True),
)


@dataclass(frozen=True, slots=True)
class Result:
    """One line of the palette."""

    title: str
    description: str
    link: str
    icon: str


def find(request: HttpRequest, search: str) -> list[Result]:
    """What matches `search` for whoever signed in: pages first, then conversations, then sitters."""
    user = request.user
    if not isinstance(user, User) or user.organization is None or not search:
        return []
    pages = [
        Result(entry.title, title or "Desk", url, entry.icon)
        for title, members in entries(request)
        for entry, url in members
        if search.lower() in entry.title.lower()
    ]
    deeper = [
        Result(entry.title, "Automations", entry.url(), entry.icon)
        for entry in DEEPER
        if search.lower() in entry.title.lower() and (user.is_owner or not entry.owners_only)
    ]
    return [
        *pages,
        *deeper,
        *_automations(user, search),
        *_conversations(user, search),
        *_people(Client, user, search, "person"),
        *_people(Sitter, user, search, "badge"),
    ]


def _automations(user: User, search: str) -> list[Result]:
    rows = Automation.objects.of(user.organization).filter(name__icontains=search, archived_at__isnull=True)
    return [Result(row.name, "Automation", address(row) or "", "bolt") for row in rows[:MOST]]


def _conversations(user: User, search: str) -> list[Result]:
    match = Q(client__name__icontains=search)
    digits = re.sub(r"\D", "", search)
    if len(digits) >= 3:
        match |= Q(participants__e164__contains=digits)
    own = Thread.objects.of(user.organization)
    rows: Any = own.filter(pk__in=own.filter(match).values("pk")).select_related("client")
    rows = rows.annotate(party=inbox.party()).order_by("-last_message_at")[:MOST]
    return [
        Result(
            inbox.party_name(row)[0],
            "Conversation",
            reverse("admin:conversation", args=[row.public_id]),
            "forum",
        )
        for row in rows
    ]


def _people(model: type[Client] | type[Sitter], user: User, search: str, icon: str) -> list[Result]:
    """Those with a page of their own; where the admin shows no such list, nobody."""
    rows = model.objects.of(user.organization).filter(name__icontains=search)[:MOST]
    pages = [(row, address(row)) for row in rows]
    kind = str(model._meta.verbose_name).capitalize()
    return [Result(row.name, kind, page, icon) for row, page in pages if page]
