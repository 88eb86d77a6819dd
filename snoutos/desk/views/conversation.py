"""The conversation page and the part of it that refreshes itself."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from audit import looks
from automations import permissions as automations_may
from automations.canned_replies import Filled
from messaging import events
from messaging import permissions as may
from messaging.media import lending
from messaging.models import MessageMedia, Thread, ThreadRead, Voicemail
from messaging.models.assignments import VisitType
from messaging.models.threads import ThreadKind
from messaging.people import naming
from messaging.people.threads import mark_read
from snoutos.core import timefmt
from snoutos.desk import canned, conversation, forms, snoozing
from snoutos.desk import card as cards
from snoutos.desk.automations import log
from snoutos.desk.request import DeskRequest, desk_page


@dataclass(frozen=True, slots=True)
class Refused:
    """A form that could not be done: which, why, and what was typed, so that nothing has to be typed
    again."""

    action: str
    faults: list[str]
    typed: dict[str, Any] = field(default_factory=dict)


@require_safe
@desk_page(may.SEE_CONVERSATIONS)
def show(desk: DeskRequest, public_id: uuid.UUID) -> HttpResponse:
    """The whole page; with `fragment`, only the texts. Seeing it is reading it."""
    thread = found(desk, public_id)
    before = desk.request.GET.get("before", "")
    if desk.request.method == "GET":
        opened = events.access_conversation_opened(organization_id=desk.organization.pk, thread_id=thread.pk)
        looks.note(opened, by=desk.user, at=desk.at)
        if not before:
            _read(desk, thread)
    if "fragment" in desk.request.GET:
        return desk.fragment("desk/_messages.html", _texts(desk, thread, before))
    picked = canned.picked(desk, thread, desk.request.GET.get("canned", ""))
    return page(desk, thread, before=before, picked=picked)


def _read(desk: DeskRequest, thread: Thread) -> None:
    """Note that this person has seen the newest text; a page that only refreshes itself writes nothing."""
    seen = ThreadRead.objects.filter(user=desk.user, thread=thread, position__gte=thread.last_position)
    if thread.last_position and not seen.exists():
        mark_read(thread, desk.user)


def found(desk: DeskRequest, public_id: uuid.UUID) -> Thread:
    """The conversation. Raises Http404 for one of another business as for none."""
    thread = conversation.find(desk, public_id)
    if thread is None:
        raise Http404
    return thread


def page(
    desk: DeskRequest,
    thread: Thread,
    *,
    before: str = "",
    refused: Refused | None = None,
    picked: Filled | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page of `thread`, with what was refused shown in its place, or a canned reply that was picked."""
    card = cards.card(desk, thread)
    url = reverse("admin:conversation", args=[thread.public_id])
    context = {
        **_texts(desk, thread, before),
        "thread": thread,
        "card": card,
        "url": url,
        "can_assign": thread.kind == ThreadKind.CARE,
        "can_link": not card.is_known,
        "sitters": cards.sitters(desk),
        "members": cards.members(desk),
        "snoozes": snoozing.CHOICES.items(),
        "tags": ", ".join(thread.tags),
        "ran": log.of_thread(desk, thread),
        "visit_types": VisitType.choices,
        "found_clients": _found_clients(desk) if not card.is_known else [],
        "client_search": desk.request.GET.get("client", "") if not card.is_known else "",
        "window_times": _window_times(desk),
        "plans_visit": desk.request.GET.get("plan") == "visit",
        "nonce": forms.nonce(),
        "refused": refused,
        "typed": refused.typed if refused else {"body": picked.text} if picked else {},
        "canned": canned.offered(desk, thread),
        "can_change_canned": desk.may(automations_may.CHANGE_CANNED_REPLIES),
        "canned_missing": picked.missing if picked else "",
        "fragment_url": f"{url}?fragment=texts",
        "is_latest": not before.isdigit(),
    }
    return desk.page("desk/conversation.html", context, title=card.name, status=status)


def _texts(desk: DeskRequest, thread: Thread, before: str) -> dict[str, Any]:
    position = int(before) if before.isdigit() and len(before) < 18 else None
    chat = conversation.chat(desk, thread, before=position)
    url = reverse("admin:conversation", args=[thread.public_id])
    return {
        "bubbles": chat.bubbles,
        "earlier_url": f"{url}?before={chat.earlier}" if chat.earlier else "",
        "latest_url": url if position else "",
        "party": naming.name_of(thread, naming.outside(thread)).name,
    }


def _found_clients(desk: DeskRequest) -> list[Any]:
    return cards.clients_like(desk, desk.request.GET.get("client", "").replace("\0", "")[:100])


def _window_times(desk: DeskRequest) -> tuple[str, str]:
    """From the next half hour for one hour, as the browser's control wants it."""
    local = desk.at.astimezone(desk.zone)
    start = local.replace(minute=30 * (local.minute // 30), second=0, microsecond=0) + timedelta(minutes=30)
    return timefmt.field(start, desk.zone), timefmt.field(start + timedelta(hours=1), desk.zone)


@require_safe
@desk_page(may.SEE_CONVERSATIONS)
def media(desk: DeskRequest, public_id: uuid.UUID) -> HttpResponse:
    """A kept picture or file, always to be saved rather than opened by the browser."""
    org = desk.organization.pk
    kept = lending.lend(
        MessageMedia.objects.of(desk.organization).select_related("message"),
        public_id,
        opens=desk.request.method == "GET",
        looked=lambda file: events.access_picture_opened(
            organization_id=org, media_id=file.pk, thread_id=file.message.thread_id
        ),
        by=desk.user,
        at=desk.at,
    )
    return lending.to_save(kept)


@require_safe
@desk_page(may.SEE_CONVERSATIONS)
def voicemail(desk: DeskRequest, public_id: uuid.UUID) -> HttpResponse:
    """The recording, whole or the part that was asked for."""
    org = desk.organization.pk
    kept = lending.lend(
        Voicemail.objects.of(desk.organization).select_related("call"),
        public_id,
        opens=desk.request.method == "GET",
        looked=lambda file: events.access_voicemail_opened(
            organization_id=org, thread_id=file.call.thread_id, call_id=file.call_id
        ),
        by=desk.user,
        at=desk.at,
    )
    return lending.to_play(kept, desk.request.headers.get("Range", ""))
