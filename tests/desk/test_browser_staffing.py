"""A sitter leaves, by keyboard alone; the pages fit a phone and are read well by a screen reader."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page

from messaging.models import Sitter
from tests.desk.browsing import MARKS, browse, sign_in
from tests.desk.business import Business

pytestmark = MARKS


@pytest.fixture
def business(live_server: Any) -> Business:
    return Business()


def test_a_sitter_leaves_by_keyboard_alone(live_server: Any, business: Business) -> None:
    ana, ben = business.sitter(), business.sitter("Ben Sitter")
    thread = business.text(business.client(), "Hello").thread
    business.assign(thread, ana)
    where = live_server.url + reverse("admin:sitter_leaves", args=[ana.public_id])

    def script(page: Page) -> None:
        sign_in(page, live_server.url, business.owner.email)
        page.goto(where)
        page.locator("#hand-to").focus()
        page.keyboard.type("Ben")
        page.keyboard.press("Tab")
        page.wait_for_selector("button:focus >> text=no longer works for you")
        page.keyboard.press("Enter")
        page.wait_for_selector("text=Their visits are Ben Sitter's now.")

    browse(script)
    assert not Sitter.objects.get(pk=ana.pk).is_active
    assert thread.windows.filter(sitter=ben, canceled_at=None).exists()


@pytest.mark.parametrize(("width", "dark"), [(390, False), (1280, True)])
def test_the_pages_fit(live_server: Any, business: Business, width: int, dark: bool) -> None:
    ana = business.sitter()
    business.assign(business.text(business.client(), "Hello").thread, ana)
    pages = [reverse("admin:sitter_leaves", args=[ana.public_id]), reverse("admin:sitter_joins")]

    def script(page: Page) -> list[int]:
        sign_in(page, live_server.url, business.owner.email)
        over = []
        for one in pages:
            page.goto(live_server.url + one)
            over.append(page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))
        return over

    assert browse(script, width=width, dark=dark) == [0] * len(pages)
