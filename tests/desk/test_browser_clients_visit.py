"""A client's visit in a browser: given from the client's card by keyboard, one block in the calendar, both conversations named."""

from __future__ import annotations

import os
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page

from messaging.models import Visit
from messaging.people import clients
from tests.desk.browsing import MARKS, browse, sign_in
from tests.desk.business import Business

pytestmark = MARKS
_OVER = "document.documentElement.scrollWidth - window.innerWidth"


@pytest.fixture
def business(live_server: Any) -> Business:
    return Business()


@pytest.mark.parametrize(("width", "dark"), [(390, True), (1280, False)])
def test_given_by_keyboard_and_seen_once(
    live_server: Any, business: Business, width: int, dark: bool
) -> None:
    client, ana = business.client(), business.sitter()
    business.text(client, "Hello")
    other = business.phone()
    clients.add_partner(client, name="Lee", phone=other, by=business.owner, at=timezone.now())
    business.text(other, "Lee here")
    typed = {
        "starts_at_0": "2027-06-08", "starts_at_1": "10:00", "ends_at_0": "2027-06-08", "ends_at_1": "11:00",
    }  # fmt: skip

    def script(page: Page) -> list[int]:
        sign_in(page, live_server.url, business.owner.email)
        page.goto(f"{live_server.url}{reverse('admin:messaging_visit_add')}?client={client.public_id}")
        assert page.input_value("[name=client]") == str(client.pk)
        page.select_option("[name=sitter]", str(ana.pk))
        for name, value in typed.items():
            page.fill(f"[name={name}]", value)
        over = [page.evaluate(_OVER)]
        _picture(page, f"add-{width}")
        page.focus("[name=ends_at_1]")
        page.keyboard.press("Enter")
        page.wait_for_url("**/visit/")
        page.goto(f"{live_server.url}{reverse('admin:calendar')}?date=2027-06-08&view=day")
        block = page.locator("td a", has_text="Cleo Client and Lee")
        assert block.count() == 1
        _picture(page, f"calendar-{width}")
        block.focus()
        page.keyboard.press("Enter")
        page.wait_for_url("**/change/")
        assert page.locator("form a[href*='/conversations/']").count() == 2
        _picture(page, f"visit-{width}")
        return [*over, page.evaluate(_OVER)]

    assert browse(script, width=width, dark=dark) == [0, 0]
    visit = Visit.objects.get()
    assert (visit.client, visit.windows.count()) == (client, 2)


def _picture(page: Page, name: str) -> None:
    """Kept where `PICTURES` names a folder."""
    if folder := os.environ.get("PICTURES"):
        page.screenshot(path=f"{folder}/{name}.png")
