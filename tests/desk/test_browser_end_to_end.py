"""From a sitter's phone over the owner's browser to a client's phone, by the simulated provider's own webhooks and API."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page

from messaging.models import Message, Participant, SendingLine, Thread
from messaging.outbound import claiming, sending
from policy.models import Violation
from snoutos.devtools.twilio_sim.testing import PhoneText, SimulatorClient, running_simulator
from tests.business import INBOUND, Business, open_business
from tests.desk.browsing import MARKS, browse, sign_in

pytestmark = MARKS

LEAK = "my cell is six one nine seven oh one oh five five eight"
EDITED = "He had a lovely walk. Text us here any time!"


@pytest.fixture
def business(live_server: Any, settings: Any) -> Business:
    settings.PUBLIC_BASE_URL = live_server.url
    business = open_business()
    business.owner.set_password("correct horse battery")
    business.owner.save()
    return business


@pytest.fixture
def phones(business: Business, live_server: Any, settings: Any) -> Iterator[SimulatorClient]:
    """The provider with everybody's phones; its webhooks come in over the real server."""
    with running_simulator(webhook_url=f"{live_server.url}{INBOUND}", seed=1) as provider:
        settings.TWILIO_API_BASE_URL = provider.base_url
        numbers = [business.front_desk.e164, business.sitter_number.e164, business.pool.e164]
        provider.add_account(sid=business.account.sid, token=business.account.auth_token, numbers=numbers)
        yield provider


@pytest.fixture
def thread(business: Business, phones: SimulatorClient) -> Thread:
    """Dana texts the front desk, and Ana looks after the conversation from now on."""
    say(phones, business.client_phone, business.front_desk.e164, "How is Biscuit?")
    thread = Thread.objects.get(client=business.client)
    business.window(thread)
    return thread


def say(phones: SimulatorClient, sender: str, to: str, body: str) -> None:
    answer = phones.send_text(sender=sender, recipient=to, body=body)
    assert (answer.delivered, answer.status_code) == (True, 200), answer


def sitter_says(phones: SimulatorClient, business: Business, thread: Thread, body: str) -> Message:
    line = Participant.objects.select_related("number").get(thread=thread, role="sitter")
    say(phones, business.sitter.phone, line.number.e164, body)
    return Message.objects.filter(thread=thread, author_kind="sitter").latest("position")


def let_leave(phones: SimulatorClient) -> None:
    """What the workers do, twice: what left must not leave again."""
    for _ in range(2):
        for line in SendingLine.objects.all():
            claiming.wake(line.pk)
        sending.dispatch()
        assert phones.wait_idle()


def on(phones: SimulatorClient, phone: str) -> list[PhoneText]:
    """The texts that arrived on a phone."""
    return [text for text in phones.phone_texts(phone) if text.arrived]


def test_what_the_owner_edits_in_the_browser_is_what_the_client_gets_once(
    business: Business, phones: SimulatorClient, thread: Thread, live_server: Any
) -> None:
    held = sitter_says(phones, business, thread, LEAK)
    assert (held.state, held.body) == ("held", LEAK)
    let_leave(phones)
    assert on(phones, business.client_phone) == []

    def script(page: Page) -> str:
        sign_in(page, live_server.url, business.owner.email)
        page.click("text=1 text waits for review")
        page.click(".d-queue a")
        page.wait_for_selector(".d-held mark")
        marked = page.inner_text(".d-held mark").split("\n")[0]
        page.keyboard.press("e")
        page.fill("#edited", EDITED)
        page.click("text=Send as edited")
        page.wait_for_selector("text=Nothing waits for you")
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
    assert Thread.objects.get(pk=thread.pk).flagged_at is not None

    def script(page: Page) -> str:
        sign_in(page, live_server.url, business.owner.email)
        page.goto(f"{live_server.url}/admin/review/")
        page.click(".d-queue a")
        page.wait_for_selector(".d-held mark")
        why = page.inner_text(".d-held")
        page.keyboard.press("r")
        page.click("text=Reject >> visible=true >> nth=-1")
        page.wait_for_selector("text=Nothing waits for you")
        return why

    assert "completes earlier texts" in browse(script)
    let_leave(phones)
    assert [text.body for text in on(phones, business.client_phone)] == ["619", "701"]
    assert "did not send your last text" in on(phones, business.sitter.phone)[-1].body
