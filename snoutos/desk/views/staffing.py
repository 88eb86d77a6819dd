"""Sitters who join and leave, each on one page. What leaving ends is shown first, and nothing changes before that was seen."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from messaging import permissions as may
from messaging.admin.naming import called_for, fetch_parties
from messaging.models import Sitter
from messaging.models.threads import ThreadKind
from messaging.people import starting
from snoutos.adminkit.rows import address
from snoutos.core import timefmt
from snoutos.core.problems import Problem
from snoutos.desk import forms
from snoutos.desk.request import DeskRequest, desk_page
from snoutos.staffing import offboarding, onboarding


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page(may.OFFBOARD_SITTER)
def leave(desk: DeskRequest, public_id: uuid.UUID) -> HttpResponse:
    """What ends when the sitter leaves; a POST does it."""
    sitter: Sitter | None = Sitter.objects.of(desk.organization).filter(public_id=public_id).first()
    if sitter is None:
        raise Http404
    if desk.request.method != "POST":
        return _leaving(desk, sitter)
    form = forms.LeavingForm(desk.request.POST, organization=desk.organization)
    if not form.is_valid():
        return _leaving(desk, sitter, faults=form.faults, status=422)
    try:
        left = offboarding.offboard(sitter, **form.cleaned_data, by=desk.user, at=desk.at)
    except Problem as problem:
        return _leaving(desk, sitter, faults=[problem.sentence], status=problem.status)
    taken = form.cleaned_data["hand_to"]
    said = f" Their visits are {taken.name}'s now." if taken is not None and left.visits else ""
    messages.success(desk.request, f"{sitter.name} no longer works for you.{said}")
    return HttpResponseRedirect(address(sitter) or reverse("admin:inbox"), status=303)


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page(may.ONBOARD_SITTER)
def join(desk: DeskRequest) -> HttpResponse:
    """A new sitter: card, phone, a number of their own, and a first text in your words."""
    if desk.request.method != "POST":
        return _joining(desk, {"welcome": _welcome(desk)})
    form = forms.JoiningForm(desk.request.POST, organization=desk.organization)
    typed = desk.request.POST.dict()
    if not form.is_valid():
        return _joining(desk, typed, faults=form.faults, status=422)
    asked = dict(form.cleaned_data)
    try:
        joined = onboarding.onboard(
            organization=desk.organization,
            phone=asked.pop("their_phone"),
            **asked,
            by=desk.user,
            at=desk.at,
        )
    except Problem as problem:
        return _joining(desk, typed, faults=[problem.sentence], status=problem.status)
    told = " Your first text is on its way." if joined.thread is not None else ""
    messages.success(desk.request, f"{joined.sitter.name} works for you now.{told}")
    return HttpResponseRedirect(address(joined.sitter) or reverse("admin:inbox"), status=303)


def _welcome(desk: DeskRequest) -> str:
    return (
        f"Hi, this is {desk.organization.name}. During your visits, clients' texts reach you from our numbers: just answer them. "
        "Text this number to reach the office."
    )


def _leaving(
    desk: DeskRequest, sitter: Sitter, *, faults: Sequence[str] = (), status: int = 200
) -> HttpResponse:
    shown = None
    try:
        shown = offboarding.preview(sitter, at=desk.at)
    except Problem as problem:
        faults, status = faults or [problem.sentence], max(status, problem.status)
    visits = shown.visits if shown is not None else ()
    fetch_parties(visits)
    context = {
        "sitter": sitter,
        "sitter_url": address(sitter),
        "leaving": shown,
        "visits": [
            (called_for(one), timefmt.span(one.starts_at, one.ends_at, desk.zone, desk.at)) for one in visits
        ],
        "others": Sitter.objects.of(desk.organization).filter(is_active=True).exclude(pk=sitter.pk),
        "desks": starting.numbers(desk.organization.pk, ThreadKind.STAFF),
        "faults": faults,
        "chosen": desk.request.POST,
    }
    return desk.page("desk/sitter_leaves.html", context, title=f"{sitter.name} leaves", status=status)


def _joining(
    desk: DeskRequest, typed: dict[str, str], *, faults: Sequence[str] = (), status: int = 200
) -> HttpResponse:
    context = {
        "typed": typed,
        "numbers": onboarding.free_numbers(desk.organization.pk),
        "faults": faults,
    }
    return desk.page("desk/sitter_joins.html", context, title="A new sitter", status=status)
