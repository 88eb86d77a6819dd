"""The docs page in a real browser, under the installation's content security policy."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

from tests.api.test_schema import generated
from tests.desk.browsing import MARKS, browse

pytestmark = MARKS

_SHOWN = """blocks => blocks.map(block =>
  block.querySelector('.opblock-summary-method').innerText + ' ' + block.querySelector('.opblock-summary-path').dataset.path)"""


def test_every_operation_is_shown(live_server: Any) -> None:
    """The page renders what is in sight: it is read from top to bottom."""
    every = {
        f"{method.upper()} {path}" for path, methods in generated()["paths"].items() for method in methods
    }

    def read(page: Page) -> set[str]:
        page.goto(f"{live_server.url}/api/v1/docs/")
        page.wait_for_selector(".opblock")
        shown: set[str] = set()
        for _ in range(60):
            shown |= set(page.eval_on_selector_all(".opblock", _SHOWN))
            if shown >= every:
                break
            page.mouse.wheel(0, 600)
            page.wait_for_timeout(100)
        return shown

    assert every - browse(read) == set()
