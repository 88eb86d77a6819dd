"""Business days: Monday to Friday by the business' clock, over weekends, midnight and both clock changes."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from messaging.consent.business_days import after

NEW_YORK = ZoneInfo("America/New_York")


@pytest.mark.parametrize(
    ("at", "days", "due"),
    [
        ("2026-11-30T09:30", 1, "2026-12-01T09:30"),  # a Monday
        ("2026-11-30T09:30", 8, "2026-12-10T09:30"),
        ("2026-11-30T09:30", 10, "2026-12-14T09:30"),
        ("2026-11-27T23:59", 1, "2026-11-30T23:59"),  # a Friday
        ("2026-11-28T00:00", 1, "2026-11-30T00:00"),  # Saturday and Sunday count as Friday would
        ("2026-11-29T12:00", 1, "2026-11-30T12:00"),
        ("2026-11-29T12:00", 10, "2026-12-11T12:00"),
        (
            "2026-03-06T02:30",
            1,
            "2026-03-09T02:30",
        ),  # over the hour that is skipped, and the one that comes twice
        ("2026-10-30T01:30", 1, "2026-11-02T01:30"),
        ("2026-11-30T09:30", 0, "2026-11-30T09:30"),
    ],
)
def test_it_counts_weekdays_of_the_zone(at: str, days: int, due: str) -> None:
    begins = datetime.fromisoformat(at).replace(tzinfo=NEW_YORK)
    assert after(begins, days, NEW_YORK) == datetime.fromisoformat(due).replace(tzinfo=NEW_YORK)


def test_the_day_is_the_business_own() -> None:
    """Friday evening in New York is Saturday in UTC: the day after is Monday evening in New York all the same."""
    friday_evening = datetime(2026, 11, 28, 1, 0, tzinfo=ZoneInfo("UTC"))
    due = after(friday_evening, 1, NEW_YORK)
    assert due == datetime(2026, 11, 30, 20, 0, tzinfo=NEW_YORK)
    assert due.utcoffset() == friday_evening.utcoffset(), "in the zone it was asked in"
