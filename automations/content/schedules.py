"""When an automation's schedule fires: days of the week and a local time of day. Pure; imports nothing of Django.

Stored as `{"weekdays": ["monday", "friday"], "time": "18:00"}`. The clock is that of the zone passed in, on both days of the year when
it is changed too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from snoutos.core import timefmt

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

_EVERY_DAY = frozenset(range(7))
_DAY = timedelta(days=1)
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")


class ScheduleError(ValueError):
    """The stored form is no schedule. `sentence` says to people what is wrong and what to write."""

    def __init__(self, sentence: str) -> None:
        self.sentence = sentence
        super().__init__(sentence)


@dataclass(frozen=True, slots=True)
class Schedule:
    """On these days of the week (0 is Monday, as `date.weekday` counts) at this local time, in whole minutes."""

    weekdays: frozenset[int]
    at: time

    def __post_init__(self) -> None:
        if not self.weekdays or not self.weekdays <= _EVERY_DAY:
            raise ScheduleError("Choose at least one day of the week.")
        if self.at.tzinfo is not None or self.at.second or self.at.microsecond or self.at.fold:
            raise ScheduleError("The time must be local, in whole minutes.")


def parse(data: object) -> Schedule:
    """The schedule of its stored form; raises ScheduleError, and nothing else, for anything that is none."""
    if not isinstance(data, dict) or data.keys() != {"weekdays", "time"}:
        raise ScheduleError("A schedule has “weekdays” and a “time”.")
    return Schedule(_weekdays(data["weekdays"]), _time(data["time"]))


def to_json(schedule: Schedule) -> dict[str, object]:
    """The stored form, days in the order of the week: equal for equal schedules, and `parse` gives the schedule back."""
    days = [WEEKDAYS[day] for day in sorted(schedule.weekdays)]
    return {"weekdays": days, "time": schedule.at.isoformat("minutes")}


def sentence(schedule: Schedule) -> str:
    """As people say it: "every day at 6:00 PM", "Mondays and Fridays at 9:30 AM"."""
    return f"{_days(schedule.weekdays)} at {timefmt.wall(schedule.at)}"


def clock(text: str) -> time | None:
    """The time of day written "HH:MM" in 24 hours; None for anything else."""
    found = _CLOCK.fullmatch(text)
    return time(int(found[1]), int(found[2])) if found else None


def moments(schedule: Schedule, start: datetime, end: datetime, zone: ZoneInfo) -> list[datetime]:
    """The instants in [start, end), UTC, in order, at which the schedule fires in `zone`. Both ends must be aware.

    One moment for every scheduled date of the zone's calendar: where the clock is put forward over the time, the first moment after the
    gap; where the time comes twice, the first, once. A date that the zone left out altogether has none. The moments of an interval
    are those of its parts, however it is divided. The work grows with the number of days.
    """
    if start.utcoffset() is None or end.utcoffset() is None:
        raise ValueError("moments lie between aware times")
    instants = (_instant(day, schedule.at, zone) for day in _dates(schedule, start, end, zone))
    return [instant for instant in instants if instant is not None and start <= instant < end]


def _dates(schedule: Schedule, start: datetime, end: datetime, zone: ZoneInfo) -> Iterator[date]:
    """Scheduled dates that may have their moment in [start, end): from the day before, as a gap can carry a moment past midnight."""
    day, last = start.astimezone(zone).date() - _DAY, end.astimezone(zone).date()
    while day <= last:
        if day.weekday() in schedule.weekdays:
            yield day
        day += _DAY


def _instant(day: date, at: time, zone: ZoneInfo) -> datetime | None:
    """The first instant at which the zone's clock has reached `at` on `day`; None when the zone has no such day."""
    wanted = datetime.combine(day, at)
    instant = wanted.replace(tzinfo=zone).astimezone(UTC)
    if _local(instant, zone) == wanted:
        return instant
    return _end_of_gap(wanted, zone) if _exists(day, zone) else None


def _end_of_gap(wanted: datetime, zone: ZoneInfo) -> datetime:
    """The instant of the change that leaves `wanted` out; a time that is not left out gives its own first instant.

    In a gap fold 1 gives an instant before the change and fold 0 one after it (PEP 495).
    """
    before = wanted.replace(tzinfo=zone, fold=1).astimezone(UTC)
    after = wanted.replace(tzinfo=zone, fold=0).astimezone(UTC)
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(after - before) // timedelta(seconds=2))
        if _local(middle, zone) < wanted:
            before = middle
        else:
            after = middle
    return after


def _exists(day: date, zone: ZoneInfo) -> bool:
    """False for a date that a zone skipped when it moved over the date line (Pacific/Apia, December 30, 2011)."""
    after = _end_of_gap(datetime.combine(day, time()), zone)
    return _local(after, zone).date() <= day


def _local(instant: datetime, zone: ZoneInfo) -> datetime:
    return instant.astimezone(zone).replace(tzinfo=None, fold=0)


def _weekdays(value: object) -> frozenset[int]:
    if not isinstance(value, list) or not 1 <= len(value) <= len(WEEKDAYS):
        raise ScheduleError("Choose at least one day of the week.")
    if not all(isinstance(name, str) and name in WEEKDAYS for name in value):
        raise ScheduleError(f"The days of the week are {', '.join(WEEKDAYS)}.")
    return frozenset(WEEKDAYS.index(name) for name in value)


def _time(value: object) -> time:
    at = clock(value) if isinstance(value, str) else None
    if at is None:
        raise ScheduleError("Write the time as “HH:MM” on a 24-hour clock, for example “18:00”.")
    return at


def _days(weekdays: frozenset[int]) -> str:
    if weekdays == _EVERY_DAY:
        return "every day"
    names = [f"{WEEKDAYS[day].capitalize()}s" for day in sorted(weekdays)]
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
