"""Visits that pass to another sitter. What that does is shown first, and nothing changes before it was seen."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from messaging import bookings
from messaging import permissions as may
from messaging.admin.naming import called_for
from messaging.assignments import either, handovers
from messaging.assignments.handovers import HandOver
from messaging.bookings import Booking
from messaging.models import AssignmentWindow, Sitter, Visit
from snoutos.adminkit.rows import address
from snoutos.core import timefmt
from snoutos.core.problems import Problem
from snoutos.desk import forms
from snoutos.desk.request import DeskRequest, desk_page


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page(may.HAND_OVER_WINDOW)
def hand_over(desk: DeskRequest, public_id: uuid.UUID) -> HttpResponse:
    """Who takes over, and from when; then what that does; a POST does it."""
    booking = _booking(desk, public_id)
    is_post = desk.request.method == "POST"
    asked = desk.request.POST if is_post else desk.request.GET
    if "to" not in asked:
        return _page(desk, booking)
    form = forms.HandOverForm(asked, organization=desk.organization)
    if not form.is_valid():
        return _page(desk, booking, faults=form.faults, status=422)
    try:
        if not is_post:
            return _page(desk, booking, shown=handovers.preview(booking, **form.cleaned_data, at=desk.at))
        taken = either.hand_over(booking, **form.cleaned_data, by=desk.user, at=desk.at)
    except Problem as problem:
        return _page(desk, booking, faults=[problem.sentence], status=problem.status)
    messages.success(desk.request, f"{taken.sitter} has this visit {_when(desk, taken)}.")
    thread = bookings.thread_of(booking)
    if thread is None:
        return HttpResponseRedirect(address(taken) or reverse("admin:calendar"), status=303)
    return HttpResponseRedirect(reverse("admin:conversation", args=[thread.public_id]), status=303)


def _booking(desk: DeskRequest, public_id: uuid.UUID) -> Booking:
    """The visit of this address; by the address of one of its windows too."""
    visits = Visit.objects.of(desk.organization).select_related("client", "sitter")
    found: Visit | None = visits.filter(public_id=public_id).first()
    if found is not None:
        return found
    rows = AssignmentWindow.objects.of(desk.organization)
    window: AssignmentWindow | None = (
        rows.select_related("thread__client", "sitter", "visit__client", "visit__sitter")
        .filter(public_id=public_id)
        .first()
    )
    if window is None:
        raise Http404
    return window.visit or window


def _page(
    desk: DeskRequest,
    booking: Booking,
    *,
    shown: HandOver | None = None,
    faults: Sequence[str] = (),
    status: int = 200,
) -> HttpResponse:
    is_over = booking.canceled_at is not None or booking.ends_at <= desk.at
    context = {
        "visit": booking,
        "visit_url": address(booking),
        "when": _when(desk, booking),
        "client": called_for(booking),
        "is_over": is_over,
        "faults": faults,
        "typed": (desk.request.POST or desk.request.GET).dict(),
        "others": Sitter.objects.of(desk.organization).filter(is_active=True).exclude(pk=booking.sitter_id),
        "shown": shown,
        "takes": _takes(desk, shown) if shown else "",
        "also": [(called_for(one), _when(desk, one)) for one in shown.also] if shown else [],
    }
    return desk.page("desk/visit_hand_over.html", context, title="Hand over a visit", status=status)


def _takes(desk: DeskRequest, shown: HandOver) -> str:
    until = timefmt.until(shown.ends_at, desk.zone, desk.at)
    if shown.is_whole:
        return f"{shown.to} has the whole visit, {_when(desk, shown.booking)}."
    if shown.begins_at <= desk.at:
        return f"{shown.to} takes over now, until {until}."
    return f"{shown.to} takes over at {timefmt.until(shown.begins_at, desk.zone, desk.at)}, until {until}."


def _when(desk: DeskRequest, booking: Booking) -> str:
    return timefmt.span(booking.starts_at, booking.ends_at, desk.zone, desk.at)
