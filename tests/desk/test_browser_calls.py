"""A missed call in a real browser: it is heard of, and one click later the office writes back."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page

from messaging.models import Delivery
from tests.desk.browsing import MARKS, browse, sign_in
from tests.desk.business import Business
from tests.messaging.calls.calling import called

pytestmark = MARKS


@pytest.fixture
def business(live_server: Any) -> Business:
    return Business()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_text_back_leads_to_the_field_to_write_in(
    business: Business, live_server: Any, scripts: bool
) -> None:
    business.client("Cleo Client", "+13105550196")
    called(business, sender="+13105550196")

    def script(page: Page) -> None:
        sign_in(page, live_server.url, business.owner.email)
        page.click("text=Missed call")
        page.click("text=Text back")
        page.wait_for_selector("#reply-body:focus")
        page.keyboard.type("Sorry we missed you")
        page.click(".d-compose >> text=Send")
        page.wait_for_selector(".d-turn--out >> text=Sorry we missed you")

    browse(script, scripts=scripts)
    assert Delivery.objects.get().recipient == "+13105550196"
