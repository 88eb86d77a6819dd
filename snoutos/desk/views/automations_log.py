"""The log of an automation, and one of its executions."""

from __future__ import annotations

import uuid
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from automations.models import Execution
from snoutos.desk.automations import log
from snoutos.desk.views.automations import find
from snoutos.desk.visit import Visit, desk_page


@require_safe
@desk_page
def show(visit: Visit, public_id: uuid.UUID) -> HttpResponse:
    """What the automation did, newest first."""
    automation = find(visit, public_id)
    state = visit.request.GET.get("state", "")
    state = state if state in dict(log.STATES) else ""
    mine = Execution.objects.of(visit.organization).filter(automation=automation)
    rows, more = log.page(
        visit, mine.filter(state=state) if state else mine, before=visit.request.GET.get("before", "")
    )
    url = reverse("admin:automation_log", args=[public_id])
    context = {
        "automation": automation,
        "rows": rows,
        "next_url": f"{url}?{urlencode({'state': state, 'before': more})}" if more else "",
        "states": [(value, label, value == state) for value, label in log.STATES],
    }
    return visit.page("automations/log.html", context, title=f"Log of {automation.name}")


@require_safe
@desk_page
def show_one(visit: Visit, public_id: uuid.UUID) -> HttpResponse:
    """One execution, every condition and step of it."""
    execution = log.find(visit, public_id)
    if execution is None:
        raise Http404
    return visit.page("automations/execution.html", {"ran": log.whole(visit, execution)}, title="What it did")
