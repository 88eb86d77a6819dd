"""The desk in a real browser: sign in, read, reply, review; on a phone, in the dark, without scripts."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import connection
from playwright.sync_api import Page

from messaging.models import Delivery, Message
from tests.desk.browsing import MARKS, browse, sign_in
from tests.desk.business import Business

pytestmark = MARKS


@pytest.fixture
def business(live_server: Any) -> Business:
    return Business()


def test_sign_in_read_and_reply(business: Business, live_server: Any) -> None:
    business.text(business.client("Cleo Client"), "Is Tuesday fine?")

    def script(page: Page) -> str:
        sign_in(page, live_server.url, business.owner.email)
        page.click("text=Cleo Client")
        page.wait_for_selector("text=Is Tuesday fine?")
        page.fill("#reply-body", "Tuesday it is! 🐾")
        counted = page.inner_text("#reply-count")
        page.click(".d-compose .d-button--main")
        page.wait_for_selector(".d-turn--out >> text=Tuesday it is!")
        return counted

    assert browse(script) == "16 characters · 1 segment · UCS-2"
    assert Delivery.objects.get().body == "Tuesday it is! 🐾"


def test_an_impatient_double_click_sends_once(business: Business, live_server: Any) -> None:
    thread = business.text(business.client(), "Is Tuesday fine?").thread

    def script(page: Page) -> None:
        sign_in(page, live_server.url, business.owner.email)
        page.goto(f"{live_server.url}/admin/conversations/{thread.public_id}/")
        page.fill("#reply-body", "Yes")
        page.dblclick(".d-compose .d-button--main")
        page.wait_for_selector(".d-turn--out >> text=Yes")

    browse(script)
    assert Delivery.objects.count() == 1


def test_a_new_text_appears_without_reloading_and_what_is_typed_stays(
    business: Business, live_server: Any
) -> None:
    thread = business.text(business.client(), "Is Tuesday fine?").thread

    def script(page: Page) -> str:
        sign_in(page, live_server.url, business.owner.email)
        page.goto(f"{live_server.url}/admin/conversations/{thread.public_id}/")
        page.fill("#reply-body", "Half a thou")
        # Another person's reply, by the same form.
        page.evaluate(
            """async () => {
                const form = new FormData(document.querySelector(".d-compose form"));
                form.set("body", "From the other desk");
                await fetch(document.querySelector(".d-compose form").action, {method: "POST", body: form});
            }"""
        )
        page.wait_for_selector(".d-turn--out >> text=From the other desk")
        return page.input_value("#reply-body")

    assert browse(script) == "Half a thou"


def test_review_by_keyboard_edits_and_sends(business: Business, live_server: Any) -> None:
    thread = business.text(business.client(), "How was it?").thread
    words = "my cell is six one nine seven oh one oh five five eight"
    held = business.held(thread, business.sitter(), words)

    def script(page: Page) -> str:
        sign_in(page, live_server.url, business.owner.email)
        page.goto(f"{live_server.url}/admin/review/")
        page.keyboard.press("j")
        page.keyboard.press("Enter")
        page.wait_for_selector(".d-held mark")
        page.keyboard.press("?")
        page.wait_for_selector("dialog[open]")
        page.keyboard.press("Escape")
        page.keyboard.press("e")
        page.keyboard.type("A lovely walk. Text us any time!")
        page.click("text=Send edited text")
        page.wait_for_selector("text=You're all caught up")
        return page.inner_text(".d-empty h2")

    assert browse(script) == "You're all caught up"
    assert Delivery.objects.get(message=held).body == "A lovely walk. Text us any time!"


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_nothing_runs_over_the_edge_of_a_phone(business: Business, live_server: Any, dark: bool) -> None:
    client = business.client("Bartholomew Featherstonehaugh-Cholmondeley the Third", pets="W" * 90)
    thread = business.text(client, "x" * 400 + " https://example.org/" + "y" * 200).thread
    held = business.held(thread, business.sitter("S" * 100), "Text me at 619-701-0558 " + "z" * 300)

    def script(page: Page) -> list[int]:
        sign_in(page, live_server.url, business.owner.email)
        widths = []
        for path in ("inbox/", f"conversations/{thread.public_id}/", "review/", f"review/{held.public_id}/"):
            page.goto(f"{live_server.url}/admin/{path}")
            widths.append(page.evaluate("document.documentElement.scrollWidth"))
        assert page.evaluate("document.documentElement.classList.contains('dark')") is dark
        return widths

    assert max(browse(script, width=390, height=844, dark=dark)) <= 390


@pytest.mark.parametrize(("width", "height"), [(1280, 860), (390, 844)], ids=["desktop", "phone"])
def test_after_a_reply_with_a_warning_the_next_can_be_written_and_why_texts_come_to_you_is_read_whole(
    business: Business, live_server: Any, width: int, height: int
) -> None:
    thread = business.text(business.client("Cleo Client", pets="Biscuit, Gravy & Sir Barksalot"), "Hi").thread
    business.assign(thread, business.sitter("Ana"))  # without a phone: texts come to the owner

    def script(page: Page) -> tuple[bool, bool]:
        sign_in(page, live_server.url, business.owner.email)
        page.goto(f"{live_server.url}/admin/conversations/{thread.public_id}/")
        page.fill("#reply-body", "Our vet is at 619-701-0558")
        page.keyboard.press("Control+Enter")
        page.wait_for_selector("text=Sent. Heads-up")
        button = page.locator(".d-compose .d-button--main").bounding_box()
        assert button is not None
        assert "Texts come to you: " in page.inner_text(".d-head__note")
        is_whole = page.evaluate(
            "(note => note.scrollWidth <= note.clientWidth)(document.querySelector('.d-head__note'))"
        )
        return button["y"] + button["height"] <= height, is_whole

    assert browse(script, width=width, height=height) == (True, True)


def test_the_bands_over_the_inbox_do_not_touch(business: Business, live_server: Any) -> None:
    thread = business.text(business.client("Cleo Client"), "Hi").thread
    business.held(thread, business.sitter())

    def script(page: Page) -> float:
        sign_in(page, live_server.url, business.owner.email)
        page.wait_for_selector("text=No one gets alerts")
        chips, band = (page.locator(one).bounding_box() for one in (".d-chips", ".d-needs > .d-alert"))
        assert chips is not None
        assert band is not None
        return band["y"] - chips["y"] - chips["height"]

    assert browse(script) >= 4


def test_everything_but_live_and_keys_works_without_scripts(business: Business, live_server: Any) -> None:
    thread = business.text(business.client("Cleo Client"), "Is Tuesday fine?").thread
    held = business.held(thread, business.sitter())

    def script(page: Page) -> None:
        sign_in(page, live_server.url, business.owner.email)
        page.click("text=Cleo Client")
        page.fill("#reply-body", "Yes")
        page.click(".d-compose .d-button--main")
        page.wait_for_selector(".d-turn--out >> text=Yes")
        page.click("text=Review now")
        page.click("text=Approve and send")
        page.wait_for_selector("text=You're all caught up")

    browse(script, scripts=False)
    assert Delivery.objects.filter(message=held).exists()
    assert Message.objects.filter(body="Yes", author_kind="owner").count() == 1


def test_the_keyboard_reaches_the_content_first(business: Business, live_server: Any) -> None:
    business.text(business.client("Cleo Client"), "hi")

    def script(page: Page) -> str:
        sign_in(page, live_server.url, business.owner.email)
        page.goto(f"{live_server.url}/admin/inbox/")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        return str(page.evaluate("document.activeElement.tagName"))

    assert browse(script) == "MAIN"


def test_what_arrives_while_somebody_chooses_is_not_approved_with_the_rest(
    business: Business, live_server: Any
) -> None:
    thread = business.text(business.client(), "How was it?").thread
    sitter = business.sitter()
    first, second = (business.held(thread, sitter, f"call 619-701-055{digit}") for digit in (1, 2))
    waiting = threading.Event()
    arrived = threading.Event()

    def script(page: Page) -> None:
        sign_in(page, live_server.url, business.owner.email)
        page.goto(f"{live_server.url}/admin/review/")
        page.click(".d-alike summary")
        page.uncheck(f"[value='{second.public_id}']")
        waiting.set()
        assert arrived.wait(15)
        page.wait_for_selector(".d-alike li:nth-child(3)")
        page.click("text=Approve and send these")
        page.wait_for_selector("text=1 text approved")

    def arrive() -> None:
        assert waiting.wait(30)
        business.held(thread, sitter, "call 619-701-0553")
        arrived.set()
        connection.close()

    arriving = threading.Thread(target=arrive)
    arriving.start()
    browse(script)
    arriving.join()
    assert [delivery.message for delivery in Delivery.objects.all()] == [first]
