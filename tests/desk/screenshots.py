"""Pictures of every page of the running demo, light and dark, wide and narrow: `make screenshots OUT=folder` while `make demo` runs.

It signs in as the demo's owner and visits each line of the menu, the first row of each list and the first conversation.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Page

from snoutos.devtools.demo.fixtures import OWNER_EMAIL, OWNER_PASSWORD
from tests.desk.browsing import browse

WIDTHS = {"desk": (1440, 900), "phone": (390, 844)}
# Links that open a row rather than sort, filter or leave the list.
_FIRST_ROW = ", ".join(
    [
        "#result_list tbody tr th a",
        "main a[href*='/conversations/']",
        "main a[href*='/automations/automation/']",
        "main ol.d-queue a, main ul.d-queue a",
    ]
)


def pages(page: Page, address: str) -> list[str]:
    """The paths of the menu and of one row of each list, in the menu's order."""
    found = page.eval_on_selector_all(
        "#nav-sidebar a[href], aside a[href]", "links => links.map(link => link.href)"
    )
    menu = list(dict.fromkeys(urlsplit(link).path for link in found if link.startswith(f"{address}/admin/")))
    rows = []
    for path in menu:
        page.goto(f"{address}{path}")
        first = page.query_selector(_FIRST_ROW)
        href = first.get_attribute("href") if first is not None else None
        if href:
            rows.append(urlsplit(page.evaluate("href => new URL(href, location).href", href)).path)
    return list(dict.fromkeys([*menu, *rows]))


def take(address: str, out: Path, *, device: str, dark: bool) -> int:
    """Picture every page once; how many there are."""
    width, height = WIDTHS[device]

    def script(page: Page) -> int:
        page.goto(f"{address}/admin/")
        page.fill("[name=username]", OWNER_EMAIL)
        page.fill("[name=password]", OWNER_PASSWORD)
        page.click("button[type=submit]")
        page.wait_for_selector(".d-needs")
        paths = pages(page, address)
        for path in paths:
            page.goto(f"{address}{path}")
            page.wait_for_timeout(300)
            page.screenshot(path=str(out / f"{name_of(path)}-{device}-{'dark' if dark else 'light'}.png"))
        return len(paths)

    return browse(script, width=width, height=height, dark=dark)


def name_of(path: str) -> str:
    """A file name for a page: its path without the identity of its row."""
    plain = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|(?<=/)\d+(?=/)", "one", path.removeprefix("/admin/"))
    return plain.strip("/").replace("/", "-") or "home"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.desk.screenshots", description=__doc__)
    parser.add_argument("out", type=Path, help="the folder for the pictures; made when it is not there")
    parser.add_argument(
        "--address", default="http://127.0.0.1:8000", help="where the demo is (default: %(default)s)"
    )
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    for device in WIDTHS:
        for dark in (False, True):
            taken = take(options.address, options.out, device=device, dark=dark)
            sys.stdout.write(f"{device}, {'dark' if dark else 'light'}: {taken} pictures\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
