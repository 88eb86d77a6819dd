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

from messaging.assignments import overrides, windows
from messaging.models import AssignmentWindow, Client, Delivery, RoutingOverride, Thread
from messaging.models.assignments import OverrideTarget
from messaging.outbound import remedies
from messaging.outbound.submit import Author, add_note, submit
from messaging.people import verbs as people
from policy.models import FindingKind
from snoutos.desk import conversation as conversations
from snoutos.desk import forms
from snoutos.desk.views.conversation import Refused, found, page
from snoutos.desk.visit import Visit, desk_page
from snoutos.problems import Problem

REMEDIES = {"retry": remedies.retry, "send_again": remedies.send_again, "leave": remedies.leave}


def back(thread: Thread) -> HttpResponse:
    """To the newest text of the conversation."""
    return HttpResponseRedirect(reverse("admin:conversation", args=[thread.public_id]), status=303)


def perform(
    visit: Visit, thread: Thread, action: str, form: forms.DeskForm, do: Callable[[dict[str, Any]], str]
) -> HttpResponse:
    """Run `do` with what the form says and go back to the conversation with its sentence.

    A form that does not hold, or a verb that refuses, gives the page again with the reason and what was
    typed.
    """
    typed = visit.request.POST.dict()
    if not form.is_valid():
        return page(visit, thread, refused=Refused(action, form.faults, typed), status=422)
    try:
        sentence = do(form.cleaned_data)
    except Problem as problem:
        return page(visit, thread, refused=Refused(action, [problem.sentence], typed), status=problem.status)
    except ValidationError as error:
        return page(visit, thread, refused=Refused(action, list(error.messages), typed), status=422)
    if sentence:
        messages.success(visit.request, sentence)
    return back(thread)


@require_POST
@desk_page
def reply(visit: Visit, public_id: uuid.UUID) -> HttpResponse:
    """Send a text. The form's nonce is its origin key: the same form sends once, however often it arrives."""
    thread = found(visit, public_id)

    def send(data: dict[str, Any]) -> str:
        key = f"desk:{visit.user.public_id}:{data['nonce']}"
        author = Author.owner(visit.user)
        done = submit(thread=thread, author=author, body=data["body"], at=visit.at, origin_key=key)
        people.mark_read(thread, visit.user)
        _warn(visit, done.found)
        return ""

    return perform(visit, thread, "reply", _text_form(visit), send)


@require_POST
@desk_page
def note(visit: Visit, public_id: uuid.UUID) -> HttpResponse:
    """Keep a note among the business' own people."""
    thread = found(visit, public_id)

    def keep(data: dict[str, Any]) -> str:
        # A note has no origin key; the cache may forget, and the worst is the same note twice.
        if cache.add(f"desk:note:{visit.user.pk}:{data['nonce']}", 1, 3600):
            add_note(thread=thread, by=visit.user, body=data["body"], at=visit.at)
        return "Note added. Only you and your staff see it."

    return perform(visit, thread, "note", _text_form(visit), keep)


@require_POST
@desk_page
def assign(visit: Visit, public_id: uuid.UUID) -> HttpResponse:
    """Give the conversation to a sitter for a time."""
    thread = found(visit, public_id)

    def give(data: dict[str, Any]) -> str:
        windows.create(thread=thread, by=visit.user, at=visit.at, **data)
        return f"{data['sitter']} looks after this conversation then."

    form = forms.AssignForm(visit.request.POST, organization=visit.organization)
    return perform(visit, thread, "assign", form, give)


@require_POST
@desk_page
def override(visit: Visit, public_id: uuid.UUID) -> HttpResponse:
    """Send the conversation elsewhere for 1, 4 or 24 hours."""
    thread = found(visit, public_id)

    def set_it(data: dict[str, Any]) -> str:
        sitter = data["to"]
        overrides.set_override(
            thread=thread,
            target=OverrideTarget.SITTER if sitter else OverrideTarget.OWNER_INBOX,
            sitter=sitter,
            ends_at=visit.at + forms.OVERRIDES[data["hours"]],
            reason=data["reason"],
            by=visit.user,
            at=visit.at,
        )
        return f"Texts go to {sitter or 'your inbox'} for {data['hours']} h."

    form = forms.OverrideForm(visit.request.POST, organization=visit.organization)
    return perform(visit, thread, "override", form, set_it)


@require_POST
@desk_page
def end_window(visit: Visit, public_id: uuid.UUID, window_id: uuid.UUID) -> HttpResponse:
    """End a window that is on, or cancel one that is ahead."""
    thread = found(visit, public_id)
    window = (
        AssignmentWindow.objects.of(visit.organization).filter(thread=thread, public_id=window_id).first()
    )
    if window is None:
        raise Http404

    def end(_: dict[str, Any]) -> str:
        verb = windows.end if window.starts_at <= visit.at else windows.cancel
        verb(window, by=visit.user, at=visit.at)
        return "The assignment is over." if verb is windows.end else "The assignment was canceled."

    return perform(visit, thread, "assign", _no_form(visit), end)


@require_POST
@desk_page
def remove_override(visit: Visit, public_id: uuid.UUID, override_id: uuid.UUID) -> HttpResponse:
    """Let routing follow the assignments again."""
    thread = found(visit, public_id)
    row = RoutingOverride.objects.of(visit.organization).filter(thread=thread, public_id=override_id).first()
    if row is None:
        raise Http404

    def remove(_: dict[str, Any]) -> str:
        overrides.remove(row, by=visit.user, at=visit.at)
        return "The override was removed."

    return perform(visit, thread, "override", _no_form(visit), remove)


@require_POST
@desk_page
def close(visit: Visit, public_id: uuid.UUID) -> HttpResponse:
    """Close the conversation; the next text opens it again."""
    thread = found(visit, public_id)

    def close_it(_: dict[str, Any]) -> str:
        people.close_thread(thread, by=visit.user, at=visit.at)
        return "Closed. The next text opens it again."

    return perform(visit, thread, "state", _no_form(visit), close_it)


@require_POST
@desk_page
def reopen(visit: Visit, public_id: uuid.UUID) -> HttpResponse:
    """Open a closed conversation, to write in it."""
    thread = found(visit, public_id)

    def reopen_it(_: dict[str, Any]) -> str:
        people.reopen_thread(thread, by=visit.user, at=visit.at)
        return "Open again."

    return perform(visit, thread, "state", _no_form(visit), reopen_it)


@require_POST
@desk_page
def unread(visit: Visit, public_id: uuid.UUID) -> HttpResponse:
    """Show it as unread again, to this person only, and go back to the inbox."""
    thread = found(visit, public_id)
    people.mark_read(thread, visit.user, position=max(0, thread.owner_position - 1))
    return HttpResponseRedirect(reverse("admin:inbox"), status=303)


@require_POST
@desk_page
def link(visit: Visit, public_id: uuid.UUID, client_id: uuid.UUID) -> HttpResponse:
    """The unknown party is this client."""
    thread = found(visit, public_id)
    client = Client.objects.of(visit.organization).filter(public_id=client_id).first()
    if client is None:
        raise Http404

    def link_it(_: dict[str, Any]) -> str:
        people.link(thread, client, by=visit.user, at=visit.at)
        return f"This is {client} now."

    return perform(visit, thread, "link", _no_form(visit), link_it)


@require_POST
@desk_page
def new_client(visit: Visit, public_id: uuid.UUID) -> HttpResponse:
    """Make the unknown party a new client, with the phone they text from."""
    thread = found(visit, public_id)

    def create(data: dict[str, Any]) -> str:
        party = conversations.outside(thread)
        phones = [party.e164] if party else []
        with transaction.atomic():
            client = people.create_client(
                organization=visit.organization, phones=phones, by=visit.user, at=visit.at, **data
            )
            people.link(thread, client, by=visit.user, at=visit.at)
        return f"{client} is a client now."

    form = forms.NewClientForm(visit.request.POST, organization=visit.organization)
    return perform(visit, thread, "link", form, create)


@require_POST
@desk_page
def remedy(visit: Visit, public_id: uuid.UUID, what: str) -> HttpResponse:
    """Try a failed delivery again, send a parked one, or leave it."""
    delivery = (
        Delivery.objects.of(visit.organization).select_related("thread").filter(public_id=public_id).first()
    )
    if delivery is None or what not in REMEDIES:
        raise Http404

    def do(_: dict[str, Any]) -> str:
        REMEDIES[what](delivery, by=visit.user, at=visit.at)
        return "Left unsent." if what == "leave" else "On its way again."

    return perform(visit, delivery.thread, "remedy", _no_form(visit), do)


def _text_form(visit: Visit) -> forms.TextForm:
    return forms.TextForm(visit.request.POST, organization=visit.organization)


def _no_form(visit: Visit) -> forms.DeskForm:
    return forms.DeskForm({}, organization=visit.organization)


def _warn(visit: Visit, kinds: tuple[str, ...]) -> None:
    """Tell the owner what screening found in a text of theirs; it was sent all the same."""
    labels = dict(FindingKind.choices)
    found_in_it = ", ".join(str(labels.get(kind, kind)).lower() for kind in dict.fromkeys(kinds))
    if found_in_it:
        messages.warning(
            visit.request, f"Sent, with a warning: screening found this in your text: {found_in_it}."
        )
