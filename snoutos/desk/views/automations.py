"""The list of automations, the gallery, and what is done with one: switched on and off, paused, put away, tried."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from automations import gallery, limits, verbs
from automations.errors import NameTaken, NotTested
from automations.models import Automation, Limits
from automations.rehearsing import limits_sentence
from snoutos.desk.automations import listing, overview, trying
from snoutos.desk.forms import LimitsForm
from snoutos.desk.visit import Visit, desk_page
from snoutos.problems import Problem


@require_safe
@desk_page
def show(visit: Visit) -> HttpResponse:
    """Every automation of the business, by state."""
    context = listing.page(visit, visit.request.GET.get("state", ""))
    return visit.page("automations/list.html", context, title="Automations")


@require_safe
@desk_page
def ready(visit: Visit) -> HttpResponse:
    """Rules to copy."""
    context = {"rules": [(one, one.wish.read().sentence) for one in gallery.GALLERY]}
    return visit.page("automations/gallery.html", context, title="Ready rules")


@require_POST
@desk_page
def use(visit: Visit, slug: str) -> HttpResponse:
    """Make a draft of a ready rule and open it in the builder."""
    found = gallery.find(slug)
    if found is None:
        raise Http404
    automation = _made(visit, found)
    messages.success(visit.request, "Your own draft. Read it, change it, then test it.")
    return HttpResponseRedirect(reverse("admin:automation_edit", args=[automation.public_id]), status=303)


def _made(visit: Visit, found: gallery.Ready) -> Automation:
    """Under the rule's name, or with a number when that is taken."""
    for number in range(1, 50):
        name = found.name if number == 1 else f"{found.name} {number}"
        try:
            return verbs.create(
                organization=visit.organization,
                name=name,
                wish=found.wish,
                by=visit.user,
                at=visit.at,
                description=found.why,
            )
        except NameTaken:
            continue
    raise NameTaken


@require_safe
@desk_page
def show_one(visit: Visit, public_id: uuid.UUID) -> HttpResponse:
    """One automation: what it does, its test, and the way to switch it on."""
    return page(visit, find(visit, public_id))


@require_POST
@desk_page
def test(visit: Visit, public_id: uuid.UUID) -> HttpResponse:
    """Play the draft on a conversation; what it showed is on the page."""
    automation = find(visit, public_id)
    tried = trying.test(visit, automation)
    return page(visit, automation, tried=tried, status=tried.status)


@require_POST
@desk_page
def replay(visit: Visit, public_id: uuid.UUID) -> HttpResponse:
    """Try it on the last 30 days."""
    automation = find(visit, public_id)
    return page(visit, automation, tried=trying.on_the_past(visit, automation))


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page
def activate(visit: Visit, public_id: uuid.UUID) -> HttpResponse:
    """What switching it on means, then switching it on. Refused in place when it was not tested as it is."""
    automation = find(visit, public_id)
    draft = verbs.draft_of(automation)
    if draft is None or draft.tested_digest != draft.digest:
        why = NotTested().sentence if draft is not None else "There is nothing new to switch on."
        return page(visit, automation, faults=[why], status=409)
    if visit.request.method == "POST":
        return _done(visit, automation, verbs.activate, "Switched on.")
    context = {
        "automation": automation,
        "rule": overview.rule(draft),
        "replaces": verbs.in_force(automation),
        "limits": limits_sentence(Limits.of(visit.organization)),
        "past": trying.past(visit, automation, draft),
    }
    return visit.page("automations/activate.html", context, title="Switch on")


@require_POST
@desk_page
def pause(visit: Visit, public_id: uuid.UUID) -> HttpResponse:
    """Switch it off for now."""
    return _done(
        visit, find(visit, public_id), verbs.pause, "Paused. Nothing of it is sent until you resume it."
    )


@require_POST
@desk_page
def resume(visit: Visit, public_id: uuid.UUID) -> HttpResponse:
    """Switch it on again."""
    done = "Switched on again. What happened meanwhile does not set it off."
    return _done(visit, find(visit, public_id), verbs.resume, done)


@require_POST
@desk_page
def archive(visit: Visit, public_id: uuid.UUID) -> HttpResponse:
    """Put it away for good."""
    return _done(visit, find(visit, public_id), verbs.archive, "Archived. Its log stays.")


@require_POST
@desk_page
def new_key(visit: Visit, public_id: uuid.UUID) -> HttpResponse:
    """Another key for its signed calls. Owners only."""
    automation = find(visit, public_id)
    _owners_only(visit)
    done = "A new key. Calls signed with the old one are over: give the other system the new one."
    return _done(visit, automation, verbs.change_secret, done)


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page
def show_limits(visit: Visit) -> HttpResponse:
    """How much automations may text. Owners only."""
    _owners_only(visit)
    now = Limits.of(visit.organization)
    if visit.request.method != "POST":
        return visit.page("automations/limits.html", {"limits": now}, title="Limits of automations")
    form = LimitsForm(visit.request.POST, organization=visit.organization)
    if not form.is_valid():
        context = {"limits": visit.request.POST.dict(), "faults": form.faults}
        return visit.page("automations/limits.html", context, title="Limits of automations", status=422)
    limits.change(visit.organization, **form.cleaned_data, by=visit.user, at=visit.at)
    messages.success(visit.request, "The limits hold from now on.")
    return HttpResponseRedirect(reverse("admin:automations"), status=303)


def find(visit: Visit, public_id: uuid.UUID) -> Automation:
    """The automation. Raises Http404 for one of another business as for none."""
    found: Automation | None = (
        Automation.objects.of(visit.organization)
        .select_related("organization")
        .filter(public_id=public_id)
        .first()
    )
    if found is None:
        raise Http404
    return found


def page(
    visit: Visit,
    automation: Automation,
    *,
    tried: trying.Tried | None = None,
    faults: list[str] | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page of one automation, with what a test showed or why something was refused."""
    context = {
        **overview.page(visit, automation),
        "tried": tried,
        "faults": [*(faults or []), *(tried.faults if tried else [])],
    }
    return visit.page("automations/automation.html", context, title=automation.name, status=status)


def _done(visit: Visit, automation: Automation, verb: Callable[..., object], sentence: str) -> HttpResponse:
    """Do it and go back to where the button was."""
    try:
        verb(automation, by=visit.user, at=visit.at)
    except Problem as problem:
        return page(
            visit, find(visit, automation.public_id), faults=[problem.sentence], status=problem.status
        )
    messages.success(visit.request, sentence)
    if visit.request.POST.get("back") == "list":
        return HttpResponseRedirect(reverse("admin:automations"), status=303)
    where = reverse("admin:automations_automation_change", args=[automation.public_id])
    return HttpResponseRedirect(where, status=303)


def _owners_only(visit: Visit) -> None:
    if not visit.user.is_owner:
        raise PermissionDenied
