"""An office for the desk's tests, in their words: who texts whom, what waits for review, who is on duty."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db import transaction
from django.test import Client as Browser
from django.utils import timezone

from audit.record import Actor, Trail, recording
from messaging.assignments import windows
from messaging.models import AssignmentWindow, Client, Message, MessageNumber, Sitter, Thread
from messaging.outbound.queue.submit import Author, submit
from snoutos.accounts.models import User
from tests.business import Office, new_phone, open_office
from tests.factories import UserFactory


class Business(Office):
    """One organization with an owner and a front desk number; everything else is made by name."""

    def __init__(self, name: str = "Happy Tails") -> None:
        super().__init__(**vars(open_office(name, owner="Olivia Owner")))

    def user(self, role: str, name: str = "") -> User:
        return UserFactory(organization=self.organization, role=role, name=name)

    def phone(self) -> str:
        return new_phone()

    def client(self, name: str = "Cleo Client", phone: str = "", pets: str = "Biscuit") -> Client:
        return self.add_client(name, phone=phone, pets=pets)

    def sitter(self, name: str = "Ana Sitter") -> Sitter:
        return self.add_sitter(name)

    def text(self, who: Client | str, body: str, number: MessageNumber | None = None) -> Message:
        """Let a client, or a stranger's phone, text the business."""
        phone = who if isinstance(who, str) else who.phones.get().e164
        return self.receive(body, sender=phone, to=number.e164 if number else "")

    def held(self, thread: Thread, sitter: Sitter, body: str = "Text me at 619-701-0558") -> Message:
        """A text of a sitter in charge that waits for review."""
        if not thread.windows.exists():
            self.assign(thread, sitter)
        author = Author.sitter_by_app(sitter, self.owner)
        message = submit(thread=thread, author=author, body=body, at=timezone.now()).message
        assert message.state == "held"
        return message

    def assign(self, thread: Thread, sitter: Sitter, *, starts: datetime | None = None) -> AssignmentWindow:
        """Three hours, begun an hour ago unless said otherwise."""
        now = timezone.now()
        start = starts or now - timedelta(hours=1)
        return windows.create(
            thread=thread,
            sitter=sitter,
            starts_at=start,
            ends_at=start + timedelta(hours=3),
            by=self.owner,
            at=min(now, start),
        )

    def browser(self, user: User | None = None) -> Browser:
        """Signed in to the desk."""
        return self.signed_in(user)

    @contextmanager
    def recording(self) -> Iterator[Trail]:
        with transaction.atomic(), recording(actor=Actor.user(self.owner.pk)) as trail:
            yield trail
