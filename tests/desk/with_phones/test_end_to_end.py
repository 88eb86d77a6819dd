"""From a sitter's phone over the owner's browser to a client's phone, by the simulated provider's own webhooks and API."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

from messaging.models import Message, Thread
from policy.models import Violation
from snoutos.devtools.twilio_sim.testing import SimulatorClient
from tests.business import Business
from tests.desk.browsing import MARKS, browse, sign_in
from tests.desk.with_phones.conftest import let_leave, on, say, sitter_says

pytestmark = MARKS

LEAK = "my cell is six one nine seven oh one oh five five eight"
EDITED = "He had a lovely walk. Text us here any time!"


def test_what_the_owner_edits_in_the_browser_is_what_the_client_gets_once(
    business: Business, phones: SimulatorClient, thread: Thread, live_server: Any
) -> None:
    held = sitter_says(phones, business, thread, LEAK)
    assert (held.state, held.body) == ("held", LEAK)
    let_leave(phones)
    assert on(phones, business.client_phone) == []

    def script(page: Page) -> str:
        sign_in(page, live_server.url, business.owner.email)
        page.click("a.d-chip:has-text('to review')")
        page.click(".d-queue a")
        page.wait_for_selector(".d-held mark")
        marked = page.inner_text(".d-held mark").split("\n")[0]
        page.keyboard.press("e")
        page.fill("#edited", EDITED)
        page.click("text=Send edited text")
        page.wait_for_selector("text=You're all caught up")
        return marked

    assert "six one nine seven oh one oh five five eight" in browse(script)
    let_leave(phones)
    [arrived] = on(phones, business.client_phone)
    assert (arrived.body, arrived.sender) == (EDITED, business.front_desk.e164)
    kept = Message.objects.get(pk=held.pk)
    assert (kept.state, kept.body, kept.original_body) == ("accepted", EDITED, LEAK)
    assert kept.deliveries.get().state == "delivered"


def test_a_clients_number_reaches_the_sitter_redacted_and_the_owner_whole(
    business: Business, phones: SimulatorClient, thread: Thread, live_server: Any
) -> None:
    said = "Back late. My other phone is 619-701-0558, or +1 (212) 555-0147"
    say(phones, business.client_phone, business.front_desk.e164, said)
    let_leave(phones)
    arrived = on(phones, business.sitter.phone)[-1].body
    assert arrived.startswith(f"{business.client.name}: Back late. My other phone is ")
    assert not [piece for piece in ("619", "701", "0558", "212", "0147") if piece in arrived]

    def script(page: Page) -> str:
        sign_in(page, live_server.url, business.owner.email)
        page.goto(f"{live_server.url}/admin/conversations/{thread.public_id}/")
        page.wait_for_selector("mark")
        return page.inner_text(".d-chat")

    shown = browse(script)
    assert "619-701-0558" in shown
    assert "+1 (212) 555-0147" in shown


def test_a_number_over_three_texts_is_caught_before_the_last_piece_leaves(
    business: Business, phones: SimulatorClient, thread: Thread, live_server: Any
) -> None:
    states = [sitter_says(phones, business, thread, piece).state for piece in ("619", "701", "0558")]
    assert states == ["accepted", "accepted", "held"]
    let_leave(phones)
    assert "0558" not in [text.body for text in on(phones, business.client_phone)]
    assert Violation.objects.get(message__state="held").findings[0]["kind"] == "phone"

    def script(page: Page) -> str:
        sign_in(page, live_server.url, business.owner.email)
        page.goto(f"{live_server.url}/admin/review/")
        page.click(".d-queue a")
        page.wait_for_selector(".d-held mark")
        why = page.inner_text(".d-held")
        page.keyboard.press("r")
        page.click("#reject button")
        page.wait_for_selector("text=You're all caught up")
        return why

    assert "completes earlier texts" in browse(script)
    let_leave(phones)
    assert [text.body for text in on(phones, business.client_phone)] == ["619", "701"]
    assert "didn't send your last text" in on(phones, business.sitter.phone)[-1].body
