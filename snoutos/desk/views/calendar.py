"""The calendar: visits by sitter, a week or a day at a time."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from urllib.parse import urlencode

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from messaging import permissions as may
from messaging.models import Sitter
from snoutos.desk import calendar
from snoutos.desk.request import DeskRequest, desk_page

_EARLIEST, _LATEST = date(2000, 1, 1), date(2100, 1, 1)


@require_safe
@desk_page(may.SEE_WINDOWS)
def show(desk: DeskRequest) -> HttpResponse:
    """The week of a date, or that day, of one sitter or of everybody; today's week without a choice."""
    asked = desk.request.GET
    today = desk.at.astimezone(desk.zone).date()
    chosen = _date(asked.get("date", "")) or today
    view = "day" if asked.get("view") == "day" else "week"
    sitter = _sitter(desk, asked.get("sitter", ""))
    page = calendar.page(desk, chosen=chosen, is_week=view == "week", sitter=sitter)
    step = timedelta(days=7 if view == "week" else 1)

    def link(day: date, *, as_: str = view) -> str:
        kept = {"view": as_, "date": day.isoformat()}
        if sitter is not None:
            kept["sitter"] = str(sitter.public_id)
        return f"?{urlencode(kept)}"

    context = {
        "page": page,
        "view": view,
        "chosen": chosen.isoformat(),
        "sitter": sitter,
        "sitters": Sitter.objects.of(desk.organization).filter(is_active=True).order_by("name", "pk"),
        "previous_url": link(chosen - step),
        "next_url": link(chosen + step),
        "today_url": link(today),
        "week_url": link(chosen, as_="week"),
        "day_url": link(chosen, as_="day"),
        "days": [(day, link(day.date), link(day.date, as_="day")) for day in page.days],
        "list_url": reverse("admin:messaging_visit_changelist"),
        "can_add": desk.may(may.CREATE_WINDOW),
    }
    return desk.page("desk/calendar.html", context, title="Calendar")


def _date(typed: str) -> date | None:
    try:
        found = date.fromisoformat(typed)
    except ValueError:
        return None
    return found if _EARLIEST < found < _LATEST else None


def _sitter(desk: DeskRequest, typed: str) -> Sitter | None:
    try:
        public_id = uuid.UUID(typed)
    except ValueError:
        return None
    found: Sitter | None = Sitter.objects.of(desk.organization).filter(public_id=public_id).first()
    return found
