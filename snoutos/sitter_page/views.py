"""A sitter's pages: visits and conversations, one conversation, a picture, and the browsers they are signed in with."""

from __future__ import annotations

import hashlib
import uuid
from typing import Any

from django import forms
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from audit import looks
from messaging import events
from messaging.errors import MessagingError
from messaging.media import lending
from messaging.models import AssignmentWindow, MessageMedia, SitterDevice, Thread
from messaging.outbound.queue.segments import MAX_CHARACTERS
from messaging.outbound.queue.submit import Author, submit
from messaging.people import threads
from messaging.permissions import END_OWN_SIGN_IN, SEND_AS_SITTER
from messaging.sign_in import devices
from routing import access
from snoutos.core import timefmt
from snoutos.sitter_page import shown, writing
from snoutos.sitter_page.request import SitterRequest, sitter_page


class TextForm(forms.Form):
    """A text, and what tells the same form sent twice from two texts."""

    body = forms.CharField(required=False, strip=False)
    nonce = forms.UUIDField()


@require_safe
@sitter_page
def home(sitting: SitterRequest) -> HttpResponse:
    """The conversations to answer now, and the visits of two weeks."""
    context = {"conversations": shown.conversations(sitting), "days": shown.days(sitting)}
    if "fragment" in sitting.request.GET:
        return render(sitting.request, "sitter/_home.html", context)
    return sitting.page("sitter/home.html", context, title="Your visits")


@require_safe
@sitter_page
def conversation(sitting: SitterRequest, public_id: uuid.UUID) -> HttpResponse:
    """The texts of a conversation that the sitter is on duty for. Seeing them is reading them, and is recorded."""
    thread = _theirs(sitting, public_id)
    before = sitting.request.GET.get("before", "")
    position = int(before) if before.isdecimal() and before.isascii() and len(before) < 18 else None
    if "fragment" in sitting.request.GET:
        return render(sitting.request, "sitter/_texts.html", _texts(sitting, thread, position))
    return _page(sitting, thread, before=position)


@require_POST
@sitter_page
def send(sitting: SitterRequest, public_id: uuid.UUID) -> HttpResponse:
    """Text the client. The same words of the same form are sent once, however often they arrive."""
    thread = _theirs(sitting, public_id)
    form = TextForm(sitting.request.POST)
    if not form.is_valid() or not SEND_AS_SITTER.allows(sitting.user):
        return _page(sitting, thread, fault="That form was too old. Send it again.", status=422)
    body = form.cleaned_data["body"]
    words = hashlib.sha256(body.encode()).hexdigest()[:16]
    try:
        submit(
            thread=thread,
            author=Author.sitter_by_app(sitting.sitter, sitting.user),
            body=body,
            at=sitting.at,
            origin_key=f"sitter:{sitting.user.public_id}:{form.cleaned_data['nonce']}:{words}",
        )
    except MessagingError as refusal:
        closed = writing.why_closed(thread, sitting.sitter, sitting.user, sitting.at)
        return _page(sitting, thread, fault=closed or writing.in_their_words(refusal), status=refusal.status)
    return HttpResponseRedirect(f"{_address(thread)}#write", status=303)


@require_safe
@sitter_page
def picture(sitting: SitterRequest, public_id: uuid.UUID) -> HttpResponse:
    """A picture or file of a text that the sitter may read now. Only the kinds that browsers show as pictures are shown."""
    org = sitting.organization.pk
    kept = lending.lend(
        MessageMedia.objects.of(sitting.organization)
        .filter(message__in=shown.readable(sitting).values("pk"))
        .select_related("message"),
        public_id,
        opens=sitting.request.method == "GET",
        looked=lambda file: events.access_picture_opened(
            organization_id=org, media_id=file.pk, thread_id=file.message.thread_id
        ),
        by=sitting.user,
        at=sitting.at,
    )
    return lending.to_show(kept) if kept.content_type in shown.PICTURES else lending.to_save(kept)


@require_safe
@sitter_page
def browsers(sitting: SitterRequest) -> HttpResponse:
    """Where the sitter is signed in."""
    rows = [
        {
            "device": one,
            "used": timefmt.on(one.last_used_at, sitting.zone, sitting.at),
            "here": one.pk == sitting.device.pk,
        }
        for one in devices.signed_in(sitting.sitter, sitting.at)
    ]
    return sitting.page("sitter/browsers.html", {"rows": rows}, title="Where you're signed in")


@require_POST
@sitter_page
def end_browser(sitting: SitterRequest, public_id: uuid.UUID) -> HttpResponse:
    """Sign one of the sitter's own browsers out."""
    device = (
        SitterDevice.objects.of(sitting.organization)
        .filter(sitter=sitting.sitter, public_id=public_id)
        .first()
    )
    if device is None or not END_OWN_SIGN_IN.allows(sitting.user):
        raise Http404
    devices.revoke(device, by=sitting.user, at=sitting.at)
    return HttpResponseRedirect(reverse("sitter:browsers"), status=303)


def _theirs(sitting: SitterRequest, public_id: uuid.UUID) -> Thread:
    """A conversation that the sitter is on duty for, or had or will have a visit in: of the latter nothing is shown but that it's
    closed."""
    thread = (
        access.own_threads(sitting.sitter, sitting.at)
        .select_related("client")
        .filter(public_id=public_id)
        .first()
    )
    if thread is None:
        visited = AssignmentWindow.objects.filter(sitter=sitting.sitter, canceled_at=None).values("thread")
        rows = Thread.objects.of(sitting.organization)
        thread = rows.select_related("client").filter(pk__in=visited, public_id=public_id).first()
    if thread is None:
        raise Http404
    found: Thread = thread
    return found


def _texts(sitting: SitterRequest, thread: Thread, before: int | None) -> dict[str, Any]:
    """What of the conversation is shown, which is thereby read."""
    found, earlier = shown.texts(sitting, thread, before=before)
    if sitting.request.method == "GET" and found:
        opened = events.access_conversation_opened(
            organization_id=sitting.organization.pk, thread_id=thread.pk
        )
        looks.note(opened, by=sitting.user, at=sitting.at)
        threads.mark_seen(thread, sitting.user, found[-1].position)
    address = _address(thread)
    return {
        "texts": found,
        "earlier_url": f"{address}?before={earlier}" if earlier else "",
        "latest_url": address if before is not None else "",
        "closed": writing.why_closed(thread, sitting.sitter, sitting.user, sitting.at),
    }


def _page(
    sitting: SitterRequest, thread: Thread, *, before: int | None = None, fault: str = "", status: int = 200
) -> HttpResponse:
    on_duty = access.own_threads(sitting.sitter, sitting.at).filter(pk=thread.pk).first()
    client, pets = shown.names(sitting, thread) if on_duty is not None else ("Conversation", "")
    context = {
        **_texts(sitting, thread, before),
        "thread": thread,
        "client": client,
        "pets": pets,
        "until": timefmt.until(on_duty.duty_until, sitting.zone, sitting.at) if on_duty is not None else "",
        "nonce": uuid.uuid4(),
        "fault": fault,
        "typed": sitting.request.POST.get("body", ""),
        "longest": MAX_CHARACTERS,
    }
    return sitting.page("sitter/conversation.html", context, title=client, status=status)


def _address(thread: Thread) -> str:
    return reverse("sitter:conversation", args=[thread.public_id])
