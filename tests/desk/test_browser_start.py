"""Starting a conversation in a real browser: by mouse, by keyboard alone, on a phone, without scripts."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page

from messaging.models import AssignmentWindow, ClientPhone, Delivery, Participant
from tests.desk import test_browser_keyboard as keyboard
from tests.desk.browsing import MARKS, browse, sign_in
from tests.desk.business import Business

pytestmark = MARKS


@pytest.fixture
def business(live_server: Any) -> Business:
    return Business()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_by_mouse_from_the_inbox(business: Business, live_server: Any, scripts: bool) -> None:
    client = business.client("Cleo Client", "+13105550196")
    ClientPhone.objects.create(
        organization=business.organization, client=client, e164="+13105550197", label="husband"
    )

    def script(page: Page) -> None:
        sign_in(page, live_server.url, business.owner.email)
        page.click(".d-inbox__new")
        page.fill("#whom", "cleo")
        page.click("text=Find")
        page.click(".d-start__people >> text=Cleo Client")
        page.click("text=(310) 555-0197")
        page.fill("#start-body", "Hello Cleo")
        page.click(".d-start >> text=Send")
        page.wait_for_selector(".d-turn--out >> text=Hello Cleo")

    browse(script, scripts=scripts)
    assert (Delivery.objects.get().recipient, Delivery.objects.get().body) == ("+13105550197", "Hello Cleo")


def test_by_keyboard_alone(business: Business, live_server: Any) -> None:
    """N, the number as it is read from a note, Enter, the words, Ctrl+Enter."""

    def script(page: Page) -> None:
        keyboard.sign_in(page, live_server.url, business.owner.email)
        page.keyboard.press("n")
        page.wait_for_selector("#whom:focus")
        page.keyboard.type("(310) 555-0196")
        page.keyboard.press("Enter")
        page.wait_for_selector("#start-body")
        page.keyboard.type("Hello there")
        page.keyboard.press("Control+Enter")
        page.wait_for_selector(".d-turn--out >> text=Hello there")

    browse(script)
    assert Participant.objects.get().e164 == "+13105550196"
    assert Delivery.objects.get().body == "Hello there"


def test_a_visit_first_by_keyboard_alone(business: Business, live_server: Any) -> None:
    client, sitter = business.client("Cleo Client"), business.sitter("Ana Sitter")

    def script(page: Page) -> None:
        keyboard.sign_in(page, live_server.url, business.owner.email)
        page.keyboard.press("n")
        page.wait_for_selector("#whom:focus")
        page.keyboard.type("cleo")
        page.keyboard.press("Enter")
        page.wait_for_selector("text=Cleo Client")
        keyboard.tab_to(page, ".d-start__people a")
        page.keyboard.press("Enter")
        page.wait_for_selector("#start-body")
        keyboard.tab_to(page, "button[value=visit]")
        page.keyboard.press("Enter")
        page.wait_for_selector("#assign-sitter:focus")
        keyboard.tab_to(page, "#assign-from")
        page.keyboard.press("Enter")
        page.wait_for_selector(".d-shift >> text=Ana Sitter")

    browse(script)
    window = AssignmentWindow.objects.select_related("thread").get()
    assert (window.thread.client, window.sitter) == (client, sitter)
    assert not Delivery.objects.exists()


def test_from_the_palette_by_keyboard_alone(business: Business, live_server: Any) -> None:
    def script(page: Page) -> None:
        keyboard.sign_in(page, live_server.url, business.owner.email)
        page.keyboard.press("Control+k")
        page.wait_for_selector("#search-input-command:focus")
        page.keyboard.type("310.555.0196")
        page.wait_for_selector("text=Write to (310) 555-0196")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        page.wait_for_selector("#start-body")

    browse(script)


def test_from_the_cards_by_mouse(business: Business, live_server: Any) -> None:
    client = business.client("Cleo Client")

    def script(page: Page) -> str:
        sign_in(page, live_server.url, business.owner.email)
        page.goto(f"{live_server.url}/admin/messaging/client/{client.public_id}/change/")
        page.click("text=New conversation")
        page.wait_for_selector("#start-body")
        return page.inner_text(".d-start__who h2")

    assert browse(script) == "Cleo Client"


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_nothing_runs_over_the_edge_of_a_phone(business: Business, live_server: Any, dark: bool) -> None:
    client = business.client("Bartholomew Featherstonehaugh-Cholmondeley the Third", pets="W" * 90)
    business.text(client, "Hi")
    second = business.phone()
    ClientPhone.objects.create(organization=business.organization, client=client, e164=second, label="x" * 40)
    business.add_number("sitter", label="y" * 60)
    business.sitter("S" * 100)

    def script(page: Page) -> list[int]:
        sign_in(page, live_server.url, business.owner.email)
        widths = []
        for asked in ("", "?q=W", f"?client={client.public_id}", "?phone=%2B13105550196", "?phone=555-0186"):
            page.goto(f"{live_server.url}/admin/conversations/new/{asked}")
            widths.append(page.evaluate("document.documentElement.scrollWidth"))
        return widths

    assert max(browse(script, width=390, height=844, dark=dark)) <= 390


def test_on_a_phone_send_is_within_reach(business: Business, live_server: Any) -> None:
    client = business.client("Cleo Client")

    def script(page: Page) -> float:
        sign_in(page, live_server.url, business.owner.email)
        page.click(".d-inbox__new")
        page.fill("#whom", "cleo")
        page.keyboard.press("Enter")
        page.click(".d-start__people >> text=Cleo Client")
        button = page.locator(".d-start .d-button--main").bounding_box()
        assert button is not None
        return button["y"] + button["height"]

    assert browse(script, width=390, height=844) <= 844
    assert client.phones.exists()
