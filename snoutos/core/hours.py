"""Opening hours and holidays of a business: whether it is open, until when, and when it opens next. Pure.

A day has spans `[opens, closes)` in minutes after midnight on the business' clock; 1440 is midnight at the day's end. A holiday has its own
spans, or none. Spans become instants by the business' zone, so that they hold over both clock changes: an hour that is skipped begins where
the clock goes on, and an hour that comes twice counts from its first time (a span that ends in it ends the first time).

No weekly hours mean open around the clock, except on holidays.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import pairwise

DAY = 24 * 60
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MOST_SPANS = 4  # a day
MOST_HOLIDAYS = 200
LONGEST_NAME = 60
# How far ahead a change is looked for. Who stays open longer than that is open around the clock.
_OPEN_DAYS, _CLOSED_DAYS = 14, 400
_WALL = re.compile(r"([01][0-9]|2[0-4]):([0-5][0-9])")


class HoursError(ValueError):
    """Hours that cannot be kept. `sentence` says which and what to do."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """From one time of a day to a later one of the same day, in minutes after midnight. Raises HoursError."""

    opens: int
    closes: int

    def __post_init__(self) -> None:
        if not 0 <= self.opens < self.closes <= DAY:
            raise HoursError("Closing must come after opening. Past midnight, split the hours at midnight.")


Day = tuple[Span, ...]
Week = tuple[Day, ...]
ALL_DAY: Day = (Span(0, DAY),)


@dataclass(frozen=True, slots=True)
class Holiday:
    """A day with hours of its own; none: closed."""

    day: date
    name: str
    spans: Day = ()


@dataclass(frozen=True, slots=True)
class Hours:
    """What a business keeps. `week` is empty (always open) or has a day for each of `WEEKDAYS`."""

    zone: tzinfo
    week: Week = ()
    holidays: Mapping[date, Holiday] = field(default_factory=dict)

    @property
    def is_always_open(self) -> bool:
        """Whether nothing was set, not even a holiday."""
        return not self.week and not self.holidays


def is_open(hours: Hours, at: datetime) -> bool:
    """Whether the business is open at `at` (aware)."""
    return any(opens <= at < closes for opens, closes in _openings(hours, _local_day(hours, at), 1))


def closes_next(hours: Hours, at: datetime) -> datetime | None:
    """The end of the opening that holds at `at`, over midnight too; None when it is closed then, or open for the next 14 days."""
    end: datetime | None = None
    for opens, closes in _openings(hours, _local_day(hours, at), _OPEN_DAYS):
        if end is None:
            end = closes if opens <= at < closes else None
        elif opens <= end:
            end = max(end, closes)
        else:
            return end
    limit = _instant(_local_day(hours, at) + timedelta(days=_OPEN_DAYS), 0, hours.zone)
    return end if end is not None and end < limit else None


def opens_next(hours: Hours, at: datetime) -> datetime | None:
    """When the business is open next: `at` itself while it is; None when there is no opening in the next 400 days."""
    for opens, closes in _openings(hours, _local_day(hours, at), _CLOSED_DAYS):
        if at < closes:
            return max(opens, at)
    return None


def day_of(spans: Iterable[Span]) -> Day:
    """The spans of one day in order; those that touch become one. Raises HoursError for spans that overlap, or too many."""
    ordered = sorted(spans)
    joined: list[Span] = []
    for span in ordered:
        if joined and span.opens < joined[-1].closes:
            raise HoursError("Two of a day's hours overlap.")
        if joined and span.opens == joined[-1].closes:
            span = Span(joined.pop().opens, span.closes)
        joined.append(span)
    if len(joined) > MOST_SPANS:
        raise HoursError(f"A day can have up to {MOST_SPANS} opening hours.")
    return tuple(joined)


def week_of(days: Mapping[int, Day]) -> Week:
    """The week of days by number (0 is Monday); those left out are closed. Raises HoursError when none is open."""
    if not any(days.values()):
        raise HoursError(
            "No day is open. Add the days you're open, or leave the hours empty for always open."
        )
    return tuple(days.get(day, ()) for day in range(7))


def holidays_of(holidays: Iterable[Holiday]) -> tuple[Holiday, ...]:
    """Holidays in order of their days. Raises HoursError for a day named twice, a name that is missing or too long, or too many."""
    ordered = tuple(sorted(holidays, key=lambda one: one.day))
    for one, other in pairwise(ordered):
        if one.day == other.day:
            raise HoursError(f"{one.name} and {other.name} are on the same day.")
    for one in ordered:
        if not one.name or len(one.name) > LONGEST_NAME or not one.name.isprintable():
            raise HoursError(f"Name each holiday in up to {LONGEST_NAME} characters, such as Christmas Day.")
        if "|" in one.name:
            raise HoursError("A holiday's name can't have “|” in it.")
    if len(ordered) > MOST_HOLIDAYS:
        raise HoursError(f"There can be up to {MOST_HOLIDAYS} holidays. Remove those that are over.")
    return ordered


# As they are stored: "08:00-12:00 13:00-17:00" a weekday (empty: closed), "2026-12-24 08:00-12:00 Christmas Eve" a holiday.


def week_from(stored: Sequence[str]) -> Week:
    """The week of seven stored days, or none of none."""
    return tuple(_day_from(day) for day in stored)


def week_to(week: Week) -> list[str]:
    """How a week is stored."""
    return [_day_to(day) for day in week]


def holidays_from(stored: Iterable[str]) -> tuple[Holiday, ...]:
    """The holidays of stored lines."""
    found = []
    for line in stored:
        day, spans, name = line.split(" ", 2)
        hours = "" if spans == "closed" else spans.replace(",", " ")
        found.append(Holiday(date.fromisoformat(day), name, _day_from(hours)))
    return tuple(found)


def holidays_to(holidays: Iterable[Holiday]) -> list[str]:
    """How holidays are stored."""
    return [
        f"{one.day.isoformat()} {_day_to(one.spans).replace(' ', ',') or 'closed'} {one.name}"
        for one in holidays
    ]


def minutes_of(clock: str) -> int:
    """Minutes after midnight of "08:30"; "24:00" is the end of the day. Raises HoursError."""
    found = _WALL.fullmatch(clock)
    minutes = int(found[1]) * 60 + int(found[2]) if found else DAY + 1
    if minutes > DAY:
        raise HoursError("Write times of day such as 08:30, and 24:00 for midnight at the end of a day.")
    return minutes


def clock_of(minutes: int) -> str:
    """The other way round: "08:30", "24:00"."""
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _day_from(stored: str) -> Day:
    return tuple(
        Span(minutes_of(opens), minutes_of(closes))
        for opens, closes in (span.split("-") for span in stored.split())
    )


def _day_to(day: Day) -> str:
    return " ".join(f"{clock_of(span.opens)}-{clock_of(span.closes)}" for span in day)


def _spans_of(hours: Hours, day: date) -> Day:
    holiday = hours.holidays.get(day)
    if holiday is not None:
        return holiday.spans
    return hours.week[day.weekday()] if hours.week else ALL_DAY


def _openings(hours: Hours, first: date, days: int) -> Iterator[tuple[datetime, datetime]]:
    """The openings of `days` days from `first` on, in order, as instants. What falls whole into a skipped hour is none."""
    for ahead in range(days):
        day = first + timedelta(days=ahead)
        for span in _spans_of(hours, day):
            opens, closes = _instant(day, span.opens, hours.zone), _instant(day, span.closes, hours.zone)
            if opens < closes:
                yield opens, closes


def _local_day(hours: Hours, at: datetime) -> date:
    return at.astimezone(hours.zone).date()


def _instant(day: date, minutes: int, zone: tzinfo) -> datetime:
    """The first instant (UTC) at which the clock of `zone` shows that time of `day` or a later one."""
    wall = datetime.combine(day, time()) + timedelta(minutes=minutes)
    found = wall.replace(tzinfo=zone).astimezone(UTC)
    if found.astimezone(zone).replace(tzinfo=None) == wall:
        return found
    # The time is skipped. `found` counts on as if the clock had not been put forward: that far behind the change as the time is in the gap.
    before = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    while found - before > timedelta(seconds=1):
        middle = before + (found - before) / 2
        if middle.astimezone(zone).replace(tzinfo=None) >= wall:
            found = middle
        else:
            before = middle
    return found.replace(microsecond=0)
