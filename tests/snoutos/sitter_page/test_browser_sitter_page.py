"""A sitter's phone: LINK by text, the button, a conversation, a text written by keyboard that leaves; and what stays a draft."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page

from messaging.models import Delivery, Message
from tests.business import Business
from tests.desk.browsing import MARKS, browse
from tests.desk.test_browser_axe import AXE, RUN
from tests.snoutos.sitter_page.signing import link_in

pytestmark = MARKS


@pytest.fixture
def path(live_server: Any, business: Business) -> str:
    """Where a link leads that the sitter asked for by text, with a client's conversation that is theirs now."""
    business.window(business.thread())
    business.text("Is Biscuit ok?")
    business.text("LINK", sender=business.sitter.phone)
    return str(live_server.url) + link_in(Delivery.objects.get(body__contains="/sitter/link/").body)


def enter(page: Page, path: str) -> None:
    page.goto(path)
    page.wait_for_selector("button:focus >> text=Sign in")
    page.keyboard.press("Enter")
    page.click("text=Dana")
    page.wait_for_selector("text=Is Biscuit ok?")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_from_the_link_to_a_text_that_was_sent(business: Business, path: str, scripts: bool) -> None:
    def script(page: Page) -> None:
        enter(page, path)
        page.focus("#body")
        page.keyboard.type("He is asleep")
        if scripts:
            page.keyboard.press("Control+Enter")
        else:
            page.keyboard.press("Tab")
            page.keyboard.press("Enter")
        page.wait_for_selector(".text--mine >> text=He is asleep")
        assert page.input_value("#body") == ""
        assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0

    browse(script, width=320, height=640, scripts=scripts)
    assert Delivery.objects.latest("pk").recipient == business.client_phone


def test_a_draft_stays_and_goes_with_who_wrote_it(business: Business, path: str) -> None:
    def script(page: Page) -> None:
        enter(page, path)
        page.fill("#body", "not yet")
        page.reload()
        assert page.input_value("#body") == "not yet"
        page.click("text=Sign out")
        page.wait_for_selector("h1 >> text=Sign in")
        assert page.evaluate("Object.keys(localStorage).length") == 0

    browse(script, width=390)
    assert not Message.objects.filter(body="not yet").exists()


def test_axe_finds_nothing_on_any_page_light_or_dark(business: Business, path: str) -> None:
    """Contrast, names of controls, order of headings: also at 320 px and with a text that is held."""

    def script(page: Page) -> list[tuple[str, Any]]:
        found: list[tuple[str, Any]] = []

        def look() -> None:
            page.evaluate(AXE)
            for theme in ("light", "dark"):
                page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
                found.extend((f"{page.url} {theme}", one) for one in page.evaluate(RUN))

        page.goto(path)
        look()
        enter(page, path)
        page.fill("#body", "call me at 619-701-0558")
        page.click("button.main")
        page.wait_for_selector("text=The office is checking it")
        look()
        for link in ("text=Your visits", "text=Browsers", "text=Sign out"):
            page.click(link)
            page.wait_for_load_state()
            look()
        page.goto(path)
        look()
        return found

    assert browse(script, width=320) == []
