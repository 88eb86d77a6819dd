"""The docs page in a real browser, under the installation's content security policy."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

from tests.desk.browsing import MARKS, browse

pytestmark = MARKS


def test_every_operation_is_shown(live_server: Any) -> None:
    def look(page: Page) -> int:
        page.goto(f"{live_server.url}/api/v1/docs/")
        page.wait_for_selector(".opblock")
        return page.locator(".opblock").count()

    assert browse(look) >= 50
