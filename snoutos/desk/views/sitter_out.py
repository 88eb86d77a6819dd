"""A sitter is out for a while: all their visits in that time on one page, who takes each, and one button."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from messaging import permissions as may
from messaging.admin.naming import called, with_parties
from messaging.assignments import sitter_out
from messaging.assignments.sitter_out import Affected, Candidate, Done, Out
from messaging.errors import NotPossibleNow
from messaging.models import AssignmentWindow, RoutingOverride, Sitter, Thread, Visit
from snoutos.adminkit.rows import address
from snoutos.core import timefmt
from snoutos.core.problems import Problem
from snoutos.desk import forms
from snoutos.desk.request import DeskRequest, desk_page

_FIELD = "visit-"


@dataclass(frozen=True, slots=True)
class Choice:
    """One visit on the page: whom it is for, when, and who could take it, in groups; `chosen` is a sitter's public id or empty."""

    field: str
    client: str
    when: str
    is_rest: bool  # it began, or begins before they are out: the rest passes
    groups: Sequence[tuple[str, Sequence[Sitter]]]
    chosen: str


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page(may.SITTER_OUT)
def show(desk: DeskRequest, public_id: uuid.UUID) -> HttpResponse:
    """Their visits from now until midnight, or in the time that was typed; a POST hands them over."""
    sitter: Sitter | None = Sitter.objects.of(desk.organization).filter(public_id=public_id).first()
    if sitter is None:
        raise Http404
    is_post = desk.request.method == "POST"
    typed = (desk.request.POST if is_post else desk.request.GET).dict() or _today(desk)
    form = forms.SitterOutForm(typed, organization=desk.organization)
    if not form.is_valid():
        return _page(desk, sitter, typed, faults=form.faults, status=422)
    if not sitter.is_active:
        refused = NotPossibleNow(f"{sitter.name} no longer works for you.")
        return _page(desk, sitter, typed, faults=[refused.sentence], status=refused.status)
    try:
        if not is_post:
            shown = sitter_out.preview(sitter, **form.cleaned_data, at=desk.at)
            return _page(desk, sitter, typed, shown=shown)
        choices = _choices(desk, typed)
        done = sitter_out.take_out(sitter, **form.cleaned_data, choices=choices, by=desk.user, at=desk.at)
    except Problem as problem:
        return _again(desk, sitter, typed, form, problem)
    messages.success(desk.request, _said(sitter, done))
    return HttpResponseRedirect(address(sitter) or reverse("admin:inbox"), status=303)


def _again(
    desk: DeskRequest, sitter: Sitter, typed: dict[str, str], form: forms.SitterOutForm, problem: Problem
) -> HttpResponse:
    """The page with what was refused, and the visits as they are now."""
    shown = None
    try:
        shown = sitter_out.preview(sitter, **form.cleaned_data, at=desk.at)
    except Problem:
        # The times themselves were refused, which `problem` says.
        shown = None
    return _page(desk, sitter, typed, shown=shown, faults=[problem.sentence], status=problem.status)


def _today(desk: DeskRequest) -> dict[str, str]:
    """From now until midnight."""
    local = desk.at.astimezone(desk.zone)
    midnight = (local + timedelta(days=1)).replace(hour=0, minute=0)
    return {
        "starts_at": timefmt.field(local, desk.zone),
        "starts_at_which": "2" if local.fold else "1",
        "ends_at": timefmt.field(midnight, desk.zone),
    }


def _choices(desk: DeskRequest, typed: Mapping[str, str]) -> dict[uuid.UUID, Sitter | None]:
    """Who takes which visit, as chosen. Raises NotPossibleNow for what the page did not offer."""
    everybody = {
        str(one.public_id): one for one in Sitter.objects.of(desk.organization).filter(is_active=True)
    }
    found: dict[uuid.UUID, Sitter | None] = {}
    for name, value in typed.items():
        if not name.startswith(_FIELD):
            continue
        try:
            booking_id = uuid.UUID(name.removeprefix(_FIELD))
            found[booking_id] = everybody[value] if value else None
        except (ValueError, KeyError):
            raise NotPossibleNow from None
    return found


def _said(sitter: Sitter, done: Done) -> str:
    parts = [f"{sitter.name} is out."]
    if done.handed_over:
        parts.append(f"Visits handed over: {len(done.handed_over)}.")
    if done.ended:
        parts.append(f"Visits ended or canceled: {len(done.ended)}.")
    return " ".join(parts)


def _page(
    desk: DeskRequest,
    sitter: Sitter,
    typed: dict[str, str],
    *,
    shown: Out | None = None,
    faults: Sequence[str] = (),
    status: int = 200,
) -> HttpResponse:
    names = _names(shown) if shown else {}
    context = {
        "sitter": sitter,
        "sitter_url": address(sitter),
        "typed": typed,
        "faults": faults,
        "shown": shown,
        "choices": [_choice(desk, typed, one, names) for one in shown.visits] if shown else [],
        "redirects": [_called(desk, one, names) for one in shown.redirects] if shown else [],
        "staying": [_called(desk, one, names) for one in shown.staying] if shown else [],
    }
    return desk.page("desk/sitter_out.html", context, title=f"{sitter.name} is out", status=status)


def _names(shown: Out) -> dict[int, str]:
    """What the client of each conversation that is named alone is called, by the conversation's id."""
    alone = [one.booking for one in shown.visits if isinstance(one.booking, AssignmentWindow)]
    ids = {one.thread_id for one in alone} | {one.thread_id for one in (*shown.redirects, *shown.staying)}
    return {thread.pk: called(thread) for thread in with_parties(Thread.objects.filter(pk__in=ids))}


def _choice(desk: DeskRequest, typed: Mapping[str, str], visit: Affected, names: Mapping[int, str]) -> Choice:
    booking = visit.booking
    field = f"{_FIELD}{booking.public_id}"
    suggested = str(visit.suggested.public_id) if visit.suggested is not None else ""
    return Choice(
        field=field,
        client=booking.client.name if isinstance(booking, Visit) else names[booking.thread_id],
        when=timefmt.span(visit.begins_at, visit.ends_at, desk.zone, desk.at),
        is_rest=visit.begins_at > booking.starts_at,
        groups=_groups(visit.candidates),
        chosen=typed.get(field, suggested),
    )


def _groups(candidates: Sequence[Candidate]) -> list[tuple[str, list[Sitter]]]:
    groups = (
        (
            "Free, had a visit with them before",
            [one.sitter for one in candidates if one.is_free and one.knows_client],
        ),
        ("Free then", [one.sitter for one in candidates if one.is_free and not one.knows_client]),
        ("Has another visit then", [one.sitter for one in candidates if not one.is_free]),
    )
    return [(title, who) for title, who in groups if who]


def _called(desk: DeskRequest, redirect: RoutingOverride, names: Mapping[int, str]) -> tuple[str, str, str]:
    until = timefmt.until(redirect.ends_at, desk.zone, desk.at)
    return names[redirect.thread_id], until, reverse("admin:conversation", args=[redirect.thread.public_id])
