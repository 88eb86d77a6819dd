"""The calendar by keyboard, on a desk and on a phone; and six visits of a sitter who is ill, handed over by keyboard in two minutes."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page

from messaging.models import AssignmentWindow
from tests.desk.browsing import MARKS, browse, sign_in
from tests.desk.business import Business

pytestmark = MARKS


@pytest.fixture
def business(live_server: Any) -> Business:
    return Business()


def six_visits(business: Business) -> str:
    """Ana's day; the address of the page where she is out, until tomorrow."""
    ana, now = business.sitter(), timezone.now()
    for name in ("Ben Sitter", "Cleo Sitter"):
        business.sitter(name)
    for n in range(6):
        thread = business.text(business.client(), "Hello").thread
        business.assign(thread, ana, starts=now + timedelta(minutes=30 + n * 10))
    local = now.astimezone(business.organization.zone)
    until = (local + timedelta(hours=20)).strftime("%Y-%m-%dT%H:%M")
    page = reverse("admin:sitter_out", args=[ana.public_id])
    return f"{page}?starts_at={local:%Y-%m-%dT%H:%M}&ends_at={until}"


def test_six_visits_are_handed_over_by_keyboard_in_two_minutes(live_server: Any, business: Business) -> None:
    where = live_server.url + six_visits(business)

    def script(page: Page) -> float:
        sign_in(page, live_server.url, business.owner.email)
        began = time.monotonic()
        page.goto(where)
        page.wait_for_selector("select[name^=visit-]:focus")
        for name in ("Ben", "Cleo", "Ben", "Cleo", "Ben", "Nobody"):
            page.keyboard.type(name)
            page.keyboard.press("Tab")
        page.wait_for_selector("button:focus >> text=Hand over")
        page.keyboard.press("Enter")
        page.wait_for_selector("text=Visits handed over: 5.")
        return time.monotonic() - began

    assert browse(script) < 120
    held = AssignmentWindow.objects.filter(canceled_at=None)
    assert sorted(held.values_list("sitter__name", flat=True)) == ["Ben Sitter"] * 3 + ["Cleo Sitter"] * 2
    assert AssignmentWindow.objects.exclude(canceled_at=None).count() == 1


def test_weeks_and_days_by_keys(live_server: Any, business: Business) -> None:
    business.sitter()

    def script(page: Page) -> None:
        sign_in(page, live_server.url, business.owner.email)
        page.goto(f"{live_server.url}{reverse('admin:calendar')}?date=2027-06-10")
        for key, title in (
            ("n", "Jun 13"),
            ("p", "Jun 6"),
            ("d", "Thursday"),
            ("n", "Friday"),
            ("w", "Jun 6"),
            ("t", ""),
        ):
            page.keyboard.press(key)
            page.wait_for_selector(f".d-calendar h2 >> text={title}" if title else "th.is-today")

    browse(script)


@pytest.mark.parametrize(("width", "dark"), [(390, False), (1280, True)])
def test_the_pages_fit(live_server: Any, business: Business, width: int, dark: bool) -> None:
    out = six_visits(business)
    calendar = reverse("admin:calendar")

    def script(page: Page) -> list[int]:
        sign_in(page, live_server.url, business.owner.email)
        over = []
        for one in (calendar, f"{calendar}?view=day", out):
            page.goto(live_server.url + one)
            over.append(page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))
        return over

    assert browse(script, width=width, dark=dark) == [0, 0, 0]
