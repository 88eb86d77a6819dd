"""The desk's menu, in the words of the business. Pages of the admin appear when they are registered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse

from snoutos.desk import attention
from snoutos.desk.attention import Counts


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the menu. `count` names a figure of `Counts`; `model` makes it a list of the admin."""

    title: str
    icon: str
    page: str = ""
    model: str = ""
    count: str = ""
    tone: str = "primary"
    owners_only: bool = False

    def url(self) -> str:
        """Where it leads; empty when that page is not part of this desk."""
        if self.page:
            return reverse(self.page)
        return changelist(self.model)


MENU: tuple[tuple[str, tuple[Entry, ...]], ...] = (
    (
        "",
        (
            Entry("Inbox", "inbox", page="admin:inbox", count="unread"),
            Entry("Review", "rate_review", page="admin:review", count="held", tone="warning"),
            Entry("Alerts", "notifications", model="audit.Alert", count="alerts", tone="danger"),
            Entry("Deliveries", "sms_failed", model="messaging.Delivery", count="troubled", tone="danger"),
            Entry(
                "Did not get in",
                "unsubscribe",
                model="messaging.WebhookReceipt",
                count="not_in",
                tone="warning",
                owners_only=True,
            ),
        ),
    ),
    (
        "People",
        (
            Entry("Clients", "groups", model="messaging.Client"),
            Entry("Sitters", "badge", model="messaging.Sitter"),
            Entry("Schedule", "calendar_month", model="messaging.AssignmentWindow"),
        ),
    ),
    (
        "Business",
        (
            Entry("Numbers", "dialpad", model="messaging.MessageNumber"),
            Entry("Automations", "bolt", page="admin:automations"),
            Entry("Allowed contacts", "verified_user", model="policy.AllowedContact"),
            Entry("Audit", "history", model="audit.AuditEvent"),
            Entry("Provider", "cell_tower", model="messaging.ProviderAccount", owners_only=True),
            Entry("Refused requests", "gpp_bad", model="messaging.RejectedRequest", owners_only=True),
            Entry("Members", "manage_accounts", model="accounts.User", owners_only=True),
            Entry("Settings", "settings", model="accounts.Organization", owners_only=True),
        ),
    ),
)


def changelist(label: str) -> str:
    """The admin list of a model such as `audit.Alert`; empty when it is not registered."""
    try:
        model = apps.get_model(label)
    except LookupError:
        return ""
    if not admin.site.is_registered(model):
        return ""
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


def entries(request: HttpRequest) -> list[tuple[str, list[tuple[Entry, str]]]]:
    """The menu's groups for whoever signed in, each entry with its address; what leads nowhere is left
    out."""
    is_owner = bool(getattr(request.user, "is_owner", False))
    groups = []
    for title, members in MENU:
        shown = [(entry, entry.url()) for entry in members if is_owner or not entry.owners_only]
        groups.append((title, [(entry, url) for entry, url in shown if url]))
    return groups


def sidebar(request: HttpRequest) -> list[dict[str, Any]]:
    """The menu as unfold wants it, with this person's counts."""
    counts = attention.of(request)
    return [
        {
            "title": title,
            "separator": bool(title),
            "items": [_item(request, entry, url, counts) for entry, url in members],
        }
        for title, members in entries(request)
        if members
    ]


def _item(request: HttpRequest, entry: Entry, url: str, counts: Counts) -> dict[str, Any]:
    waiting = getattr(counts, entry.count) if entry.count else 0
    return {
        "title": entry.title,
        "icon": entry.icon,
        "link": url,
        "active": _is_active(request.path, entry, url),
        "badge": ("99+" if waiting > 99 else str(waiting)) if waiting else "",
        "badge_variant": entry.tone,
    }


def _is_active(path: str, entry: Entry, url: str) -> bool:
    if entry.page == "admin:inbox":
        return path in (url, reverse("admin:index")) or path.startswith(
            f"{reverse('admin:index')}conversations/"
        )
    return path.startswith(url)
