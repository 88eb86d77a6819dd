"""The builder: one form, which its buttons reshape and its script keeps up to date. Without the script each button loads the page."""

from __future__ import annotations

import uuid
from dataclasses import replace

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from automations import lifecycle
from automations import permissions as may
from automations.errors import BadContent, NameTaken, NotPossible
from automations.models import Automation, AutomationVersion
from snoutos.core.problems import Problem
from snoutos.desk.automations import builder_form as typing
from snoutos.desk.automations import builder_page, trial_threads
from snoutos.desk.automations import builder_validation as readings
from snoutos.desk.automations.builder_form import Typed
from snoutos.desk.automations.builder_validation import Reading
from snoutos.desk.request import DeskRequest, desk_page
from snoutos.desk.views.automations import find

CHANGED_MEANWHILE = (
    "Someone changed this automation while you were editing. Check yours; saving again replaces theirs."
)


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page(may.CREATE)
def new(desk: DeskRequest) -> HttpResponse:
    """Make an automation from nothing."""
    if desk.request.method == "POST":
        return _posted(desk, None)
    return _page(desk, None, Typed())


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page(may.CHANGE)
def edit(desk: DeskRequest, public_id: uuid.UUID) -> HttpResponse:
    """Change the draft, or begin one beside what is in force."""
    automation = find(desk, public_id)
    if desk.request.method == "POST":
        return _posted(desk, automation)
    if automation.archived_at is not None:
        messages.warning(desk.request, NotPossible("It's archived.").sentence)
        return HttpResponseRedirect(_address(automation), status=303)
    return _page(desk, automation, typing.of_version(automation, _current(automation)))


@require_POST
@desk_page(may.CREATE, may.CHANGE)
def preview(desk: DeskRequest) -> HttpResponse:
    """What the form means at the moment: the sentence, each action's outcome, and faults by place. Keeps nothing."""
    reading = readings.read(typing.read(desk.request.POST))
    scene = trial_threads.chosen(desk, desk.request.POST.get("scene", ""))
    acts, why = readings.acts(reading, desk, scene)
    outcomes = {
        f"a.{at}": render_to_string("automations/_act.html", {"act": act}, request=desk.request)
        for at, act in acts.items()
    }
    answer = JsonResponse(
        {"sentence": reading.sentence, "acts": outcomes, "faults": reading.urgent_faults, "scene": why}
    )
    answer["Cache-Control"] = "no-store"
    return answer


def _posted(desk: DeskRequest, automation: Automation | None) -> HttpResponse:
    post = desk.request.POST
    typed, do = typing.read(post), post.get("do", "save")
    if do != "save":
        return _page(desk, automation, typing.reshape(typed, do, adding=post.get("adding", "")))
    reading = readings.read(typed)
    if reading.faults:
        return _page(desk, automation, typed, faults=reading.faults, status=422)
    try:
        return _saved(desk, automation, typed)
    except Problem as problem:
        faults = {_place_of(problem, typed): problem.sentence}
        return _page(desk, automation, typed, faults=faults, status=problem.status)


def _saved(desk: DeskRequest, automation: Automation | None, typed: Typed) -> HttpResponse:
    if automation is None:
        made = lifecycle.create(
            organization=desk.organization,
            name=typed.name,
            description=typed.description,
            wish=typed.wish,
            by=desk.user,
            at=desk.at,
        )
        messages.success(desk.request, "Saved as a draft. Test it now; nothing is sent.")
        return HttpResponseRedirect(f"{_address(made)}#test", status=303)
    current = _current(automation)
    if typed.base != typing.base_of(current):
        fresh = replace(typed, base=typing.base_of(current))
        return _page(desk, automation, fresh, faults={"": CHANGED_MEANWHILE}, status=409)
    if (typed.name, typed.description) != (automation.name, automation.description):
        lifecycle.rename(automation, name=typed.name, description=typed.description, by=desk.user, at=desk.at)
    if _is_changed(current, typed):
        lifecycle.change(automation, wish=typed.wish, by=desk.user, at=desk.at)
    messages.success(desk.request, "Saved.")
    return HttpResponseRedirect(f"{_address(automation)}#test", status=303)


def _is_changed(current: AutomationVersion, typed: Typed) -> bool:
    """Another name alone makes no new draft."""
    return (typed.wish.read().digest, typed.urgent_reason) != (current.digest, current.urgent_reason)


def _current(automation: Automation) -> AutomationVersion:
    """What the builder opens with: the draft, else what is in force."""
    return lifecycle.draft_of(automation) or automation.versions.latest("number")


def _place_of(problem: Problem, typed: Typed) -> str:
    if isinstance(problem, BadContent):
        return readings.place_of(problem.path, typed)
    return "name" if isinstance(problem, NameTaken) else ""


def _address(automation: Automation) -> str:
    return reverse("admin:automations_automation_change", args=[automation.public_id])


def _page(
    desk: DeskRequest,
    automation: Automation | None,
    typed: Typed,
    *,
    faults: dict[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    reading: Reading = readings.read(typed)
    scene = trial_threads.chosen(desk, desk.request.POST.get("scene", ""))
    acts, why = readings.acts(reading, desk, scene)
    context = {
        "automation": automation,
        "form": builder_page.show(reading, acts, reading.urgent_faults if faults is None else faults),
        "scenes": trial_threads.offered(desk, reading.partial),
        "scene": scene,
        "scene_fault": why,
        "action": desk.request.path,
        "whole_fault": (faults or {}).get("", ""),
    }
    if "fragment" in desk.request.POST:
        return desk.fragment("automations/_form.html", context)
    title = f"Change {automation.name}" if automation else "New automation"
    return desk.page("automations/builder.html", context, title=title, status=status)
