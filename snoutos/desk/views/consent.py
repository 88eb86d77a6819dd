"""A client's consent: everything that was said about texts to their phones, as proof to print, and a form for what they agreed to."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from audit import looks
from messaging import events
from messaging import permissions as may
from messaging.consent import given, proof
from messaging.consent.given import Given
from messaging.models import Client
from messaging.models.consent import ConsentChannel, Purpose
from messaging.models.phones import display
from snoutos.adminkit.rows import address
from snoutos.core import timefmt
from snoutos.core.problems import Problem
from snoutos.desk import forms
from snoutos.desk.request import DeskRequest, desk_page


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page(may.SEE_CONSENT, may.RECORD_CONSENT)
def show(desk: DeskRequest, public_id: uuid.UUID) -> HttpResponse:
    """The proof sheet. A POST records what the client agreed to."""
    client: Client | None = Client.objects.of(desk.organization).filter(public_id=public_id).first()
    if client is None:
        raise Http404
    desk.require(may.SEE_CONSENT)
    if desk.request.method != "POST":
        return _page(desk, client)
    desk.require(may.RECORD_CONSENT)
    form = forms.ConsentForm(desk.request.POST, organization=desk.organization)
    if not form.is_valid():
        return _page(desk, client, faults=form.faults, status=422)
    values = dict(form.cleaned_data)
    phone = client.phones.filter(e164=values.pop("agreed_on")).first()
    if phone is None:
        return _page(desk, client, faults=["Choose one of their phones."], status=422)
    try:
        given.record(phone, Given(**values), by=desk.user, at=desk.at)
    except Problem as problem:
        return _page(desk, client, faults=[problem.sentence], status=problem.status)
    messages.success(desk.request, "Consent recorded.")
    return HttpResponseRedirect(reverse("admin:client_consent", args=[client.public_id]), status=303)


def _page(
    desk: DeskRequest, client: Client, *, faults: list[str] | None = None, status: int = 200
) -> HttpResponse:
    sheet = proof.sheet(client)
    if desk.request.method == "GET":
        _note_look(desk, sheet)
    context: dict[str, Any] = {
        "client": client,
        "client_url": address(client),
        "business": desk.organization.name,
        "made": timefmt.full(desk.at, desk.zone),
        "zone": str(desk.zone),
        "sheet": [
            (display(one.e164), one.is_theirs, [_line(desk, entry) for entry in one.entries]) for one in sheet
        ],
        "phones": [(one.e164, display(one.e164)) for one in client.phones.order_by("pk")],
        "purposes": Purpose.choices,
        "channels": [choice for choice in ConsentChannel.choices if choice[0] in forms.BY_HAND],
        "now": timefmt.field(desk.at, desk.zone),
        "typed": desk.request.POST if faults else {},
        "faults": faults or [],
        "may_record": desk.may(may.RECORD_CONSENT),
    }
    return desk.page("desk/consent.html", context, title=f"{client.name}'s consent", status=status)


def _note_look(desk: DeskRequest, sheet: list[proof.OfPhone]) -> None:
    """What people wrote stands on the page: it is opened as in the conversation."""
    shown = {entry.thread_id for one in sheet for entry in one.entries if entry.thread_id is not None}
    for thread_id in sorted(shown):
        opened = events.access_conversation_opened(organization_id=desk.organization.pk, thread_id=thread_id)
        looks.note(opened, by=desk.user, at=desk.at)


def _line(desk: DeskRequest, entry: proof.Entry) -> tuple[str, str, str, str, str]:
    """When, what, how, their words, and who wrote it down."""
    return timefmt.full(entry.at, desk.zone), entry.what, entry.how, entry.words, entry.by
