"""From occurrences that came due to executions: once for each automation, by constraint, however many ticks run at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from audit.models import Occurrence
from audit.record import Actor, current, recording
from automations import alerts, events
from automations import content as contents
from automations.content import Content
from automations.content.params import ContentError
from automations.engine import lanes, recheck
from automations.engine.matcher import OccurrenceFacts, in_lane, sets_off
from automations.models import AutomationVersion, Execution, ExecutionState, VersionState
from messaging import publish
from snoutos.core import dberrors

log = structlog.get_logger(__name__)

AT_ONCE = 100
TRIES = 5
# A row that somebody holds is free again within the time that any process may stand still (`snoutos.core.database_limits`).
HELD_UP_AGAIN = timedelta(seconds=5)
# What comes due during an outage of more than an hour is skipped, and said, instead of fired in a burst.
TOO_LATE = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Active:
    """An active version, as far as matching needs it, with its content read."""

    organization_id: int
    automation_id: int
    version_id: int
    lane: str
    since: datetime
    content: Content


def match_due(*, at_most: int = 1000) -> int:
    """Match every occurrence that is due. Returns how many were taken. Any number of these may run at once."""
    taken = 0
    while taken < at_most:
        batch = _match_batch(min(AT_ONCE, at_most - taken))
        taken += batch
        if batch < AT_ONCE:
            break
    return taken


def happening_of(occurrence: Occurrence) -> OccurrenceFacts:
    """What an occurrence's row says."""
    return OccurrenceFacts(
        kind=occurrence.kind,
        payload=occurrence.payload,
        due_at=occurrence.due_at,
        thread_id=occurrence.thread_id,
        depth=occurrence.depth,
    )


def active_of(organization_ids: Iterable[int], kinds: Iterable[str]) -> dict[int, list[Active]]:
    """What is active in these businesses and set off by occurrences of `kinds`: one query, plus one for what is new to this process."""
    triggers = {*kinds, *(recheck.PLANTED for kind in kinds if kind == recheck.PLANTED_BY)}
    rows = list(
        AutomationVersion.objects.filter(
            organization_id__in=set(organization_ids), state=VersionState.ACTIVE, trigger_kind__in=triggers
        )
        .order_by("automation_id")
        .values_list("organization_id", "automation_id", "pk", "lane", "activated_at", "digest")
    )
    _read_new({digest: pk for _, _, pk, _, _, digest in rows})
    found: dict[int, list[Active]] = defaultdict(list)
    for organization_id, automation_id, pk, lane, since, digest in rows:
        content = _contents.get(digest)
        if content is not None:
            found[organization_id].append(Active(organization_id, automation_id, pk, lane, since, content))
    return found


def content_of(version: AutomationVersion) -> Content:
    """The content of a stored version. Read once a process for each digest, which covers all of it.

    Raises ContentError when it was written for another release.
    """
    found = _contents.get(version.digest)
    if found is None:
        found = contents.parse(version.content, lane=version.lane, is_urgent=version.is_urgent)
        _contents[version.digest] = found
    return found


def _read_new(digests: dict[str, int]) -> None:
    """Read the contents that this process has not read yet. Those of versions in force never change."""
    if len(_contents) > CONTENTS_KEPT:
        _contents.clear()
    new = [pk for digest, pk in digests.items() if digest not in _contents]
    for version in AutomationVersion.objects.filter(pk__in=new) if new else ():
        readable(version)


def readable(version: AutomationVersion) -> Content | None:
    """The content of an active version. One that this release cannot read is paused and told about, so that it holds up no other."""
    try:
        return content_of(version)
    except ContentError as error:
        log.error("automations.unreadable", version_id=version.pk, path=error.path)
    with transaction.atomic(), recording(actor=Actor.system()):
        active = AutomationVersion.objects.filter(pk=version.pk, state=VersionState.ACTIVE)
        if active.update(state=VersionState.PAUSED, paused_reason="unreadable"):
            ids = {"organization_id": version.organization_id, "automation_id": version.automation_id}
            current().record(events.automation_paused(**ids, version=version.number, reason="unreadable"))
            current().alert(alerts.automation_unreadable(**ids))
    return None


CONTENTS_KEPT = 4096
_contents: dict[str, Content] = {}


def _match_batch(size: int) -> int:
    with transaction.atomic():
        batch = list(
            Occurrence.objects.select_for_update(skip_locked=True, no_key=True)
            .filter(done_at__isnull=True, due_at__lte=Now())
            .filter(Q(try_again_at__isnull=True) | Q(try_again_at__lte=Now()))
            .order_by("due_at", "id")[:size]
        )
        if not batch:
            return 0
        active = active_of({one.organization_id for one in batch}, {one.kind for one in batch})
        held_up: set[int] = set()
        done = [one.pk for one in batch if _match_guarded(one, active.get(one.organization_id, []), held_up)]
        Occurrence.objects.filter(pk__in=done).update(done_at=Now())
    return len(batch)


def _match_guarded(occurrence: Occurrence, active: list[Active], held_up: set[int]) -> bool:
    """Match one in a savepoint. False when it failed and is to be tried again: then it must not hold up the others.

    `held_up`: the businesses of which somebody holds a row that matching needs. Theirs come again in a moment; that is no try.
    """
    if occurrence.organization_id in held_up:
        return _comes_again(occurrence)
    happening = happening_of(occurrence)
    if not any(_may_react(one, happening) or _plants(one, happening) for one in active):
        return True
    try:
        with transaction.atomic(), recording(actor=Actor.system()):
            _match(occurrence, happening, active)
    except Exception as error:
        if dberrors.is_held_up(error):
            log.warning("automations.held_up", occurrence_id=occurrence.pk, error=type(error).__name__)
            held_up.add(occurrence.organization_id)
            return _comes_again(occurrence)
        # Whatever is wrong with one occurrence or rule. The error's words may quote a person: only its type is kept.
        log.error("automations.match_failed", occurrence_id=occurrence.pk, error=type(error).__name__)
        return _gave_up(occurrence)
    return True


def _comes_again(occurrence: Occurrence) -> bool:
    Occurrence.objects.filter(pk=occurrence.pk).update(try_again_at=Now() + HELD_UP_AGAIN)
    return False


def _gave_up(occurrence: Occurrence) -> bool:
    tries = occurrence.tries + 1
    waits = timedelta(seconds=30 * 2**tries)
    Occurrence.objects.filter(pk=occurrence.pk).update(tries=tries, try_again_at=Now() + waits)
    if tries < TRIES:
        return False
    with recording(actor=Actor.system()):
        ids = {"organization_id": occurrence.organization_id, "occurrence_id": occurrence.pk}
        current().record(events.automation_occurrence_given_up(**ids, kind=occurrence.kind, tries=tries))
        current().alert(alerts.automation_occurrence_given_up(**ids))
    return True


def _match(occurrence: Occurrence, happening: OccurrenceFacts, active: list[Active]) -> None:
    happening = replace(happening, depth=max(happening.depth, recheck.depth_of(happening)))
    lane = _lane(happening)
    for one in active:
        if not in_lane(one.lane, of_thread=lane):
            continue
        if _plants(one, happening):
            recheck.plant(
                happening,
                one.content.trigger,
                organization_id=one.organization_id,
                automation_id=one.automation_id,
            )
        elif _may_react(one, happening):
            _react(one, occurrence, happening)


def _plants(one: Active, happening: OccurrenceFacts) -> bool:
    return recheck.is_planted_by(one.content.trigger, happening)


def _may_react(one: Active, happening: OccurrenceFacts) -> bool:
    """Whether it is what sets this automation off, and came due while it was active."""
    return one.since <= happening.due_at and sets_off(
        one.content.trigger, happening, automation_id=one.automation_id
    )


def _lane(happening: OccurrenceFacts) -> str | None:
    if happening.thread_id is None:
        return None
    return lanes.of_threads([happening.thread_id]).get(happening.thread_id)


def _react(one: Active, occurrence: Occurrence, happening: OccurrenceFacts) -> None:
    """Make the execution, once. One that is too late is made finished, so that the log says so."""
    at = timezone.now()
    if not recheck.holds(happening, one.content.trigger):
        return
    is_late = at - happening.due_at > TOO_LATE
    fresh = Execution(
        organization_id=occurrence.organization_id,
        automation_id=one.automation_id,
        version_id=one.version_id,
        occurrence=occurrence,
        thread_id=happening.thread_id,
        depth=happening.depth,
        state=ExecutionState.SKIPPED if is_late else ExecutionState.PENDING,
        reason="too_late" if is_late else "",
        due_at=None if is_late else at,
        created_at=at,
        finished_at=at if is_late else None,
    )
    Execution.objects.bulk_create([fresh], ignore_conflicts=True)
    made = Execution.objects.filter(public_id=fresh.public_id).first()
    if made is None:
        return
    if is_late:
        _say_late(made)
    else:
        publish.on_commit("automations.tasks.run", made.pk)


def _say_late(execution: Execution) -> None:
    ids = {"organization_id": execution.organization_id, "automation_id": execution.automation_id}
    current().record(
        events.automation_ran(
            **ids,
            thread_id=execution.thread_id,
            execution_id=execution.pk,
            state="skipped",
            reason="too_late",
        )
    )
    current().alert(alerts.automation_skipped_late(**ids))
