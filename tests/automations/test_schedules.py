"""Schedules: their stored form, their sentence, and the instants at which they fire, in six zones over ten years."""

from __future__ import annotations

import time as clocks
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automations.content.schedules import Schedule, ScheduleError, moments, parse, sentence, to_json
from tests.searching import searched

ZONES = (
    "America/Los_Angeles",
    "America/New_York",
    "Europe/Berlin",
    "Australia/Lord_Howe",
    "Asia/Kolkata",
    "Pacific/Apia",
)
EVERY_DAY = frozenset(range(7))
START, END = datetime(2020, 1, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
SKIPPED_IN_APIA = date(2011, 12, 30)

zones = st.sampled_from(ZONES).map(ZoneInfo)
clocks_of_day = st.times().map(lambda at: at.replace(second=0, microsecond=0, fold=0))
schedules = st.builds(Schedule, st.frozensets(st.integers(0, 6), min_size=1), clocks_of_day)
# In the night hours, in which clocks are changed.
night_schedules = st.builds(
    Schedule, st.just(EVERY_DAY), st.builds(time, st.integers(0, 3), st.integers(0, 59))
)
instants = st.integers(-11 * 366, 10 * 365).flatmap(
    lambda days: st.integers(0, 86_399).map(lambda s: START + days * DAY + timedelta(seconds=s))
)


def local(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment.astimezone(zone).replace(tzinfo=None)


def dates_of(schedule: Schedule, zone: ZoneInfo) -> list[date]:
    """The scheduled dates that lie wholly between START and END in the zone."""
    day, last = START.astimezone(zone).date() + DAY, END.astimezone(zone).date()
    days = []
    while day < last:
        if day.weekday() in schedule.weekdays:
            days.append(day)
        day += DAY
    return days


def by_the_minute(wanted: datetime, zone: ZoneInfo) -> datetime:
    """The first whole UTC minute at which the zone's clock has reached `wanted`, found by walking."""
    moment = wanted.replace(tzinfo=UTC) - timedelta(hours=15)
    while local(moment, zone) < wanted:
        moment += timedelta(minutes=1)
    return moment


@searched(30)
@given(st.one_of(schedules, night_schedules), zones)
def test_every_scheduled_date_has_one_moment_with_the_right_clock(schedule: Schedule, zone: ZoneInfo) -> None:
    days = dates_of(schedule, zone)
    found = [m for m in moments(schedule, START, END, zone) if days[0] <= local(m, zone).date() <= days[-1]]
    assert [local(m, zone).date() for m in found] == days
    assert all(m.tzinfo is UTC for m in found)
    for day, moment in zip(days, found, strict=True):
        wanted = datetime.combine(day, schedule.at)
        if local(moment, zone) != wanted:
            assert moment == by_the_minute(wanted, zone)
            assert local(moment - timedelta(seconds=1), zone) < wanted < local(moment, zone)
        else:
            assert moment.astimezone(zone).fold == 0


@searched(150)
@given(st.one_of(schedules, night_schedules), zones, st.lists(instants, min_size=3, max_size=3).map(sorted))
def test_an_interval_has_the_moments_of_its_parts(
    schedule: Schedule, zone: ZoneInfo, ends: list[datetime]
) -> None:
    start, middle, end = ends
    whole = moments(schedule, start, end, zone)
    assert whole == moments(schedule, start, middle, zone) + moments(schedule, middle, end, zone)
    assert whole == sorted(set(whole))
    assert all(start <= moment < end for moment in whole)


@searched(100)
@given(schedules, zones)
def test_intervals_are_half_open(schedule: Schedule, zone: ZoneInfo) -> None:
    first, second = moments(schedule, START, START + 15 * DAY, zone)[:2]
    assert moments(schedule, first, second, zone) == [first]
    assert moments(schedule, first, first, zone) == []
    assert moments(schedule, second, first, zone) == []


@pytest.mark.parametrize(
    ("zone", "day", "at", "utc"),
    [
        # 2:00 becomes 3:00: the first moment after the gap.
        ("America/New_York", date(2026, 3, 8), time(2, 30), "2026-03-08T07:00Z"),
        ("America/New_York", date(2026, 3, 8), time(2, 0), "2026-03-08T07:00Z"),
        ("America/New_York", date(2026, 3, 8), time(3, 0), "2026-03-08T07:00Z"),
        ("America/New_York", date(2026, 3, 8), time(1, 59), "2026-03-08T06:59Z"),
        # 1:30 comes twice: the first, in summer time.
        ("America/New_York", date(2026, 11, 1), time(1, 30), "2026-11-01T05:30Z"),
        ("America/Los_Angeles", date(2026, 3, 8), time(2, 30), "2026-03-08T10:00Z"),
        ("Europe/Berlin", date(2026, 3, 29), time(2, 59), "2026-03-29T01:00Z"),
        ("Europe/Berlin", date(2026, 10, 25), time(2, 30), "2026-10-25T00:30Z"),
        # Half an hour: 2:00 becomes 2:30.
        ("Australia/Lord_Howe", date(2026, 10, 4), time(2, 15), "2026-10-03T15:30Z"),
        ("Australia/Lord_Howe", date(2026, 10, 4), time(2, 30), "2026-10-03T15:30Z"),
        ("Australia/Lord_Howe", date(2026, 4, 5), time(1, 45), "2026-04-04T14:45Z"),
        ("Asia/Kolkata", date(2026, 3, 8), time(2, 30), "2026-03-07T21:00Z"),
        # Midnight itself is left out.
        ("America/Sao_Paulo", date(2018, 11, 4), time(0, 0), "2018-11-04T03:00Z"),
        # The gap goes over midnight: 23:30 becomes 0:30 of the next day.
        ("America/Toronto", date(1919, 3, 30), time(23, 45), "1919-03-31T04:30Z"),
    ],
)
def test_days_on_which_the_clock_is_changed(zone: str, day: date, at: time, utc: str) -> None:
    around = datetime.combine(day, time(), tzinfo=ZoneInfo(zone))
    schedule = Schedule(frozenset({day.weekday()}), at)
    assert moments(schedule, around - DAY, around + 3 * DAY, ZoneInfo(zone)) == [datetime.fromisoformat(utc)]


@pytest.mark.parametrize("at", [time(0, 0), time(18, 0), time(23, 59)])
def test_a_date_that_a_zone_left_out_has_no_moment(at: time) -> None:
    zone = ZoneInfo("Pacific/Apia")
    found = moments(
        Schedule(EVERY_DAY, at),
        datetime(2011, 12, 28, 12, tzinfo=zone),
        datetime(2012, 1, 2, 12, tzinfo=zone),
        zone,
    )
    days = [local(m, zone).date() for m in found]
    assert SKIPPED_IN_APIA not in days
    assert date(2011, 12, 29) in days
    assert date(2011, 12, 31) in days
    assert all(local(m, zone).time() == at for m in found)


def test_ten_years_take_a_bounded_time() -> None:
    schedule = Schedule(EVERY_DAY, time(2, 30))
    began = clocks.thread_time()
    assert len(moments(schedule, START, END, ZoneInfo("America/New_York"))) == 3_653
    assert clocks.thread_time() - began < 0.5


def test_naive_ends_are_refused() -> None:
    schedule = Schedule(EVERY_DAY, time(9, 0))
    with pytest.raises(ValueError, match="aware"):
        moments(schedule, START.replace(tzinfo=None), END, ZoneInfo("UTC"))
    with pytest.raises(ValueError, match="aware"):
        moments(schedule, START, END.replace(tzinfo=None), ZoneInfo("UTC"))


@given(schedules)
def test_the_stored_form_gives_the_schedule_back(schedule: Schedule) -> None:
    assert parse(to_json(schedule)) == schedule
    assert to_json(parse(to_json(schedule))) == to_json(schedule)
    assert " at " in sentence(schedule)


def test_the_stored_form_has_one_order() -> None:
    data = {"weekdays": ["friday", "monday", "friday"], "time": "09:05"}
    assert to_json(parse(data)) == {"weekdays": ["monday", "friday"], "time": "09:05"}


@pytest.mark.parametrize(
    ("weekdays", "at", "expected"),
    [
        (EVERY_DAY, time(18, 0), "every day at 6:00 PM"),
        ({0, 4}, time(9, 30), "Mondays and Fridays at 9:30 AM"),
        ({2}, time(0, 0), "Wednesdays at 12:00 AM"),
        ({6, 5, 1}, time(12, 5), "Tuesdays, Saturdays and Sundays at 12:05 PM"),
    ],
)
def test_a_schedule_reads_as_people_say_it(weekdays: set[int], at: time, expected: str) -> None:
    assert sentence(Schedule(frozenset(weekdays), at)) == expected


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (None, "weekdays"),
        ([], "weekdays"),
        ({"weekdays": ["monday"]}, "time"),
        ({"weekdays": ["monday"], "time": "18:00", "zone": "UTC"}, "weekdays"),
        ({"weekdays": [], "time": "18:00"}, "at least one"),
        ({"weekdays": "monday", "time": "18:00"}, "at least one"),
        ({"weekdays": ["monday"] * 1_000, "time": "18:00"}, "at least one"),
        ({"weekdays": ["Mon"], "time": "18:00"}, "monday, tuesday"),
        ({"weekdays": [0], "time": "18:00"}, "monday, tuesday"),
        ({"weekdays": [["monday"]], "time": "18:00"}, "monday, tuesday"),
        ({"weekdays": ["monday"], "time": "24:00"}, "HH:MM"),
        ({"weekdays": ["monday"], "time": "9:30"}, "HH:MM"),
        ({"weekdays": ["monday"], "time": "18:00\n"}, "HH:MM"),
        ({"weekdays": ["monday"], "time": "١٨:٠٠"}, "HH:MM"),
        ({"weekdays": ["monday"], "time": 1800}, "HH:MM"),
    ],
)
def test_what_is_no_schedule_is_refused_with_a_sentence(data: object, words: str) -> None:
    with pytest.raises(ScheduleError) as refused:
        parse(data)
    assert words in refused.value.sentence


@pytest.mark.parametrize(
    ("weekdays", "at"), [(set(), time(9)), ({7}, time(9)), ({0}, time(9, 0, 1)), ({0}, time(9, tzinfo=UTC))]
)
def test_a_schedule_that_cannot_be_stored_cannot_be_made(weekdays: set[int], at: time) -> None:
    with pytest.raises(ScheduleError):
        Schedule(frozenset(weekdays), at)
