"""The list of automations: each with its state, its sentence, and how it has been doing. A fixed number of queries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Count, OuterRef, Prefetch, Q, Subquery

from automations.models import Automation, AutomationVersion, Execution, ExecutionState, VersionState
from automations.models.rules import EDITABLE, IN_FORCE
from automations.permissions import CHANGE_LIMITS
from snoutos.core import timefmt
from snoutos.desk.automations import overview
from snoutos.desk.automations.overview import Rule
from snoutos.desk.request import DeskRequest

STATES = (("", "All"), ("active", "Active"), ("paused", "Paused"), ("tested", "Tested"), ("draft", "Drafts"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One automation. `rule` is what is in force, else the draft; `beside` the draft beside one in force."""

    automation: Automation
    rule: Rule | None
    beside: Rule | None
    last_run: str
    runs: int
    failures: int


def page(desk: DeskRequest, state: str) -> dict[str, Any]:
    """What the list shows, with only those in `state` when it names one."""
    state = state if state in dict(STATES) else ""
    rows = [_row(desk, one) for one in _automations(desk)]
    put_away = Automation.objects.of(desk.organization).filter(archived_at__isnull=False).order_by("name")
    return {
        "rows": [row for row in rows if not state or state in _states(row)],
        "has_any": bool(rows),
        "archived": list(put_away),
        "states": [(value, label, value == state) for value, label in STATES],
        "may_change_limits": desk.may(CHANGE_LIMITS),
    }


def _automations(desk: DeskRequest) -> list[Any]:
    """With their living versions, their last run, and the figures of 24 hours."""
    mine = Execution.objects.filter(automation=OuterRef("pk"))
    counted = mine.filter(created_at__gt=desk.at - timedelta(hours=24)).exclude(state=ExecutionState.NOT_MET)
    figures = counted.order_by().values("automation")
    living = AutomationVersion.objects.exclude(state=VersionState.ARCHIVED)
    found = (
        Automation.objects.of(desk.organization)
        .filter(archived_at__isnull=True)
        .annotate(
            last_run=Subquery(mine.order_by("-id").values("created_at")[:1]),
            runs=Subquery(figures.annotate(figure=Count("pk")).values("figure")),
            failures=Subquery(
                figures.annotate(figure=Count("pk", filter=Q(state=ExecutionState.FAILED))).values("figure")
            ),
        )
        .prefetch_related(Prefetch("versions", queryset=living, to_attr="living"))
    )
    return list(found.order_by("name", "pk"))


def _row(desk: DeskRequest, automation: Any) -> Row:
    in_force = next((one for one in automation.living if one.state in IN_FORCE), None)
    draft = next((one for one in automation.living if one.state in EDITABLE), None)
    first = in_force or draft
    return Row(
        automation=automation,
        rule=overview.rule(first) if first else None,
        beside=overview.rule(draft) if in_force and draft else None,
        last_run=timefmt.stamp(automation.last_run, desk.zone, desk.at) if automation.last_run else "",
        runs=automation.runs or 0,
        failures=automation.failures or 0,
    )


def _states(row: Row) -> set[str]:
    return {one.state for one in (row.rule, row.beside) if one is not None}
