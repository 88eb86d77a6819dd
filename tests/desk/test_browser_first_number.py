"""From an empty business to a number that is bought and proven, and a text that arrived: on the desk alone."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page

from audit.models import AuditEvent
from messaging.models import Delivery, MessageNumber, ProviderAccount, Thread
from snoutos.accounts.models import User
from snoutos.devtools.twilio_sim.testing import SimulatorClient
from tests.desk.browsing import MARKS, browse, sign_in
from tests.desk.test_browser_imports import in_thread
from tests.factories import OrganizationFactory, UserFactory
from tests.messaging.outbound.steps import send
from tests.provider import _accounts_simulator, provider

__all__ = ["_accounts_simulator", "provider"]

pytestmark = MARKS

SID, TOKEN = "AC" + "4" * 32, "f" * 32
DANAS, DANAS_TYPED = "+13105550171", "(310) 555-0171"


@pytest.fixture
def owner(live_server: Any, settings: Any) -> User:
    """Somebody who has just been let in: no account, no number, nobody to write to."""
    settings.PUBLIC_BASE_URL = live_server.url
    return UserFactory(organization=OrganizationFactory(name="Happy Tails"), role="owner")


@pytest.fixture(autouse=True)
def there(provider: SimulatorClient) -> SimulatorClient:
    """They have an account at the provider, which owns nothing yet."""
    provider.add_account(sid=SID, token=TOKEN, balance="20.00")
    return provider


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_from_nothing_to_a_delivered_text(
    owner: User, there: SimulatorClient, live_server: Any, scripts: bool
) -> None:
    def script(page: Page) -> None:
        sign_in(page, live_server.url, owner.email)
        _connect(page)
        _buy(page, "415", "Front desk", "Main line")
        _buy(page, "510", "Pool", "Spare")
        _prove(page, there)
        _client(page)
        _write(page)
        in_thread(_send)
        assert there.wait_idle()
        page.reload()
        page.wait_for_selector(".d-turn--out:has-text('Hello Dana') >> text=Delivered")

    browse(script, scripts=scripts)
    _as_the_books_have_it(there)


def _menu(page: Page, name: str) -> None:
    """Where the menu leads that is called `name`."""
    page.locator(f"#nav-sidebar a:has-text('{name}'), aside a:has-text('{name}')").first.click()


def _connect(page: Page) -> None:
    """A wrong token first: it is asked about, refused in words, and what else was typed stays."""
    page.click(".d-empty a:has-text('Connect your provider account')")
    page.fill("[name=label]", "Main account")
    page.fill("[name=sid]", SID)
    page.fill("[name=auth_token]", "0" * 32)
    page.click("[name=_save]")
    page.wait_for_selector("text=The provider doesn't accept")
    assert page.input_value("[name=sid]") == SID
    page.fill("[name=auth_token]", TOKEN)
    page.click("[name=_save]")
    page.wait_for_selector("text=Balance: 20.00 USD")


def _buy(page: Page, area: str, role: str, label: str) -> None:
    """The first one from where the empty inbox leads, the second from the list of numbers."""
    _menu(page, "Inbox" if role == "Front desk" else "Numbers")
    page.click("a:has-text('Buy a number')")
    page.fill("#buy-area", area)
    page.click("main button:has-text('Search')")
    page.wait_for_selector("#buy-number")
    page.select_option("#buy-role", label=role)
    page.fill("#buy-label", label)
    page.click("button:has-text('Buy this number')")
    page.wait_for_selector("text=is yours and in use.")
    page.wait_for_selector("text=Not proven")


def _prove(page: Page, there: SimulatorClient) -> None:
    """The spare number texts the main line, and the provider brings that here."""
    _menu(page, "Numbers")
    page.click("#result_list a:has-text('(415)')")
    page.click("a:has-text('Prove it'):visible")
    page.click("button:has-text('Prove it'):visible")
    page.wait_for_selector("text=Test text sent.")
    assert there.wait_idle()
    page.reload()
    page.wait_for_selector("text=Proven, ")


def _client(page: Page) -> None:
    _menu(page, "Clients")
    page.locator("a[href$='/client/add/']:visible").first.click()
    page.fill("[name=name]", "Dana")
    page.fill("[name=phones]", DANAS_TYPED)
    page.click("[name=_save]")
    page.wait_for_selector("text=Dana")


def _write(page: Page) -> None:
    _menu(page, "Inbox")
    page.click(".d-inbox__new")
    page.fill("#whom", "Dana")
    page.click("button:has-text('Find')")
    page.click(".d-start__people >> text=Dana")
    page.fill("#start-body", "Hello Dana")
    page.click(".d-start >> text=Send")
    page.wait_for_selector(".d-turn--out >> text=Hello Dana")


def _send() -> None:
    """What a worker does."""
    send(Delivery.objects.get())


def _as_the_books_have_it(there: SimulatorClient) -> None:
    account = ProviderAccount.objects.get()
    assert (account.sid, account.auth_token) == (SID, TOKEN)
    assert account.proven_at
    main = MessageNumber.objects.get(label="Main line")
    spare = MessageNumber.objects.get(label="Spare")
    assert (main.role, spare.role, spare.webhooks_proven_at) == ("front_desk", "pool", None)
    assert main.webhooks_proven_at
    sent = Delivery.objects.get()
    assert (sent.sender, sent.recipient, sent.state) == (main.e164, DANAS, "delivered")
    assert [text.body for text in there.phone_texts(DANAS) if text.arrived] == ["Hello Dana"]
    assert Thread.objects.count() == 1, "the test text is nobody's conversation"
    verbs = set(AuditEvent.objects.values_list("verb", flat=True))
    assert {"account.number_bought", "number.webhooks_proven"} <= verbs
