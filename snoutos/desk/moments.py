"""Times as an owner reads them: in the business' zone, no longer than they need to be."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo


def clock(moment: datetime, zone: ZoneInfo) -> str:
    """The time of day: 2:31 PM."""
    return moment.astimezone(zone).strftime("%-I:%M %p")


def stamp(moment: datetime, zone: ZoneInfo, at: datetime) -> str:
    """As short as it can be and still be clear at `at`: 2:31 PM, Yesterday, Mon, Nov 3, Nov 3, 2024."""
    local, today = moment.astimezone(zone), at.astimezone(zone).date()
    days = (today - local.date()).days
    if days == 0:
        return clock(moment, zone)
    if days == 1:
        return "Yesterday"
    if 1 < days < 7:
        return local.strftime("%a")
    return _day_of_year(local.date(), today)


def until(moment: datetime, zone: ZoneInfo, at: datetime) -> str:
    """A time ahead: 3:00 PM today, otherwise Tue 3:00 PM or Nov 3, 3:00 PM."""
    local, today = moment.astimezone(zone), at.astimezone(zone).date()
    days = (local.date() - today).days
    if days == 0:
        return clock(moment, zone)
    if 0 < days < 7:
        return local.strftime("%a %-I:%M %p")
    return f"{_day_of_year(local.date(), today)}, {clock(moment, zone)}"


def full(moment: datetime, zone: ZoneInfo) -> str:
    """Nothing left to guess: Mon, Nov 3, 2025, 2:31 PM."""
    return moment.astimezone(zone).strftime("%a, %b %-d, %Y, %-I:%M %p")


def day(of: date, today: date) -> str:
    """The heading between the messages of two days."""
    days = (today - of).days
    if days == 0:
        return "Today"
    if days == 1:
        return "Yesterday"
    return of.strftime("%A, ") + _day_of_year(of, today)


def age(span: timedelta) -> str:
    """How long something has waited: under a minute, 12 min, 3 h, 2 days."""
    minutes = int(span.total_seconds() // 60)
    if minutes < 1:
        return "under a minute"
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 60 * 48:
        return f"{minutes // 60} h"
    return f"{minutes // (60 * 24)} days"


def _day_of_year(of: date, today: date) -> str:
    return of.strftime("%b %-d") if of.year == today.year else of.strftime("%b %-d, %Y")
