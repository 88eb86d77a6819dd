"""A number is paused or released: what that touches is shown first, its conversations can move, and a reason is asked for."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from messaging import permissions as may
from messaging.admin.naming import called
from messaging.models import MessageNumber
from messaging.models.phones import display
from messaging.phones import vacating
from messaging.phones.vacating import Vacated, Way
from snoutos.adminkit.rows import address
from snoutos.core import timefmt
from snoutos.core.problems import Problem
from snoutos.desk import forms
from snoutos.desk.request import DeskRequest, desk_page

# Names in the message afterwards; the others are counted.
_NAMED = 5


@dataclass(frozen=True, slots=True)
class Words:
    """How one way of taking a number out of use is called: as a button, as a title and when it is done."""

    button: str
    title: str
    done: str


_WORDS = {
    Way.PAUSE: Words("Pause number", "Pause {}", "{} is paused."),
    Way.RELEASE: Words("Release number", "Release {}", "{} is released."),
}


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page(may.MANAGE_NUMBERS)
def pause(desk: DeskRequest, public_id: uuid.UUID) -> HttpResponse:
    """What pausing the number touches; a POST does it."""
    return _take_out(desk, public_id, Way.PAUSE)


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page(may.MANAGE_NUMBERS)
def release(desk: DeskRequest, public_id: uuid.UUID) -> HttpResponse:
    """What releasing the number touches; a POST does it."""
    return _take_out(desk, public_id, Way.RELEASE)


def _take_out(desk: DeskRequest, public_id: uuid.UUID, way: Way) -> HttpResponse:
    number: MessageNumber | None = (
        MessageNumber.objects.of(desk.organization)
        .select_related("organization", "sitter")
        .filter(public_id=public_id)
        .first()
    )
    if number is None:
        raise Http404
    if desk.request.method != "POST":
        return _page(desk, number, way)
    form = forms.VacatingForm(desk.request.POST, organization=desk.organization)
    if not form.is_valid():
        return _page(desk, number, way, faults=form.faults, status=422)
    try:
        done = vacating.vacate(number, way, **form.cleaned_data, by=desk.user, at=desk.at)
    except Problem as problem:
        return _page(desk, number, way, faults=[problem.sentence], status=problem.status)
    _say(desk, done, way)
    return HttpResponseRedirect(address(number) or reverse("admin:inbox"), status=303)


def _say(desk: DeskRequest, done: Vacated, way: Way) -> None:
    moved = f" Conversations moved: {done.moved}." if done.moved else ""
    messages.success(desk.request, _WORDS[way].done.format(display(done.number.e164)) + moved)
    if done.stayed:
        names = [called(thread) for thread, _ in done.stayed[:_NAMED]]
        more = len(done.stayed) - len(names)
        listed = ", ".join(names) + (f" and {more} more" if more else "")
        messages.warning(desk.request, f"Not moved: {listed}. {done.stayed[0][1]}")
    if done.untold:
        messages.warning(
            desk.request, f"Moved without your first text, because it may not go to them: {done.untold}."
        )


def _page(
    desk: DeskRequest, number: MessageNumber, way: Way, *, faults: Sequence[str] = (), status: int = 200
) -> HttpResponse:
    shown = None
    try:
        shown = vacating.preview(number, way, at=desk.at)
    except Problem as problem:
        faults, status = faults or [problem.sentence], max(status, problem.status)
    context = {
        "number": number,
        "number_url": address(number),
        "way": way.value,
        "button": _WORDS[way].button,
        "impact": shown,
        "until": timefmt.date_of(shown.until, desk.zone, desk.at) if shown and shown.until else "",
        "visits": [
            (called(one.thread), timefmt.span(one.starts_at, one.ends_at, desk.zone, desk.at))
            for one in (shown.visits if shown else ())
        ],
        "faults": faults,
        "chosen": desk.request.POST,
    }
    title = _WORDS[way].title.format(display(number.e164))
    return desk.page("desk/number_leaves.html", context, title=title, status=status)
