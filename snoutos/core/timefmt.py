"""Times as people read them, American: "Sun 2:00–4:00 PM", "Nov 28, 10:33 PM". Every page, text, letter and sentence writes its times here.

`moment`, `starts_at`, `ends_at` and `at` are aware; `zone` is the reader's clock (the business', or where a phone is), and `at` says what
"today" and "this year" are. Where a clock is put back, the hour that comes twice says which one: "1:30 AM PDT".
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, tzinfo

from django.utils import dateformat

# Django's format letters; `snoutos.core.formats` shows the same ones where Django itself prints a value.
TIME = "g:i A"
DATE = "M j"
DATE_OF_YEAR = "M j, Y"
_WEEK = 7


def clock(moment: datetime, zone: tzinfo) -> str:
    """The time of day: 2:31 PM."""
    return _clock(moment.astimezone(zone))


def wall(of: time) -> str:
    """A time of day that a rule or setting names, on no certain date: 9:00 PM."""
    return dateformat.time_format(of, TIME)


def stamp(moment: datetime, zone: tzinfo, at: datetime) -> str:
    """A time behind, as short as it can be and still be clear: 2:31 PM, Yesterday, Mon, Nov 3, Nov 3, 2024."""
    local = moment.astimezone(zone)
    days = (_today(zone, at) - local.date()).days
    if days == 0:
        return _clock(local)
    if days == 1:
        return "Yesterday"
    return dateformat.format(local, "D") if 1 < days < _WEEK else _date(local, at)


def until(moment: datetime, zone: tzinfo, at: datetime) -> str:
    """A time ahead: 3:00 PM today, otherwise Tue 3:00 PM or Nov 3, 3:00 PM."""
    local = moment.astimezone(zone)
    return f"{_when(local, at)} {_clock(local)}".strip()


def on(moment: datetime, zone: tzinfo, at: datetime) -> str:
    """Day and time, the year when it is another one: Nov 28, 10:33 PM."""
    local = moment.astimezone(zone)
    return f"{_date(local, at)}, {_clock(local)}"


def full(moment: datetime, zone: tzinfo) -> str:
    """Nothing left to guess: Mon, Nov 3, 2025, 2:31 PM."""
    local = moment.astimezone(zone)
    return f"{dateformat.format(local, f'D, {DATE_OF_YEAR}')}, {_clock(local)}"


def field(moment: datetime, zone: tzinfo) -> str:
    """As a browser's field for a date and a time takes it, to the minute: 2026-11-28T22:33."""
    return moment.astimezone(zone).replace(tzinfo=None).isoformat(timespec="minutes")


def span(starts_at: datetime, ends_at: datetime, zone: tzinfo, at: datetime) -> str:
    """From when to when: 2:00–4:00 PM today, Sun 2:00–4:00 PM, Sun 10:00 PM – Mon 8:00 AM, Nov 3, 11:00 AM–1:00 PM."""
    starts, ends = starts_at.astimezone(zone), ends_at.astimezone(zone)
    if starts.date() != ends.date():
        return f"{_dated(starts, at)} – {_dated(ends, at)}"
    return f"{_when(starts, at)} {hours(starts_at, ends_at, zone)}".strip()


def hours(starts_at: datetime, ends_at: datetime, zone: tzinfo) -> str:
    """From when to when within a day that is named elsewhere: 2:00–4:00 PM."""
    first, last = clock(starts_at, zone), clock(ends_at, zone)
    if first[-2:] == last[-2:] in ("AM", "PM"):
        first = first[:-3]
    return f"{first}–{last}"


def day(moment: datetime, zone: tzinfo, at: datetime) -> str:
    """The heading over a day: Today, Yesterday, Monday, Nov 3."""
    local = moment.astimezone(zone)
    days = (_today(zone, at) - local.date()).days
    if days in (0, 1):
        return ("Today", "Yesterday")[days]
    return f"{dateformat.format(local, 'l')}, {_date(local, at)}"


def date_of(moment: datetime, zone: tzinfo, at: datetime) -> str:
    """The day alone, the year when it is another one: Nov 3."""
    return _date(moment.astimezone(zone), at)


def calendar(of: date) -> str:
    """A day that a setting names, always with its year: Dec 25, 2026."""
    return dateformat.format(of, DATE_OF_YEAR)


def short_weekday(of: date) -> str:
    """A day over a column: Tue 3."""
    return dateformat.format(of, "D j")


def weekday(moment: datetime, zone: tzinfo) -> str:
    """The day as a text to a client names it: Tue, Nov 3."""
    return dateformat.format(moment.astimezone(zone), f"D, {DATE}")


def age(duration: timedelta) -> str:
    """How long something has waited: under a minute, 12 min, 3 h, 2 days."""
    minutes = int(duration.total_seconds() // 60)
    if minutes < 1:
        return "under a minute"
    if minutes < 60:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 60 * 48 else f"{minutes // (60 * 24)} days"


def playing(seconds: int) -> str:
    """How long a recording plays: 0:42, 2:05."""
    return f"{seconds // 60}:{seconds % 60:02}"


def _clock(local: datetime) -> str:
    """With the zone's short name in the hour that comes twice, where the clock alone would not tell which."""
    said = dateformat.format(local, TIME)
    comes_twice = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
    return f"{said} {local.tzname()}" if comes_twice else said


def _when(local: datetime, at: datetime) -> str:
    """What stands before a time of day: nothing today, the weekday in the week ahead, otherwise the date."""
    days = (local.date() - _today(local.tzinfo, at)).days
    if days == 0:
        return ""
    return dateformat.format(local, "D") if 0 < days < _WEEK else f"{_date(local, at)},"


def _dated(local: datetime, at: datetime) -> str:
    return f"{_when(local, at)} {_clock(local)}".strip()


def _date(local: datetime, at: datetime) -> str:
    is_this_year = local.year == _today(local.tzinfo, at).year
    return dateformat.format(local, DATE if is_this_year else DATE_OF_YEAR)


def _today(zone: tzinfo | None, at: datetime) -> date:
    return at.astimezone(zone).date()
