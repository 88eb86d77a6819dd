"""The builder: one form, which its buttons reshape and its script keeps up to date. Without the script each button loads the page."""

from __future__ import annotations

import uuid
from dataclasses import replace

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from automations import verbs
from automations.errors import BadContent, NameTaken, NotPossible
from automations.models import Automation, AutomationVersion
from snoutos.desk.automations import reading as readings
from snoutos.desk.automations import scenes, shown
from snoutos.desk.automations import typed as typing
from snoutos.desk.automations.reading import Reading
from snoutos.desk.automations.typed import Typed
from snoutos.desk.views.automations import find
from snoutos.desk.visit import Visit, desk_page
from snoutos.problems import Problem

CHANGED_MEANWHILE = "Somebody changed this automation while you were here. Look at what you have; saving again replaces theirs."


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page
def new(visit: Visit) -> HttpResponse:
    """Make an automation from nothing."""
    if visit.request.method == "POST":
        return _posted(visit, None)
    return _page(visit, None, Typed())


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page
def edit(visit: Visit, public_id: uuid.UUID) -> HttpResponse:
    """Change the draft, or begin one beside what is in force."""
    automation = find(visit, public_id)
    if visit.request.method == "POST":
        return _posted(visit, automation)
    if automation.archived_at is not None:
        messages.warning(visit.request, NotPossible("It was archived.").sentence)
        return HttpResponseRedirect(_address(automation), status=303)
    return _page(visit, automation, typing.of_version(automation, _current(automation)))


@require_POST
@desk_page
def preview(visit: Visit) -> HttpResponse:
    """What the form means at the moment: the sentence, each action's outcome, and faults by place. Keeps nothing."""
    reading = readings.read(typing.read(visit.request.POST))
    scene = scenes.chosen(visit, visit.request.POST.get("scene", ""))
    acts, why = readings.acts(reading, visit, scene)
    outcomes = {
        f"a.{at}": render_to_string("automations/_act.html", {"act": act}, request=visit.request)
        for at, act in acts.items()
    }
    answer = JsonResponse(
        {"sentence": reading.sentence, "acts": outcomes, "faults": reading.urgent_faults, "scene": why}
    )
    answer["Cache-Control"] = "no-store"
    return answer


def _posted(visit: Visit, automation: Automation | None) -> HttpResponse:
    post = visit.request.POST
    typed, do = typing.read(post), post.get("do", "save")
    if do != "save":
        return _page(visit, automation, typing.reshape(typed, do, adding=post.get("adding", "")))
    reading = readings.read(typed)
    if reading.faults:
        return _page(visit, automation, typed, faults=reading.faults, status=422)
    try:
        return _saved(visit, automation, typed)
    except Problem as problem:
        faults = {_place_of(problem, typed): problem.sentence}
        return _page(visit, automation, typed, faults=faults, status=problem.status)


def _saved(visit: Visit, automation: Automation | None, typed: Typed) -> HttpResponse:
    if automation is None:
        made = verbs.create(
            organization=visit.organization,
            name=typed.name,
            description=typed.description,
            wish=typed.wish,
            by=visit.user,
            at=visit.at,
        )
        messages.success(visit.request, "Kept as a draft. Test it now: nothing is sent.")
        return HttpResponseRedirect(f"{_address(made)}#test", status=303)
    current = _current(automation)
    if typed.base != typing.base_of(current):
        fresh = replace(typed, base=typing.base_of(current))
        return _page(visit, automation, fresh, faults={"": CHANGED_MEANWHILE}, status=409)
    if (typed.name, typed.description) != (automation.name, automation.description):
        verbs.rename(automation, name=typed.name, description=typed.description, by=visit.user, at=visit.at)
    if _is_changed(current, typed):
        verbs.change(automation, wish=typed.wish, by=visit.user, at=visit.at)
    messages.success(visit.request, "Saved.")
    return HttpResponseRedirect(f"{_address(automation)}#test", status=303)


def _is_changed(current: AutomationVersion, typed: Typed) -> bool:
    """Another name alone makes no new draft."""
    return (typed.wish.read().digest, typed.urgent_reason) != (current.digest, current.urgent_reason)


def _current(automation: Automation) -> AutomationVersion:
    """What the builder opens with: the draft, else what is in force."""
    return verbs.draft_of(automation) or automation.versions.latest("number")


def _place_of(problem: Problem, typed: Typed) -> str:
    if isinstance(problem, BadContent):
        return readings.place_of(problem.path, typed)
    return "name" if isinstance(problem, NameTaken) else ""


def _address(automation: Automation) -> str:
    return reverse("admin:automations_automation_change", args=[automation.public_id])


def _page(
    visit: Visit,
    automation: Automation | None,
    typed: Typed,
    *,
    faults: dict[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    reading: Reading = readings.read(typed)
    scene = scenes.chosen(visit, visit.request.POST.get("scene", ""))
    acts, why = readings.acts(reading, visit, scene)
    context = {
        "automation": automation,
        "form": shown.show(reading, acts, reading.urgent_faults if faults is None else faults),
        "scenes": scenes.offered(visit, reading.partial),
        "scene": scene,
        "scene_fault": why,
        "action": visit.request.path,
        "whole_fault": (faults or {}).get("", ""),
    }
    if "fragment" in visit.request.POST:
        return visit.fragment("automations/_form.html", context)
    title = f"Change {automation.name}" if automation else "New automation"
    return visit.page("automations/builder.html", context, title=title, status=status)
