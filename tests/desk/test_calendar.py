"""The calendar: visits by sitter and day, right over both changes of the clock, and quick with many."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from messaging.assignments import windows
from messaging.models import AssignmentWindow, Sitter, Thread
from tests.desk.business import Business
from tests.plans import analyze, plan_of

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


@pytest.fixture
def business() -> Business:
    return Business()


@pytest.fixture
def ana(business: Business) -> Sitter:
    return business.sitter()


@pytest.fixture
def thread(business: Business) -> Thread:
    thread: Thread = business.text(business.client(), "Hello").thread
    return thread


def visit(
    business: Business, thread: Thread, sitter: Sitter, starts: datetime, hours: float = 1
) -> AssignmentWindow:
    """Planned long before; `starts` as the clock of the business shows it."""
    starts_at = starts.replace(tzinfo=business.organization.zone).astimezone(UTC)
    return windows.create(
        thread=thread, sitter=sitter, starts_at=starts_at, ends_at=starts_at + hours * HOUR,
        by=business.owner, at=min(timezone.now(), starts_at),
    )  # fmt: skip


def page(business: Business, **asked: str) -> str:
    answer = business.browser().get(reverse("admin:calendar"), asked)
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def cells(html: str, name: str = "Ana Sitter") -> list[list[str]]:
    """The words of the visits in each cell of a sitter's row."""
    row = next(part for part in html.split("<tr>") if re.search(rf'scope="row">\s*{name}', part))
    found = []
    for cell in re.findall(r"<td.*?</td>", row, re.DOTALL):
        links = re.findall(r'class="d-calendar-visit.*?</a>', cell, re.DOTALL)
        found.append([" ".join(re.sub(r"<[^>]*>|^[^>]*>", " ", link).split()) for link in links])
    return found


def day(text: str) -> datetime:
    return datetime.fromisoformat(text)


class TestWeek:
    def test_each_visit_stands_with_its_sitter_on_its_day_and_leads_to_its_page(
        self, business: Business, thread: Thread, ana: Sitter
    ) -> None:
        ben = business.sitter("Ben Sitter")
        monday = visit(business, thread, ana, day("2027-06-07T09:00"))
        visit(business, thread, ben, day("2027-06-09T14:00"), 2)
        html = page(business, date="2027-06-10")
        assert [len(cell) for cell in cells(html)] == [0, 1, 0, 0, 0, 0, 0]
        assert cells(html)[1][0].startswith("9:00–10:00 AM")
        assert [len(cell) for cell in cells(html, "Ben Sitter")] == [0, 0, 0, 1, 0, 0, 0]
        assert f"/{monday.public_id}/" in html
        assert "Jun 6, 2027 – Jun 12, 2027" in html

    def test_one_over_several_days_stands_on_each(
        self, business: Business, thread: Thread, ana: Sitter
    ) -> None:
        visit(business, thread, ana, day("2027-06-07T20:00"), 36)
        found = cells(page(business, date="2027-06-10"))
        assert [cell[0].partition(" Test")[0].split(" ")[0] if cell else "" for cell in found] == [
            "", "from", "all", "until", "", "", "",
        ]  # fmt: skip

    def test_what_ends_at_midnight_is_not_on_the_next_day(
        self, business: Business, thread: Thread, ana: Sitter
    ) -> None:
        visit(business, thread, ana, day("2027-06-07T22:00"), 2)
        assert [len(cell) for cell in cells(page(business, date="2027-06-10"))] == [0, 1, 0, 0, 0, 0, 0]

    def test_canceled_ones_are_gone(self, business: Business, thread: Thread, ana: Sitter) -> None:
        gone = visit(business, thread, ana, day("2027-06-07T09:00"))
        windows.cancel(gone, by=business.owner, at=timezone.now())
        assert cells(page(business, date="2027-06-10")) == [[]] * 7

    def test_of_one_sitter(self, business: Business, thread: Thread, ana: Sitter) -> None:
        business.sitter("Ben Sitter")
        html = page(business, date="2027-06-10", sitter=str(ana.public_id))
        assert not re.search(r'scope="row">\s*Ben', html)
        assert len(cells(html)) == 7

    def test_another_business_visits_are_not_there(
        self, business: Business, thread: Thread, ana: Sitter
    ) -> None:
        other = Business("Other Pets")
        theirs = other.sitter("Canary Sitter")
        visit(other, other.text(other.client(), "Hi").thread, theirs, day("2027-06-07T09:00"))
        assert "Canary" not in page(business, date="2027-06-10")
        assert "Canary" not in page(business, date="2027-06-10", sitter=str(theirs.public_id))

    @pytest.mark.parametrize(
        "asked",
        [{"date": "soon"}, {"date": "0001-01-01"}, {"date": "9999-12-31"}, {"sitter": "x"}, {"view": "year"}],
    )
    def test_an_address_that_names_nothing_is_this_week(
        self, business: Business, thread: Thread, ana: Sitter, asked: dict[str, str]
    ) -> None:
        business.assign(thread, ana)
        assert "is-now" in page(business, **asked)

    def test_the_next_and_the_previous_are_a_week_away(self, business: Business, ana: Sitter) -> None:
        html = page(business, date="2027-03-10")
        assert "date=2027-03-17" in html
        assert "date=2027-03-03" in html


class TestClockChanges:
    @pytest.mark.parametrize("date", ["2027-03-14", "2027-11-07"])
    def test_a_day_of_23_or_25_hours_is_one_day(
        self, business: Business, thread: Thread, ana: Sitter, date: str
    ) -> None:
        first = day(f"{date}T00:00")
        visit(business, thread, ana, first)
        visit(business, thread, ana, first.replace(hour=23))
        visit(business, thread, ana, first + timedelta(days=1))
        for asked in ({"view": "day"}, {}):
            found = cells(page(business, date=date, **asked))
            assert [len(cell) for cell in found][:2] == ([2] if asked else [2, 1])

    def test_the_hour_that_comes_twice_says_which(
        self, business: Business, thread: Thread, ana: Sitter
    ) -> None:
        visit(business, thread, ana, day("2027-11-07T01:00"), 1.5)
        assert cells(page(business, date="2027-11-07", view="day"))[0][0].startswith(
            "1:00 AM PDT–1:30 AM PST"
        )


class TestFreeTimes:
    def free(self, html: str) -> list[str]:
        return [" ".join(re.sub(r"<[^>]*>", " ", one).split()) for one in re.findall(
            r'class="d-calendar-free"[^>]*>(.*?)</a>', html, re.DOTALL)]  # fmt: skip

    def test_what_lies_between_visits_leads_to_the_form_filled_in(
        self, business: Business, thread: Thread, ana: Sitter
    ) -> None:
        visit(business, thread, ana, day("2027-06-07T09:00"))
        html = page(business, date="2027-06-07", view="day")
        assert self.free(html) == [
            "6:00–9:00 AM New visit for Ana Sitter",
            "10:00 AM–10:00 PM New visit for Ana Sitter",
        ]
        url = re.findall(r'class="d-calendar-free" href="([^"]*)"', html)[1]
        form = business.browser().get(url).content.decode()
        assert re.search(rf'<option value="{ana.pk}"\s+selected', form)
        typed = dict(re.findall(r'name="(\w+_at_\d)" value="([^"]*)"', form))
        assert typed == {
            "starts_at_0": "06/07/2027", "starts_at_1": "10:00 AM", "ends_at_0": "06/07/2027", "ends_at_1": "11:00 AM",
        }  # fmt: skip

    def test_a_day_of_the_week_offers_one_and_the_past_none(
        self, business: Business, thread: Thread, ana: Sitter
    ) -> None:
        assert self.free(page(business, date="2027-06-07")) == [
            f"+ New visit, {name} for Ana Sitter"
            for name in (
                "Sun, Jun 6",
                "Mon, Jun 7",
                "Tue, Jun 8",
                "Wed, Jun 9",
                "Thu, Jun 10",
                "Fri, Jun 11",
                "Sat, Jun 12",
            )
        ]
        assert self.free(page(business, date="2026-06-07")) == []
        assert self.free(page(business, date="2026-06-07", view="day")) == []

    def test_an_address_with_nothing_right_in_it_is_an_empty_form(
        self, business: Business, ana: Sitter
    ) -> None:
        where = reverse("admin:messaging_visit_add")
        other = Business("Other Pets").sitter()
        for asked in (
            {"sitter": "x", "starts_at": "soon"},
            {"sitter": str(other.public_id), "ends_at": "2027-06-07T10:00"},
        ):
            form = business.browser().get(where, asked)
            assert form.status_code == 200
            assert "2027-06-07" not in form.content.decode()


def test_ten_thousand_visits_are_read_in_few_queries_and_by_index(business: Business, ana: Sitter) -> None:
    thread = business.text(business.client(), "Hello").thread
    desk = business.browser()

    def plan(count: int, since: datetime) -> None:
        AssignmentWindow.objects.bulk_create(
            AssignmentWindow(
                organization=business.organization, thread=thread, sitter=ana,
                starts_at=since + n * HOUR, ends_at=since + (n + 0.5) * HOUR,
            )
            for n in range(count)
        )  # fmt: skip

    def asked() -> tuple[int, Any]:
        with CaptureQueriesContext(connection) as queries:
            answer = desk.get(reverse("admin:calendar"), {"date": "2027-06-10"})
        assert answer.status_code == 200
        return len(queries), queries

    plan(1, day("2027-06-08T09:00").replace(tzinfo=UTC))
    asked()
    few, _ = asked()
    plan(100, day("2027-06-09T00:00").replace(tzinfo=UTC))
    plan(9_900, day("2020-01-01T00:00").replace(tzinfo=UTC))
    analyze("messaging_assignmentwindow")
    began = time.perf_counter()
    many, queries = asked()
    assert many == few
    assert time.perf_counter() - began < 5
    read = next(
        one["sql"]
        for one in queries
        if 'FROM "messaging_assignmentwindow"' in one["sql"] and "ORDER BY" in one["sql"]
    )
    assert "assignmentwindow_calendar" in plan_of(read)
