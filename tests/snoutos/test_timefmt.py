"""Times as people read them: one table, both clock changes, and nobody else who writes times."""

from __future__ import annotations

import ast
import re
from datetime import datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django import forms
from django.utils import formats

from snoutos.core import timefmt

ROOT = Path(__file__).parents[2]
PACIFIC = ZoneInfo("America/Los_Angeles")
# Sunday; clocks go back on November 1 and forward on March 14.
AT = datetime(2026, 11, 29, 10, 51, tzinfo=PACIFIC)


def on(text: str, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=PACIFIC, fold=fold)


@pytest.mark.parametrize(
    ("form", "moment", "said"),
    [
        ("clock", "2026-11-29T00:05", "12:05 AM"),
        ("clock", "2026-11-29T12:00", "12:00 PM"),
        ("clock", "2026-11-29T22:33", "10:33 PM"),
        ("stamp", "2026-11-29T09:07", "9:07 AM"),
        ("stamp", "2026-11-28T23:59", "Yesterday"),
        ("stamp", "2026-11-23T08:00", "Mon"),
        ("stamp", "2026-11-22T08:00", "Nov 22"),
        ("stamp", "2025-12-31T23:00", "Dec 31, 2025"),
        ("until", "2026-11-29T15:00", "3:00 PM"),
        ("until", "2026-12-05T15:00", "Sat 3:00 PM"),
        ("until", "2026-12-06T15:00", "Dec 6, 3:00 PM"),
        ("until", "2026-11-28T15:00", "Nov 28, 3:00 PM"),
        ("until", "2027-01-02T09:30", "Jan 2, 2027, 9:30 AM"),
        ("on", "2026-11-28T22:33", "Nov 28, 10:33 PM"),
        ("on", "2026-11-29T10:00", "Nov 29, 10:00 AM"),
        ("on", "2025-11-03T14:31", "Nov 3, 2025, 2:31 PM"),
        ("day", "2026-11-29T00:00", "Today"),
        ("day", "2026-11-28T00:00", "Yesterday"),
        ("day", "2026-11-23T00:00", "Monday, Nov 23"),
        ("day", "2025-11-03T00:00", "Monday, Nov 3, 2025"),
        ("date_of", "2026-11-03T00:00", "Nov 3"),
        ("date_of", "2027-11-03T00:00", "Nov 3, 2027"),
        # Both clock changes: the hour that comes twice says which one; no moment falls into the hour that is left out.
        ("on", "2026-11-01T00:59", "Nov 1, 12:59 AM"),
        ("on", "2026-11-01T01:30", "Nov 1, 1:30 AM PDT"),
        ("on", "2026-11-01T01:30 second", "Nov 1, 1:30 AM PST"),
        ("on", "2026-11-01T02:00", "Nov 1, 2:00 AM"),
        ("on", "2027-03-14T01:59", "Mar 14, 2027, 1:59 AM"),
        ("on", "2027-03-14T03:00", "Mar 14, 2027, 3:00 AM"),
        ("clock", "2026-11-01T01:00 second", "1:00 AM PST"),
        ("until", "2026-11-01T01:00", "Nov 1, 1:00 AM PDT"),
    ],
)
def test_a_moment(form: str, moment: str, said: str) -> None:
    text, _, second = moment.partition(" ")
    instant = on(text, fold=1 if second else 0)
    more = () if form == "clock" else (AT,)
    assert getattr(timefmt, form)(instant, PACIFIC, *more) == said


@pytest.mark.parametrize(
    ("starts", "ends", "said"),
    [
        ("2026-11-29T14:00", "2026-11-29T16:00", "2:00–4:00 PM"),
        ("2026-12-05T14:00", "2026-12-05T16:00", "Sat 2:00–4:00 PM"),
        ("2026-12-05T11:00", "2026-12-05T13:00", "Sat 11:00 AM–1:00 PM"),
        ("2026-12-24T14:00", "2026-12-24T16:30", "Dec 24, 2:00–4:30 PM"),
        ("2027-02-01T09:00", "2027-02-01T10:00", "Feb 1, 2027, 9:00–10:00 AM"),
        ("2026-12-04T20:00", "2026-12-05T08:00", "Fri 8:00 PM – Sat 8:00 AM"),
        ("2026-11-29T20:00", "2026-11-30T08:00", "8:00 PM – Mon 8:00 AM"),
        ("2026-11-28T20:00", "2026-11-29T08:00", "Nov 28, 8:00 PM – 8:00 AM"),
        ("2026-11-01T00:30", "2026-11-01T01:30", "Nov 1, 12:30 AM–1:30 AM PDT"),
        ("2026-11-01T00:30", "2026-11-01T03:30", "Nov 1, 12:30–3:30 AM"),
        ("2027-03-14T01:00", "2027-03-14T03:30", "Mar 14, 2027, 1:00–3:30 AM"),
    ],
)
def test_a_span(starts: str, ends: str, said: str) -> None:
    assert timefmt.span(on(starts), on(ends), PACIFIC, AT) == said


def test_a_span_of_both_hours_that_read_alike() -> None:
    twice = on("2026-11-01T01:30"), on("2026-11-01T01:30", fold=1)
    assert timefmt.span(*twice, PACIFIC, AT) == "Nov 1, 1:30 AM PDT–1:30 AM PST"


def test_the_zone_passed_in_decides() -> None:
    paris = ZoneInfo("Europe/Paris")
    assert timefmt.on(AT, paris, AT) == "Nov 29, 7:51 PM"
    assert timefmt.full(AT, PACIFIC) == "Sun, Nov 29, 2026, 10:51 AM"
    assert timefmt.weekday(AT, paris) == "Sun, Nov 29"
    # Seven in the evening there is the day before a quarter past midnight here.
    assert timefmt.until(on("2026-11-30T00:15"), PACIFIC, AT) == "Mon 12:15 AM"
    assert timefmt.day(on("2026-11-29T16:00"), paris, AT) == "Monday, Nov 30"


@pytest.mark.parametrize(
    ("of", "said"),
    [(time(0), "12:00 AM"), (time(8), "8:00 AM"), (time(12, 5), "12:05 PM"), (time(21), "9:00 PM")],
)
def test_a_time_of_day(of: time, said: str) -> None:
    assert timefmt.wall(of) == said


@pytest.mark.parametrize(
    ("minutes", "said"),
    [(0, "under a minute"), (12, "12 min"), (60, "1 h"), (47 * 60, "47 h"), (48 * 60, "2 days")],
)
def test_an_age(minutes: int, said: str) -> None:
    assert timefmt.age(timedelta(minutes=minutes)) == said


def test_django_prints_the_same_forms() -> None:
    assert formats.date_format(AT, "DATETIME_FORMAT") == "Nov 29, 2026, 10:51 AM"
    assert formats.time_format(time(21), "TIME_FORMAT") == "9:00 PM"
    assert formats.localize_input(time(21)) == "09:00 PM"


@pytest.mark.parametrize("typed", ["10:00 PM", "10:00pm", "10 pm", "10PM", "22:00", "22:00:00"])
def test_a_time_is_taken_as_people_write_it(typed: str) -> None:
    assert forms.TimeField().clean(typed) == time(22)


@pytest.mark.parametrize("typed", ["11/28/2026", "2026-11-28", "Nov 28, 2026", "11/28/26"])
def test_a_date_is_taken_as_people_write_it(typed: str) -> None:
    assert forms.DateField().clean(typed).isoformat() == "2026-11-28"


# Who writes times all the same, and why.
ELSEWHERE = {
    "snoutos/core/timefmt.py": "the one place",
    "snoutos/core/formats/en/formats.py": "what Django reads and prints by itself",
    "snoutos/embedded/keeper.py": "a line of the keeper's own log, without Django",
    "snoutos/devtools/twilio_sim/lifecycle.py": "the provider's wire format",
    "snoutos/devtools/demo/steps.py": "a developer's terminal, UTC",
    "messaging/models/receipts.py": "__str__, for developers and logs",
    "messaging/models/heartbeats.py": "__str__, for developers and logs",
    "messaging/models/consent.py": "__str__, for developers and logs",
}
_TEMPLATE_FILTERS = re.compile(r"\|\s*(date|time|naturaltime|naturalday|timesince|timeuntil)\b|\{%\s*now\b")
_FORMAT = re.compile(r"%-?[aAbBdHIjMmpSyYZ]")


def _product_code() -> list[Path]:
    rooms = ("snoutos", "messaging", "routing", "policy", "automations", "audit")
    return [path for room in rooms for path in (ROOT / room).rglob("*.py") if "migrations" not in path.parts]


def _writes_times(tree: ast.AST) -> bool:
    """`strftime`, a date format in an f-string or `format`, or Django's own formatting functions."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute | ast.alias):
            name = node.attr if isinstance(node, ast.Attribute) else node.name
            if name in {"strftime", "date_format", "time_format", "dateformat", "naturaltime", "timesince"}:
                return True
        if isinstance(node, ast.FormattedValue) and node.format_spec is not None:
            spec = "".join(
                str(part.value) for part in ast.walk(node.format_spec) if isinstance(part, ast.Constant)
            )
            if _FORMAT.search(spec):
                return True
    return False


def test_nobody_else_writes_times() -> None:
    found = {str(p.relative_to(ROOT)) for p in _product_code() if _writes_times(ast.parse(p.read_text()))}
    assert found - ELSEWHERE.keys() == set(), "write it with snoutos.core.timefmt"
    assert ELSEWHERE.keys() - found - {"snoutos/core/formats/en/formats.py"} == set(), "take it off the list"


def test_no_template_writes_times() -> None:
    found = [
        str(path.relative_to(ROOT))
        for path in (ROOT / "templates").rglob("*.html")
        if _TEMPLATE_FILTERS.search(path.read_text())
    ]
    assert found == [], "the view passes the time in words"
