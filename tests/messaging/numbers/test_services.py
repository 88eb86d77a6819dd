"""The messaging service of an account: checked at the provider before it is saved, and named beside the number."""

from __future__ import annotations

import html
from typing import Any

import pytest
from django.utils import timezone

from messaging.models import MessageNumber, ProviderAccount
from messaging.numbers import comparison, services
from snoutos.adminkit.rows import address
from snoutos.devtools.twilio_sim.testing import SimulatorClient
from tests.business import Business
from tests.messaging.numbers.at_provider import SERVICE, knows, with_service
from tests.messaging.outbound.steps import owner_says, send
from tests.provider import _accounts_simulator, provider

__all__ = ["_accounts_simulator", "provider"]


@pytest.fixture(autouse=True)
def there(provider: SimulatorClient, business: Business) -> SimulatorClient:
    """The provider has what SnoutOS has."""
    knows(provider, business)
    return provider


def read(answer: Any) -> str:
    return html.unescape(answer.content.decode())


def save(business: Business, sid: str) -> Any:
    form = {
        "label": "Texts",
        "auth_token": "",
        "previous_auth_token": "",
        "api_key_sid": "",
        "api_key_secret": "",
    }
    url = address(business.account) or ""
    return business.signed_in().post(url, {**form, "messaging_service_sid": sid}, follow=True)


def test_texts_of_numbers_in_it_name_it_beside_their_number(
    business: Business, there: SimulatorClient
) -> None:
    knows(there, business, services={SERVICE: [business.front_desk.e164]})
    answer = read(save(business, f" {SERVICE} "))
    assert "In it" in read(business.signed_in().get(address(business.front_desk) or "")), answer
    assert "Not in it" in read(business.signed_in().get(address(business.pool) or ""))
    send(owner_says(business, "Hello"))
    [sent] = [call["params"] for call in there.calls("/Messages.json") if call["method"] == "POST"]
    assert (sent["From"], sent["MessagingServiceSid"]) == (business.front_desk.e164, SERVICE)
    knows(there, business, services={SERVICE: []})
    comparison.run(business.account, by=business.owner, at=timezone.now())
    send(owner_says(business, "Hello again"))
    sent = [call["params"] for call in there.calls("/Messages.json") if call["method"] == "POST"][-1]
    assert "MessagingServiceSid" not in sent


def test_its_texts_are_sent_here(business: Business, there: SimulatorClient) -> None:
    knows(there, business, services={SERVICE: [business.front_desk.e164]})
    elsewhere = {"by_number": False, "inbound_url": "https://x.example/", "sticky_sender": False}
    knows(there, business, service_settings={SERVICE: elsewhere})
    save(business, SERVICE)
    assert comparison.run(business.account, by=business.owner, at=timezone.now()).now == 0


@pytest.mark.parametrize(
    ("sid", "said"),
    [("MG123", services.BadServiceSid.sentence), ("MG" + "1" * 32, services.NoSuchService.sentence)],
)
def test_what_is_no_service_of_the_account_is_refused(business: Business, sid: str, said: str) -> None:
    assert said in read(save(business, sid))
    assert ProviderAccount.objects.get(pk=business.account.pk).messaging_service_sid == ""


def test_an_empty_field_ends_it(business: Business, there: SimulatorClient) -> None:
    with_service(there, business)
    save(business, "")
    assert ProviderAccount.objects.get(pk=business.account.pk).messaging_service_sid == ""
    assert not MessageNumber.objects.get(pk=business.front_desk.pk).in_service


def test_saving_the_page_as_it_is_asks_nobody(business: Business, there: SimulatorClient) -> None:
    with_service(there, business)
    before = len(there.calls())
    save(business, SERVICE)
    assert len(there.calls()) == before
