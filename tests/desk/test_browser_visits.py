"""Visits by keyboard alone: handed over, and entered in the hour that comes twice; the pages fit a phone."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page

from messaging.models import AssignmentWindow
from tests.desk.browsing import MARKS, browse, sign_in
from tests.desk.business import Business

pytestmark = MARKS


@pytest.fixture
def business(live_server: Any) -> Business:
    return Business()


def test_a_visit_is_handed_over_by_keyboard_alone(live_server: Any, business: Business) -> None:
    ben = business.sitter("Ben Sitter")
    visit = business.assign(business.text(business.client(), "Hello").thread, business.sitter())
    where = live_server.url + reverse("admin:visit_hand_over", args=[visit.public_id])

    def script(page: Page) -> None:
        sign_in(page, live_server.url, business.owner.email)
        page.goto(where)
        page.wait_for_selector("#hand-over-to:focus")
        page.keyboard.type("Ben")
        page.keyboard.press("Tab")
        page.wait_for_selector("#hand-over-at:focus")
        page.keyboard.press("Enter")
        page.wait_for_selector("text=Ben Sitter takes over now")
        page.wait_for_selector("button:focus >> text=Hand over")
        page.keyboard.press("Enter")
        page.wait_for_selector("text=Ben Sitter has this visit")

    browse(script)
    visit.refresh_from_db()
    assert AssignmentWindow.objects.get(sitter=ben).starts_at == visit.ends_at


def test_which_of_two_hours_is_chosen_by_keyboard(live_server: Any, business: Business) -> None:
    thread = business.text(business.client(), "Hello").thread
    business.sitter()
    where = live_server.url + reverse("admin:conversation", args=[thread.public_id]) + "?plan=visit#about"

    def script(page: Page) -> None:
        sign_in(page, live_server.url, business.owner.email)
        page.goto(where)
        page.fill("#assign-from", "2027-11-07T01:30")
        page.fill("#assign-to", "2027-11-07T08:00")
        page.locator("#assign-to").press("Enter")
        page.wait_for_selector("text=1:30 AM comes twice")
        page.locator("[name=starts_at_which]").first.focus()
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        page.wait_for_selector("text=is booked for")

    browse(script)
    assert AssignmentWindow.objects.get().starts_at.isoformat() == "2027-11-07T09:30:00+00:00"


@pytest.mark.parametrize(("width", "dark"), [(390, False), (1280, True)])
def test_the_pages_fit(live_server: Any, business: Business, width: int, dark: bool) -> None:
    ben = business.sitter("Ben Sitter")
    visit = business.assign(business.text(business.client(), "Hello").thread, business.sitter())
    where = reverse("admin:visit_hand_over", args=[visit.public_id])

    def script(page: Page) -> list[int]:
        sign_in(page, live_server.url, business.owner.email)
        over = []
        for one in (where, f"{where}?to={ben.public_id}&at_time="):
            page.goto(live_server.url + one)
            over.append(page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))
        return over

    assert browse(script, width=width, dark=dark) == [0, 0]
