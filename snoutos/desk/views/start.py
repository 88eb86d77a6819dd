"""The page “New conversation”: choose whom, then their phone and one of our numbers, and write, or plan a visit first."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from messaging import permissions as may
from messaging.admin.naming import new_conversation
from messaging.models import Client, Sitter
from messaging.models.phones import parse_e164
from messaging.outbound.queue.submit import Author, Submitted, submit
from messaging.people import starting, threads
from messaging.people.starting import Started, Whom
from snoutos.accounts.models import User
from snoutos.adminkit import sentence_of
from snoutos.core.phones import having
from snoutos.core.problems import Problem
from snoutos.desk import forms
from snoutos.desk import start as starts
from snoutos.desk.forms import StartForm
from snoutos.desk.request import DeskRequest, desk_page
from snoutos.desk.views.actions import warn


@require_safe
@desk_page(may.OPEN_CONVERSATION)
def show(desk: DeskRequest) -> HttpResponse:
    """Whom to write to; then, about the one who was chosen, the form. A whole number that is typed chooses whoever has it."""
    search = " ".join(desk.request.GET.get("q", "").replace("\0", "").split())[:100]
    try:
        whom = _named(desk, desk.request.GET)
    except (ValidationError, Problem) as error:
        return _search(desk, search, [sentence_of(error) or ""])
    if whom is not None:
        return _page(desk, whom)
    try:
        e164 = parse_e164(search) if having(search, "e164") else ""
    except ValidationError as error:
        # Some digits of a phone find whose phone holds them; what finds nobody was meant as a whole number.
        return _search(desk, search, list(error.messages), only_for_nobody=True)
    return HttpResponseRedirect(new_conversation(phone=e164)) if e164 else _search(desk, search)


@require_POST
@desk_page(may.OPEN_CONVERSATION)
def start(desk: DeskRequest) -> HttpResponse:
    """Open the conversation, and send its first text when one was written; when that is refused, nothing is opened."""
    form = StartForm(desk.request.POST, organization=desk.organization)
    try:
        whom = _named(desk, desk.request.POST)
    except (ValidationError, Problem) as error:
        return _search(desk, "", [sentence_of(error) or ""], status=422)
    if whom is None:
        return _search(desk, "", ["Choose whom to write to."], status=422)
    if not form.is_valid():
        return _page(desk, whom, faults=form.faults, status=422)
    try:
        started, sent = _start(desk, whom, form.cleaned_data)
    except Problem as problem:
        return _page(desk, whom, faults=[problem.sentence], status=problem.status)
    return _opened(desk, started, sent, form.cleaned_data["then"])


def _start(desk: DeskRequest, whom: Whom, data: dict[str, Any]) -> tuple[Started, Submitted | None]:
    if data["then"] == "visit":
        desk.require(may.CREATE_WINDOW)
    with transaction.atomic():
        started = starting.start(whom, number=data["over"], by=desk.user, at=desk.at)
        if data["then"] != "send":
            return started, None
        desk.require(may.SEND)
        key = f"desk:{desk.user.public_id}:{data['nonce']}"
        author = Author.owner(desk.user)
        sent = submit(thread=started.thread, author=author, body=data["body"], at=desk.at, origin_key=key)
        threads.mark_read(started.thread, desk.user)
        return started, sent


def _opened(desk: DeskRequest, started: Started, sent: Submitted | None, then: str) -> HttpResponse:
    if sent is not None:
        warn(desk, sent)
    elif started.is_new:
        messages.success(desk.request, "The conversation is open. Nothing was sent yet.")
    where = reverse("admin:conversation", args=[started.thread.public_id])
    return HttpResponseRedirect(f"{where}?plan=visit#assign-sitter" if then == "visit" else where, status=303)


def _named(desk: DeskRequest, asked: QueryDict) -> Whom | None:
    """Whom the address or form names, None for nobody. Raises ValidationError for what is no phone, OwnNumber, Http404."""
    typed = asked.get("phone", "").strip()
    e164 = parse_e164(typed) if typed else ""
    if asked.get("client"):
        return Whom(client=_row(Client, desk, str(asked["client"])), e164=e164)
    if asked.get("sitter"):
        return Whom(sitter=_row(Sitter, desk, str(asked["sitter"])), e164=e164)
    if asked.get("member"):
        return Whom(member=_row(User, desk, str(asked["member"])), e164=e164)
    return starting.whose(e164, desk.organization.pk) if e164 else None


def _row(model: type[Client] | type[Sitter] | type[User], desk: DeskRequest, public_id: str) -> Any:
    try:
        found = model.objects.of(desk.organization).filter(public_id=uuid.UUID(public_id)).first()
    except ValueError:
        found = None
    if found is None:
        raise Http404
    return found


def _search(
    desk: DeskRequest,
    search: str,
    faults: list[str] | None = None,
    *,
    only_for_nobody: bool = False,
    status: int = 200,
) -> HttpResponse:
    people = starts.people(desk.organization, search)
    shown = [] if people and only_for_nobody else faults or []
    context = {"search": search, "people": people, "faults": shown}
    return desk.page("desk/start.html", context, title="New conversation", status=status)


def _page(
    desk: DeskRequest, whom: Whom, *, faults: list[str] | None = None, status: int = 200
) -> HttpResponse:
    typed = desk.request.POST
    context = {
        "chosen": starts.chosen(desk, whom, phone=whom.e164, number=typed.get("over", "")),
        "faults": faults or [],
        "body": typed.get("body", ""),
        "nonce": forms.nonce(),
    }
    return desk.page("desk/start.html", context, title="New conversation", status=status)
