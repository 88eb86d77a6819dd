"""axe-core on every page of the desk, in both themes, at a desk's and at a phone's width: nothing found."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources
from typing import Any

import pytest
from django.conf import settings
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page

from messaging.models import WebhookReceipt
from snoutos.desk.shows import SHOWS
from tests.api.factories import Business
from tests.desk.browsing import MARKS, browse
from tests.desk.test_model_pages import OURS, address, browser, filled, row_of
from tests.permissions.faces import desk_uses

pytestmark = MARKS

# A file of the package, which is for tests alone.
AXE = (resources.files("axe_playwright_python") / "axe.min.js").read_text()
# Colours that are still on their way to the next theme would be measured half-way.
STILL = "*, *::before, *::after { transition: none !important; animation: none !important; }"
RUN = """async () => {
    const found = await axe.run(document, { resultTypes: ["violations"] });
    return found.violations.map(one => [one.id, one.nodes.length, one.nodes[0].html.slice(0, 220), one.nodes[0].failureSummary]);
}"""


@dataclass(frozen=True)
class Finding:
    """What axe says of a page, with the first place."""

    url: str
    theme: str
    rule: str
    places: int
    first: str
    why: str

    def __str__(self) -> str:
        return f"{self.rule} x{self.places} on {self.url} ({self.theme}): {self.first}\n    {self.why}"


def addresses(made: Business) -> Iterator[str]:
    """Every address of the desk that its owner may open, in all the states that an address can name."""
    for use in desk_uses(made):
        if not use.post:
            yield from use.urls
    for page in OURS:
        row = row_of(page, made)
        yield address(page, "add")
        yield address(page, "delete", str(getattr(row, "public_id", row.pk)))
        yield f"{address(page, 'changelist')}?q=nothing-like-this"
    yield from (f"{reverse('admin:inbox')}?show={show}" for show in SHOWS)
    yield f"{reverse('admin:inbox')}?q=nothing-like-this"
    yield reverse("admin:password_change")


def shown(made: Business) -> list[str]:
    """Those of `addresses` that are pages: some are buttons, some downloads, some for nobody."""
    owner = browser(made.owner)
    found = []
    for url in dict.fromkeys(addresses(made)):
        answer = owner.get(url)
        if answer.status_code == 200 and answer["Content-Type"].startswith("text/html"):
            found.append(url)
    return found


def look(page: Page, url: str) -> Iterator[Finding]:
    """What axe finds where `page` is, in both themes."""
    page.evaluate(AXE)
    page.add_style_tag(content=STILL)
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
        page.evaluate("dark => document.documentElement.classList.toggle('dark', dark)", theme == "dark")
        for rule, places, first, why in page.evaluate(RUN):
            yield Finding(url, theme, rule, places, first, why)


def told(findings: list[Finding]) -> str:
    return "\n".join(str(one) for one in findings)


def session_of(made: Business, address: str) -> dict[str, str]:
    """A signed-in owner's cookie, without a password to be hashed."""
    client = Client()
    client.force_login(made.owner, backend="django.contrib.auth.backends.ModelBackend")
    name = settings.SESSION_COOKIE_NAME
    return {"name": name, "value": client.cookies[name].value, "url": address}


# A dialog whose style shows it although it is closed.
UNASKED = "[...document.querySelectorAll('dialog:not([open])')].some(each => getComputedStyle(each).display !== 'none')"


@pytest.mark.parametrize("width", [1280, 390])
def test_nothing_is_found_on_any_page(width: int, live_server: Any) -> None:
    made = filled("Canary")
    urls, cookie = shown(made), session_of(made, live_server.url)
    assert len(urls) > 80

    def script(page: Page) -> list[Finding]:
        page.context.add_cookies([cookie])  # type: ignore[list-item]
        found: list[Finding] = []
        for url in urls:
            page.goto(f"{live_server.url}{url}")
            found += look(page, url)
            assert not page.evaluate(UNASKED), f"{url} shows a dialog that nobody opened"
        return found

    findings = browse(script, width=width)
    assert not findings, told(findings)


@pytest.mark.parametrize("width", [1280, 390])
def test_nothing_is_found_before_signing_in(width: int, live_server: Any) -> None:
    wait = {"sentence": "Wait half a minute.", "letter": True, "back": "/admin/login/"}
    plain = {"wait": render_to_string("access/wait.html", wait), "outage": render_to_string("outage.html")}

    def script(page: Page) -> list[Finding]:
        page.goto(f"{live_server.url}/admin/")
        found = [*look(page, "sign-in")]
        page.fill("[name=username]", "nobody@example.com")
        page.fill("[name=password]", "wrong")
        page.click("button[type=submit]")
        page.wait_for_selector("[name=password]")
        found += look(page, "refused sign-in")
        page.goto(f"{live_server.url}/admin/unlock/made-up/")
        found += look(page, "unlock")
        for name, html in plain.items():
            page.set_content(html)
            found += look(page, name)
        return found

    findings = browse(script, width=width)
    assert not findings, told(findings)


@pytest.mark.parametrize("width", [1280, 390])
def test_nothing_is_found_in_what_opens_on_a_page(width: int, live_server: Any) -> None:
    made = filled("Canary")
    cookie = session_of(made, live_server.url)
    number = address(page_of("messaging.MessageNumber"), "change", str(made.number.public_id))
    receipt = WebhookReceipt.objects.get(state="quarantined")
    narrow = width < 700

    def script(page: Page) -> list[Finding]:
        page.context.add_cookies([cookie])  # type: ignore[list-item]
        page.goto(
            f"{live_server.url}{address(page_of('messaging.WebhookReceipt'), 'change', str(receipt.pk))}"
        )
        page.click("a:has-text('Process again'):visible")
        page.wait_for_selector("#dialog:focus")
        found = [*look(page, "a dialog")]
        page.goto(f"{live_server.url}{number}")
        page.keyboard.press("Control+k")
        page.keyboard.type("canary")
        page.wait_for_selector("#command-results a")
        found += look(page, "the palette")
        page.goto(f"{live_server.url}{address(page_of('messaging.MessageNumber'), 'changelist')}")
        page.click("text=Filters")
        page.wait_for_timeout(300)
        found += look(page, "filters")
        if narrow:
            page.goto(f"{live_server.url}/admin/inbox/")
            page.click("button[aria-label='Toggle navigation']:visible")
            page.wait_for_timeout(300)
            found += look(page, "the menu")
        return found

    findings = browse(script, width=width)
    assert not findings, told(findings)


def page_of(label: str) -> Any:
    return next(page for page in OURS if page.opts.label == label)
