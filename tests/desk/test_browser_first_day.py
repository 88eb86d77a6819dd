"""The first ten things that a new owner does, one after the other on one desk, without a shell."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page

from messaging.models import AssignmentWindow, Client, Delivery, Message, Participant, Sitter
from messaging.models.deliveries import DeliveryState
from tests.business import new_phone
from tests.desk.browsing import MARKS, browse, sign_in
from tests.desk.business import Business
from tests.desk.test_browser_imports import go_on, in_thread
from tests.messaging.spreadsheets.files import written

pytestmark = MARKS

CAROL, CAROLS_NEW, DANA, RUDE = "(310) 555-0161", "(310) 555-0162", "(310) 555-0163", "+13105550164"


@pytest.fixture
def business(live_server: Any) -> Business:
    return Business()


def test_the_first_ten_tasks(live_server: Any, business: Business, tmp_path: Path) -> None:
    file = tmp_path / "clients.csv"
    file.write_text(written([["Name", "Mobile"], ["Imported Ida", new_phone()]]))

    def script(page: Page) -> None:
        sign_in(page, live_server.url, business.owner.email)
        _client(page, live_server.url)
        _sitter(page, live_server.url)
        _first_text_and_visit(page, live_server.url)
        _corrected_phone(page)
        in_thread(lambda: business.text("+13105550162", "New phone, same Carol"))
        _couple(page, live_server.url)
        _recycled_phone(page)
        in_thread(lambda: business.text("+13105550162", "Wrong number?"))
        _sitter_leaves(page, live_server.url)
        in_thread(lambda: business.text(RUDE, "Buy my stuff"))
        _blocked_stranger(page, live_server.url)
        _import(page, live_server.url, file)

    browse(script)
    _as_the_books_have_it(business)


def _client(page: Page, address: str) -> None:
    page.goto(f"{address}/admin/messaging/client/add/")
    page.fill("[name=name]", "Carol")
    page.fill("[name=phones]", CAROL)
    page.click("[name=_save]")
    page.wait_for_selector("text=Carol")


def _sitter(page: Page, address: str) -> None:
    page.goto(f"{address}/admin/sitters/new/")
    page.fill("#join-name", "Ana")
    page.fill("#join-phone", "(310) 555-0140")
    page.fill("#join-welcome", "Welcome, Ana!")
    page.click("button:has-text('Add the sitter')")
    page.wait_for_url(re.compile("/sitter/.+/change/"))


def _first_text_and_visit(page: Page, address: str) -> None:
    page.goto(f"{address}/admin/conversations/new/?q=Carol")
    page.click(".d-start__people >> text=Carol")
    page.fill("#start-body", "Hello Carol")
    page.click(".d-start >> text=Send")
    page.wait_for_selector(".d-turn--out >> text=Hello Carol")
    page.click("summary:has-text('Assign a sitter')")
    page.select_option("#assign-sitter", label="Ana")
    page.locator("#assign-from").press("Enter")
    page.wait_for_selector(".d-shift >> text=Ana")


def _corrected_phone(page: Page) -> None:
    page.click("a:has-text('New phone, or no longer theirs?')")
    page.fill("input[name=new]", CAROLS_NEW)
    page.click("button:has-text('Replace…')")
    page.click("button:has-text('Replace this phone')")
    page.wait_for_selector("text=Phone replaced.")


def _couple(page: Page, address: str) -> None:
    page.goto(f"{address}/admin/messaging/client/?q=Carol")
    page.click("#result_list a:has-text('Carol')")
    page.click("text=Add a partner")
    dialog = page.locator("form", has=page.locator("button:has-text('Add to the card')"))
    dialog.locator("[name=name]").fill("Dana")
    dialog.locator("[name=phone]").fill(DANA)
    dialog.locator("button:has-text('Add to the card')").click()
    page.wait_for_selector("text=Added to the card.")


def _recycled_phone(page: Page) -> None:
    page.click("text=Replace one, or say it's no longer theirs")
    box = page.locator(".d-box", has_text=CAROLS_NEW)
    box.locator("button:has-text(\"It's someone else's now…\")").click()
    page.click("section:has(#planned) button:has-text(\"It's someone else's now\")")
    page.wait_for_selector("text=The phone is no one's now.")


def _sitter_leaves(page: Page, address: str) -> None:
    page.goto(f"{address}/admin/messaging/sitter/?q=Ana")
    page.click("#result_list a:has-text('Ana')")
    page.click("a:has-text('No longer works for you…')")
    page.click("button:has-text('Ana no longer works for you')")
    page.wait_for_url(re.compile("/sitter/.+/change/"))


def _blocked_stranger(page: Page, address: str) -> None:
    page.goto(f"{address}/admin/")
    page.click("text=Buy my stuff")
    page.click("button:has-text('Block')")
    page.wait_for_selector("text=Blocked: their texts are saved here")


def _import(page: Page, address: str, file: Path) -> None:
    page.goto(f"{address}/admin/people/imports/")
    page.set_input_files("#file", str(file))
    page.click("button:has-text('Upload and preview')")
    page.click("button:has-text('Add 1 client')")
    page.wait_for_selector("[data-progress] progress")
    in_thread(go_on)
    page.wait_for_selector("h2:has-text('Finished')")


def _as_the_books_have_it(business: Business) -> None:
    carol = Client.objects.get(name__contains="Carol")
    assert "Dana" in carol.name
    assert {phone.e164 for phone in carol.phones.all()} == {"+13105550163"}
    first = Delivery.objects.get(body="Hello Carol")
    assert first.recipient == "+13105550161"
    assert first.state == DeliveryState.CANCELED, (
        "not sent yet when the phone was replaced: offered, never sent elsewhere"
    )
    assert Message.objects.get(body="New phone, same Carol").thread == first.thread
    someone_else = Message.objects.get(body="Wrong number?").thread
    assert someone_else != first.thread
    assert someone_else.client is None
    window = AssignmentWindow.objects.get(thread=first.thread)
    assert window.sitter.name == "Ana"
    assert window.canceled_at or window.ends_at <= timezone.now()
    assert not Sitter.objects.get(name="Ana").is_active
    assert Participant.objects.get(e164=RUDE).is_blocked
    assert Client.objects.filter(name="Imported Ida").exists()
