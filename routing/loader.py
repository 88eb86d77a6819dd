"""Reads the facts of a decision from the database: one query."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import CharField, Value
from django.db.models.functions import Cast

from messaging.models import AssignmentWindow, Participant, RoutingOverride, Thread
from messaging.models.assignments import OverrideTarget
from routing.engine import Facts, OverrideFact, WindowFact

# In force, the next one, and one more for the sentence.
WINDOWS_READ = 3
_COLUMNS = ("kind", "id", "to", "sitter_id", "sitter__is_active", "starts_at", "ends_at")


def load(thread: Thread, party: Participant, at: datetime, *, owner_only: str = "") -> Facts:
    """The facts of `thread` at `at`, for a text of or to `party`, whose number must be loaded."""
    rows = list(_windows(thread, at).union(_overrides(thread, at), all=True))
    return Facts(
        at=at,
        thread_id=thread.pk,
        thread_kind=thread.kind,
        thread_state=thread.state,
        number_state=party.number.state,
        party_role=party.role,
        party_blocked=party.is_blocked,
        owner_only=owner_only,
        windows=tuple(_window(row) for row in sorted(rows, key=_by_time) if row[0] == "window"),
        overrides=tuple(_override(row) for row in sorted(rows, key=_by_time) if row[0] == "override"),
    )


def _windows(thread: Thread, at: datetime) -> Any:
    return (
        AssignmentWindow.objects.filter(thread=thread, canceled_at__isnull=True, ends_at__gt=at)
        .annotate(kind=Value("window"), to=Cast(Value("sitter"), CharField()))
        .order_by("starts_at", "id")
        .values_list(*_COLUMNS)[:WINDOWS_READ]
    )


def _overrides(thread: Thread, at: datetime) -> Any:
    return (
        RoutingOverride.objects.filter(
            thread=thread, canceled_at__isnull=True, starts_at__lte=at, ends_at__gt=at
        )
        .annotate(kind=Value("override"), to=Cast("target", CharField()))
        .values_list(*_COLUMNS)
    )


def _by_time(row: tuple[Any, ...]) -> tuple[datetime, int]:
    return row[5], row[1]


def _window(row: tuple[Any, ...]) -> WindowFact:
    _, pk, _, sitter_id, active, starts_at, ends_at = row
    return WindowFact(id=pk, sitter_id=sitter_id, sitter_active=active, starts_at=starts_at, ends_at=ends_at)


def _override(row: tuple[Any, ...]) -> OverrideFact:
    _, pk, target, sitter_id, active, starts_at, ends_at = row
    return OverrideFact(
        id=pk,
        target="sitter" if target == OverrideTarget.SITTER else "owner_inbox",
        sitter_id=sitter_id,
        sitter_active=bool(active),
        starts_at=starts_at,
        ends_at=ends_at,
    )
