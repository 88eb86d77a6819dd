"""Debian's Chromium for the desk's tests.

Playwright's synchronous interface keeps an event loop in its thread, in which Django rightly refuses to
touch the database. So the
browser has a thread of its own: a test hands it a script, and looks at the database afterwards.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import pytest
from playwright.sync_api import Page, sync_playwright

from tests.signing_in import PASSWORD

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
MARKS = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="Debian's Chromium is not at /usr/bin/chromium"),
    pytest.mark.django_db(transaction=True),
]

Result = TypeVar("Result")


def browse(
    script: Callable[[Page], Result],
    *,
    width: int = 1280,
    height: int = 860,
    dark: bool = False,
    scripts: bool = True,
) -> Result:
    """Run `script` with a fresh page and return what it returns. An error on the page's console fails the
    test."""

    def run() -> Result:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
            context = browser.new_context(
                viewport={"width": width, "height": height},
                color_scheme="dark" if dark else "light",
                java_script_enabled=scripts,
            )
            context.set_default_timeout(15_000)
            page = context.new_page()
            errors: list[str] = []
            page.on("pageerror", lambda error: errors.append(str(error)))
            page.on(
                "console", lambda said: errors.append(said.text) if "Security Policy" in said.text else None
            )
            result = script(page)
            browser.close()
            assert errors == [], errors
            return result

    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(run).result()


def sign_in(page: Page, address: str, email: str) -> None:
    """From the sign-in page to where it lands."""
    page.goto(f"{address}/admin/")
    page.fill("[name=username]", email)
    page.fill("[name=password]", PASSWORD)
    page.click("button[type=submit]")
    page.wait_for_selector(".d-needs")
