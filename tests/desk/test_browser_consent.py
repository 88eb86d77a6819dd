"""The proof sheet as it is seen on a phone and printed: the table is there, and what is only for the desk is not on the paper."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page

from tests.desk.browsing import MARKS, browse, sign_in
from tests.desk.business import Business

pytestmark = MARKS

SAID = "please stop texting me"


@pytest.mark.parametrize(("width", "on_paper"), [(390, False), (1280, False), (800, True)])
def test_the_sheet_is_there(live_server: Any, width: int, on_paper: bool) -> None:
    business = Business()
    client = business.client("Cleo Client")
    business.text(client, SAID)

    def script(page: Page) -> tuple[bool, bool, bool]:
        sign_in(page, live_server.url, business.owner.email)
        page.goto(f"{live_server.url}/admin/clients/{client.public_id}/consent/")
        page.emulate_media(media="print" if on_paper else "screen")
        return (
            page.is_visible(f"td:has-text('{SAID}')"),
            page.is_visible("text=Record consent"),
            page.is_visible("text=Cleo Client and texts from Happy Tails"),
        )

    assert browse(script, width=width) == (True, not on_paper, True)
