"""The inbox page and the part of it that refreshes itself."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from messaging import permissions as may
from snoutos.core import tags, timefmt
from snoutos.desk import attention, first_steps, hearing, inbox, shows
from snoutos.desk.inbox import Asked
from snoutos.desk.navigation import changelist
from snoutos.desk.request import DeskRequest, desk_page
from snoutos.desk.shows import EMPTY, SHOWS


@require_safe
@desk_page(may.SEE_CONVERSATIONS)
def show(desk: DeskRequest) -> HttpResponse:
    """The conversations that the address asks for; with `fragment`, only their rows and what needs the
    owner."""
    asked = _asked(desk.request)
    found = inbox.page(desk, asked)
    context: dict[str, Any] = {
        "rows": found.rows,
        "next_url": _url(asked, after=found.following) if found.following else "",
        "first_url": _url(asked) if asked.after else "",
        "needs": needs(desk),
        **_empty(desk, asked, is_empty=not found.rows),
    }
    if "fragment" in desk.request.GET:
        return desk.fragment("desk/_inbox.html", context)
    counts = shows.counts(desk)
    context |= {
        "asked": asked,
        "shows": [
            (name, label, _url(Asked(name, asked.search, tag=asked.tag)), counts.get(name, ""))
            for name, label in SHOWS.items()
        ],
        "without_tag_url": _url(Asked(asked.show, asked.search)),
        "fragment_url": _url(asked, after=asked.after, fragment="rows"),
        "inbox_url": reverse("admin:inbox"),
    }
    return desk.page("desk/inbox.html", context, title="Inbox")


def _empty(desk: DeskRequest, asked: Asked, *, is_empty: bool) -> dict[str, Any]:
    """What a list without conversations says: that nothing was found, what to set up first, or what the view is for."""
    if asked.search:
        return {"empty": ("Nothing found", "Try a name, part of a phone number, or a word from a text.")}
    first = first_steps.of(desk) if is_empty and asked.show in ("", "all") else None
    if first is not None:
        return {"empty": (first.heading, first.sentence), "steps": first.links}
    return {"empty": EMPTY[asked.show]}


def needs(desk: DeskRequest) -> dict[str, Any]:
    """The strip above the inbox: what waits for the owner, worst first; `empty` when nothing does."""
    counts = attention.of(desk.request)
    deliveries = changelist("messaging.Delivery")
    oldest = timefmt.age(desk.at - counts.oldest_held_at) if counts.oldest_held_at else ""
    return {
        "alerts": attention.alerts(desk.organization),
        "counts": counts,
        "oldest": oldest,
        "alerts_url": changelist("audit.Alert"),
        "deliveries_url": deliveries,
        "parked_url": f"{deliveries}?show=parked" if deliveries else "",
        "numbers_url": changelist("messaging.MessageNumber"),
        "hearing": hearing.line(counts) if desk.may(may.CHOOSE_ALERTING) else "",
        "empty": not (counts.alerts or counts.to_review or counts.troubled or counts.receipts),
    }


def _asked(request: HttpRequest) -> Asked:
    show = request.GET.get("show", "")
    search = " ".join(request.GET.get("q", "").replace("\0", "").split())[:100]
    return Asked(show if show in SHOWS else "", search, request.GET.get("after", "")[:100], _tag(request))


def _tag(request: HttpRequest) -> str:
    """The tag that the address asks for; none for what is no tag."""
    try:
        return tags.read(request.GET.get("tag", ""))
    except ValueError:
        return ""


def _url(asked: Asked, **more: str) -> str:
    values = {"show": asked.show, "q": asked.search, "tag": asked.tag, **more}
    query = urlencode({name: value for name, value in values.items() if value})
    return f"{reverse('admin:inbox')}?{query}" if query else reverse("admin:inbox")
