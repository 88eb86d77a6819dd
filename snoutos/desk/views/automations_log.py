"""The log of an automation, and one of its executions."""

from __future__ import annotations

import uuid
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from automations import permissions as may
from automations.models import Execution
from snoutos.desk.automations import log
from snoutos.desk.request import DeskRequest, desk_page
from snoutos.desk.views.automations import find


@require_safe
@desk_page(may.SEE)
def show(desk: DeskRequest, public_id: uuid.UUID) -> HttpResponse:
    """What the automation did, newest first."""
    automation = find(desk, public_id)
    state = desk.request.GET.get("state", "")
    state = state if state in dict(log.STATES) else ""
    mine = Execution.objects.of(desk.organization).filter(automation=automation)
    rows, more = log.page(
        desk, mine.filter(state=state) if state else mine, before=desk.request.GET.get("before", "")
    )
    url = reverse("admin:automation_log", args=[public_id])
    context = {
        "automation": automation,
        "rows": rows,
        "next_url": f"{url}?{urlencode({'state': state, 'before': more})}" if more else "",
        "states": [(value, label, value == state) for value, label in log.STATES],
    }
    return desk.page("automations/log.html", context, title=f"Log of {automation.name}")


@require_safe
@desk_page(may.SEE)
def show_one(desk: DeskRequest, public_id: uuid.UUID) -> HttpResponse:
    """One execution, every condition and step of it."""
    execution = log.find(desk, public_id)
    if execution is None:
        raise Http404
    return desk.page("automations/execution.html", {"ran": log.whole(desk, execution)}, title="What it did")
