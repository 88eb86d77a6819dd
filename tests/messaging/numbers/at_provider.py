"""What the simulated provider has of a business, and what somebody changes there."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from messaging.models import MessageNumber
from messaging.numbers import addresses, services
from messaging.providers.accounts import credentials_of
from snoutos.devtools.twilio_sim.testing import SimulatorClient
from tests.business import Business

SERVICE = "MG" + "7" * 32


def knows(there: SimulatorClient, business: Business, *more: Any, **account: Any) -> None:
    """The business' account with all its numbers as SnoutOS wants them, then `more`."""
    numbers = MessageNumber.objects.of(business.organization).exclude(state="retired")
    urls = {name.value: url for name, url in addresses.wanted().items()}
    right = [{"e164": one.e164, **urls} for one in numbers]
    account = {"token": business.account.auth_token, **account}
    there.add_account(sid=business.account.sid, numbers=[*right, *more], **account)


def changes(there: SimulatorClient, business: Business, **settings: str) -> None:
    """Someone changes the front desk's settings at the provider."""
    numbers = [{"e164": business.front_desk.e164, **settings}]
    there.add_account(sid=business.account.sid, token=business.account.auth_token, numbers=numbers)


def with_service(there: SimulatorClient, business: Business, **settings: Any) -> None:
    """The front desk is in the account's messaging service, which SnoutOS uses."""
    knows(there, business, services={SERVICE: [business.front_desk.e164]})
    prepared = services.prepare(credentials_of(business.account), SERVICE)
    services.use(business.account, prepared, by=business.owner, at=timezone.now())
    business.account.refresh_from_db()
    there.add_account(
        sid=business.account.sid, token=business.account.auth_token, service_settings={SERVICE: settings}
    )
