"""The desk's menu, in the words of the business. Pages of the admin appear when they are registered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse

from audit import permissions as audit_may
from automations import permissions as automations_may
from messaging import permissions as messaging_may
from policy import permissions as policy_may
from snoutos.accounts import permissions as accounts_may
from snoutos.accounts.permissions import Permission
from snoutos.desk import attention
from snoutos.desk.attention import Counts


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the menu, for whom `may` allows. `count` names a figure of `Counts`; `model` makes it a list of the admin."""

    title: str
    icon: str
    may: Permission
    page: str = ""
    model: str = ""
    count: str = ""
    tone: str = "primary"

    def url(self) -> str:
        """Where it leads; empty when that page is not part of this desk."""
        if self.page:
            return reverse(self.page)
        return changelist(self.model)


MENU: tuple[tuple[str, tuple[Entry, ...]], ...] = (
    (
        "",
        (
            Entry("Inbox", "inbox", messaging_may.SEE_CONVERSATIONS, page="admin:inbox", count="unread"),
            Entry(
                "Review",
                "rate_review",
                messaging_may.SEE_REVIEW,
                page="admin:review",
                count="to_review",
                tone="warning",
            ),
            Entry(
                "Alerts",
                "notifications",
                audit_may.SEE_ALERTS,
                model="audit.Alert",
                count="alerts",
                tone="danger",
            ),
            Entry(
                "Deliveries",
                "sms_failed",
                messaging_may.SEE_DELIVERIES,
                model="messaging.Delivery",
                count="troubled",
                tone="danger",
            ),
            Entry(
                "Texts not processed",
                "unsubscribe",
                messaging_may.SEE_WEBHOOK_CALLS,
                model="messaging.WebhookReceipt",
                count="not_in",
                tone="warning",
            ),
        ),
    ),
    (
        "People",
        (
            Entry("Clients", "groups", messaging_may.SEE_CLIENTS, model="messaging.Client"),
            Entry("Sitters", "badge", messaging_may.SEE_SITTERS, model="messaging.Sitter"),
            Entry("Calendar", "calendar_month", messaging_may.SEE_WINDOWS, page="admin:calendar"),
            Entry("Redirects", "alt_route", messaging_may.SEE_OVERRIDES, model="messaging.RoutingOverride"),
            Entry("Opt-outs", "do_not_disturb_on", messaging_may.SEE_OPT_OUTS, model="messaging.OptOut"),
            Entry("Blocked phones", "block", messaging_may.BLOCK, page="admin:blocked_phones"),
        ),
    ),
    (
        "Business",
        (
            Entry("Numbers", "dialpad", messaging_may.SEE_NUMBERS, model="messaging.MessageNumber"),
            Entry("Automations", "bolt", automations_may.SEE, page="admin:automations"),
            Entry(
                "Canned replies",
                "quickreply",
                automations_may.SEE_CANNED_REPLIES,
                model="automations.CannedReply",
            ),
            Entry("Allowed contacts", "verified_user", policy_may.SEE_ALLOWED, model="policy.AllowedContact"),
            Entry(
                "Where alerts go",
                "notifications_active",
                messaging_may.CHOOSE_ALERTING,
                page="admin:alerting",
            ),
            Entry("Members", "manage_accounts", accounts_may.MANAGE_MEMBERS, model="accounts.User"),
            Entry("Settings", "settings", accounts_may.CHANGE_SETTINGS, model="accounts.Organization"),
        ),
    ),
    (
        "System",
        (
            Entry("Provider", "cell_tower", messaging_may.MANAGE_PROVIDER, model="messaging.ProviderAccount"),
            Entry("API keys", "key", accounts_may.MANAGE_API_KEYS, model="accounts.ApiKey"),
            Entry("Audit trail", "history", audit_may.SEE_TRAIL, model="audit.AuditEvent"),
            Entry(
                "Blocked webhook calls",
                "gpp_bad",
                messaging_may.SEE_WEBHOOK_CALLS,
                model="messaging.RejectedRequest",
            ),
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
    groups = []
    for title, members in MENU:
        shown = [(entry, entry.url()) for entry in members if entry.may.allows(request.user)]
        groups.append((title, [(entry, url) for entry, url in shown if url]))
    return groups


def sidebar(request: HttpRequest) -> list[dict[str, Any]]:
    """The menu as unfold wants it, with this person's counts."""
    counts, groups = attention.of(request), entries(request)
    lines = [(entry, url) for _, members in groups for entry, url in members]
    # Pages stand below one another: the one nearest to where somebody is, is where they are.
    here = max((url for entry, url in lines if _holds(entry, url, request.path)), key=len, default="")
    return [
        {
            "title": title,
            "separator": bool(title),
            "items": [_item(entry, url, counts, is_here=url == here) for entry, url in members],
        }
        for title, members in groups
        if members
    ]


def _item(entry: Entry, url: str, counts: Counts, *, is_here: bool) -> dict[str, Any]:
    waiting = getattr(counts, entry.count) if entry.count else 0
    return {
        "title": entry.title,
        "icon": entry.icon,
        "link": url,
        "active": is_here,
        "badge": ("99+" if waiting > 99 else str(waiting)) if waiting else "",
        "badge_variant": entry.tone,
    }


def _holds(entry: Entry, url: str, path: str) -> bool:
    """Whether `path` is the entry's page or one below it."""
    if entry.page == "admin:inbox":
        return path in (url, reverse("admin:index")) or path.startswith(
            f"{reverse('admin:index')}conversations/"
        )
    return path.startswith(url)
