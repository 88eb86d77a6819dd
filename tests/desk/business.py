"""A small business for the desk's tests, made by the same verbs that the webhooks and pages use."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.db import transaction
from django.test import Client as Browser
from django.utils import timezone

from audit.record import Actor, Trail, recording
from messaging.assignments import windows
from messaging.inbound import intake
from messaging.inbound.verify import Genuine
from messaging.models import (
    AssignmentWindow,
    Client,
    ClientPhone,
    Message,
    MessageNumber,
    ProviderAccount,
    SendingLine,
    Sitter,
    Thread,
)
from messaging.models.numbers import NumberRole
from messaging.outbound.submit import Author, submit
from snoutos.accounts.models import Organization, User
from snoutos.accounts.roles import Role

_serial = itertools.count(1)


class Business:
    """One organization with an owner and a front desk number; everything else is made by name."""

    def __init__(self, name: str = "Happy Tails", zone: str = "America/Los_Angeles") -> None:
        self.serial = next(_serial)
        self.organization = Organization.objects.create(name=name, timezone=zone)
        self.owner = self.user("owner", Role.OWNER, "Olivia Owner")
        self.account = ProviderAccount.objects.create(
            organization=self.organization, sid=f"AC{self.serial:032d}", auth_token="token"
        )
        self.front_desk = self.number(NumberRole.FRONT_DESK)
        self._sids = itertools.count(1)
        self._phones = itertools.count(1)

    def user(self, word: str, role: str, name: str = "") -> User:
        return User.objects.create_user(
            f"{word}{self.serial}@example.com",
            "correct horse battery",
            role=role,
            organization=self.organization,
            name=name,
        )

    def number(self, role: str) -> MessageNumber:
        number: MessageNumber = MessageNumber.objects.create(
            organization=self.organization,
            account=self.account,
            e164=f"+1415555{next(_serial):04d}",
            role=role,
        )
        SendingLine.objects.create(organization=self.organization, number=number)
        return number

    def phone(self) -> str:
        return f"+1619{200 + self.serial % 700:03d}{next(self._phones):04d}"

    def client(self, name: str = "Cleo Client", phone: str = "", pets: str = "Biscuit") -> Client:
        client: Client = Client.objects.create(organization=self.organization, name=name, pets=pets)
        ClientPhone.objects.create(organization=self.organization, client=client, e164=phone or self.phone())
        return client

    def sitter(self, name: str = "Ana Sitter") -> Sitter:
        made: Sitter = Sitter.objects.create(organization=self.organization, name=name)
        return made

    def text(self, who: Client | str, body: str, number: MessageNumber | None = None) -> Message:
        """Let a client, or a stranger's phone, text the business."""
        phone = who if isinstance(who, str) else who.phones.get().e164
        to = number or self.front_desk
        sid = f"SM{self.serial:08d}{next(self._sids):024d}"
        params = {
            "AccountSid": self.account.sid, "MessageSid": sid, "From": phone, "To": to.e164, "Body": body,
            "NumMedia": "0", "SmsStatus": "received",
        }  # fmt: skip
        intake.receive(Genuine(self.account, urlencode(params).encode(), params, to))
        kept: Message = Message.objects.select_related("thread").get(account=self.account, provider_sid=sid)
        return kept

    def says(self, thread: Thread, body: str) -> Message:
        return submit(thread=thread, author=Author.owner(self.owner), body=body, at=timezone.now()).message

    def held(self, thread: Thread, sitter: Sitter, body: str = "Text me at 619-701-0558") -> Message:
        """A text of a sitter in charge that waits for review."""
        if not thread.windows.exists():
            self.assign(thread, sitter)
        author = Author.sitter_by_app(sitter, self.owner)
        message = submit(thread=thread, author=author, body=body, at=timezone.now()).message
        assert message.state == "held"
        return message

    def assign(self, thread: Thread, sitter: Sitter, *, starts: datetime | None = None) -> AssignmentWindow:
        now = timezone.now()
        start = starts or now - timedelta(hours=1)
        return windows.create(
            thread=thread,
            sitter=sitter,
            starts_at=start,
            ends_at=start + timedelta(hours=3),
            by=self.owner,
            at=now,
        )

    def browser(self, user: User | None = None) -> Browser:
        """Signed in to the desk."""
        browser = Browser()
        browser.force_login(user or self.owner, backend="django.contrib.auth.backends.ModelBackend")
        return browser

    @contextmanager
    def recording(self) -> Iterator[Trail]:
        with transaction.atomic(), recording(actor=Actor.user(self.owner.pk)) as trail:
            yield trail
