"""A file of clients in a real browser: by keyboard alone, without scripts, on a phone's width; every state of the page passes axe."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.urls import reverse
from playwright.sync_api import Page

from messaging.models import Client, PeopleImport
from messaging.spreadsheets import running
from tests.business import new_phone, open_business
from tests.desk.browsing import MARKS, browse, sign_in
from tests.desk.business import Business
from tests.desk.test_browser_axe import look, told
from tests.messaging.spreadsheets.files import imported, run, undone, upload, written

pytestmark = MARKS


@pytest.fixture
def business(live_server: Any) -> Business:
    return Business()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "clients.csv"
    path.write_text(written([["Name", "Mobile"], ["Carol", new_phone()], ["Typo", "555-0186"]]))
    return path


def go_on() -> None:
    """What a worker does."""
    for one in PeopleImport.objects.values_list("pk", flat=True):
        running.go_on(one)


def in_thread(work: Any) -> None:
    """Playwright's thread may not touch the database; another one may."""

    def alone() -> None:
        try:
            work()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as thread:
        thread.submit(alone).result()


def test_from_the_list_by_keyboard_alone(live_server: Any, business: Business, file: Path) -> None:
    def script(page: Page) -> list[str]:
        sign_in(page, live_server.url, business.owner.email)
        page.goto(live_server.url + reverse("admin:messaging_client_changelist"))
        page.locator("a:has-text('Import'):visible").first.focus()
        page.keyboard.press("Enter")
        page.wait_for_selector("#file")
        page.set_input_files("#file", str(file))
        page.locator("button:has-text('Upload and preview')").focus()
        page.keyboard.press("Enter")
        page.wait_for_selector("text=What will happen")
        seen = [page.locator("#told").inner_text(), page.locator(".d-rows li").first.inner_text()]
        page.locator("button:has-text('Add 1 client')").focus()
        page.keyboard.press("Enter")
        page.wait_for_selector("[data-progress] progress")
        in_thread(go_on)
        # The page finds out by itself.
        page.wait_for_selector("h2:has-text('Finished')")
        page.locator("button:has-text('Undo this import')").focus()
        page.keyboard.press("Enter")
        page.wait_for_selector("text=Undoing")
        in_thread(go_on)
        page.wait_for_selector("h2:has-text('Undone')")
        return seen

    told_of, refused = browse(script)
    assert told_of == "Not added: 1"
    assert "Row 3: Typo" in refused
    assert "add the area code" in refused
    assert not Client.objects.filter(name="Carol").exists()


def test_without_scripts(live_server: Any, business: Business, file: Path) -> None:
    def script(page: Page) -> bool:
        sign_in(page, live_server.url, business.owner.email)
        page.goto(live_server.url + reverse("admin:imports"))
        page.set_input_files("#file", str(file))
        page.click("button:has-text('Upload and preview')")
        page.select_option("#column-1", "")
        page.click("button:has-text('Preview with these columns')")
        page.wait_for_selector("button:has-text('Add 2 clients')")
        page.select_option("#column-1", "phone")
        page.locator("#column-1").focus()
        page.click("button:has-text('Preview with these columns')")
        page.click("button:has-text('Add 1 client')")
        page.wait_for_selector("progress")
        in_thread(go_on)
        page.click("text=See how far it is")
        return page.locator("h2:has-text('Finished')").count() == 1

    assert browse(script, scripts=False)
    assert Client.objects.filter(name="Carol").exists()


@pytest.mark.parametrize("width", [1280, 390])
def test_every_state_passes_axe_and_fits(live_server: Any, width: int) -> None:
    business = open_business()
    long = "Maximiliana-Featherstonehaugh" * 4
    rows = written([["Name", "Mobile"], ["Carol", new_phone()], [long, f"555-0186{long}"]])
    running_one = upload(business, rows)
    running.start(running_one, by=business.owner, at=running_one.created_at)
    kept = imported(business, f"Name,Phone\nBo,{new_phone()}\n")
    Client.objects.filter(name="Bo").update(notes="used")
    draft = upload(business, written([["Name;Pets", "x"], ["Zoë", long]]).encode("cp1252"))
    pages = [
        running_one,
        undone(business, kept),
        run(business, upload(business, f"Name,Phone\nAl,{new_phone()}\nX,1\n")),
        draft,
    ]
    urls = [reverse("admin:messaging_peopleimport_change", args=[one.public_id]) for one in pages]
    urls.append(f"{reverse('admin:imports')}?kind=sitters")
    email = business.owner.email

    def script(page: Page) -> tuple[list[Any], list[int]]:
        sign_in(page, live_server.url, email)
        found: list[Any] = []
        over = []
        for url in urls:
            page.goto(live_server.url + url)
            over.append(page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))
            found += look(page, url)
        return found, over

    findings, over = browse(script, width=width)
    assert not findings, told(findings)
    assert over == [0] * len(urls)
