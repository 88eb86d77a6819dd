"""Automations with what a list shows of them, in a fixed number of queries."""

from __future__ import annotations

from typing import Any

from django.db.models import Case, Exists, F, OuterRef, Prefetch, QuerySet, Subquery, Value, When

from automations.models import AutomationVersion, Execution, VersionState
from automations.models.rules import EDITABLE, IN_FORCE

_IN_FORCE_FIRST = (Case(When(state__in=IN_FORCE, then=Value(0)), default=Value(1)), F("number").desc())


def of(rows: QuerySet[Any]) -> QuerySet[Any]:
    """`rows` with `state`, `trigger_kind`, `has_draft`, `last_ran_at`, and in `shown_versions` the one version that stands for each.

    That is the version in force, else the draft, else the last there was.
    """
    versions = AutomationVersion.objects.filter(automation=OuterRef("pk"))
    shown = versions.order_by(*_IN_FORCE_FIRST)
    ran = Execution.objects.filter(automation=OuterRef("pk")).order_by("-pk")
    found: QuerySet[Any] = (
        rows.select_related("created_by")
        .annotate(
            state=Case(
                When(archived_at__isnull=False, then=Value(str(VersionState.ARCHIVED))),
                default=Subquery(shown.values("state")[:1]),
            ),
            trigger_kind=Subquery(shown.values("trigger_kind")[:1]),
            has_draft=Exists(versions.filter(state__in=EDITABLE)),
            last_ran_at=Subquery(ran.values("created_at")[:1]),
        )
        .prefetch_related(Prefetch("versions", queryset=_one_each(), to_attr="shown_versions"))
    )
    return found


def shown(automation: Any) -> AutomationVersion:
    """The version that stands for an automation of `of`."""
    (version,) = automation.shown_versions
    found: AutomationVersion = version
    return found


def _one_each() -> QuerySet[AutomationVersion]:
    rows: QuerySet[AutomationVersion] = AutomationVersion.objects.order_by("automation_id", *_IN_FORCE_FIRST)
    return rows.distinct("automation_id")
