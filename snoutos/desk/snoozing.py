"""When a snoozed conversation comes back: the choices of the desk, in the business' own time."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, tzinfo

from snoutos.core import timefmt

MORNING = time(8)
LATER = timedelta(hours=3)
# What stands in the form, and what people read. The first is taken by whoever only presses Enter.
CHOICES = {
    "later": "Later today, in 3 hours",
    "tomorrow": "Tomorrow, 8 AM",
    "monday": "Monday, 8 AM",
    "reply": "Until they write",
    "own": "At another time:",
}


def until(choice: str, own: datetime | None, zone: tzinfo, at: datetime) -> datetime | None:
    """When `choice` ends, chosen at `at`; None for "until they write". `own` is the time of the choice of that name."""
    today = at.astimezone(zone).date()
    if choice == "later":
        return at + LATER
    if choice == "tomorrow":
        return _morning(today + timedelta(days=1), zone)
    if choice == "monday":
        return _morning(today + timedelta(days=7 - today.weekday()), zone)
    return own if choice == "own" else None


def said(moment: datetime | None, zone: tzinfo, at: datetime) -> str:
    """Until when, as a person reads it."""
    return f"until {timefmt.until(moment, zone, at)}" if moment else "until they write"


def _morning(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, MORNING, tzinfo=zone)
