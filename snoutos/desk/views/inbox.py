"""The inbox page and the part of it that refreshes itself."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from snoutos.desk import attention, inbox, moments
from snoutos.desk.inbox import EMPTY, SHOWS, Asked
from snoutos.desk.navigation import changelist
from snoutos.desk.visit import Visit, desk_page


@require_safe
@desk_page
def show(visit: Visit) -> HttpResponse:
    """The conversations that the address asks for; with `fragment`, only their rows and what needs the
    owner."""
    asked = _asked(visit.request)
    found = inbox.page(visit, asked)
    context: dict[str, Any] = {
        "rows": found.rows,
        "next_url": _url(asked, after=found.following) if found.following else "",
        "first_url": _url(asked) if asked.after else "",
        "empty": ("Nothing found", "Try a name, some digits of a phone, or a word of a text.")
        if asked.search
        else EMPTY[asked.show],
        "needs": needs(visit),
    }
    if "fragment" in visit.request.GET:
        return visit.fragment("desk/_inbox.html", context)
    context |= {
        "asked": asked,
        "shows": [(name, label, _url(Asked(name, asked.search))) for name, label in SHOWS.items()],
        "fragment_url": _url(asked, after=asked.after, fragment="rows"),
        "inbox_url": reverse("admin:inbox"),
    }
    return visit.page("desk/inbox.html", context, title="Inbox")


def needs(visit: Visit) -> dict[str, Any]:
    """The strip above the inbox: what waits for the owner, worst first; `empty` when nothing does."""
    counts = attention.of(visit.request)
    oldest = moments.age(visit.at - counts.oldest_held_at) if counts.oldest_held_at else ""
    return {
        "alerts": attention.alerts(visit.organization),
        "counts": counts,
        "oldest": oldest,
        "alerts_url": changelist("audit.Alert"),
        "deliveries_url": changelist("messaging.Delivery"),
        "numbers_url": changelist("messaging.MessageNumber"),
        "empty": not (counts.alerts or counts.held or counts.troubled or counts.receipts),
    }


def _asked(request: HttpRequest) -> Asked:
    show = request.GET.get("show", "")
    search = " ".join(request.GET.get("q", "").replace("\0", "").split())[:100]
    return Asked(show if show in SHOWS else "", search, request.GET.get("after", "")[:100])


def _url(asked: Asked, **more: str) -> str:
    values = {"show": asked.show, "q": asked.search, **more}
    query = urlencode({name: value for name, value in values.items() if value})
    return f"{reverse('admin:inbox')}?{query}" if query else reverse("admin:inbox")
