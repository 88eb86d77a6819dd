"""Numbers in a real browser: compared with the provider and repaired, and several paused, by keyboard."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page

from messaging.models import MessageNumber, ProviderDifference
from snoutos.devtools.twilio_sim.testing import SimulatorClient
from tests.business import Business
from tests.desk.browsing import MARKS, browse, sign_in
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
