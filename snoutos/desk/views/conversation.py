"""The conversation page and the part of it that refreshes itself."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from messaging.models import MessageMedia, Thread, ThreadRead
from messaging.models.assignments import VisitType
from messaging.models.messages import MediaState
from messaging.models.threads import ThreadKind
from messaging.people.verbs import mark_read
from snoutos.desk import card as cards
from snoutos.desk import conversation, forms
from snoutos.desk.automations import log
from snoutos.desk.visit import Visit, desk_page


@dataclass(frozen=True, slots=True)
class Refused:
    """A form that could not be done: which, why, and what was typed, so that nothing has to be typed
    again."""

    action: str
    faults: list[str]
    typed: dict[str, Any] = field(default_factory=dict)


@require_safe
@desk_page
def show(visit: Visit, public_id: uuid.UUID) -> HttpResponse:
    """The whole page; with `fragment`, only the texts. Seeing it is reading it."""
    thread = found(visit, public_id)
    before = visit.request.GET.get("before", "")
    if visit.request.method == "GET" and not before:
        _read(visit, thread)
    if "fragment" in visit.request.GET:
        return visit.fragment("desk/_messages.html", _texts(visit, thread, before))
    return page(visit, thread, before=before)


def _read(visit: Visit, thread: Thread) -> None:
    """Note that this person has seen the newest text; a page that only refreshes itself writes nothing."""
    seen = ThreadRead.objects.filter(user=visit.user, thread=thread, position__gte=thread.last_position)
    if thread.last_position and not seen.exists():
        mark_read(thread, visit.user)


def found(visit: Visit, public_id: uuid.UUID) -> Thread:
    """The conversation. Raises Http404 for one of another business as for none."""
    thread = conversation.find(visit, public_id)
    if thread is None:
        raise Http404
    return thread


def page(
    visit: Visit, thread: Thread, *, before: str = "", refused: Refused | None = None, status: int = 200
) -> HttpResponse:
    """The page of `thread`, with what was refused shown in its place."""
    card = cards.card(visit, thread)
    url = reverse("admin:conversation", args=[thread.public_id])
    context = {
        **_texts(visit, thread, before),
        "thread": thread,
        "card": card,
        "url": url,
        "can_assign": thread.kind == ThreadKind.CARE,
        "can_link": not card.is_known,
        "sitters": cards.sitters(visit),
        "ran": log.of_thread(visit, thread),
        "visit_types": VisitType.choices,
        "found_clients": _found_clients(visit) if not card.is_known else [],
        "client_search": visit.request.GET.get("client", "") if not card.is_known else "",
        "window_times": _window_times(visit),
        "nonce": forms.nonce(),
        "refused": refused,
        "typed": refused.typed if refused else {},
        "fragment_url": f"{url}?fragment=texts",
        "is_latest": not before.isdigit(),
    }
    return visit.page("desk/conversation.html", context, title=card.name, status=status)


def _texts(visit: Visit, thread: Thread, before: str) -> dict[str, Any]:
    position = int(before) if before.isdigit() and len(before) < 18 else None
    chat = conversation.chat(visit, thread, before=position)
    url = reverse("admin:conversation", args=[thread.public_id])
    return {
        "bubbles": chat.bubbles,
        "earlier_url": f"{url}?before={chat.earlier}" if chat.earlier else "",
        "latest_url": url if position else "",
        "party": conversation.party_name(thread),
    }


def _found_clients(visit: Visit) -> list[Any]:
    return cards.clients_like(visit, visit.request.GET.get("client", "").replace("\0", "")[:100])


def _window_times(visit: Visit) -> tuple[str, str]:
    """From the next half hour for one hour, as the browser's control wants it."""
    local = timezone.localtime(visit.at)
    start = local.replace(minute=30 * (local.minute // 30), second=0, microsecond=0) + timedelta(minutes=30)
    return start.strftime("%Y-%m-%dT%H:%M"), (start + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M")


@require_safe
@desk_page
def media(visit: Visit, public_id: uuid.UUID) -> HttpResponse:
    """A kept picture or file, always to be saved rather than opened by the browser."""
    kept: MessageMedia | None = (
        MessageMedia.objects.of(visit.organization).filter(public_id=public_id, state=MediaState.KEPT).first()
    )
    if kept is None or not kept.file:
        raise Http404
    answer: HttpResponseBase = FileResponse(
        kept.file.open("rb"), as_attachment=True, filename=f"{kept.public_id}"
    )
    answer["Content-Type"] = "application/octet-stream"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer  # type: ignore[return-value]
