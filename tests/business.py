"""A small business for tests, and how the provider texts it.

`Office` is what every one has: an owner and a front desk number; the rest is made by name, with the verbs that pages use. `open_business`
makes one that is ready to text. The desk's tests and the API's stand on the same (tests/desk/business.py, tests/api/factories.py).
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.test import Client as Browser
from django.utils import timezone

from audit.models import UNFINISHED, Alert, AuditEvent
from messaging.assignments import visits, windows
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
    Visit,
)
from messaging.numbers import front_desks, lifecycle
from messaging.outbound.queue.submit import Author, submit
from messaging.people import clients, sitters
from messaging.providers.signature import sign
from snoutos.accounts.models import Organization, User
from tests.factories import MessageNumberFactory, OrganizationFactory, ProviderAccountFactory, UserFactory

_sids = itertools.count(1)
_phones = itertools.count(1)
INBOUND = "/webhooks/twilio/inbound"


def new_sid() -> str:
    """A SID no other test uses."""
    return f"SM{next(_sids):032x}"


def new_phone(area: str = "619") -> str:
    """A number that parses and that nobody has: 555 exchanges, ten thousand of them."""
    n = next(_phones)
    return f"+1{area}55{5 + n // 10000 % 5}{n % 10000:04d}"


def stranger() -> str:
    """A phone nobody knows."""
    return new_phone("917")


class Http(Browser):
    """The provider's own client. A copy of a business has one that has seen nothing."""

    def __deepcopy__(self, memo: dict[int, Any]) -> Http:
        return Http()


@dataclass
class Office:
    """One organization with an owner and a front desk number."""

    organization: Organization
    owner: User
    account: ProviderAccount
    front_desk: MessageNumber
    http: Browser = field(default_factory=Http, kw_only=True)

    # What the provider posts.

    def inbound_params(self, body: str, *, sender: str, to: str = "", **more: str) -> dict[str, str]:
        """What the provider posts for a text."""
        sid = more.pop("MessageSid", new_sid())
        return {
            "MessageSid": sid,
            "SmsSid": sid,
            "SmsMessageSid": sid,
            "AccountSid": self.account.sid,
            "From": sender,
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
        return self.http.post(
            path,
            urlencode(params),
            content_type="application/x-www-form-urlencoded",
            headers={"X-Twilio-Signature": signature},
            **extra,
        )

    def receive(self, body: str, *, sender: str, to: str = "", **more: str) -> Message:
        """A text comes in from a phone; the message it became."""
        params = self.inbound_params(body, sender=sender, to=to, **more)
        response = self.post(params)
        assert response.status_code == 200, response.content
        texts = Message.objects.of(self.organization).select_related("thread")
        became: Message = texts.get(provider_sid=params["MessageSid"])
        return became

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

    # What the office does.

    def signed_in(self, user: User | None = None) -> Browser:
        """A browser at the desk; the owner's unless said otherwise."""
        browser = Browser()
        browser.force_login(user or self.owner, backend="django.contrib.auth.backends.ModelBackend")
        return browser

    def add_number(self, role: str, **columns: Any) -> MessageNumber:
        return number_of(self.account, role, **columns)

    def pause(self, number: MessageNumber | None = None) -> MessageNumber:
        """A number is paused, the front desk unless said otherwise: the only one there is gets a second beside it before."""
        return lifecycle.quarantine(
            self._dispensable(number), reason="Too much spam", by=self.owner, at=timezone.now()
        )

    def release(self, number: MessageNumber | None = None, *, at: datetime | None = None) -> MessageNumber:
        """A number is given back, as `pause`."""
        return lifecycle.retire(
            self._dispensable(number), reason="Not needed", by=self.owner, at=at or timezone.now()
        )

    def use_again(self, number: MessageNumber) -> None:
        """As if a paused number never had been, which no verb can do where people know it."""
        MessageNumber.objects.filter(pk=number.pk).update(state="active", quarantined_until=None)

    def _dispensable(self, number: MessageNumber | None) -> MessageNumber:
        if front_desks.is_last(number or self.front_desk):
            self.add_number("front_desk")
        return number or self.front_desk

    def add_client(
        self, name: str = "Sam", *, phone: str = "", pets: str = "", at: datetime | None = None
    ) -> Client:
        """One more client with a phone."""
        return clients.create_client(
            organization=self.organization,
            name=name,
            phones=[phone or new_phone()],
            pets=pets,
            by=self.owner,
            at=at or timezone.now(),
        )

    def add_sitter(
        self, name: str = "Ana", *, phone: str = "", user: User | None = None, at: datetime | None = None
    ) -> Sitter:
        """One more sitter, without a phone unless one is given."""
        return sitters.create_sitter(
            organization=self.organization,
            name=name,
            phone=phone,
            user=user,
            by=self.owner,
            at=at or timezone.now(),
        )

    def add_window(
        self, thread: Thread, sitter: Sitter, *, begins: float = -1, ends: float = 1
    ) -> AssignmentWindow:
        """A window around now, made before it began; `begins` and `ends` in hours from now."""
        now = timezone.now()
        starts_at = now + timedelta(hours=begins)
        return windows.create(
            thread=thread,
            sitter=sitter,
            starts_at=starts_at,
            ends_at=now + timedelta(hours=ends),
            by=self.owner,
            at=min(now, starts_at),
        )

    def add_visit(
        self,
        client: Client,
        sitter: Sitter,
        *,
        begins: float = -1,
        ends: float = 1,
        visit_type: str = "drop_in",
    ) -> Visit:
        """A client's visit around now, given before it began; `begins` and `ends` in hours from now."""
        now = timezone.now()
        starts_at = now + timedelta(hours=begins)
        return visits.create(
            client=client,
            sitter=sitter,
            starts_at=starts_at,
            ends_at=now + timedelta(hours=ends),
            visit_type=visit_type,
            by=self.owner,
            at=min(now, starts_at),
        )

    def says(self, thread: Thread, body: str) -> Message:
        """The owner writes in a conversation."""
        return submit(thread=thread, author=Author.owner(self.owner), body=body, at=timezone.now()).message

    # What there is to see.

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


@dataclass
class Business(Office):
    """An office with three numbers, a client and a sitter, both with a phone: ready to text."""

    sitter_number: MessageNumber
    pool: MessageNumber
    sitter: Sitter
    sitter_user: User
    client: Client
    client_phone: str

    @property
    def browser(self) -> Browser:
        """The one that the provider's requests come through."""
        return self.http

    def inbound_params(self, body: str, *, sender: str = "", to: str = "", **more: str) -> dict[str, str]:
        return super().inbound_params(body, sender=sender or self.client_phone, to=to, **more)

    def text(self, body: str, *, sender: str = "", to: str = "", **more: str) -> Message:
        """A text comes in, from the client unless said otherwise; the message it became."""
        return self.receive(body, sender=sender or self.client_phone, to=to, **more)

    def thread(self) -> Thread:
        """The client's thread over the front desk, opened by a first text when there is none."""
        found = Thread.objects.filter(client=self.client, participants__number=self.front_desk).first()
        thread: Thread = found or self.text("Hello").thread
        return thread

    def window(
        self, thread: Thread, *, sitter: Sitter | None = None, begins: float = -1, ends: float = 1
    ) -> AssignmentWindow:
        """A window of the sitter around now; `begins` and `ends` in hours from now."""
        return self.add_window(thread, sitter or self.sitter, begins=begins, ends=ends)

    def visit(
        self,
        client: Client | None = None,
        *,
        sitter: Sitter | None = None,
        begins: float = -1,
        ends: float = 1,
    ) -> Visit:
        """A visit of the sitter for the client around now; `begins` and `ends` in hours from now."""
        return self.add_visit(client or self.client, sitter or self.sitter, begins=begins, ends=ends)


def open_office(name: str = "Happy Tails", *, owner: str = "") -> Office:
    """An office alone, whose owner is called `owner`."""
    organization = OrganizationFactory(name=name)
    user = UserFactory(organization=organization, role="owner", name=owner)
    account = ProviderAccountFactory(organization=organization)
    return Office(organization, user, account, number_of(account, "front_desk"))


def open_business(name: str = "Happy Tails", *, at: datetime | None = None) -> Business:
    """A business with everything a text needs. Each call makes one that shares nothing with another."""
    office = open_office(name)
    user = UserFactory(organization=office.organization, role="sitter")
    sitter = office.add_sitter("Ana", phone=new_phone("503"), user=user, at=at)
    line = office.add_number("sitter", sitter=sitter)
    phone = new_phone()
    return Business(
        **vars(office),
        sitter_number=line,
        pool=office.add_number("pool"),
        sitter=sitter,
        sitter_user=user,
        client=office.add_client("Dana", phone=phone, pets="Biscuit", at=at),
        client_phone=phone,
    )


def number_of(account: ProviderAccount, role: str, **columns: Any) -> MessageNumber:
    """One more number of an account, which may send as fast as it likes."""
    number = MessageNumberFactory(
        organization=account.organization, account=account, e164=new_phone("628"), role=role, **columns
    )
    SendingLine.objects.create(
        organization=account.organization, number=number, segments_per_second=1000, burst=1000, tokens=1000
    )
    return number


def another_client(business: Office, name: str = "Sam") -> tuple[Client, str]:
    """One more client with a phone."""
    phone = new_phone()
    return business.add_client(name, phone=phone), phone
