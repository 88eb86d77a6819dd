"""A client's phones over time, and moving or blocking a conversation. Whatever changes conversations says first which, and how."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from messaging import permissions as may
from messaging.models import Client, ClientPhone, MessageNumber, Thread
from messaging.models.phones import display
from messaging.models.threads import ThreadKind
from messaging.outbound.queue.submit import Author, Submitted, submit
from messaging.people import merging, naming, off_card, starting
from messaging.phones import blocking, changes, moving
from snoutos.adminkit.rows import address
from snoutos.core.problems import Problem
from snoutos.desk import card as cards
from snoutos.desk import forms
from snoutos.desk.request import DeskRequest, desk_page
from snoutos.desk.views.actions import back, perform, warn
from snoutos.desk.views.conversation import found


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is done with a phone: what the button says, what it means, and what is said when it is done."""

    button: str
    means: str
    done: str
    verb: Callable[..., object]


CHANGES = {
    "replace": Change(
        "Replace this phone",
        "Their conversations go on with the new phone, and you text that one. The old phone's next text starts a new conversation.",
        "Phone replaced.",
        changes.replace,
    ),
    "recycle": Change(
        "It's someone else's now",
        "The phone leaves this client's conversations and card. Its next text starts a new conversation; what was said stays here.",
        "The phone is no one's now. Its next text starts a new conversation.",
        changes.recycle,
    ),
    "give": Change(
        "Move to another card",
        "The phone was on the wrong card: it goes to the other client, and its conversations with it.",
        "Phone moved, with its conversations.",
        changes.give,
    ),
    "remove": Change(
        "Take it off the card",
        "The conversations stay with this client. Before your next text to this phone you're asked once whether it's still theirs.",
        "Phone taken off the card.",
        changes.remove,
    ),
}


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page(may.CHANGE_PHONE)
def show(desk: DeskRequest, public_id: uuid.UUID) -> HttpResponse:
    """The client's phones. A POST shows what a change would do, and makes it once that was seen (`seen`)."""
    client = _client(desk, public_id)
    if desk.request.method != "POST":
        return _page(desk, client)
    asked = desk.request.POST
    change = CHANGES.get(asked.get("do", ""))
    phone = client.phones.filter(e164=asked.get("phone", "").replace("\0", "")).first()
    if change is None or phone is None:
        return _page(
            desk,
            client,
            fault="Someone changed this phone a moment ago. Here is the card as it is now.",
            status=409,
        )
    try:
        values = _values(desk, asked.get("do", ""))
        if not asked.get("seen"):
            return _page(desk, client, planned=_planned(change, phone, values), status=200)
        change.verb(phone, by=desk.user, at=desk.at, **values)
    except Problem as problem:
        return _page(
            desk,
            client,
            fault=problem.sentence,
            at_phone=phone.e164,
            other_card=_other_card(problem),
            status=problem.status,
        )
    messages.success(desk.request, change.done)
    return HttpResponseRedirect(reverse("admin:client_phones", args=[client.public_id]), status=303)


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page(may.MERGE_CLIENTS)
def merge(desk: DeskRequest, public_id: uuid.UUID) -> HttpResponse:
    """Two cards of one person: find the other, see what comes over, merge."""
    kept, fault, status = _client(desk, public_id), "", 200
    other = desk.request.POST.get("other") or desk.request.GET.get("other", "")
    gone = _client(desk, _uuid(other)) if other else None
    if gone is not None:
        try:
            shown = merging.preview(kept, gone)
            if desk.request.method == "POST":
                merging.merge(kept, gone, by=desk.user, at=desk.at)
                messages.success(desk.request, f"{gone.name}'s card is part of {kept.name}'s now.")
                return HttpResponseRedirect(address(kept) or reverse("admin:inbox"), status=303)
        except Problem as problem:
            gone, fault, status = None, problem.sentence, problem.status
    search = desk.request.GET.get("client", "").replace("\0", "")[:100]
    context = {
        "client": kept,
        "client_url": address(kept),
        "gone": gone,
        "preview": shown if gone is not None else None,
        "fault": fault,
        "client_search": search,
        "found_clients": [one for one in cards.clients_like(desk, search) if one.pk != kept.pk],
    }
    return desk.page("desk/merge.html", context, title="Merge two cards", status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page(may.MOVE_CONVERSATION)
def move(desk: DeskRequest, public_id: uuid.UUID) -> HttpResponse:
    """Text them from another number: what that would do, then the move, with a first text from there if one was written."""
    thread = found(desk, public_id)
    if desk.request.method != "POST":
        return _move_page(desk, thread, desk.request.GET.get("number", ""))
    form = forms.MoveForm(desk.request.POST, organization=desk.organization)
    chosen, typed = desk.request.POST.get("number", ""), desk.request.POST.get("text", "")
    if not form.is_valid():
        return _move_page(desk, thread, chosen, text=typed, faults=form.faults, status=422)
    number = form.cleaned_data["number"]
    try:
        sent = _move(desk, thread, number, form.cleaned_data["text"])
    except Problem as problem:
        return _move_page(desk, thread, chosen, text=typed, faults=[problem.sentence], status=problem.status)
    messages.success(desk.request, f"You text them from {display(number.e164)} now.")
    if sent is not None:
        warn(desk, sent)
    return back(thread)


def _move(desk: DeskRequest, thread: Thread, number: MessageNumber, text: str) -> Submitted | None:
    """Move, and send the first text; when that is refused, nothing is moved."""
    with transaction.atomic():
        moving.move(thread, number, by=desk.user, at=desk.at)
        if not text:
            return None
        desk.require(may.SEND)
        return submit(thread=thread, author=Author.owner(desk.user), body=text, at=desk.at)


@require_POST
@desk_page(may.BLOCK)
def block(desk: DeskRequest, public_id: uuid.UUID) -> HttpResponse:
    """Block the phone at the other end, or take the block back."""
    thread = found(desk, public_id)
    wanted = desk.request.POST.get("blocked") == "yes"

    def do(_: dict[str, Any]) -> str:
        verb = blocking.block if wanted else blocking.unblock
        verb(thread, by=desk.user, at=desk.at)
        return "Blocked. Their texts are saved, and nothing is sent to them." if wanted else "Unblocked."

    return perform(desk, thread, "state", forms.DeskForm({}, organization=desk.organization), do)


@require_POST
@desk_page(may.SEND)
def confirm(desk: DeskRequest, public_id: uuid.UUID) -> HttpResponse:
    """The phone is still theirs, although it is on nobody's card: texts may go to it."""
    thread = found(desk, public_id)

    def do(_: dict[str, Any]) -> str:
        off_card.confirm(thread, by=desk.user, at=desk.at)
        return "Confirmed: texts may go to this phone."

    return perform(desk, thread, "state", forms.DeskForm({}, organization=desk.organization), do)


def _other_card(problem: Problem) -> str:
    """The page of whoever has the phone that was refused."""
    holder = problem.facts.get("holder")
    if holder not in ("client", "sitter"):
        return ""
    return reverse(f"admin:messaging_{holder}_change", args=[problem.facts["holder_id"]])


def _client(desk: DeskRequest, public_id: uuid.UUID) -> Client:
    client: Client | None = Client.objects.of(desk.organization).filter(public_id=public_id).first()
    if client is None:
        raise Http404
    return client


def _values(desk: DeskRequest, do: str) -> dict[str, Any]:
    asked = desk.request.POST
    if do == "replace":
        return {"new": asked.get("new", "").replace("\0", "")}
    if do == "give":
        return {"client": _client(desk, _uuid(asked.get("client", "")))}
    return {}


def _uuid(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError as error:
        raise Http404 from error


def _planned(change: Change, phone: ClientPhone, values: dict[str, Any]) -> dict[str, Any]:
    """What the page says before anything changes."""
    shown = changes.preview(phone, new=values.get("new"))
    return {
        "change": change,
        "do": next(name for name, one in CHANGES.items() if one is change),
        "cancels": change in (CHANGES["replace"], CHANGES["recycle"]),
        "phone": phone.e164,
        "shown": display(phone.e164),
        "new": values.get("new", ""),
        "to": values.get("client"),
        "preview": shown,
        "touched": [(_name(one.thread), one) for one in shown.touched],
    }


def _name(thread: Thread) -> str:
    return naming.name_of(thread, naming.outside(thread)).name


def _page(
    desk: DeskRequest,
    client: Client,
    *,
    planned: dict[str, Any] | None = None,
    fault: str = "",
    at_phone: str = "",
    other_card: str = "",
    status: int = 200,
) -> HttpResponse:
    search = desk.request.GET.get("client", "").replace("\0", "")[:100]
    rows = [
        {
            "e164": phone.e164,
            "shown": display(phone.e164),
            "label": phone.label,
            "automations_off": phone.automations_off_at is not None,
            "fault": fault if phone.e164 == at_phone else "",
        }
        for phone in client.phones.order_by("pk")
    ]
    context = {
        "client": client,
        "client_url": address(client),
        "rows": rows,
        "planned": planned,
        "fault": "" if at_phone else fault,
        "other_card": other_card,
        "changes": CHANGES,
        "client_search": search,
        "found_clients": [one for one in cards.clients_like(desk, search) if one.pk != client.pk],
    }
    return desk.page("desk/phones.html", context, title=f"{client.name}'s phones", status=status)


def _move_page(
    desk: DeskRequest,
    thread: Thread,
    chosen: str,
    *,
    text: str = "",
    faults: Sequence[str] = (),
    status: int = 200,
) -> HttpResponse:
    """The numbers that can carry the conversation; about the one that is `chosen`, what the move would do."""
    party = naming.outside(thread)
    others = starting.numbers(desk.organization.pk, ThreadKind.CARE)
    numbers = [one for one in others if party is None or one.pk != party.number_id]
    number = next((one for one in numbers if str(one.public_id) == chosen), None)
    shown = None
    if number is not None:
        try:
            shown = moving.preview(thread, number)
        except Problem as problem:
            faults, status = faults or [problem.sentence], max(status, problem.status)
    context = {
        "thread": thread,
        "name": _name(thread),
        "url": reverse("admin:conversation", args=[thread.public_id]),
        "numbers": numbers,
        "number": number,
        "preview": shown,
        "text": text,
        "faults": faults,
        "now": str(party.number) if party else "",
    }
    return desk.page("desk/move.html", context, title="Move to another number", status=status)
