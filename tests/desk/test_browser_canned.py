"""A canned reply is picked by keyboard alone and by mouse; nothing is sent before Send is meant."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page

from automations.models import CannedReply
from messaging.models import Delivery, Thread
from tests.desk.browsing import MARKS, browse
from tests.desk.business import Business
from tests.desk.test_browser_keyboard import sign_in

pytestmark = MARKS


@pytest.fixture
def business(live_server: Any) -> Business:
    made = Business()
    for name, body in (
        ("Key reminder", "Hi {{ client.first_name }}, the key is under the mat"),
        ("Late", "We're running late"),
        ("When", "See you {{ visit.date }}"),
    ):
        CannedReply.objects.create(organization=made.organization, name=name, body=body)
    return made


@pytest.fixture
def thread(business: Business) -> Thread:
    theirs: Thread = business.text(business.client("Cleo Client"), "How was it?").thread
    return theirs


def test_by_keyboard(business: Business, thread: Thread, live_server: Any) -> None:
    def script(page: Page) -> None:
        press, field = page.keyboard.press, page.locator("#reply-body")
        sign_in(page, live_server.url, business.owner.email)
        page.goto(f"{live_server.url}/admin/conversations/{thread.public_id}/")
        press("r")
        page.keyboard.type("1/2 and/or")
        assert field.input_value() == "1/2 and/or", "a stroke in a line is a stroke"
        press("Enter")
        press("/")
        page.wait_for_selector(".d-canned[open]")
        page.keyboard.type("key")
        press("Enter")
        page.wait_for_function("document.activeElement.id === 'reply-body'")
        assert field.input_value() == "1/2 and/or\nHi Cleo, the key is under the mat"
        field.fill("")
        press("/")
        press("Escape")
        assert field.input_value() == "/", "who meant the sign gets it"
        field.fill("")
        press("/")
        page.keyboard.type("when")
        press("Enter")
        page.wait_for_selector(".d-canned__said:has-text('visit.date')")
        press("Escape")
        press("Backspace")
        press("/")
        page.keyboard.type("nothing like it")
        press("Enter")
        page.wait_for_selector(".d-canned__said:has-text('No canned reply')")
        for _ in "nothing like it":
            press("Backspace")
        press("ArrowDown")
        press("ArrowDown")
        press("Enter")
        page.wait_for_function("document.activeElement.id === 'reply-body'")
        assert field.input_value() == "We're running late"
        assert page.url.endswith(f"{thread.public_id}/")
        press("Control+Enter")
        page.wait_for_selector(".d-chat .d-bubble:has-text('running late')")

    browse(script)
    assert [one.message.body for one in Delivery.objects.all()] == ["We're running late"]


def test_by_mouse_on_a_phone(business: Business, thread: Thread, live_server: Any) -> None:
    def script(page: Page) -> None:
        page.set_viewport_size({"width": 390, "height": 844})
        sign_in(page, live_server.url, business.owner.email)
        page.goto(f"{live_server.url}/admin/conversations/{thread.public_id}/")
        page.fill("#reply-body", "Dear friend: ")
        page.click("summary:has-text('Canned replies')")
        page.click(".d-canned a:has-text('Key reminder')")
        page.wait_for_function("document.activeElement.id === 'reply-body'")
        assert page.input_value("#reply-body") == "Dear friend: Hi Cleo, the key is under the mat"
        assert page.evaluate("document.documentElement.scrollWidth") <= 390

    browse(script)
    assert not Delivery.objects.exists()
