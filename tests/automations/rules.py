"""Rules for tests: what they do, said briefly, and switched on through the verbs an owner uses."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from audit.models import Occurrence
from automations import lifecycle
from automations.engine import match, runner, time_triggers
from automations.lifecycle import Wish
from automations.models import Automation, AutomationVersion, Execution
from automations.trial.dry_run import Scene
from automations.trial.dry_run import test as try_out
from messaging.models import Thread
from tests.business import Business

TEXT_CLIENT = {"kind": "text_client", "body": "Hi {{ client.first_name }}, we saw your text."}
ALERT = {"kind": "notify_owner", "say": "A client waits for an answer"}


def wish(*actions: dict[str, Any], trigger: Any = None, conditions: Any = None, **more: Any) -> Wish:
    """What an automation is to do: by default, when a text comes in."""
    content = {
        "trigger": trigger or {"kind": "message.received", "author": "client"},
        "conditions": conditions or {},
        "actions": list(actions or (TEXT_CLIENT,)),
    }
    return Wish(content=content, **more)


def active(
    business: Business,
    *actions: dict[str, Any],
    name: str = "A rule",
    thread: Thread | None = None,
    at: datetime | None = None,
    scene: Scene | None = None,
    **more: Any,
) -> Automation:
    """An automation that was tested on the client's conversation and has been switched on for half an hour.

    What happened before is over: a test's transaction has one `now()`, so time cannot tell.
    """
    scene = scene or Scene(thread=thread or business.thread())
    Occurrence.objects.filter(done_at__isnull=True).update(done_at=timezone.now())
    now = at or timezone.now()
    automation = lifecycle.create(
        organization=business.organization, name=name, wish=wish(*actions, **more), by=business.owner, at=now
    )
    try_out(automation, scene=scene, by=business.owner, at=now)
    lifecycle.activate(automation, by=business.owner, at=now)
    if at is None:
        since = now - timedelta(minutes=30)
        AutomationVersion.objects.filter(automation=automation).update(activated_at=since)
    return automation


def version_of(automation: Automation) -> AutomationVersion:
    """The version in force."""
    found = lifecycle.in_force(automation)
    assert found is not None
    return found


def settle(at: datetime | None = None) -> None:
    """Let the ticks do all there is to do now: plan, match, run."""
    time_triggers.plan(at or timezone.now())
    match.match_due()
    runner.run_due()


def come_due(kind: str, *, by: timedelta) -> int:
    """Let the occurrences of a kind come due earlier by so much, in place of waiting."""
    waiting = Occurrence.objects.filter(kind=kind, done_at__isnull=True)
    for one in waiting:
        Occurrence.objects.filter(pk=one.pk).update(due_at=one.due_at - by)
    return len(waiting)


def ran(automation: Automation) -> list[tuple[str, str]]:
    """State and reason of what ran, oldest first."""
    return list(Execution.objects.filter(automation=automation).order_by("pk").values_list("state", "reason"))


def steps(automation: Automation) -> list[tuple[str, str, str]]:
    """Kind, state and reason of every step of the newest execution."""
    execution = Execution.objects.filter(automation=automation).latest("pk")
    return list(execution.steps.order_by("position").values_list("kind", "state", "reason"))
