"""Times off a clock on the wall, around both changes of the clock; and the form fields that take them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django import forms
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from snoutos.adminkit.wall_clock import SplitWallClockField, WallClockField
from snoutos.core import wall_clock
from tests.searching import searched

PACIFIC = ZoneInfo("America/Los_Angeles")
ZONES = [
    ZoneInfo(name)
    for name in ("America/Los_Angeles", "Australia/Lord_Howe", "Europe/Dublin", "UTC", "Asia/Kolkata")
]
# Days on which clocks change somewhere, and one on which they don't.
DAYS = [
    datetime.fromisoformat(day)
    for day in (
        "2027-03-14",
        "2027-11-07",
        "2027-04-04",
        "2027-10-03",
        "2027-03-28",
        "2027-10-31",
        "2027-07-01",
    )
]


@pytest.fixture(autouse=True)
def _at_the_desk() -> Iterator[None]:
    with timezone.override(PACIFIC):
        yield


@searched(200)
@given(st.sampled_from(DAYS), st.integers(0, 240), st.sampled_from(ZONES))
def test_a_clock_shows_the_time_at_each_of_its_moments_and_at_no_other(
    day: datetime, minutes: int, zone: ZoneInfo
) -> None:
    wall = day + timedelta(minutes=minutes)
    offsets = {
        (wall.replace(tzinfo=UTC) + n * timedelta(hours=15)).astimezone(zone).utcoffset() for n in (-1, 1)
    }
    shown = {
        (wall - offset).replace(tzinfo=UTC)
        for offset in offsets
        if offset is not None
        and (wall - offset).replace(tzinfo=UTC).astimezone(zone).replace(tzinfo=None) == wall
    }
    found = wall_clock.moments(wall, zone)
    assert {one.astimezone(UTC) for one in found} == shown
    if not found:
        from_, to = wall_clock.skipped(wall, zone)
        assert from_ <= wall < to


class Desk(forms.Form):
    at = WallClockField(error_messages={"invalid": "Choose when."})
    maybe = WallClockField(required=False)


class Row(forms.Form):
    at = SplitWallClockField()


def desk(at: str, which: str = "") -> Desk:
    return Desk({"at": at, "at_which": which})


def row(day: str, clock: str, which: str = "") -> Row:
    return Row({"at_0": day, "at_1": clock, "at_2": which})


def fault(form: forms.Form) -> str:
    return " ".join(str(said) for said in form.errors["at"])


def test_an_ordinary_time_is_that_time() -> None:
    noon = datetime(2027, 7, 1, 19, tzinfo=UTC)
    for form in (desk("2027-07-01T12:00"), desk("2027-07-01T12:00", "2"), row("2027-07-01", "12:00")):
        assert form.is_valid(), form.errors
        assert form.cleaned_data["at"] == noon


@pytest.mark.parametrize(("which", "utc"), [("1", 8), ("2", 9)])
def test_a_time_that_comes_twice_is_the_one_that_was_chosen(which: str, utc: int) -> None:
    for form in (desk("2027-11-07T01:30", which), row("2027-11-07", "01:30", which)):
        assert form.is_valid(), form.errors
        assert form.cleaned_data["at"] == datetime(2027, 11, 7, utc, 30, tzinfo=UTC)


@pytest.mark.parametrize("which", ["", "3", "first"])
def test_a_time_that_comes_twice_asks_which(which: str) -> None:
    for form in (desk("2027-11-07T01:30", which), row("2027-11-07", "1:30", which)):
        assert (
            fault(form)
            == "1:30 AM comes twice on Nov 7, 2027, as clocks go back. Choose the first or the second."
        )


def test_a_time_that_never_comes_is_refused_in_plain_words() -> None:
    for form in (desk("2027-03-14T02:30"), row("2027-03-14", "02:30", "1")):
        assert fault(form) == (
            "There's no 2:30 AM on Mar 14, 2027: clocks go forward from 2:00 AM to 3:00 AM. Choose another time."
        )


def test_what_is_no_time_is_refused_and_nothing_may_stay_empty() -> None:
    for typed in ("soon", "2027-13-01T12:00", "2027-07-01T25:00", "\0"):
        assert fault(desk(typed)) == "Choose when."
    assert fault(desk("")) == "This field is required."
    assert fault(row("2027-07-01", "")) == "Enter a date and a time."
    assert fault(row("", "")) == "This field is required."
    assert "at" in row("2027-99-01", "12:00").errors


def test_the_choice_is_there_only_for_a_time_that_comes_twice() -> None:
    for day, clock in (("2027-11-07", "01:30"), ("11/07/2027", "1:30 AM")):
        asking = row(day, clock).as_p()
        assert "1:30 AM PDT, the first" in asking
        assert "1:30 AM PST, the second" in asking
    for other in (row("2027-11-07", "03:30"), row("2027-03-14", "02:30"), row("", ""), row("soon", "x")):
        assert "at_2" not in other.as_p()
    assert "at_2" not in Row().as_p()


@pytest.mark.parametrize(("hour", "which"), [(8, "1"), (9, "2")])
def test_a_moment_that_is_there_says_which_and_is_not_taken_for_changed(hour: int, which: str) -> None:
    initial = {"at": datetime(2027, 11, 7, hour, 30, tzinfo=UTC)}
    assert f'value="{which}" selected' in Row(initial=initial).as_p()
    typed = {"at_0": "2027-11-07", "at_1": "01:30:00", "at_2": which}
    assert not Row(typed, initial=initial).has_changed()
    assert Row({**typed, "at_2": "1" if which == "2" else "2"}, initial=initial).has_changed()
