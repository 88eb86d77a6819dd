"""Trying a rule: on one conversation, which makes it tested, and on the last 30 days. Nothing is sent by either."""

from __future__ import annotations

from dataclasses import dataclass

from automations import lifecycle
from automations.errors import NoDraft
from automations.models import Automation, AutomationVersion
from automations.trial import backtest, dry_run
from automations.trial.dry_run import Rehearsal, Scene
from messaging.models import Thread
from messaging.people import naming
from snoutos.core import timefmt
from snoutos.core.problems import Problem
from snoutos.desk.automations import trial_threads
from snoutos.desk.automations.overview import UNREADABLE, content_of
from snoutos.desk.forms import SceneForm
from snoutos.desk.request import DeskRequest


@dataclass(frozen=True, slots=True)
class Time:
    """One time it would have gone off: when, with whom, and what it would have said."""

    when: str
    who: str
    url_id: str
    rehearsal: Rehearsal


@dataclass(frozen=True, slots=True)
class Past:
    """How it would have gone in 30 days. `is_cut`: there was more than could be looked at."""

    looked_at: int
    met: int
    is_cut: bool
    times: tuple[Time, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What trying showed: a rehearsal or the past, or why it was refused."""

    rehearsal: Rehearsal | None = None
    who: str = ""
    past: Past | None = None
    faults: tuple[str, ...] = ()
    status: int = 200


def test(desk: DeskRequest, automation: Automation) -> Tried:
    """Play the draft on what the form says. When every text can be written it is tested."""
    form = SceneForm(desk.request.POST, organization=desk.organization)
    if not form.is_valid():
        return Tried(faults=tuple(form.faults), status=422)
    data = form.cleaned_data
    scene = Scene(
        thread=trial_threads.chosen(desk, data["scene"]), text=data["text"], event_data=data["event"]
    )
    try:
        tested = dry_run.test(automation, scene=scene, by=desk.user, at=desk.at)
    except Problem as problem:
        return Tried(
            rehearsal=_shown_all_the_same(desk, automation, scene),
            faults=(problem.sentence,),
            status=problem.status,
        )
    return Tried(rehearsal=tested.rehearsal, who=_who(desk, scene.thread))


def on_the_past(desk: DeskRequest, automation: Automation) -> Tried:
    """The last 30 days with the draft, else with what is in force."""
    version = lifecycle.draft_of(automation) or lifecycle.in_force(automation)
    if version is None:
        return Tried(faults=(NoDraft().sentence,), status=409)
    found = past(desk, automation, version)
    return Tried(past=found) if found is not None else Tried(faults=(UNREADABLE,), status=409)


def past(desk: DeskRequest, automation: Automation, version: AutomationVersion) -> Past | None:
    """What `version` would have done in the last 30 days; None when it cannot be read."""
    content = content_of(version)
    if content is None:
        return None
    found = backtest.replay(content, organization=desk.organization, automation_id=automation.pk, at=desk.at)
    names = _names(desk, [one.situation.thread for one in found.fired])
    shown = [
        Time(
            timefmt.full(one.at, desk.zone),
            names.get(one.situation.thread.pk, "") if one.situation.thread else "",
            str(one.situation.thread.public_id) if one.situation.thread else "",
            one.rehearsal,
        )
        for one in found.fired
    ]
    return Past(found.looked_at, found.met, found.is_cut, tuple(shown))


def _shown_all_the_same(desk: DeskRequest, automation: Automation, scene: Scene) -> Rehearsal | None:
    """What a refused test got to: the text that cannot be written is marked in it."""
    draft = lifecycle.draft_of(automation)
    content = content_of(draft) if draft is not None else None
    if content is None:
        return None
    try:
        return dry_run.preview(content, organization=desk.organization, scene=scene, at=desk.at)
    except Problem:
        return None


def _who(desk: DeskRequest, thread: Thread | None) -> str:
    return _names(desk, [thread]).get(thread.pk, "") if thread is not None else ""


def _names(desk: DeskRequest, threads: list[Thread | None]) -> dict[int, str]:
    ids = {thread.pk for thread in threads if thread is not None}
    rows = Thread.objects.of(desk.organization).filter(pk__in=ids).select_related("client")
    return {row.pk: trial_threads.label(row) for row in rows.annotate(party=naming.outside_of())}
