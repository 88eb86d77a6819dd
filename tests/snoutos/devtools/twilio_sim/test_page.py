"""The phones page in a real browser: text as a client, watch the answer arrive, and nothing in a text is
markup.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from messaging.providers import twiml
from messaging.providers.base import Accepted, OutgoingText
from messaging.providers.twilio import TwilioProvider
from snoutos.devtools.twilio_sim.testing import SimulatorClient
from tests.snoutos.devtools.twilio_sim.application import Application
from tests.snoutos.devtools.twilio_sim.numbers import ACCOUNT, CLIENT, DESK, SITTER_LINE, TOKEN

CHROMIUM = shutil.which("chromium") or ""
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM, reason="Chromium is not installed"),
]
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-sync",
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser, sim: SimulatorClient) -> Iterator[Page]:
    numbers = [{"e164": DESK, "name": "Front desk"}, {"e164": SITTER_LINE, "name": "Ana's line"}]
    sim.add_account(sid=ACCOUNT, token=TOKEN, numbers=numbers)
    sim.add_phones({"e164": CLIENT, "name": "Dana", "role": "client"})
    page = browser.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    page.goto(f"{sim.base_url}/_sim/")
    yield page
    page.close()
    assert faults == []


def test_a_person_texts_and_sees_the_answer(
    page: Page, sim: SimulatorClient, app: Application, provider: TwilioProvider
) -> None:
    phone = page.get_by_label("Phone of Dana")
    phone.get_by_label("Business number to text").select_option(SITTER_LINE)
    phone.get_by_label("Text", exact=True).fill("Is Biscuit all right? <b>🐶</b>")
    phone.get_by_label("Text", exact=True).press("Enter")
    expect(phone.locator(".bubble.mine")).to_have_text("Is Biscuit all right? <b>🐶</b>")
    expect(phone.locator(".ticks.done")).to_be_visible()
    assert (app.params[0]["To"], app.params[0]["Body"]) == (SITTER_LINE, "Is Biscuit all right? <b>🐶</b>")

    attack = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>"
    answer = OutgoingText(sender=SITTER_LINE, recipient=CLIENT, body=attack)
    assert isinstance(provider.send(answer), Accepted)
    expect(phone.locator(".bubble:not(.mine)")).to_have_text(attack)
    expect(phone.get_by_text("Delivered")).to_be_visible()
    assert page.locator(".thread img, .thread script, .thread b").count() == 0
    assert "owned" not in page.title()


def test_a_person_calls_and_sees_what_became_of_it(
    page: Page, sim: SimulatorClient, app: Application
) -> None:
    number = {"e164": DESK, "voice_url": f"{app.url}/voice"}
    sim.add_account(sid=ACCOUNT, token=TOKEN, numbers=[number])
    ring = twiml.forward("+14155550177", caller_id=DESK, ring_seconds=20, then="/then")
    ask = twiml.say_and_record("Speak", longest=180, then="/then", told_at="/told")
    app.answers[:] = [ring, twiml.hang_up(), ask, twiml.hang_up()]
    phone = page.get_by_label("Phone of Dana")
    phone.get_by_label("Business number to text").select_option(DESK)
    phone.get_by_label("When a call is forwarded").select_option("completed")
    phone.get_by_role("button", name="Call").click()
    expect(phone.get_by_text("+14155550177 rang: completed")).to_be_visible()
    phone.get_by_label("When a call is forwarded").select_option("voicemail")
    phone.get_by_role("button", name="Call").click()
    expect(phone.get_by_text("left a voicemail of 8 s")).to_be_visible()


def test_an_application_that_refuses_is_seen_on_the_phone(page: Page, app: Application) -> None:
    app.answers.append(403)
    phone = page.get_by_label("Phone of Dana")
    phone.get_by_label("Text", exact=True).fill("Hello?")
    phone.get_by_label("Send", exact=True).click()
    expect(phone.get_by_text("SnoutOS answered 403")).to_be_visible()


def test_another_conversation_is_marked_and_a_draft_is_not_disturbed(
    page: Page, sim: SimulatorClient, provider: TwilioProvider
) -> None:
    sim.send_text(sender=CLIENT, recipient=DESK, body="To the desk")
    phone = page.get_by_label("Phone of Dana")
    expect(phone.locator(".bubble.mine")).to_have_text("To the desk")
    phone.get_by_label("Text", exact=True).fill("A draft")
    provider.send(OutgoingText(sender=SITTER_LINE, recipient=CLIENT, body="From the sitter"))
    expect(phone.locator(".tab.unread")).to_have_text("Ana's line")
    expect(phone.get_by_label("Text", exact=True)).to_have_value("A draft")
    phone.locator(".tab.unread").click()
    expect(phone.locator(".bubble")).to_have_text("From the sitter")


def test_faults_are_set_and_ended_by_hand(page: Page, sim: SimulatorClient) -> None:
    page.get_by_role("button", name="Faults").click()
    page.get_by_label("Too many requests (429)").select_option("Next 3")
    expect(page.locator(".fault.on .now")).to_have_text("Next 3")
    assert sim._get("faults")["faults"]["rate429"]["count"] == 3
    page.get_by_role("button", name="End all").click()
    expect(page.locator(".fault.on")).to_have_count(0)


def test_a_phone_is_added_by_hand(page: Page) -> None:
    page.get_by_label("Name").fill("Sam")
    page.get_by_label("Mobile number").fill("+14155550155")
    page.get_by_role("button", name="Add phone").click()
    expect(page.get_by_label("Phone of Sam")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_a_phone(browser: Browser, page: Page, sim: SimulatorClient, scheme: str) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 800}, color_scheme=scheme)  # type: ignore[arg-type]
    small = context.new_page()
    small.goto(f"{sim.base_url}/_sim/")
    expect(small.get_by_label("Phone of Dana")).to_be_visible()
    assert small.evaluate("document.documentElement.scrollWidth") <= 390
    expect(small.get_by_label("Send", exact=True)).to_be_in_viewport()
    context.close()
