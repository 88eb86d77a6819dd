"""What the owner does in a conversation. Every action is a POST to a domain verb; what it refuses is shown
in place."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from messaging import permissions as may
from messaging.assignments import either, overrides, windows
from messaging.models import AssignmentWindow, Client, Delivery, RoutingOverride, Thread
from messaging.models.assignments import OverrideTarget
from messaging.outbound.queue.submit import Author, Submitted, add_note, submit
from messaging.outbound.recovery import owner_actions
from messaging.people import off_card, threads
from policy.models import FindingKind
from snoutos.core import timefmt
from snoutos.core.problems import Problem
from snoutos.desk import forms
from snoutos.desk.request import DeskRequest, desk_page
from snoutos.desk.views.conversation import Refused, found, page

REMEDIES = {
    "retry": (owner_actions.retry, may.SEND_ONCE_MORE),
    "send_again": (owner_actions.send_again, may.SEND_AGAIN),
    "leave": (owner_actions.leave, may.LEAVE_UNSENT),
}


def back(thread: Thread) -> HttpResponse:
    """To the newest text of the conversation."""
    return HttpResponseRedirect(reverse("admin:conversation", args=[thread.public_id]), status=303)


def perform(
    desk: DeskRequest, thread: Thread, action: str, form: forms.DeskForm, do: Callable[[dict[str, Any]], str]
) -> HttpResponse:
    """Run `do` with what the form says and go back to the conversation with its sentence.

    A form that does not hold, or a verb that refuses, gives the page again with the reason and what was
    typed.
    """
    typed = desk.request.POST.dict()
    if not form.is_valid():
        return page(desk, thread, refused=Refused(action, form.faults, typed), status=422)
    try:
        sentence = do(form.cleaned_data)
    except Problem as problem:
        return page(desk, thread, refused=Refused(action, [problem.sentence], typed), status=problem.status)
    except ValidationError as error:
        return page(desk, thread, refused=Refused(action, list(error.messages), typed), status=422)
    if sentence:
        messages.success(desk.request, sentence)
    return back(thread)


@require_POST
@desk_page(may.SEND)
def reply(desk: DeskRequest, public_id: uuid.UUID) -> HttpResponse:
    """Send a text. The form's nonce is its origin key: the same form sends once, however often it arrives."""
    thread = found(desk, public_id)

    def send(data: dict[str, Any]) -> str:
        key = f"desk:{desk.user.public_id}:{data['nonce']}"
        author = Author.owner(desk.user)
        with transaction.atomic():
            if data["still_theirs"]:
                off_card.confirm(thread, by=desk.user, at=desk.at)
            done = submit(thread=thread, author=author, body=data["body"], at=desk.at, origin_key=key)
        threads.mark_read(thread, desk.user)
        warn(desk, done)
        return ""

    return perform(desk, thread, "reply", _text_form(desk), send)


@require_POST
@desk_page(may.ADD_NOTE)
def note(desk: DeskRequest, public_id: uuid.UUID) -> HttpResponse:
    """Keep a note among the business' own people."""
    thread = found(desk, public_id)

    def keep(data: dict[str, Any]) -> str:
        # A note has no origin key; the cache may forget, and the worst is the same note twice.
        if cache.add(f"desk:note:{desk.user.pk}:{data['nonce']}", 1, 3600):
            add_note(thread=thread, by=desk.user, body=data["body"], at=desk.at)
        return "Note added. Only you and your staff can see it."

    return perform(desk, thread, "note", _text_form(desk), keep)


@require_POST
@desk_page(may.CREATE_WINDOW)
def assign(desk: DeskRequest, public_id: uuid.UUID) -> HttpResponse:
    """Give the client of the conversation a visit; an unknown sender one in this conversation."""
    thread = found(desk, public_id)

    def give(data: dict[str, Any]) -> str:
        made = either.give(thread, by=desk.user, at=desk.at, **data)
        when = timefmt.span(made.starts_at, made.ends_at, desk.zone, desk.at)
        return f"{data['sitter']} is booked for {when}."

    form = forms.AssignForm(desk.request.POST, organization=desk.organization)
    return perform(desk, thread, "assign", form, give)


@require_POST
@desk_page(may.SET_OVERRIDE)
def override(desk: DeskRequest, public_id: uuid.UUID) -> HttpResponse:
    """Send the conversation elsewhere for 1, 4 or 24 hours."""
    thread = found(desk, public_id)

    def set_it(data: dict[str, Any]) -> str:
        sitter = data["to"]
        overrides.set_override(
            thread=thread,
            target=OverrideTarget.SITTER if sitter else OverrideTarget.OWNER_INBOX,
            sitter=sitter,
            ends_at=desk.at + forms.OVERRIDES[data["hours"]],
            reason=data["reason"],
            by=desk.user,
            at=desk.at,
        )
        return f"Texts go to {sitter or 'your inbox'} for {data['hours']} h."

    form = forms.OverrideForm(desk.request.POST, organization=desk.organization)
    return perform(desk, thread, "override", form, set_it)


@require_POST
@desk_page(may.END_WINDOW, may.CANCEL_WINDOW)
def end_window(desk: DeskRequest, public_id: uuid.UUID, window_id: uuid.UUID) -> HttpResponse:
    """End a window that is on, or cancel one that is ahead."""
    thread = found(desk, public_id)
    window = AssignmentWindow.objects.of(desk.organization).filter(thread=thread, public_id=window_id).first()
    if window is None:
        raise Http404

    is_running = window.starts_at <= desk.at
    desk.require(may.END_WINDOW if is_running else may.CANCEL_WINDOW)

    def end(_: dict[str, Any]) -> str:
        verb = windows.end if is_running else windows.cancel
        verb(window, by=desk.user, at=desk.at)
        return "Visit ended." if verb is windows.end else "Visit canceled."

    return perform(desk, thread, "assign", _no_form(desk), end)


@require_POST
@desk_page(may.REMOVE_OVERRIDE)
def remove_override(desk: DeskRequest, public_id: uuid.UUID, override_id: uuid.UUID) -> HttpResponse:
    """Let routing follow the assignments again."""
    thread = found(desk, public_id)
    row = RoutingOverride.objects.of(desk.organization).filter(thread=thread, public_id=override_id).first()
    if row is None:
        raise Http404

    def remove(_: dict[str, Any]) -> str:
        overrides.remove(row, by=desk.user, at=desk.at)
        return "Redirect removed."

    return perform(desk, thread, "override", _no_form(desk), remove)


@require_POST
@desk_page(may.CLOSE_CONVERSATION)
def close(desk: DeskRequest, public_id: uuid.UUID) -> HttpResponse:
    """Close the conversation; the next text opens it again."""
    thread = found(desk, public_id)

    def close_it(_: dict[str, Any]) -> str:
        threads.close_thread(thread, by=desk.user, at=desk.at)
        return "Closed. The next text reopens it."

    return perform(desk, thread, "state", _no_form(desk), close_it)


@require_POST
@desk_page(may.REOPEN_CONVERSATION)
def reopen(desk: DeskRequest, public_id: uuid.UUID) -> HttpResponse:
    """Open a closed conversation, to write in it."""
    thread = found(desk, public_id)

    def reopen_it(_: dict[str, Any]) -> str:
        threads.reopen_thread(thread, by=desk.user, at=desk.at)
        return "Reopened."

    return perform(desk, thread, "state", _no_form(desk), reopen_it)


@require_POST
@desk_page(may.MARK_READ)
def unread(desk: DeskRequest, public_id: uuid.UUID) -> HttpResponse:
    """Show it as unread again, to this person only, and go back to the inbox."""
    thread = found(desk, public_id)
    threads.mark_read(thread, desk.user, position=max(0, thread.owner_position - 1))
    return HttpResponseRedirect(reverse("admin:inbox"), status=303)


@require_POST
@desk_page(may.LINK_CONVERSATION)
def link(desk: DeskRequest, public_id: uuid.UUID, client_id: uuid.UUID) -> HttpResponse:
    """The unknown party is this client."""
    thread = found(desk, public_id)
    client = Client.objects.of(desk.organization).filter(public_id=client_id).first()
    if client is None:
        raise Http404

    def link_it(_: dict[str, Any]) -> str:
        threads.link(thread, client, by=desk.user, at=desk.at)
        return f"This is {client} now."

    return perform(desk, thread, "link", _no_form(desk), link_it)


@require_POST
@desk_page(may.LINK_CONVERSATION)
def new_client(desk: DeskRequest, public_id: uuid.UUID) -> HttpResponse:
    """Make the unknown party a new client, with the phone they text from."""
    thread = found(desk, public_id)

    def create(data: dict[str, Any]) -> str:
        client = threads.link_to_new_client(thread, by=desk.user, at=desk.at, **data)
        return f"{client} is a client now."

    form = forms.NewClientForm(desk.request.POST, organization=desk.organization)
    return perform(desk, thread, "link", form, create)


@require_POST
@desk_page(may.SEND_ONCE_MORE, may.SEND_AGAIN, may.LEAVE_UNSENT)
def remedy(desk: DeskRequest, public_id: uuid.UUID, what: str) -> HttpResponse:
    """Try a failed delivery again, send a parked one, or leave it."""
    delivery = (
        Delivery.objects.of(desk.organization).select_related("thread").filter(public_id=public_id).first()
    )
    if delivery is None or what not in REMEDIES:
        raise Http404
    verb, permission = REMEDIES[what]
    desk.require(permission)

    def do(_: dict[str, Any]) -> str:
        verb(delivery, by=desk.user, at=desk.at)
        return "Not sent." if what == "leave" else "Sending again."

    return perform(desk, delivery.thread, "remedy", _no_form(desk), do)


def _text_form(desk: DeskRequest) -> forms.TextForm:
    return forms.TextForm(desk.request.POST, organization=desk.organization)


def _no_form(desk: DeskRequest) -> forms.DeskForm:
    return forms.DeskForm({}, organization=desk.organization)


def warn(desk: DeskRequest, done: Submitted) -> None:
    """Tell the owner what screening found in a text of theirs; it was sent all the same, and whether sitters read it."""
    kinds = done.found
    labels = dict(FindingKind.choices)
    found_in_it = ", ".join(str(labels.get(kind, kind)).lower() for kind in dict.fromkeys(kinds))
    if found_in_it:
        messages.warning(
            desk.request,
            f"Sent. Heads-up: screening found this in your text: {found_in_it}."
            + ("" if done.message.redacted_body is None else " Sitters don't see it."),
        )
