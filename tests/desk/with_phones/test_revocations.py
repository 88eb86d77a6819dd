"""From "please stop texting me" on a client's phone to opted out by one key, one confirmation, and no automation after that."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page

from messaging.models import Revocation, Thread
from snoutos.devtools.twilio_sim.testing import SimulatorClient
from tests.automations.rules import active, settle, steps
from tests.business import Business
from tests.desk.browsing import MARKS, browse, sign_in
from tests.desk.test_browser_keyboard import tab_to
from tests.desk.with_phones.conftest import let_leave, on, say

pytestmark = MARKS

SAID = "please stop texting me"
CONFIRMATION = "Happy Tails: You won't get any more texts from us. Reply START to get them again."


def test_from_the_phone_to_opted_out_by_one_key(
    business: Business, phones: SimulatorClient, thread: Thread, live_server: Any
) -> None:
    rule = active(business, thread=thread, is_urgent=True, urgent_reason="It is a test")
    let_leave(phones)
    had = len(on(phones, business.sitter.phone))
    say(phones, business.client_phone, business.front_desk.e164, SAID)
    settle()
    assert steps(rule) == [("text_client", "skipped", "revocation_open")]
    let_leave(phones)
    assert on(phones, business.client_phone) == []
    assert len(on(phones, business.sitter.phone)) == had, "kept from the sitter"

    def script(page: Page) -> str:
        sign_in(page, live_server.url, business.owner.email)
        page.click("a.d-chip:has-text('may want no more texts')")
        page.wait_for_selector(".d-queue a")
        page.keyboard.press("j")
        page.keyboard.press("Enter")
        page.wait_for_selector(".d-held")
        seen = page.inner_text(".d-held")
        page.keyboard.press("o")
        page.wait_for_selector("text=You're all caught up")
        return seen

    assert SAID in browse(script)
    let_leave(phones)
    assert [text.body for text in on(phones, business.client_phone)] == [CONFIRMATION]
    say(phones, business.client_phone, business.front_desk.e164, "Hello?")
    settle()
    assert steps(rule) == [("text_client", "skipped", "opted_out")]
    let_leave(phones)
    assert len(on(phones, business.client_phone)) == 1


@pytest.mark.parametrize("scripts", [True, False])
def test_not_meant_by_keyboard_and_without_scripts(
    business: Business, phones: SimulatorClient, thread: Thread, live_server: Any, scripts: bool
) -> None:
    say(phones, business.client_phone, business.front_desk.e164, SAID)
    row = Revocation.objects.get()

    def script(page: Page) -> None:
        sign_in(page, live_server.url, business.owner.email)
        page.goto(f"{live_server.url}/admin/review/no-more-texts/{row.public_id}/")
        if scripts:
            page.keyboard.press("Enter")
            page.wait_for_timeout(300)
            assert "no-more-texts" in page.url, "Enter alone decides nothing"
            page.keyboard.press("n")
        else:
            tab_to(page, "button[value=not_meant]")
            page.keyboard.press("Enter")
        page.wait_for_selector("text=You're all caught up")

    browse(script, scripts=scripts)
    row.refresh_from_db()
    assert (row.state, row.decided_by) == ("not_meant", business.owner)
    let_leave(phones)
    assert on(phones, business.client_phone) == []
