"""Celery's entry points of automations: ids in, one call. Every one may run twice, late, or not at all; the ticks find what is left."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from automations.engine import match, retention, runner, time_triggers


@shared_task(name="automations.tasks.match_due")
def match_due() -> None:
    """Let automations look at what happened or came due, and go on with what they had begun."""
    match.match_due()
    runner.run_due()


@shared_task(name="automations.tasks.plan")
def plan() -> None:
    """Write down what comes due soon."""
    time_triggers.plan(timezone.now())


@shared_task(name="automations.tasks.run")
def run(execution_id: int) -> None:
    """Go on with one execution."""
    runner.run(execution_id)


@shared_task(name="automations.tasks.forget")
def forget() -> None:
    """Forget what automations need no longer."""
    retention.forget(timezone.now())
