"""A small business for tests: an owner, a sitter with a phone, a client, three numbers, and how the provider texts it."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.test import Client as Browser
from django.utils import timezone

from audit.models import UNFINISHED, Alert, AuditEvent
from messaging.assignments import windows
from messaging.models import (
    AssignmentWindow,
    Client,
    Delivery,
    Message,
    MessageNumber,
    ProviderAccount,
    SendingLine,
    Sitter,
    Thread,
)
from messaging.people import verbs as people
from messaging.providers.signature import sign
from snoutos.accounts.models import Organization, User
from tests.factories import MessageNumberFactory, OrganizationFactory, ProviderAccountFactory, UserFactory

_sids = itertools.count(1)
INBOUND = "/webhooks/twilio/inbound"


def new_sid() -> str:
    """A SID no other test uses."""
    return f"SM{next(_sids):032x}"


@dataclass
class Business:
    """One organization, ready to text."""

    organization: Organization
    owner: User
    account: ProviderAccount
    front_desk: MessageNumber
    sitter_number: MessageNumber
    pool: MessageNumber
    sitter: Sitter
    sitter_user: User
    client: Client
    client_phone: str
    browser: Browser = field(default_factory=Browser)

    def inbound_params(self, body: str, *, sender: str = "", to: str = "", **more: str) -> dict[str, str]:
        """What the provider posts for a text."""
        sid = more.pop("MessageSid", new_sid())
        return {
            "MessageSid": sid,
            "SmsSid": sid,
            "SmsMessageSid": sid,
            "AccountSid": self.account.sid,
            "From": sender or self.client_phone,
            "To": to or self.front_desk.e164,
            "Body": body,
            "NumMedia": "0",
            "NumSegments": "1",
            "SmsStatus": "received",
            "ApiVersion": "2010-04-01",
            "FromCity": "",
            **more,
        }

    def post(
        self, params: dict[str, str], *, path: str = INBOUND, token: str | None = None, **extra: Any
    ) -> Any:
        """Post `params` as the provider does, signed with the account's token."""
        signature = sign(
            url=f"{settings.PUBLIC_BASE_URL}{path}", params=params, token=token or self.account.auth_token
        )
        from urllib.parse import urlencode

        return self.browser.post(
            path,
            urlencode(params),
            content_type="application/x-www-form-urlencoded",
            headers={"X-Twilio-Signature": signature},
            **extra,
        )

    def text(self, body: str, *, sender: str = "", to: str = "", **more: str) -> Message:
        """A text comes in; the message it became."""
        params = self.inbound_params(body, sender=sender, to=to, **more)
        response = self.post(params)
        assert response.status_code == 200, response.content
        return Message.objects.of(self.organization).get(provider_sid=params["MessageSid"])

    def report(self, delivery: Delivery, status: str, *, error: str = "", sid: str = "") -> Any:
        """The provider reports a status for the delivery's last attempt."""
        attempt = delivery.attempts.latest("number")
        params = {
            "MessageSid": sid or attempt.provider_sid,
            "MessageStatus": status,
            "AccountSid": self.account.sid,
            "From": delivery.sender,
            "To": delivery.recipient,
        }
        if error:
            params["ErrorCode"] = error
        return self.post(params, path=f"/webhooks/twilio/status/{attempt.token}")

    def verbs(self) -> list[str]:
        """What the trail holds about this business, in order."""
        return list(
            AuditEvent.objects.filter(organization=self.organization)
            .order_by("pk")
            .values_list("verb", flat=True)
        )

    def alerts(self) -> list[str]:
        """The kinds of this business' unfinished alerts."""
        return sorted(
            Alert.objects.of(self.organization).filter(state__in=UNFINISHED).values_list("kind", flat=True)
        )

    def thread(self) -> Thread:
        """The client's thread over the front desk, opened by a first text when there is none."""
        found = Thread.objects.filter(client=self.client, participants__number=self.front_desk).first()
        return found or self.text("Hello").thread

    def window(
        self, thread: Thread, *, sitter: Sitter | None = None, begins: float = -1, ends: float = 1
    ) -> AssignmentWindow:
        """A window around now; `begins` and `ends` in hours from now."""
        now = timezone.now()
        return windows.create(
            thread=thread,
            sitter=sitter or self.sitter,
            starts_at=now + timedelta(hours=begins),
            ends_at=now + timedelta(hours=ends),
            by=self.owner,
            at=now,
        )


def open_business(name: str = "Happy Tails", *, at: datetime | None = None) -> Business:
    """A business with everything a text needs. Each call makes one that shares nothing with another."""
    now = at or timezone.now()
    organization = OrganizationFactory(name=name)
    owner = UserFactory(organization=organization, role="owner")
    sitter_user = UserFactory(organization=organization, role="sitter")
    account = ProviderAccountFactory(organization=organization)
    sitter = people.create_sitter(
        organization=organization, name="Ana", phone=_phone("503"), user=sitter_user, by=owner, at=now
    )
    numbers = [
        _number(organization, account, "front_desk"),
        _number(organization, account, "sitter", sitter=sitter),
        _number(organization, account, "pool"),
    ]
    client_phone = _phone("619")
    client = people.create_client(
        organization=organization, name="Dana", phones=[client_phone], pets="Biscuit", by=owner, at=now
    )
    return Business(organization, owner, account, *numbers, sitter, sitter_user, client, client_phone)


def another_client(business: Business, name: str = "Sam") -> tuple[Client, str]:
    """One more client with a phone."""
    phone = _phone("619")
    client = people.create_client(
        organization=business.organization, name=name, phones=[phone], by=business.owner, at=timezone.now()
    )
    return client, phone


def stranger() -> str:
    """A phone nobody knows."""
    return _phone("917")


_phones = itertools.count(1)


def _phone(area: str) -> str:
    """A number that parses and that nobody has: 555 exchanges, ten thousand of them."""
    n = next(_phones)
    return f"+1{area}55{5 + n // 10000 % 5}{n % 10000:04d}"


def _number(organization: Organization, account: ProviderAccount, role: str, **more: Any) -> MessageNumber:
    number: MessageNumber = MessageNumberFactory(
        organization=organization, account=account, e164=_phone("628"), role=role, **more
    )
    SendingLine.objects.create(
        organization=organization, number=number, segments_per_second=1000, burst=1000, tokens=1000
    )
    return number
