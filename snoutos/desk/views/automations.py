"""The list of automations, the gallery, and what is done with one: switched on and off, paused, put away, tried."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from automations import gallery, lifecycle
from automations import permissions as may
from automations.engine import limits
from automations.errors import NameTaken, NotTested
from automations.models import Automation, Limits
from automations.trial.dry_run import limits_sentence
from snoutos.core.problems import Problem
from snoutos.desk.automations import listing, overview, trial_results
from snoutos.desk.forms import LimitsForm
from snoutos.desk.request import DeskRequest, desk_page


@require_safe
@desk_page(may.SEE)
def show(desk: DeskRequest) -> HttpResponse:
    """Every automation of the business, by state."""
    context = listing.page(desk, desk.request.GET.get("state", ""))
    return desk.page("automations/list.html", context, title="Automations")


@require_safe
@desk_page(may.SEE)
def ready(desk: DeskRequest) -> HttpResponse:
    """Rules to copy."""
    context = {"rules": [(one, one.wish.read().sentence) for one in gallery.GALLERY]}
    return desk.page("automations/gallery.html", context, title="Automation templates")


@require_POST
@desk_page(may.CREATE)
def use(desk: DeskRequest, slug: str) -> HttpResponse:
    """Make a draft of a ready rule and open it in the builder."""
    found = gallery.find(slug)
    if found is None:
        raise Http404
    automation = _made(desk, found)
    messages.success(desk.request, "Here's your draft. Read it, edit it, then test it.")
    return HttpResponseRedirect(reverse("admin:automation_edit", args=[automation.public_id]), status=303)


def _made(desk: DeskRequest, found: gallery.Ready) -> Automation:
    """Under the rule's name, or with a number when that is taken."""
    for number in range(1, 50):
        name = found.name if number == 1 else f"{found.name} {number}"
        try:
            return lifecycle.create(
                organization=desk.organization,
                name=name,
                wish=found.wish,
                by=desk.user,
                at=desk.at,
                description=found.why,
            )
        except NameTaken:
            continue
    raise NameTaken


@require_safe
@desk_page(may.SEE)
def show_one(desk: DeskRequest, public_id: uuid.UUID) -> HttpResponse:
    """One automation: what it does, its test, and the way to switch it on."""
    return page(desk, find(desk, public_id))


@require_POST
@desk_page(may.TEST)
def test(desk: DeskRequest, public_id: uuid.UUID) -> HttpResponse:
    """Play the draft on a conversation; what it showed is on the page."""
    automation = find(desk, public_id)
    tried = trial_results.test(desk, automation)
    return page(desk, automation, tried=tried, status=tried.status)


@require_POST
@desk_page(may.TEST)
def replay(desk: DeskRequest, public_id: uuid.UUID) -> HttpResponse:
    """Try it on the last 30 days."""
    automation = find(desk, public_id)
    return page(desk, automation, tried=trial_results.on_the_past(desk, automation))


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page(may.ACTIVATE)
def activate(desk: DeskRequest, public_id: uuid.UUID) -> HttpResponse:
    """What switching it on means, then switching it on. Refused in place when it was not tested as it is."""
    automation = find(desk, public_id)
    draft = lifecycle.draft_of(automation)
    if draft is None or draft.tested_digest != draft.digest:
        why = NotTested().sentence if draft is not None else "There's nothing new to turn on."
        return page(desk, automation, faults=[why], status=409)
    if desk.request.method == "POST":
        return _done(desk, automation, lifecycle.activate, "Turned on.")
    context = {
        "automation": automation,
        "rule": overview.rule(draft),
        "replaces": lifecycle.in_force(automation),
        "limits": limits_sentence(Limits.of(desk.organization)),
        "past": trial_results.past(desk, automation, draft),
    }
    return desk.page("automations/activate.html", context, title="Turn on")


@require_POST
@desk_page(may.PAUSE)
def pause(desk: DeskRequest, public_id: uuid.UUID) -> HttpResponse:
    """Switch it off for now."""
    return _done(
        desk, find(desk, public_id), lifecycle.pause, "Paused. It sends nothing until you resume it."
    )


@require_POST
@desk_page(may.RESUME)
def resume(desk: DeskRequest, public_id: uuid.UUID) -> HttpResponse:
    """Switch it on again."""
    done = "Running again. What happened while it was paused is skipped."
    return _done(desk, find(desk, public_id), lifecycle.resume, done)


@require_POST
@desk_page(may.ARCHIVE)
def archive(desk: DeskRequest, public_id: uuid.UUID) -> HttpResponse:
    """Put it away for good."""
    return _done(desk, find(desk, public_id), lifecycle.archive, "Archived. Its log stays.")


@require_POST
@desk_page(may.CHANGE_SECRET)
def new_key(desk: DeskRequest, public_id: uuid.UUID) -> HttpResponse:
    """Another key for its signed calls."""
    automation = find(desk, public_id)
    done = "New key created. The old one no longer works: give the other system the new one."
    return _done(desk, automation, lifecycle.change_secret, done)


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page(may.CHANGE_LIMITS)
def show_limits(desk: DeskRequest) -> HttpResponse:
    """How much automations may text."""
    now = Limits.of(desk.organization)
    if desk.request.method != "POST":
        return desk.page("automations/limits.html", {"limits": now}, title="Automation limits")
    form = LimitsForm(desk.request.POST, organization=desk.organization)
    if not form.is_valid():
        context = {"limits": desk.request.POST.dict(), "faults": form.faults}
        return desk.page("automations/limits.html", context, title="Automation limits", status=422)
    limits.change(desk.organization, **form.cleaned_data, by=desk.user, at=desk.at)
    messages.success(desk.request, "Limits saved.")
    return HttpResponseRedirect(reverse("admin:automations"), status=303)


def find(desk: DeskRequest, public_id: uuid.UUID) -> Automation:
    """The automation. Raises Http404 for one of another business as for none."""
    found: Automation | None = (
        Automation.objects.of(desk.organization)
        .select_related("organization")
        .filter(public_id=public_id)
        .first()
    )
    if found is None:
        raise Http404
    return found


def page(
    desk: DeskRequest,
    automation: Automation,
    *,
    tried: trial_results.Tried | None = None,
    faults: list[str] | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page of one automation, with what a test showed or why something was refused."""
    context = {
        **overview.page(desk, automation),
        "tried": tried,
        "faults": [*(faults or []), *(tried.faults if tried else [])],
    }
    return desk.page("automations/automation.html", context, title=automation.name, status=status)


def _done(
    desk: DeskRequest, automation: Automation, verb: Callable[..., object], sentence: str
) -> HttpResponse:
    """Do it and go back to where the button was."""
    try:
        verb(automation, by=desk.user, at=desk.at)
    except Problem as problem:
        return page(desk, find(desk, automation.public_id), faults=[problem.sentence], status=problem.status)
    messages.success(desk.request, sentence)
    if desk.request.POST.get("back") == "list":
        return HttpResponseRedirect(reverse("admin:automations"), status=303)
    where = reverse("admin:automations_automation_change", args=[automation.public_id])
    return HttpResponseRedirect(where, status=303)
