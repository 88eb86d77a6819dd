"""Whether what set an automation off still holds when it comes to it: visits move, texts are answered."""

from __future__ import annotations

from datetime import datetime, timedelta

from automations import unanswered
from automations.matcher import Happening
from automations.triggers import Spec
from messaging.models import AssignmentWindow

_SIDES = {
    "window.starting": ("starts_at", -1),
    "window.started": ("starts_at", 1),
    "window.ending": ("ends_at", -1),
    "window.ended": ("ends_at", 1),
}


def holds(happening: Happening, spec: Spec) -> bool:
    """Whether `happening` is still so: the visit is where it was planned, the text is unanswered. True for what cannot change."""
    if happening.kind in _SIDES:
        return _is_as_planned(happening)
    if happening.kind == "schedule" and happening.id("window_id") is not None:
        return _visit_stands(happening)
    if happening.kind == "message.unanswered":
        message = unanswered.message_of(happening)
        return message is not None and not unanswered.is_answered(message, spec)
    return True


def moment_of(window: AssignmentWindow, kind: str, minutes: int) -> datetime:
    """When a trigger of `kind` with so many minutes is due for `window`."""
    side, sign = _SIDES[kind]
    moment: datetime = getattr(window, side) + sign * timedelta(minutes=minutes)
    return moment


def side_of(kind: str) -> tuple[str, int]:
    """The column that `kind` counts from, and whether minutes go back (-1) or on (1)."""
    return _SIDES[kind]


def _is_as_planned(happening: Happening) -> bool:
    window, minutes = _window(happening), happening.id("minutes")
    if window is None or minutes is None:
        return False
    return moment_of(window, happening.kind, minutes) == happening.due_at


def _visit_stands(happening: Happening) -> bool:
    return _window(happening) is not None


def _window(happening: Happening) -> AssignmentWindow | None:
    pk = happening.id("window_id")
    if pk is None:
        return None
    found: AssignmentWindow | None = AssignmentWindow.objects.filter(pk=pk, canceled_at__isnull=True).first()
    return found
