"""The menu stands on one screen: at 1440 × 900 every line of it is seen without scrolling."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

from snoutos.desk.navigation import MENU
from tests.api.factories import business
from tests.desk.browsing import MARKS, browse
from tests.desk.test_browser_axe import session_of

pytestmark = MARKS

# Each line's words, and how much of it is below the part of the menu that is seen.
MEASURE = """() => {
    const seen = document.querySelector("#nav-sidebar-apps").getBoundingClientRect();
    const bottom = Math.min(seen.bottom, window.innerHeight);
    return [...document.querySelectorAll("#nav-sidebar-apps li a")].map(
        a => [a.textContent.replace(/\\s+/g, " ").trim(), a.getBoundingClientRect().bottom - bottom]);
}"""


def test_the_owners_menu_fits_a_screen_of_900_lines(live_server: Any) -> None:
    made = business("Canary")
    cookie = session_of(made, live_server.url)

    def script(page: Page) -> list[tuple[str, float]]:
        page.context.add_cookies([cookie])  # type: ignore[list-item]
        page.goto(f"{live_server.url}/admin/")
        page.wait_for_selector("#nav-sidebar-apps li a")
        found: list[tuple[str, float]] = page.evaluate(MEASURE)
        return found

    lines = browse(script, width=1440, height=900)
    words = " ".join(text for text, _ in lines)
    assert all(entry.title in words for _, members in MENU for entry in members)
    assert [text for text, below in lines if below > 0] == []
