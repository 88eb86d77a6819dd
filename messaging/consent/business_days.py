"""Counting business days. Pure: Monday to Friday in the business' zone. Holidays count too: a deadline is early rather than late."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo

_SATURDAY = 5


def after(at: datetime, days: int, zone: tzinfo) -> datetime:
    """The same time of day on the `days`th weekday after the day of `at`, both as the clock of `zone` shows them."""
    local = at.astimezone(zone)
    day = local.date()
    for _ in range(days):
        day += timedelta(days=1)
        while day.weekday() >= _SATURDAY:
            day += timedelta(days=1)
    return datetime.combine(day, local.time(), tzinfo=zone).astimezone(at.tzinfo)
