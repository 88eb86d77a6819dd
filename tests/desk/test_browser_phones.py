"""A client's new phone, by keyboard alone and on a phone's width: what would change is seen first, then Enter does it."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page

from messaging.models import Client, ClientPhone
from tests.business import stranger
from tests.desk.browsing import MARKS, browse, sign_in
from tests.desk.business import Business

pytestmark = MARKS


@pytest.fixture
def business(live_server: Any) -> Business:
    return Business()


@pytest.fixture
def client(business: Business) -> Client:
    found: Client | None = business.text(business.client(), "Hello from Dana").thread.client
    assert found is not None
    return found


def test_a_phone_is_replaced_by_keyboard_alone(live_server: Any, business: Business, client: Client) -> None:
    new = stranger()
    where = live_server.url + reverse("admin:client_phones", args=[client.public_id])

    def script(page: Page) -> bool:
        sign_in(page, live_server.url, business.owner.email)
        page.goto(where)
        page.locator("input[name=new]").focus()
        page.keyboard.type(new)
        page.keyboard.press("Enter")
        page.wait_for_selector("#planned")
        page.wait_for_selector("button:focus >> text=Replace this phone")
        unchanged = "Phone replaced" not in page.content()
        page.wait_for_load_state("networkidle")
        page.keyboard.press("Enter")
        page.wait_for_selector("text=Phone replaced.")
        return unchanged

    assert browse(script)
    assert ClientPhone.objects.get(client=client).e164 == new


@pytest.mark.parametrize(("width", "dark"), [(390, False), (1280, True)])
def test_the_pages_fit(live_server: Any, business: Business, client: Client, width: int, dark: bool) -> None:
    thread = client.threads.get()
    pages = [
        reverse("admin:client_phones", args=[client.public_id]),
        reverse("admin:client_merge", args=[client.public_id]) + "?client=a",
        reverse("admin:conversation_move", args=[thread.public_id]),
        reverse("admin:conversation", args=[thread.public_id]),
    ]

    def script(page: Page) -> list[int]:
        sign_in(page, live_server.url, business.owner.email)
        over = []
        for one in pages:
            page.goto(live_server.url + one)
            over.append(page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))
        return over

    assert browse(script, width=width, dark=dark) == [0] * len(pages)
