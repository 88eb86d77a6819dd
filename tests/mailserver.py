"""A real mail server on this machine, with faults on demand, and the settings that let letters leave through it."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller


class MailServer:
    """`letters` are those it took, each as (address, letter). A fault is a reply such as "451 later", or something it does instead."""

    def __init__(self) -> None:
        self.letters: list[tuple[str, EmailMessage]] = []
        self.port = _free_port()
        self.refuses_recipient: str | None = None
        self.refuses_letter: str | None = None
        self.breaks_off_after_taking = False
        self.when_taken: Callable[[], None] = lambda: None

    async def handle_RCPT(  # noqa: N802  (aiosmtpd's name)
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        if self.refuses_recipient:
            return self.refuses_recipient
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        if self.refuses_letter:
            return self.refuses_letter
        letter = message_from_bytes(envelope.content, policy=policy.default)
        self.letters += [(address, letter) for address in envelope.rcpt_tos]
        self.when_taken()
        if self.breaks_off_after_taking:
            server.transport.abort()
        return "250 OK"

    def to(self, address: str) -> list[EmailMessage]:
        """The letters that reached `address`."""
        return [letter for reached, letter in self.letters if reached == address]

    def wait_for(self, count: int, *, within: float = 20.0) -> list[EmailMessage]:
        """All letters, once there are `count`."""
        deadline = time.monotonic() + within
        while len(self.letters) < count:
            assert time.monotonic() < deadline, f"{len(self.letters)} letters came"
            time.sleep(0.02)
        return [letter for _, letter in self.letters]


@contextmanager
def mail_server(settings: Any) -> Iterator[MailServer]:
    """A mail server for the length of the block."""
    server = MailServer()
    controller = Controller(server, hostname="127.0.0.1", port=server.port)
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", server.port, 5
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    try:
        yield server
    finally:
        controller.stop()


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port
