"""What somebody began to write is there again, for them alone, until it is sent or they sign out."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page

from messaging.models import Delivery, Thread
from tests.desk.browsing import MARKS, browse
from tests.desk.business import Business
from tests.desk.test_browser_keyboard import sign_in

pytestmark = MARKS


@pytest.fixture
def business(live_server: Any) -> Business:
    return Business()


@pytest.fixture
def thread(business: Business) -> Thread:
    theirs: Thread = business.text(business.client("Cleo Client"), "How was it?").thread
    return theirs


def written(page: Page) -> str:
    page.wait_for_selector("#reply-body")
    return page.input_value("#reply-body")


def drafts(page: Page) -> int:
    return int(
        page.evaluate("Object.keys(localStorage).filter(key => key.startsWith('snoutos:draft:')).length")
    )


def test_a_draft_outlives_the_page_and_goes_with_the_text(
    business: Business, thread: Thread, live_server: Any
) -> None:
    other = business.text(business.client("Otto Other"), "Hello").thread
    here, there = (f"{live_server.url}/admin/conversations/{one.public_id}/" for one in (thread, other))

    def script(page: Page) -> None:
        sign_in(page, live_server.url, business.owner.email)
        page.goto(here)
        page.fill("#reply-body", "Rex was\nlovely")
        page.click("text=I'll take it")
        page.wait_for_selector(".d-tag--info")
        assert written(page) == "Rex was\nlovely"
        page.goto(there)
        assert written(page) == ""
        page.goto(here)
        assert written(page) == "Rex was\nlovely"
        page.focus("#reply-body")
        page.keyboard.press("Control+Enter")
        page.wait_for_selector(".d-chat .d-bubble:has-text('lovely')")
        assert written(page) == ""
        assert drafts(page) == 0

    browse(script)
    assert Delivery.objects.get(thread=thread).body == "Rex was\nlovely"


def test_what_got_lost_on_its_way_comes_back(business: Business, thread: Thread, live_server: Any) -> None:
    def script(page: Page) -> None:
        sign_in(page, live_server.url, business.owner.email)
        page.goto(f"{live_server.url}/admin/conversations/{thread.public_id}/")
        page.fill("#reply-body", "On our way")
        page.route("**/reply/", lambda route: route.abort())
        page.focus("#reply-body")
        page.keyboard.press("Control+Enter")
        page.wait_for_timeout(500)
        page.goto(f"{live_server.url}/admin/conversations/{thread.public_id}/")
        assert written(page) == "On our way"

    browse(script)
    assert not Delivery.objects.filter(thread=thread).exists()


def test_signing_out_leaves_nothing_behind(business: Business, thread: Thread, live_server: Any) -> None:
    def script(page: Page) -> None:
        sign_in(page, live_server.url, business.owner.email)
        page.goto(f"{live_server.url}/admin/conversations/{thread.public_id}/")
        page.fill("#reply-body", "Secret")
        assert drafts(page) == 1
        page.evaluate("document.querySelector('form[action$=\"/logout/\"]').requestSubmit()")
        page.wait_for_url("**/logout/")
        assert drafts(page) == 0

    browse(script)
