"""Who is on duty, asked of many conversations at once: `routing.engine.on_duty` in the database's own words.

A property test compares the two over random businesses. Whoever needs to know who may read or write asks here, or `routing.standing`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import BigIntegerField, Case, DateTimeField, Exists, OuterRef, QuerySet, Subquery, When

from messaging.models import AssignmentWindow, Participant, RoutingOverride, Sitter, Thread
from messaging.models.assignments import OverrideTarget
from messaging.models.threads import Role, ThreadKind


def on_duty(threads: QuerySet[Thread], at: datetime) -> QuerySet[Any]:
    """Those of `threads` that somebody is on duty for at `at`, with `duty_sitter_id` and `duty_until`."""
    redirected = _running(RoutingOverride, at).filter(target=OverrideTarget.SITTER, thread=OuterRef("pk"))
    visited = _running(AssignmentWindow, at).filter(thread=OuterRef("pk"))
    known = Participant.objects.filter(
        thread=OuterRef("pk"), left_at__isnull=True, role=Role.CLIENT, is_blocked=False
    )
    found: QuerySet[Any] = (
        threads.filter(Exists(known), kind=ThreadKind.CARE)
        .annotate(
            duty_sitter_id=_first_of(redirected, visited, "sitter_id", BigIntegerField()),
            duty_until=_first_of(redirected, visited, "ends_at", DateTimeField()),
        )
        .filter(duty_sitter_id__isnull=False)
    )
    return found


def of_sitter(threads: QuerySet[Thread], sitter: Sitter, at: datetime) -> QuerySet[Any]:
    """Those of `threads` that `sitter` is on duty for at `at`."""
    # Their own rows first: the rule is then asked of a few threads, not of all.
    named = [
        _running(model, at).filter(sitter=sitter).values("thread_id")
        for model in (AssignmentWindow, RoutingOverride)
    ]
    return on_duty(threads.filter(pk__in=named[0].union(named[1])), at).filter(duty_sitter_id=sitter.pk)


def _running(model: type[AssignmentWindow] | type[RoutingOverride], at: datetime) -> QuerySet[Any]:
    found: QuerySet[Any] = model.objects.filter(canceled_at__isnull=True, starts_at__lte=at, ends_at__gt=at)
    return found


def _first_of(redirected: QuerySet[Any], visited: QuerySet[Any], column: str, kind: Any) -> Case:
    """`column` of the override to a sitter in force, else of the running window; null when its sitter is not active."""
    return Case(
        When(Exists(redirected), then=_column(redirected, column)),
        default=_column(visited, column),
        output_field=kind,
    )


def _column(rows: QuerySet[Any], column: str) -> Subquery:
    # The database allows one of each at a time.
    return Subquery(rows.filter(sitter__is_active=True).values(column)[:1])
