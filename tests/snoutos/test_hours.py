"""Opening hours: when it is open, what comes next, over holidays, midnight and both clock changes; and as people write them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from snoutos.core.hours import (
    DAY,
    Holiday,
    Hours,
    HoursError,
    Span,
    closes_next,
    day_of,
    holidays_from,
    holidays_of,
    holidays_to,
    is_open,
    opens_next,
    week_from,
    week_to,
)
from snoutos.core.hours_text import read_holidays, read_week, standing, write_holidays, write_week

NEW_YORK = ZoneInfo("America/New_York")


def kept(week: str = "", holidays: str = "", zone: ZoneInfo = NEW_YORK) -> Hours:
    return Hours(zone, read_week(week), {one.day: one for one in read_holidays(holidays)})


def on(local: str, fold: int = 0) -> datetime:
    return datetime.fromisoformat(local).replace(tzinfo=NEW_YORK, fold=fold)


def said(moment: datetime | None) -> str:
    return "" if moment is None else moment.astimezone(NEW_YORK).isoformat("T", "minutes")


OFFICE = "Mon–Fri 8 AM–noon, 1–5 PM\nSat 9 AM–noon"


@pytest.mark.parametrize(
    ("at", "is_open_then", "closes", "opens"),
    [
        ("2026-11-30T07:59:59", False, "", "2026-11-30T08:00-05:00"),  # a Monday
        ("2026-11-30T08:00", True, "2026-11-30T12:00-05:00", "2026-11-30T08:00-05:00"),
        ("2026-11-30T12:00", False, "", "2026-11-30T13:00-05:00"),
        ("2026-11-30T16:59:59", True, "2026-11-30T17:00-05:00", "2026-11-30T16:59-05:00"),
        ("2026-11-30T17:00", False, "", "2026-12-01T08:00-05:00"),
        ("2026-11-28T12:00", False, "", "2026-11-30T08:00-05:00"),  # Saturday noon
        (
            "2026-12-24T18:00",
            False,
            "",
            "2026-12-26T09:00-05:00",
        ),  # Christmas is closed, the day after is a Saturday
        ("2026-12-25T10:00", False, "", "2026-12-26T09:00-05:00"),
        ("2026-12-31T10:00", True, "2026-12-31T11:00-05:00", "2026-12-31T10:00-05:00"),
        ("2026-12-31T11:00", False, "", "2027-01-01T08:00-05:00"),
    ],
)
def test_the_office_is_open_in_its_hours(at: str, is_open_then: bool, closes: str, opens: str) -> None:
    hours = kept(OFFICE, "Dec 25, 2026 Christmas Day\nDec 31, 2026 New Year's Eve, 10–11 AM")
    assert is_open(hours, on(at)) is is_open_then
    assert said(closes_next(hours, on(at))) == closes
    assert said(opens_next(hours, on(at))) == opens


def test_nothing_set_is_always_open_and_a_holiday_alone_closes_its_day() -> None:
    assert is_open(kept(), on("2026-12-25T03:00"))
    assert closes_next(kept(), on("2026-12-25T03:00")) is None
    christmas = kept(holidays="Dec 25, 2026 Christmas Day")
    assert not is_open(christmas, on("2026-12-25T00:00"))
    assert said(closes_next(christmas, on("2026-12-20T10:00"))) == "2026-12-25T00:00-05:00"
    assert said(opens_next(christmas, on("2026-12-25T10:00"))) == "2026-12-26T00:00-05:00"


def test_hours_that_go_on_over_midnight_end_once() -> None:
    night = kept("Fri 8 PM–midnight\nSat midnight–6 AM")
    assert said(closes_next(night, on("2026-11-27T23:00"))) == "2026-11-28T06:00-05:00"
    assert is_open(night, on("2026-11-28T00:00"))


@pytest.mark.parametrize(
    ("week", "at", "fold", "is_open_then"),
    [
        # Mar 8, 2026: 2:00 becomes 3:00. What opens in the skipped hour opens when the clock goes on.
        ("Sun 2:30 AM–8 AM", "2026-03-08T03:00", 0, True),
        ("Sun 2:30 AM–8 AM", "2026-03-08T01:59", 0, False),
        ("Sun 1 AM–2:30 AM", "2026-03-08T03:00", 0, False),
        ("Sun 2:15 AM–2:45 AM", "2026-03-08T03:00", 0, False),
        # Nov 1, 2026: 1:00 to 2:00 comes twice. What closes at 1:30 closes once, what opens at 1:30 stays open.
        ("Sun midnight–1:30 AM", "2026-11-01T01:29", 0, True),
        ("Sun midnight–1:30 AM", "2026-11-01T01:30", 0, False),
        ("Sun midnight–1:30 AM", "2026-11-01T01:15", 1, False),
        ("Sun 1:30 AM–8 AM", "2026-11-01T01:15", 0, False),
        ("Sun 1:30 AM–8 AM", "2026-11-01T01:15", 1, True),
        ("Sun 8 AM–5 PM", "2026-11-01T08:00", 0, True),
        ("Sun 8 AM–5 PM", "2026-11-01T16:59", 0, True),
    ],
)
def test_both_clock_changes(week: str, at: str, fold: int, is_open_then: bool) -> None:
    assert is_open(kept(week), on(at, fold)) is is_open_then


def test_the_next_opening_after_a_clock_change_is_on_the_new_clock() -> None:
    assert said(opens_next(kept("Mon–Fri 8 AM–5 PM"), on("2026-03-06T18:00"))) == "2026-03-09T08:00-04:00"
    assert said(opens_next(kept("Sun 2:30 AM–8 AM"), on("2026-03-07T18:00"))) == "2026-03-08T03:00-04:00"


def test_the_zone_is_the_business_own() -> None:
    tokyo = kept("Mon 8 AM–5 PM", zone=ZoneInfo("Asia/Tokyo"))
    assert is_open(tokyo, datetime(2026, 11, 29, 23, 0, tzinfo=UTC))
    assert not is_open(tokyo, datetime(2026, 11, 30, 8, 0, tzinfo=UTC))


def _between(times: list[int]) -> tuple[Span, ...]:
    """The spans between each two times of a day."""
    ordered = sorted(times)
    return day_of(Span(*pair) for pair in zip(ordered[::2], ordered[1::2], strict=False))


_DAYS = st.lists(st.integers(0, DAY), max_size=8, unique=True).map(_between)
_MOMENTS = st.datetimes(datetime(2026, 2, 1), datetime(2026, 12, 1)).map(lambda at: at.replace(tzinfo=UTC))  # noqa: DTZ001


@given(st.lists(_DAYS, min_size=7, max_size=7), _MOMENTS)
def test_the_three_answers_agree(days: list[tuple[Span, ...]], at: datetime) -> None:
    hours = Hours(NEW_YORK, tuple(days))
    closes, opens = closes_next(hours, at), opens_next(hours, at)
    if is_open(hours, at):
        assert opens == at
        assert closes is None or (at < closes and not is_open(hours, closes))
    else:
        assert closes is None
        assert opens is None or (opens > at and is_open(hours, opens))
        assert opens is None or not is_open(hours, opens - timedelta(seconds=1))
    assert week_from(week_to(hours.week)) == hours.week
    if any(hours.week):
        assert read_week(write_week(hours.week)) == hours.week


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("mon-fri: 8:00 am - 5:00 pm", "Mon–Fri 8:00 AM–5:00 PM\nSat–Sun closed"),
        ("Weekdays 8 a.m. to noon, 1-5pm", "Mon–Fri 8:00 AM–12:00 PM, 1:00 PM–5:00 PM\nSat–Sun closed"),
        ("Mon, Wed & Fri 08:00-17:00", "Mon 8:00 AM–5:00 PM\nTue closed\nWed 8:00 AM–5:00 PM\nThu closed\n"
         "Fri 8:00 AM–5:00 PM\nSat–Sun closed"),
        ("Sat–Mon 8 PM–midnight", "Mon 8:00 PM–midnight\nTue–Fri closed\nSat–Sun 8:00 PM–midnight"),
        ("daily 24 hours", "Mon–Sun 24 hours"),
        ("Thurs 9–11 AM, 11 AM–2 PM", "Mon–Wed closed\nThu 9:00 AM–2:00 PM\nFri–Sun closed"),
        ("Tuesdays 9 AM-noon\nWed closed", "Mon closed\nTue 9:00 AM–12:00 PM\nWed–Sun closed"),
        ("\n", ""),
    ],
)  # fmt: skip
def test_hours_are_read_as_people_write_them(typed: str, shown: str) -> None:
    assert write_week(read_week(typed)) == shown
    assert read_week(shown) == read_week(typed)


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("Mon 8 to 5", "say AM or PM"),
        ("Mon 8:00-5:00 PM\nMon 6-7 PM", "closing must come after opening"),
        ("Mon 8 PM–2 AM", "split the hours at midnight"),
        ("Mon 9 AM–noon\nMon 1–2 PM", "Monday is there twice"),
        ("Mon 13 PM–14 PM", "say AM or PM"),
        ("Caturday 8 AM–5 PM", "no such day"),
        ("8 AM–5 PM", "can't be read"),
        ("Mon 8–10 AM, 9–11 AM", "overlap"),
        ("Sun closed", "No day is open"),
        ("Mon whenever", "write hours such as"),
        ("Mon 1–2 AM, 3–4 AM, 5–6 AM, 7–8 AM, 9–10 AM", "up to 4"),
    ],
)
def test_hours_that_cannot_be_read_are_refused_in_words(typed: str, why: str) -> None:
    with pytest.raises(HoursError) as refused:
        read_week(typed)
    assert why in refused.value.sentence


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("12/25/2026 Christmas Day", "Dec 25, 2026 Christmas Day"),
        ("2027-01-01: New Year's Day", "Jan 1, 2027 New Year's Day"),
        ("July 4th, 2027 – Independence Day, closed", "Jul 4, 2027 Independence Day"),
        (
            "Dec 26, 2026 Day after\nDec 24, 2026 Christmas Eve, 8 AM–noon, 1–2 PM",
            "Dec 24, 2026 Christmas Eve, 8:00 AM–12:00 PM, 1:00 PM–2:00 PM\nDec 26, 2026 Day after",
        ),
        ("Nov 11, 2026 Veterans, and their dogs", "Nov 11, 2026 Veterans, and their dogs"),
    ],
)
def test_holidays_are_read_as_people_write_them(typed: str, shown: str) -> None:
    found = read_holidays(typed)
    assert write_holidays(found) == shown
    assert read_holidays(shown) == found == holidays_from(holidays_to(found))


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("Dec 25 Christmas", "Write a date and a name"),
        ("Feb 30, 2027 No day", "Write a date and a name"),
        ("Dec 25, 2026", "Write a date and a name"),
        ("Dec 24, 2026 Eve, 8–5", "say AM or PM"),
        ("Dec 25, 2026 One\n12/25/2026 Other", "One and Other are on the same day"),
        (f"Dec 25, 2026 {'x' * 61}", "up to 60 characters"),
        ("Dec 25, 2026 A|B", "can't have"),
    ],
)
def test_holidays_that_cannot_be_read_are_refused_in_words(typed: str, why: str) -> None:
    with pytest.raises(HoursError) as refused:
        read_holidays(typed)
    assert why in refused.value.sentence


def test_there_are_no_more_holidays_than_can_be_read() -> None:
    first = date(2026, 1, 1)
    with pytest.raises(HoursError, match="up to 200"):
        holidays_of(Holiday(first + timedelta(days=n), "Closed") for n in range(201))


@pytest.mark.parametrize(
    ("week", "at", "sentence"),
    [
        ("", "2026-11-30T10:00", "Always open: no hours are set."),
        (OFFICE, "2026-11-30T14:00", "Open now until 5:00 PM."),
        (OFFICE, "2026-11-28T14:00", "Closed until Mon 8:00 AM."),
        ("daily 24 hours", "2026-11-28T14:00", "Open now, around the clock."),
    ],
)
def test_where_it_stands_in_words(week: str, at: str, sentence: str) -> None:
    assert standing(kept(week), on(at)) == sentence
