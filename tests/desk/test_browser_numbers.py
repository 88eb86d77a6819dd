"""Numbers in a real browser: compared with the provider and repaired, and several paused, by keyboard."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page

from messaging.models import MessageNumber, ProviderDifference
from snoutos.adminkit.rows import address
from snoutos.devtools.twilio_sim.testing import SimulatorClient
from tests.business import Business
from tests.desk.browsing import MARKS, browse, sign_in
from tests.desk.test_browser_axe import look
from tests.messaging.calls.calling import is_always
from tests.messaging.numbers.at_provider import changes, knows
from tests.provider import _accounts_simulator, provider

__all__ = ["_accounts_simulator", "provider"]

pytestmark = MARKS


@pytest.fixture(autouse=True)
def there(provider: SimulatorClient, business: Business) -> SimulatorClient:
    """Someone changed the front desk's webhook at the provider."""
    knows(provider, business)
    changes(provider, business, sms_url="https://elsewhere.example/")
    return provider


def test_a_difference_is_found_and_repaired_by_keyboard(business: Business, live_server: Any) -> None:
    def script(page: Page) -> None:
        sign_in(page, live_server.url, business.owner.email)
        page.goto(f"{live_server.url}{reverse('admin:provider_compare')}")
        page.focus("text=Compare now")
        page.keyboard.press("Enter")
        page.wait_for_selector("text=New differences: 1")
        page.focus("button:has-text('Set webhooks')")
        page.keyboard.press("Enter")
        page.wait_for_selector("text=No differences: the provider has what SnoutOS has.")

    browse(script)
    assert not ProviderDifference.objects.exists()


def test_several_numbers_are_ticked_and_paused_with_enter(business: Business, live_server: Any) -> None:
    other = business.add_number("pool")

    def script(page: Page) -> None:
        sign_in(page, live_server.url, business.owner.email)
        where = reverse("admin:numbers_together")
        chosen = "&".join(f"number={one.public_id}" for one in (business.pool, other))
        page.goto(f"{live_server.url}{where}?do=pause&{chosen}")
        page.focus("[name=reason]")
        page.keyboard.type("Too much spam")
        page.keyboard.press("Enter")
        page.wait_for_selector("text=Paused: 2.")

    browse(script)
    paused = MessageNumber.objects.filter(pk__in=[business.pool.pk, other.pk])
    assert set(paused.values_list("state", "state_reason")) == {("quarantined", "Too much spam")}


# Whatever is wider than the place it stands in: the page itself, or a table that has to be pushed sideways.
TOO_WIDE = """() => {
    const wide = [document.documentElement, ...document.querySelectorAll("main, main .simplebar-content-wrapper, #result_list")];
    return wide.filter(one => one.scrollWidth > one.clientWidth + 1).map(one => `${one.tagName}.${one.className} ${one.scrollWidth}`);
}"""


@pytest.mark.parametrize("width", [1280, 390])
def test_the_list_and_a_number_fit_their_page(business: Business, live_server: Any, width: int) -> None:
    """Also with the longest words that their columns may have, and with every button."""
    at = timezone.now()
    business.thread()
    MessageNumber.objects.filter(pk=business.front_desk.pk).update(
        label="The main line of the house", health="failing", brand_state="approved", campaign_state="unregistered",
        webhooks_proven_at=None, proof_asked_at=at - timedelta(hours=1), filtered_at=at,
    )  # fmt: skip
    is_always(business, open_=False)

    def script(page: Page) -> list[Any]:
        sign_in(page, live_server.url, business.owner.email)
        page.goto(live_server.url + reverse("admin:messaging_messagenumber_changelist"))
        found = [page.evaluate(TOO_WIDE), page.locator("#result_list").inner_text()]
        page.goto(live_server.url + address(business.front_desk))
        found.append(page.evaluate(TOO_WIDE))
        name = page.locator("#header-inner h1")
        found.append(name.evaluate("one => one.scrollWidth <= one.clientWidth + 1"))
        return found

    list_too_wide, listed, page_too_wide, is_whole = browse(script, width=width)
    assert (list_too_wide, page_too_wide) == ([], [])
    assert is_whole or width == 390, "the page's name stands there whole"
    assert "not registered" in listed.lower()
    assert "didn't arrive" in listed.lower()


def test_a_list_is_pasted_looked_at_and_added_by_keyboard_on_a_phone(
    business: Business, provider: SimulatorClient, live_server: Any
) -> None:
    spare = "+14155550141"
    knows(provider, business, spare)

    def script(page: Page) -> list[Any]:
        sign_in(page, live_server.url, business.owner.email)
        page.goto(live_server.url + reverse("admin:numbers_add"))
        page.focus("text=Paste or upload a list")
        page.keyboard.press("Enter")
        page.wait_for_selector("#list-text")
        found = [page.evaluate(TOO_WIDE), *look(page, page.url)]
        page.focus("#list-text")
        page.keyboard.type(f"(415) 555-0141, Spare\n{business.front_desk.e164}\n(212) 555-0199")
        page.focus("text=Show what can be added")
        page.keyboard.press("Enter")
        page.wait_for_selector("text=1 of the list can be added, 2 can't.")
        found += [page.evaluate(TOO_WIDE), *look(page, page.url)]
        page.focus("text=Add the ticked numbers")
        page.keyboard.press("Enter")
        page.wait_for_selector("text=1 number added.")
        return [one for one in found if one]

    assert browse(script, width=390) == []
    added = MessageNumber.objects.get(e164=spare)
    assert (added.role, added.label) == ("pool", "Spare")
