"""“Try on the last 30 days”: how often a rule would have fired and what it would have said, from what is stored. Reads only.

The database itself is told so: the whole of it runs in a transaction that may not write.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db import connection, transaction

from audit.models import Occurrence
from automations.content import Content
from automations.engine import context, match, recheck, time_triggers
from automations.engine.context import Situation
from automations.engine.matcher import OccurrenceFacts, in_lane, lane_of, sets_off
from automations.trial import dry_run
from automations.trial.dry_run import Rehearsal
from snoutos.accounts.models import Organization

DAYS = timedelta(days=30)
LOOKED_AT = 2000
SHOWN = 20


@dataclass(frozen=True, slots=True)
class Fired:
    """One time it would have fired."""

    at: datetime
    situation: Situation
    rehearsal: Rehearsal


@dataclass(frozen=True, slots=True)
class Replay:
    """`looked_at` happenings fitted the trigger, `met` met the conditions; `fired` are the newest of those. `is_cut`: there were more."""

    looked_at: int
    met: int
    is_cut: bool
    fired: tuple[Fired, ...]


def replay(content: Content, *, organization: Organization, automation_id: int, at: datetime) -> Replay:
    """What `content` would have done in the 30 days before `at`. Names and visits are as they stand now, the clock as it stood then."""
    with _reading_only():
        found = list(
            itertools.islice(_happenings(content, organization, automation_id, at - DAYS, at), LOOKED_AT + 1)
        )
        looked_at, fired = 0, []
        for happening in found[:LOOKED_AT]:
            situation = context.load(happening, organization=organization, at=happening.due_at)
            if situation is None or not in_lane(content.lane, of_thread=_lane(situation)):
                continue
            looked_at += 1
            rehearsal = dry_run.rehearse(content, situation)
            if rehearsal.is_met:
                fired.append(Fired(happening.due_at, situation, rehearsal))
        newest = sorted(fired, key=lambda one: one.at, reverse=True)[:SHOWN]
        return Replay(looked_at, len(fired), len(found) > LOOKED_AT, tuple(newest))


@contextmanager
def _reading_only() -> Iterator[None]:
    """A savepoint in which the database refuses to write, and which is undone."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL transaction_read_only = on")
        try:
            yield
        finally:
            # Back to reading and writing for whoever called inside a transaction of their own.
            transaction.set_rollback(True)


def _happenings(
    content: Content, organization: Organization, automation_id: int, start: datetime, end: datetime
) -> Iterator[OccurrenceFacts]:
    spec = content.trigger
    if spec.kind in time_triggers.PLANNED:
        yield from time_triggers.happenings(
            content, organization=organization, automation_id=automation_id, start=start, end=end
        )
        return
    kind = "message.received" if spec.kind == "message.unanswered" else spec.kind
    stored = Occurrence.objects.of(organization).filter(kind=kind, due_at__gte=start, due_at__lt=end)
    for occurrence in stored.order_by("-due_at").iterator(chunk_size=500):
        happening = match.happening_of(occurrence)
        if spec.kind == "message.unanswered":
            waited = _waited(content, happening, automation_id, end)
            if waited is not None:
                yield waited
        elif sets_off(spec, happening, automation_id=automation_id):
            yield happening


def _waited(
    content: Content, happening: OccurrenceFacts, automation_id: int, end: datetime
) -> OccurrenceFacts | None:
    """The moment at which a text that came in had waited for too long; None when it was answered in time."""
    spec = content.trigger
    if not recheck.is_planted_by(spec, happening):
        return None
    message = recheck.message_of(happening)
    if message is None or not recheck.is_waiting(message, spec):
        return None
    due = recheck.due_at(message, spec.number("minutes"))
    if due >= end or recheck.is_answered(message, spec, before=due):
        return None
    payload = {"message_id": message.pk, "automation_id": automation_id}
    return replace(happening, kind=spec.kind, payload=payload, due_at=due)


def _lane(situation: Situation) -> str | None:
    if situation.thread is None:
        return None
    role = situation.number.role if situation.number else ""
    return lane_of(thread_kind=situation.thread.kind, number_role=role)
