"""The one way by which letters leave, and what is known afterwards: sent, certainly not sent, or nobody knows.

Called outside any transaction. A call ends within seconds (`EMAIL_TIMEOUT` for each word with the mail server).
"""

from __future__ import annotations

import smtplib
from contextlib import suppress
from dataclasses import dataclass
from email.utils import parseaddr
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection

# Django's backends that keep letters on this machine.
_KEEPING = tuple(
    f"django.core.mail.backends.{name}.EmailBackend" for name in ("console", "dummy", "filebased")
)

OFF = "mail_off"


@dataclass(frozen=True, slots=True)
class Sent:
    """The mail server took it. Whether it arrives is another matter."""


@dataclass(frozen=True, slots=True)
class NotSent:
    """It certainly did not leave; `again` says whether trying later can help."""

    reason: str
    again: bool


@dataclass(frozen=True, slots=True)
class Unknown:
    """The connection broke while the server had the letter: it may have left. Sending it again could send it twice."""

    reason: str


Fate = Sent | NotSent | Unknown


def can_leave() -> bool:
    """Whether `EMAIL_URL` names a mail server. By default letters are printed, and nobody gets one."""
    return settings.EMAIL_BACKEND not in _KEEPING


def send(*, to: str, subject: str, body: str, key: str = "") -> Fate:
    """Hand a plain letter to the mail server. A `key` becomes its Message-ID. Raises nothing that a network can do."""
    if not can_leave():
        return NotSent(OFF, again=False)
    connection = get_connection()
    try:
        connection.open()
    except OSError as error:
        # smtplib's errors are OSErrors: away, refused, wrong name or password. Nothing was said yet.
        return NotSent(_code("connect", error), again=True)
    try:
        return _hand_over(connection, _letter(to, subject, body, key))
    finally:
        # The fate is known by now: what goes wrong with saying goodbye changes nothing.
        with suppress(OSError):
            connection.close()


def _letter(to: str, subject: str, body: str, key: str) -> EmailMessage:
    headers = {"Auto-Submitted": "auto-generated"}
    if key:
        headers["Message-ID"] = f"<{key}@{parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition('@')[2]}>"
    return EmailMessage(" ".join(subject.split())[:180], body, None, [to], headers=headers)


def _hand_over(connection: Any, letter: EmailMessage) -> Fate:
    letter.connection = connection
    try:
        letter.send()
    except smtplib.SMTPRecipientsRefused as error:
        codes = [code for code, _ in error.recipients.values()]
        return NotSent(f"recipient_{max(codes, default=0)}", again=all(code < 500 for code in codes))
    except smtplib.SMTPResponseException as error:
        # The server's own word, before the letter or instead of taking it. Codes from 500 on are final.
        return NotSent(f"server_{error.smtp_code}", again=error.smtp_code < 500)
    except OSError as error:
        return Unknown(_code("broke", error))
    return Sent()


def _code(what: str, error: OSError) -> str:
    """A short name without the error's words, which may quote an address."""
    code = getattr(error, "smtp_code", None)
    return f"{what}_{code}" if code else f"{what}_{type(error).__name__}"
