"""The search of the menu (Ctrl+K): pages, automations, clients, sitters and phones of one business. Nothing of it is
cached."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse

from automations import permissions as automations_may
from automations.models import Automation
from messaging import permissions as messaging_may
from messaging.admin.naming import new_conversation
from messaging.models import Client, Sitter, Thread
from messaging.models.phones import display, parse_e164
from messaging.people import naming
from snoutos.access.admin.settings import LABELS
from snoutos.accounts import permissions as accounts_may
from snoutos.accounts.models import User
from snoutos.adminkit.rows import address
from snoutos.core.phones import found_by, having
from snoutos.desk import start
from snoutos.desk.navigation import Entry, entries

MOST = 8
# Pages that the menu has no line for.
DEEPER = (
    Entry("New conversation", "edit_square", messaging_may.OPEN_CONVERSATION, page="admin:conversation_new"),
    Entry("Import clients and sitters", "upload_file", messaging_may.IMPORT_PEOPLE, page="admin:imports"),
    Entry("Visits", "event_note", messaging_may.SEE_WINDOWS, model="messaging.Visit"),
    Entry(
        "Visits in one conversation",
        "event_note",
        messaging_may.SEE_WINDOWS,
        model="messaging.AssignmentWindow",
    ),
    Entry("New automation", "add", automations_may.CREATE, page="admin:automations_new"),
    Entry("Automation templates", "auto_awesome", automations_may.SEE, page="admin:automations_ready"),
    Entry("Automation limits", "speed", automations_may.CHANGE_LIMITS, page="admin:automations_limits"),
    Entry("Your phone", "phone_iphone", messaging_may.CHANGE_MEMBER_PHONE, page="admin:own_phone"),
    Entry("Your keys", "key", accounts_may.MANAGE_OWN_KEYS, page="admin:own_keys"),
)


@dataclass(frozen=True, slots=True)
class Result:
    """One line of the palette."""

    title: str
    description: str
    link: str
    icon: str


def find(request: HttpRequest, search: str) -> list[Result]:
    """What matches `search` for whoever signed in: pages first, then conversations, whom to write to, clients, sitters."""
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
        Result(entry.title, "Desk", entry.url(), entry.icon)
        for entry in DEEPER
        if search.lower() in entry.title.lower() and entry.may.allows(user)
    ]
    rows = (
        (accounts_may.CHANGE_SETTINGS, _settings),
        (automations_may.SEE, _automations),
        (messaging_may.SEE_CONVERSATIONS, _conversations),
        (messaging_may.OPEN_CONVERSATION, _to_write_to),
        (messaging_may.SEE_CLIENTS, _clients),
        (messaging_may.SEE_SITTERS, _sitters),
    )
    return [
        *pages,
        *deeper,
        *(found for may, look in rows if may.allows(user) for found in look(user, search)),
    ]


def _settings(user: User, search: str) -> list[Result]:
    """Single settings by what the page calls them; each leads to its field."""
    page = address(user.organization) if user.organization is not None else ""
    found = {name: label for name, label in LABELS.items() if search.lower() in label.lower()}
    return [
        Result(label, "Settings", f"{page}#id_{name}", "settings") for name, label in found.items() if page
    ]


def _automations(user: User, search: str) -> list[Result]:
    rows = Automation.objects.of(user.organization).filter(name__icontains=search, archived_at__isnull=True)
    return [Result(row.name, "Automation", address(row) or "", "bolt") for row in rows[:MOST]]


def _conversations(user: User, search: str) -> list[Result]:
    match = found_by(search, words=("client__name",), phones=("participants__e164",))
    own = Thread.objects.of(user.organization)
    rows: Any = own.filter(pk__in=own.filter(match).values("pk")).select_related("client")
    rows = rows.annotate(party=naming.outside_of()).order_by("-last_message_at")[:MOST]
    return [
        Result(
            naming.name_of(row, row.party).name,
            "Conversation",
            reverse("admin:conversation", args=[row.public_id]),
            "forum",
        )
        for row in rows
    ]


def _to_write_to(user: User, search: str) -> list[Result]:
    """Whom a conversation can be started with: whoever has the whole number that was typed, else people of that name or phone."""
    assert user.organization is not None  # noqa: S101  (`find` asked)
    try:
        e164 = parse_e164(search) if having(search, "e164") else ""
    except ValidationError:
        e164 = ""
    if e164:
        return [
            Result(
                f"Write to {display(e164)}", "New conversation", new_conversation(phone=e164), "edit_square"
            )
        ]
    found = start.people(user.organization, search)[:MOST]
    return [Result(f"Write to {one.name}", "New conversation", one.url, "edit_square") for one in found]


def _clients(user: User, search: str) -> list[Result]:
    match = found_by(search, words=("name",), phones=("phones__e164",))
    return _people(Client, user, match, "person")


def _sitters(user: User, search: str) -> list[Result]:
    match = found_by(search, words=("name",), phones=("phone",))
    return _people(Sitter, user, match, "badge")


def _people(model: type[Client] | type[Sitter], user: User, match: Q, icon: str) -> list[Result]:
    """Those with a page of their own; where the admin shows no such list, nobody."""
    own = model.objects.of(user.organization)
    rows = own.filter(pk__in=own.filter(match).values("pk"))[:MOST]
    pages = [(row, address(row)) for row in rows]
    kind = str(model._meta.verbose_name).capitalize()
    return [Result(row.name, kind, page, icon) for row, page in pages if page]
