"""Moments ahead: visits that are about to start, set times. Written as occurrences a little before they are due, once by their keys.

A visit that moves gets a new moment, because the key holds the planned instant; the old one is found no longer so when it comes due.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, time, timedelta

import structlog
from django.db import transaction

from audit.record import Actor, current, recording
from audit.types import NewOccurrence
from automations.content import Content
from automations.content.schedules import moments
from automations.content.triggers import schedule_of
from automations.engine import lanes, match, recheck
from automations.engine.matcher import OccurrenceFacts
from automations.models import AutomationVersion, VersionState
from messaging.bookings import Booking
from messaging.models import AssignmentWindow, Visit
from snoutos.accounts.models import Organization

log = structlog.get_logger(__name__)

# Written so long before they are due; the tick comes more often than that.
AHEAD = timedelta(minutes=2)
# What an outage kept from being planned is planned late, so that it is skipped and said.
BACK = timedelta(hours=24)
WINDOWS = ("window.starting", "window.started", "window.ending", "window.ended")
PLANNED = (*WINDOWS, "schedule")
_Heard = tuple[Booking, AssignmentWindow]


def plan(at: datetime) -> int:
    """Write down what comes due soon for every active automation. Returns how many moments were looked at."""
    versions = AutomationVersion.objects.filter(state=VersionState.ACTIVE, trigger_kind__in=PLANNED)
    by_business: dict[int, list[AutomationVersion]] = defaultdict(list)
    for version in versions.order_by("organization_id", "automation_id"):
        by_business[version.organization_id].append(version)
    businesses = Organization.objects.filter(pk__in=by_business, is_active=True).order_by("pk")
    return sum(_plan_guarded(business, by_business[business.pk], at) for business in businesses)


def happenings(
    content: Content, *, organization: Organization, automation_id: int, start: datetime, end: datetime
) -> Iterator[OccurrenceFacts]:
    """The moments in [start, end) at which a trigger that time sets off is due, with what they are about.

    Of a client's visit once, in the conversation that `lanes.leading` names.
    """
    if content.trigger.kind in WINDOWS:
        yield from _of_windows(content, organization, automation_id, start, end)
    elif content.trigger.kind == "schedule":
        yield from _of_schedule(content, organization, automation_id, start, end)


def _plan_guarded(organization: Organization, versions: list[AutomationVersion], at: datetime) -> int:
    try:
        return _plan_for(organization, versions, at)
    except Exception as error:
        # One business must not keep the others from being planned; the next tick tries again. The error's words may quote a person.
        log.error("automations.not_planned", organization_id=organization.pk, error=type(error).__name__)
        return 0


def _plan_for(organization: Organization, versions: list[AutomationVersion], at: datetime) -> int:
    looked_at = 0
    with transaction.atomic(), recording(actor=Actor.system(), at=at):
        for version in versions:
            since = max(version.activated_at or at, at - BACK)
            content = match.readable(version)
            if content is None:
                continue
            for one in happenings(
                content,
                organization=organization,
                automation_id=version.automation_id,
                start=since,
                end=at + AHEAD,
            ):
                current().occur(_occurring(organization, one))
                looked_at += 1
    return looked_at


def _occurring(organization: Organization, happening: OccurrenceFacts) -> NewOccurrence:
    payload = {name: int(str(value)) for name, value in happening.payload.items()}
    return NewOccurrence(
        organization_id=organization.pk,
        kind=happening.kind,
        key=_key(happening),
        payload=payload,
        due_at=happening.due_at,
        thread_id=happening.thread_id,
    )


def _key(happening: OccurrenceFacts) -> str:
    due = happening.due_at.isoformat()
    automation, visit = happening.id("automation_id"), happening.id("visit_id")
    if happening.kind == "schedule":
        about = f"visit:{visit}" if visit is not None else happening.id("window_id") or 0
        return f"schedule:{automation}:{due}:{about}"
    if visit is not None:
        side = happening.kind.partition(".")[2]
        return f"visit:{visit}:{side}:{happening.id('minutes')}:{automation}:{due}"
    return f"window:{happening.id('window_id')}:{happening.kind.partition('.')[2]}:{happening.id('minutes')}:{due}"


def _of_windows(
    content: Content, organization: Organization, automation_id: int, start: datetime, end: datetime
) -> Iterator[OccurrenceFacts]:
    """Visits that were planned before the moment came: one that was entered later had nothing due then."""
    spec = content.trigger
    minutes = spec.number("minutes")
    column, sign = recheck.side_of(spec.kind)
    shift = sign * timedelta(minutes=minutes)
    due_then = {f"{column}__gte": start - shift, f"{column}__lt": end - shift}
    for booking, window in _heard_of(content.lane, organization, column, **due_then):
        due = recheck.moment_of(booking, spec.kind, minutes)
        if booking.created_at <= due:
            told_to = {} if booking is window else {"automation_id": automation_id, "visit_id": booking.pk}
            yield OccurrenceFacts(
                kind=spec.kind,
                payload={"window_id": window.pk, "minutes": minutes, **told_to},
                due_at=due,
                thread_id=window.thread_id,
            )


def _of_schedule(
    content: Content, organization: Organization, automation_id: int, start: datetime, end: datetime
) -> Iterator[OccurrenceFacts]:
    spec = content.trigger
    for due in moments(schedule_of(spec), start, end, organization.zone):
        if spec.values["each"] == "business":
            yield OccurrenceFacts(kind="schedule", payload={"automation_id": automation_id}, due_at=due)
            continue
        for booking, window in _visits_of_day(content, organization, due):
            visit = {} if booking is window else {"visit_id": booking.pk}
            yield OccurrenceFacts(
                kind="schedule",
                payload={"automation_id": automation_id, "window_id": window.pk, **visit},
                due_at=due,
                thread_id=window.thread_id,
            )


def _visits_of_day(content: Content, organization: Organization, due: datetime) -> Iterator[_Heard]:
    """The visits that start on the day of `due`, or the day after, by the business' calendar, and were entered before `due`."""
    zone = organization.zone
    days = 1 if content.trigger.values["each"] == "visit_tomorrow" else 0
    day = due.astimezone(zone).date() + timedelta(days=days)
    begins, ends = (datetime.combine(d, time(), tzinfo=zone) for d in (day, day + timedelta(days=1)))
    of_day = {"starts_at__gte": begins, "starts_at__lt": ends, "created_at__lte": due}
    yield from _heard_of(content.lane, organization, "starts_at", **of_day)


def _heard_of(lane: str, organization: Organization, column: str, **which: object) -> Iterator[_Heard]:
    """Each visit that fits, by `column`, with the window by which an automation of `lane` hears of it; a window that stands alone with
    itself.
    """
    alive = {"canceled_at__isnull": True, **which}
    visits = list(Visit.objects.of(organization).filter(**alive))
    by_visit = lanes.leading(visits, lane) if visits else {}
    alone = AssignmentWindow.objects.of(organization).filter(visit__isnull=True, **alive)
    found: list[_Heard] = [(visit, by_visit[visit.pk]) for visit in visits if visit.pk in by_visit]
    found += [(window, window) for window in alone]
    yield from sorted(found, key=lambda pair: (getattr(pair[0], column), pair[1].pk))
