"""What automations did: a line for each execution, and one of them whole, every condition and step in words."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.urls import reverse

from automations import errors
from automations.content import Content
from automations.content.actions import ACTIONS
from automations.content.conditions import leaf_sentence
from automations.content.triggers import TRIGGERS
from automations.models import Execution, ExecutionState, Step, StepState
from messaging.models import Delivery, Thread
from messaging.people import naming
from snoutos.core import timefmt
from snoutos.desk import words
from snoutos.desk.automations import overview, trial_threads
from snoutos.desk.automations.builder_page import spec_words
from snoutos.desk.request import DeskRequest
from snoutos.desk.words import Saying

PAGE = 50
_TONES = {"done": "ok", "failed": "danger", "skipped": "warning", "canceled": "plain", "not_met": "plain"}
_STEP_TONES = {"done": "ok", "failed": "danger", "skipped": "warning", "pending": "plain", "calling": "wait"}
STATES = (("", "All"), *ExecutionState.choices)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One execution in a list."""

    public_id: uuid.UUID
    automation: str
    who: str
    when: str
    full_time: str
    label: str
    tone: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A condition and its answer; None when nobody asked, because it stopped before."""

    sentence: str
    is_met: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """One step: what was to be done, what came of it, and the text with where it is on its way."""

    sentence: str
    label: str
    tone: str
    reason: str
    when: str
    text: str
    text_url: str
    deliveries: tuple[Saying, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """One execution, whole."""

    row: Row
    automation_id: uuid.UUID
    version: int
    happened: str
    happened_when: str
    began: str
    ended: str
    goes_on: str
    conversation_url: str
    asked: tuple[Asked, ...]
    steps: tuple[Done, ...]


def rows(desk: DeskRequest, executions: QuerySet[Execution], *, most: int) -> list[Row]:
    """The newest of them. Two queries."""
    return _named(desk, list(executions.select_related("automation").order_by("-id")[:most]))


def page(desk: DeskRequest, executions: QuerySet[Execution], *, before: str) -> tuple[list[Row], str]:
    """A page of the log, newest first, and what continues it; empty at the end. `before` is an execution's public id."""
    try:
        edge = Execution.objects.of(desk.organization).filter(public_id=uuid.UUID(before)).first()
    except ValueError:
        edge = None
    found = executions.filter(pk__lt=edge.pk) if edge is not None else executions
    page_of = list(found.select_related("automation").order_by("-id")[: PAGE + 1])
    more = str(page_of[PAGE - 1].public_id) if len(page_of) > PAGE else ""
    return _named(desk, page_of[:PAGE]), more


def of_thread(desk: DeskRequest, thread: Thread, most: int = 5) -> list[Row]:
    """What ran in a conversation lately, without what asked its conditions in vain."""
    mine = Execution.objects.of(desk.organization).filter(thread=thread)
    found = mine.exclude(state=ExecutionState.NOT_MET).select_related("automation").order_by("-id")[:most]
    return [_row(desk, one, "") for one in found]


def find(desk: DeskRequest, public_id: uuid.UUID) -> Execution | None:
    """The execution with everything its page shows; None for one of another business as for none."""
    texts = Delivery.objects.order_by("pk")
    steps = (
        Step.objects.select_related("message", "message__thread")
        .prefetch_related(Prefetch("message__deliveries", queryset=texts))
        .order_by("position")
    )
    found: Execution | None = (
        Execution.objects.of(desk.organization)
        .select_related("automation", "version", "occurrence", "thread")
        .prefetch_related(Prefetch("steps", queryset=steps))
        .filter(public_id=public_id)
        .first()
    )
    return found


def whole(desk: DeskRequest, execution: Execution) -> Whole:
    """Everything about one execution."""
    content = overview.content_of(execution.version)
    [row] = _named(desk, [execution])
    kind = execution.version.trigger_kind
    happened = content.trigger.sentence if content else TRIGGERS[kind].label if kind in TRIGGERS else kind
    return Whole(
        row=row,
        automation_id=execution.automation.public_id,
        version=execution.version.number,
        happened=happened[0].upper() + happened[1:],
        happened_when=timefmt.full(execution.occurrence.due_at, desk.zone),
        began=timefmt.full(execution.created_at, desk.zone),
        ended=timefmt.full(execution.finished_at, desk.zone) if execution.finished_at else "",
        goes_on=timefmt.until(execution.due_at, desk.zone, desk.at) if execution.due_at else "",
        conversation_url=_conversation(execution.thread) if execution.thread else "",
        asked=tuple(_asked(content, execution.conditions)),
        steps=tuple(_steps(desk, execution, content)),
    )


def _named(desk: DeskRequest, executions: list[Execution]) -> list[Row]:
    ids = {one.thread_id for one in executions if one.thread_id}
    threads = Thread.objects.of(desk.organization).filter(pk__in=ids).select_related("client")
    names = {row.pk: trial_threads.label(row) for row in threads.annotate(party=naming.outside_of())}
    return [_row(desk, one, names.get(one.thread_id, "")) for one in executions]


def _row(desk: DeskRequest, execution: Execution, who: str) -> Row:
    return Row(
        public_id=execution.public_id,
        automation=execution.automation.name,
        who=who,
        when=timefmt.stamp(execution.created_at, desk.zone, desk.at),
        full_time=timefmt.full(execution.created_at, desk.zone),
        label=str(ExecutionState(execution.state).label),
        tone=_TONES.get(execution.state, "wait"),
        reason=errors.reason(execution.reason),
    )


def _conversation(thread: Thread, position: int | None = None) -> str:
    where = reverse("admin:conversation", args=[thread.public_id])
    return where if position is None else f"{where}#m{position}"


def _asked(content: Content | None, answers: list[bool]) -> list[Asked]:
    """Answers stand in the order of the questions; there are none when it stopped before it asked."""
    leaves = list(content.conditions.leaves()) if content else []
    known: list[bool | None] = [*answers, *[None] * len(leaves)]
    return [
        Asked(sentence=leaf_sentence(leaf), is_met=met)
        for leaf, met in zip(leaves, known[: len(leaves)], strict=True)
    ]


def _steps(desk: DeskRequest, execution: Execution, content: Content | None) -> list[Done]:
    return [_step(desk, step, content) for step in execution.steps.all()]


def _step(desk: DeskRequest, step: Any, content: Content | None) -> Done:
    message = step.message
    deliveries = message.deliveries.all() if message is not None else ()
    if content is not None and step.position < len(content.actions):
        sentence = spec_words(content.actions[step.position])
    else:
        sentence = ACTIONS[step.kind].label if step.kind in ACTIONS else step.kind
    return Done(
        sentence=sentence,
        label=str(StepState(step.state).label),
        tone=_STEP_TONES[step.state],
        reason=errors.reason(step.reason),
        when=timefmt.full(step.finished_at, desk.zone) if step.finished_at else "",
        text=message.body if message is not None else "",
        text_url=_conversation(message.thread, message.position) if message is not None else "",
        deliveries=tuple(words.delivery(one, desk.zone, desk.at) for one in deliveries),
    )
