"""Ways past a locked name: the member's own link by e-mail, an owner for their members, an operator for anybody."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from audit.record import Actor, recording
from audit.types import Event
from messaging import publish
from snoutos.access import events
from snoutos.access.errors import LinkIsOver
from snoutos.accounts import waits
from snoutos.accounts.models import UnlockLink, User
from snoutos.core import mail

GOOD_FOR = timedelta(hours=2)
ONE_LETTER_IN = timedelta(hours=1)
TRIES = 5
_SALT = "snoutos.access.unlock"

_SUBJECT = "SnoutOS: wrong passwords for your account"
_LETTER = """Someone entered a wrong password for your SnoutOS account {failures} times. New browsers now have to wait
before they can try again. Browsers you signed in from before work as always.

If it was you, open this link within 2 hours and press the button. Then sign in right away, without waiting:

{link}

If it wasn't you, there's nothing you have to do.
"""


def write_to(user: User, at: datetime) -> None:
    """Have a link sent to `user`, unless the desk is not theirs to sign in to or they got one within the hour.

    Runs in the transaction that locked the name; the letter leaves after it.
    """
    if not (user.is_active and user.is_staff and user.has_usable_password()):
        return
    if UnlockLink.objects.filter(user=user, created_at__gt=at - ONE_LETTER_IN).exists():
        return
    UnlockLink.objects.create(user=user, created_at=at, expires_at=at + GOOD_FOR)
    publish.on_commit("snoutos.access.tasks.send_letters")


def send_letters(at: datetime) -> int:
    """Send the letters that are due, each with up to five tries where trying again can help; how many left.

    A letter may go twice when the mail server breaks off: it holds the same link.
    """
    sent = 0
    for link in UnlockLink.objects.filter(sent_at=None, used_at=None, expires_at__gt=at, tries__lt=TRIES)[
        :100
    ]:
        if not UnlockLink.objects.filter(pk=link.pk, tries=link.tries).update(tries=F("tries") + 1):
            continue  # another worker has it
        text = _LETTER.format(failures=waits.FREE[waits.Kind.NAME] + 1, link=address_of(link))
        fate = mail.send(to=link.user.email, subject=_SUBJECT, body=text, key=f"unlock.{link.public_id}")
        if isinstance(fate, mail.Sent):
            UnlockLink.objects.filter(pk=link.pk).update(sent_at=timezone.now())
            sent += 1
        elif isinstance(fate, mail.NotSent) and not fate.again:
            UnlockLink.objects.filter(pk=link.pk).update(tries=TRIES)
    return sent


def address_of(link: UnlockLink) -> str:
    """The address in the letter."""
    token = signing.Signer(salt=_SALT).sign(link.public_id.hex)
    return str(settings.PUBLIC_BASE_URL) + reverse("admin:unlock", args=[token])


def find(token: str, at: datetime) -> UnlockLink:
    """The link that `token` opens. Raises LinkIsOver when it is used, too old, or none of ours."""
    try:
        public_id = UUID(signing.Signer(salt=_SALT).unsign(token))
    except (signing.BadSignature, ValueError) as error:
        raise LinkIsOver from error
    link = UnlockLink.objects.select_related("user").filter(public_id=public_id).first()
    if link is None or link.used_at is not None or link.expires_at <= at:
        raise LinkIsOver
    return link


def use(token: str, at: datetime) -> User:
    """Use the link up: its member's name begins anew. Raises LinkIsOver; of two at once one gets it."""
    with transaction.atomic(), recording(actor=Actor.system(), at=at) as trail:
        link = find(token, at)
        if not UnlockLink.objects.filter(pk=link.pk, used_at=None).update(used_at=at):
            raise LinkIsOver
        waits.clear_for(link.user)
        trail.record(_unlocked(link.user, "link"))
    return link.user


def by_operator(user: User, at: datetime) -> bool:
    """Let new browsers of `user` sign in at once; whether they had to wait."""
    with transaction.atomic(), recording(actor=Actor.system(), at=at) as trail:
        waited = waits.clear_for(user)
        trail.record(_unlocked(user, "operator"))
    return waited


def _unlocked(user: User, means: str) -> Event:
    return events.auth_unlocked(organization_id=user.organization_id, user_id=user.pk, means=means)
