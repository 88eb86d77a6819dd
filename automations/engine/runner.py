"""Running an execution: its conditions, then one step after the other, each committed with its state.

The execution's row is the claim: whoever runs holds it, SKIP LOCKED, for one transaction. A process that dies leaves everything as the last
commit said, and the tick goes on from there.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import structlog
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone

from audit.record import Actor, current, recording
from automations import alerts, events
from automations.content import Content, conditions
from automations.content.actions import Spec
from automations.content.params import ContentError
from automations.engine import context, match, recheck, steps, webhook_step
from automations.engine.context import Situation
from automations.engine.steps import Call, Doing, Done, Outcome, Skipped, Wait
from automations.models import Automation, Execution, ExecutionState, Step, StepState, VersionState
from automations.models.executions import UNFINISHED
from messaging.timing import scaled
from snoutos.core import dberrors

log = structlog.get_logger(__name__)

AT_ONCE = 200
TRIES = 3
TRY_AGAIN_AFTER = (scaled(minutes=1), scaled(minutes=5))
PAUSED_AFTER_FAILURES = 5


@dataclass(frozen=True, slots=True)
class _Calling:
    """A step whose call is to be made now, with nothing held."""

    execution: Execution
    step: Step
    spec: Spec
    situation: Situation


def run_due() -> int:
    """Go on with everything that is due. Returns how many executions were looked at."""
    due = Execution.objects.filter(state__in=UNFINISHED, due_at__lte=Now()).order_by("due_at", "id")
    ids = list(due.values_list("pk", "organization_id")[:AT_ONCE])
    held_up: set[int] = set()
    for pk, organization_id in ids:
        if organization_id in held_up:
            continue
        try:
            run(pk)
        except Exception as error:
            if dberrors.is_held_up(error):
                # Whoever holds a row of this business may hold it against all of its executions: they are due at the next tick as well.
                log.warning("automations.held_up", execution_id=pk, error=type(error).__name__)
                held_up.add(organization_id)
                continue
            # One that cannot go on must not keep the others from it. The error's words may quote a person: only its type is kept.
            log.error("automations.run_failed", execution_id=pk, error=type(error).__name__)
            _set_back(pk)
    return len(ids)


def run(execution_id: int) -> None:
    """Go on with one execution until it is done, waits, or is in somebody else's hands. Any number of these may run at once."""
    while True:
        more = _advance(execution_id)
        if isinstance(more, _Calling):
            answer = _called(more)
            dberrors.repeat(partial(_settle_call, more, answer))
        elif not more:
            return


def _set_back(execution_id: int) -> None:
    """Try again in a minute what raised where nothing should; after an hour of that it has failed."""
    at = timezone.now()
    with transaction.atomic():
        held = _hold(execution_id)
        if held is None:
            return
        with recording(actor=Actor.automation(held.automation_id), at=at):
            if at - held.created_at > match.TOO_LATE:
                _finish(held, ExecutionState.FAILED, "error", at)
            else:
                _pause_until(held, at + TRY_AGAIN_AFTER[0])


def _advance(execution_id: int) -> bool | _Calling:
    """One transaction's worth: begin, or one step. Returns whether there is more to do now, or the call to make."""
    at = timezone.now()
    with transaction.atomic():
        held = _hold(execution_id)
        if held is None:
            return False
        with recording(actor=Actor.automation(held.automation_id), at=at):
            return _go_on(held, at)


def _hold(execution_id: int) -> Execution | None:
    found: Execution | None = (
        Execution.objects.select_for_update(skip_locked=True, no_key=True, of=("self",))
        .select_related("automation", "version", "occurrence", "thread", "organization")
        .filter(pk=execution_id, state__in=UNFINISHED, due_at__lte=Now())
        .first()
    )
    return found


def _go_on(execution: Execution, at: datetime) -> bool | _Calling:
    stopped = _stopped(execution, at)
    if stopped is not None:
        _finish(execution, *stopped, at)
        return False
    try:
        content = match.content_of(execution.version)
    except ContentError:
        _finish(execution, ExecutionState.SKIPPED, "unreadable", at)
        return False
    situation = context.load(
        match.happening_of(execution.occurrence), organization=execution.organization, at=at
    )
    if situation is None:
        _finish(execution, ExecutionState.SKIPPED, "gone", at)
        return False
    if execution.state == ExecutionState.PENDING:
        return _begin(execution, content, situation, at)
    return _next_step(execution, content, situation, at)


def _stopped(execution: Execution, at: datetime) -> tuple[ExecutionState, str] | None:
    """Why it does not go on: the rule was paused or archived meanwhile, or the time has passed by over an hour."""
    if execution.automation.archived_at is not None:
        return ExecutionState.CANCELED, "archived"
    if execution.version.state == VersionState.PAUSED:
        return ExecutionState.CANCELED, "paused"
    if execution.due_at is not None and at - execution.due_at > match.TOO_LATE:
        return ExecutionState.SKIPPED, "too_late"
    return None


def _begin(execution: Execution, content: Content, situation: Situation, at: datetime) -> bool:
    """Ask the conditions; when they are met, write down the steps."""
    if not recheck.holds(match.happening_of(execution.occurrence), content.trigger):
        _finish(execution, ExecutionState.SKIPPED, "no_longer_so", at)
        return False
    outcome = conditions.evaluate(content.conditions, situation.facts)
    execution.conditions = [result.met for result in outcome.results]
    if not outcome.met:
        _finish(execution, ExecutionState.NOT_MET, "", at)
        return False
    Step.objects.bulk_create(
        Step(
            organization_id=execution.organization_id, execution=execution, position=position, kind=spec.kind
        )
        for position, spec in enumerate(content.actions)
    )
    execution.state = ExecutionState.RUNNING
    execution.save(update_fields=["state", "conditions"])
    return True


def _next_step(execution: Execution, content: Content, situation: Situation, at: datetime) -> bool | _Calling:
    steps = list(execution.steps.order_by("position"))
    open_steps = [step for step in steps if step.state in (StepState.PENDING, StepState.CALLING)]
    if not open_steps:
        _end(execution, steps, at)
        return False
    step = open_steps[0]
    spec = content.actions[step.position]
    doing = Doing(
        execution=execution,
        step=step,
        spec=spec,
        situation=situation,
        is_urgent=content.is_urgent,
        at=at,
    )
    return _apply(doing, _perform(doing))


def _perform(doing: Doing) -> Outcome | None:
    """Do it in a savepoint. None: it raised, and whatever it changed is undone. A lock that was not got is no failure and no try."""
    try:
        with transaction.atomic(), recording():
            return steps.perform(doing)
    except Exception as error:
        if dberrors.is_held_up(error):
            raise
        # Whatever is wrong with one step. The error's words may quote a person: only its type is kept.
        log.error("automations.step_failed", step_id=doing.step.pk, error=type(error).__name__)
        return None


def _apply(doing: Doing, outcome: Outcome | None) -> bool | _Calling:
    """Write down what a step came to, in the transaction it happened in."""
    execution, step, at = doing.execution, doing.step, doing.at
    step.started_at = step.started_at or at
    if outcome is None:
        return _try_again(execution, step, doing.spec, "error", at, waits=TRY_AGAIN_AFTER)
    if isinstance(outcome, Wait):
        step.save(update_fields=["started_at"])
        return _pause_until(execution, outcome.until)
    if isinstance(outcome, Call) and step.tries > len(webhook_step.AGAIN_AFTER):
        # Each time whoever called died in the middle.
        return _ended(execution, step, doing.spec, StepState.FAILED, "call_failed", at)
    if isinstance(outcome, Call):
        step.state, step.tries = StepState.CALLING, step.tries + 1
        step.save(update_fields=["state", "tries", "started_at"])
        _pause_until(execution, at + webhook_step.LEASE)
        return _Calling(execution, step, doing.spec, doing.situation)
    if isinstance(outcome, Done):
        step.message = outcome.message
        _settle(step, StepState.DONE, outcome.reason, at)
        return True
    state = StepState.SKIPPED if isinstance(outcome, Skipped) else StepState.FAILED
    return _ended(execution, step, doing.spec, state, outcome.reason, at)


def _called(one: _Calling) -> webhook_step.Answer:
    with structlog.contextvars.bound_contextvars(execution_id=one.execution.pk, step=one.step.position):
        answer = webhook_step.call(one.execution, one.step, one.spec, one.situation, at=timezone.now())
        log.info("automations.called", kind=one.spec.kind, reason=answer.reason)
    return answer


def _settle_call(one: _Calling, answer: webhook_step.Answer) -> None:
    """Write down how a call ended, unless its time was up and somebody else has called again meanwhile."""
    at = timezone.now()
    with transaction.atomic():
        held: Execution | None = (
            Execution.objects.select_for_update(no_key=True, of=("self",))
            .select_related("automation", "version")
            .filter(pk=one.execution.pk, state=ExecutionState.RUNNING)
            .first()
        )
        step = Step.objects.filter(pk=one.step.pk, state=StepState.CALLING, tries=one.step.tries).first()
        if held is None or step is None:
            return
        with recording(actor=Actor.automation(held.automation_id), at=at):
            if not answer.reason:
                _settle(step, StepState.DONE, "", at)
                _pause_until(held, at)
            elif answer.again:
                _try_again(held, step, one.spec, answer.reason, at, waits=webhook_step.AGAIN_AFTER)
            else:
                _ended(held, step, one.spec, StepState.FAILED, answer.reason, at)


def _try_again(
    execution: Execution, step: Step, spec: Spec, reason: str, at: datetime, *, waits: tuple[timedelta, ...]
) -> bool:
    """Put a step back for later, or give it up when it was tried often enough."""
    if step.state == StepState.PENDING:
        step.tries += 1
    if step.tries > len(waits):
        return _ended(execution, step, spec, StepState.FAILED, reason, at)
    step.state = StepState.PENDING
    step.save(update_fields=["state", "tries", "started_at"])
    return _pause_until(execution, at + waits[step.tries - 1])


def _ended(execution: Execution, step: Step, spec: Spec, state: StepState, reason: str, at: datetime) -> bool:
    """A step that did not happen. After a failure the rule says whether to go on; what was forbidden never stops it."""
    _settle(step, state, reason, at)
    if state == StepState.FAILED and spec.on_failure == "stop":
        _finish(execution, ExecutionState.FAILED, reason, at)
        return False
    _pause_until(execution, at)
    return True


def _settle(step: Step, state: StepState, reason: str, at: datetime) -> None:
    step.state, step.reason, step.finished_at = state, reason[:60], at
    step.started_at = step.started_at or at
    step.save()


def _pause_until(execution: Execution, until: datetime) -> bool:
    execution.due_at = until
    execution.save(update_fields=["due_at"])
    return False


def _end(execution: Execution, steps: list[Step], at: datetime) -> None:
    failed = next((step for step in steps if step.state == StepState.FAILED), None)
    if failed is not None:
        _finish(execution, ExecutionState.FAILED, failed.reason, at)
    else:
        _finish(execution, ExecutionState.DONE, "", at)


def _finish(execution: Execution, state: ExecutionState, reason: str, at: datetime) -> None:
    execution.state, execution.reason = state, reason[:40]
    execution.finished_at, execution.due_at = at, None
    execution.save(update_fields=["state", "reason", "conditions", "finished_at", "due_at"])
    if state == ExecutionState.NOT_MET:
        return
    ids = {"organization_id": execution.organization_id, "automation_id": execution.automation_id}
    current().record(
        events.automation_ran(
            **ids,
            execution_id=execution.pk,
            thread_id=execution.thread_id,
            state=state,
            reason=execution.reason,
        )
    )
    if execution.reason == "too_late":
        current().alert(alerts.automation_skipped_late(**ids))
    if state == ExecutionState.FAILED:
        _count_failure(execution)
    elif state == ExecutionState.DONE and execution.automation.failures_in_row:
        Automation.objects.filter(pk=execution.automation_id).update(failures_in_row=0)


def _count_failure(execution: Execution) -> None:
    """One more failure in a row; the fifth pauses the rule and tells the owner."""
    mine = Automation.objects.filter(pk=execution.automation_id)
    mine.update(failures_in_row=F("failures_in_row") + 1)
    failures = mine.values_list("failures_in_row", flat=True).get()
    if failures < PAUSED_AFTER_FAILURES:
        return
    version = execution.version
    paused = (
        type(version)
        .objects.filter(automation_id=execution.automation_id, state=VersionState.ACTIVE)
        .update(state=VersionState.PAUSED, paused_reason="failures")
    )
    if paused:
        ids = {"organization_id": execution.organization_id, "automation_id": execution.automation_id}
        current().record(events.automation_paused(**ids, version=version.number, reason="failures"))
        current().alert(alerts.automation_paused(**ids, failures=failures))
