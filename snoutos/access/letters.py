"""Letters with a link to choose a password. Asking for one says nothing about who has an account here, in words or in time."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from audit.record import Actor, recording
from snoutos.access import gate, links
from snoutos.access.errors import MustWaitForLetter
from snoutos.accounts import networks, waits
from snoutos.accounts.models import PasswordLink, User
from snoutos.accounts.roles import Role
from snoutos.accounts.waits import Wait
from snoutos.core import mail

TRIED_AGAIN_AFTER = timedelta(minutes=2)
MOST_RESETS = 5
"""A member gets at most so many letters about a forgotten password in an hour, whoever asks."""

_INVITATION = """You were invited to {business} on SnoutOS, as {role}. That is where the office reads and answers its clients' texts.

Open this link within 7 days and choose a password:

{link}

The link works once. If you don't know {business}, ignore this letter.
"""
_RESET = """Someone asked for a new password for your SnoutOS account. Open this link within 30 minutes and choose one:

{link}

The link works once, and signs you out everywhere else. If it wasn't you, ignore this letter: your password stays as it is.
"""


def ask_for_reset(request: HttpRequest, name: str, at: datetime) -> None:
    """Have a link sent to whoever signs in as `name`, if anybody does: the same is done, and answered, for a name that nobody has.

    Raises MustWaitForLetter where too many were asked for, by this name or from this address.
    """
    lane = waits.of_letter(name, networks.address_of(request))
    _refuse_waiting(waits.waiting(lane, at), at)
    with transaction.atomic():
        _refuse_waiting(waits.reserve(lane, at), at)
        links.ask_for_reset(gate.find(name), at)


def send(at: datetime) -> int:
    """Send the letters that are due; how many left. Each gets a link of its own, made now.

    A letter that the server may have is never tried again. After a crash it may go twice: then the later one's link opens.
    """
    due = links.unsent(at).select_related("user__organization").order_by("pk")[:100]
    return sum(_send(link, at) for link in due)


def _send(link: PasswordLink, at: datetime) -> bool:
    if link.user is None or _is_one_too_many(link, at):
        link.delete()
        return False
    if not links.claim(link, at, pause=TRIED_AGAIN_AFTER):
        return False
    with transaction.atomic(), recording(actor=Actor.system(), at=at):
        address = links.make(link)
    subject, body = _words(link, link.user, address)
    fate = mail.send(
        to=link.user.email, subject=subject, body=body, key=f"password.{link.public_id}.{link.tries}"
    )
    mine = PasswordLink.objects.filter(pk=link.pk)
    if isinstance(fate, mail.NotSent):
        if not fate.again:
            mine.update(tries=links.MOST_TRIES)
        return False
    mine.update(sent_at=timezone.now())
    return True


def _is_one_too_many(link: PasswordLink, at: datetime) -> bool:
    recent = PasswordLink.objects.filter(user=link.user, purpose=links.Purpose.RESET)
    sent = recent.filter(sent_at__gt=at - timedelta(hours=1)).count()
    return link.purpose == links.Purpose.RESET and sent >= MOST_RESETS


def _words(link: PasswordLink, user: User, address: str) -> tuple[str, str]:
    """Subject and body."""
    if link.purpose == links.Purpose.RESET:
        return "SnoutOS: choose a new password", _RESET.format(link=address)
    business = str(user.organization)
    role = "an owner" if user.role == Role.OWNER else "staff"
    return f"{business}: choose your password", _INVITATION.format(business=business, role=role, link=address)


def _refuse_waiting(wait: Wait | None, at: datetime) -> None:
    if wait is not None:
        raise MustWaitForLetter(wait.until, at)
