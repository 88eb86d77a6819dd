"""Links by which a sitter signs in: texted by the office, good once and for a short time, stored as a hash.

    make ──▶ text ──▶ find (as often as anybody looks) ──▶ use (once) | revoke

The link stands in the text that leaves and nowhere else: not in the message that the office sees, not in events, not in logs.
"""

from __future__ import annotations

import re
import secrets
from datetime import datetime, timedelta
from enum import StrEnum

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from audit.record import Actor, current, recording
from messaging import events, locks, timeline
from messaging.errors import MessagingError, SitterWithoutLine
from messaging.models import Message, Participant, Sitter, SitterLink
from messaging.models.deliveries import Authority, Priority
from messaging.models.messages import Audience, AuthorKind, MessageState
from messaging.models.threads import Role, ThreadKind
from messaging.outbound.queue import outbox, permission
from messaging.outbound.queue.outbox import Permit
from messaging.people import office
from messaging.permissions import SIGN_IN_SITTER
from messaging.sign_in.errors import LinkIsOver, SignInIsOff, SignsInAtTheOffice
from policy.screen import cleared_for_sitters
from snoutos.accounts.hashing import digest_of_key
from snoutos.accounts.models import User
from snoutos.accounts.roles import Role as MemberRole

WORD = "LINK"
ASKED_FOR = timedelta(minutes=10)
WELCOME = timedelta(days=7)
MOST_ASKED_FOR = 5
ASKED_WITHIN = timedelta(hours=1)
"""A sitter who texts LINK gets at most so many links in an hour."""

# Letters only: digits might be read as a phone. No vowels, so that no words come about. 36 of 19 are 152 bits.
_LETTERS = "bcdfghjkmnpqrstvwxz"
_LENGTH = 36
_AN_ADDRESS = re.compile(r"https?://\S*/sitter/link/\S+")

_SENTENCES = {
    ASKED_FOR: "Your sign-in link, good once within 10 minutes: {link}",
    WELCOME: "Your visits and texts are here too. Sign in within 7 days: {link} Later, text LINK for a new one.",
}
SHOWN_INSTEAD = "[sign-in link]"


class Means(StrEnum):
    """Why a link was made."""

    ASKED = "asked"
    OFFICE = "office"
    WELCOME = "welcome"


def is_asked_for(body: str, party: Participant) -> bool:
    """Whether a text from `party` asks the office for a link: the word alone, from a sitter who works for the business."""
    if party.sitter is None or party.left_at is not None or party.thread.kind != ThreadKind.STAFF:
        return False
    return (
        party.role == Role.SITTER and party.sitter.is_active and re.sub(r"[\W_]+", "", body).upper() == WORD
    )


def answer(party: Participant, *, key: str, at: datetime) -> bool:
    """Text a link to the sitter who asked for one by text. False when none may go: the office is to read their text.

    Inside a recording transaction, with the thread held; `key` names the text that asked, so that it is answered once.
    """
    sitter = party.sitter
    assert sitter is not None  # noqa: S101  (`is_asked_for`)
    recent = SitterLink.objects.filter(sitter=sitter, created_at__gt=at - ASKED_WITHIN)
    refused = "too_many" if recent.count() >= MOST_ASKED_FOR else "" if may_sign_in(sitter) else "sign_in_off"
    if refused:
        current().record(
            events.sitter_link_refused(
                organization_id=sitter.organization_id, sitter_id=sitter.pk, why=refused
            )
        )
        return False
    try:
        _text(sitter, party, means=Means.ASKED, key=key, at=at)
    except MessagingError:
        # Nothing was made: they said STOP, or the number is paused.
        return False
    return True


def send(sitter: Sitter, *, by: User, at: datetime, means: Means = Means.OFFICE) -> None:
    """Text a link to `sitter`'s own phone, from the office's conversation with them.

    Raises NotAllowed; SignsInAtTheOffice or SignInIsOff; SitterWithoutLine without a phone or a front desk number; OptedOut and what else
    forbids a text.
    """
    SIGN_IN_SITTER.require(by)
    with transaction.atomic(), recording(actor=Actor.person(by), at=at):
        if works_in_the_office(sitter):
            raise SignsInAtTheOffice
        if not may_sign_in(sitter):
            raise SignInIsOff
        if not sitter.phone:
            raise SitterWithoutLine
        locks.phone(sitter.organization_id, sitter.phone)
        to = office.line_to(sitter, at)
        if to is None:
            raise SitterWithoutLine
        _text(sitter, to, means=means, key=f"sitter:{sitter.pk}:link:{secrets.token_hex(8)}", at=at)


def may_sign_in(sitter: Sitter) -> bool:
    """Whether a link would open anything: they work for the business, their sign-in, if there is one, is on, and it opens no desk."""
    is_on = sitter.user is None or sitter.user.is_active
    return sitter.is_active and is_on and not works_in_the_office(sitter)


def works_in_the_office(sitter: Sitter) -> bool:
    """Whether their sign-in opens the desk: that takes a password, never a text to a phone that the office can change."""
    return sitter.user is not None and sitter.user.role != MemberRole.SITTER


def find(token: str, at: datetime) -> SitterLink:
    """The link that `token` opens, still unused. Looking changes nothing. Raises LinkIsOver."""
    found = _by_token(token)
    if found is None or _why_over(found, at):
        raise LinkIsOver
    return found


def use(token: str, at: datetime) -> SitterLink | None:
    """Use the link up, inside a recording transaction: the link when this call was the first, None when it is over.

    Of several at once exactly one gets it. That a known link was refused is recorded.
    """
    seen = _by_token(token)
    if seen is None:
        return None
    # Whoever leaves meanwhile has left, or waits: their links are revoked under the same lock.
    Sitter.objects.select_for_update(no_key=True).get(pk=seen.sitter_id)
    found = _by_token(token)
    why = "expired" if found is None else _why_over(found, at)
    if found is not None and not why:
        SitterLink.objects.filter(pk=found.pk).update(used_at=at)
        return found
    current().record(
        events.sitter_link_refused(organization_id=seen.organization_id, sitter_id=seen.sitter_id, why=why)
    )
    return None


def revoke(sitter: Sitter, at: datetime) -> int:
    """End the links that nobody has used yet, inside a recording transaction; how many."""
    unused = SitterLink.objects.filter(sitter=sitter, used_at=None, revoked_at=None, expires_at__gt=at)
    count: int = unused.update(revoked_at=at)
    if count:
        current().record(
            events.sitter_links_revoked(
                organization_id=sitter.organization_id, sitter_id=sitter.pk, count=count
            )
        )
    return count


def without_link(text: str) -> str:
    """`text` as the office may see it: a link that signs somebody else in is theirs alone."""
    return _AN_ADDRESS.sub(SHOWN_INSTEAD, text)


def _text(sitter: Sitter, to: Participant, *, means: Means, key: str, at: datetime) -> None:
    permission.require(to.thread, to)
    permission.require_automatic(to, at)
    lasts = WELCOME if means == Means.WELCOME else ASKED_FOR
    sentence = _SENTENCES[lasts].format(link=_make(sitter, lasts, at))
    current().record(
        events.sitter_link_made(
            organization_id=sitter.organization_id,
            sitter_id=sitter.pk,
            means=means,
            minutes=int(lasts.total_seconds() // 60),
        )
    )
    message = Message.objects.create(
        organization_id=sitter.organization_id,
        thread=to.thread,
        position=timeline.next_position(to.thread, at).position,
        author_kind=AuthorKind.SYSTEM,
        participant=to,
        state=MessageState.ACCEPTED,
        audience=Audience.OWNER,
        body=without_link(sentence),
        origin_key=key,
        created_at=at,
    )
    outbox.enqueue(
        message,
        cleared_for_sitters(sentence, thread=to.thread, author_kind=AuthorKind.SYSTEM),
        to=to,
        permit=Permit(authority=Authority.RULE, priority=Priority.PERSON),
        at=at,
    )


def _make(sitter: Sitter, lasts: timedelta, at: datetime) -> str:
    """The address of a new link."""
    token = "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))
    SitterLink.objects.create(
        organization_id=sitter.organization_id,
        sitter=sitter,
        digest=digest_of_key(token),
        created_at=at,
        expires_at=at + lasts,
    )
    return f"{settings.PUBLIC_BASE_URL}{reverse('sitter:link', args=[token])}"


def _by_token(token: str) -> SitterLink | None:
    found: SitterLink | None = (
        SitterLink.objects.select_related("sitter__user", "sitter__organization")
        .filter(digest=digest_of_key(token))
        .first()
    )
    return found


def _why_over(link: SitterLink, at: datetime) -> str:
    """Why the link opens nothing any more; empty while it does."""
    if link.used_at is not None:
        return "used"
    if link.revoked_at is not None:
        return "revoked"
    if link.expires_at <= at:
        return "expired"
    return "" if may_sign_in(link.sitter) and link.sitter.organization.is_active else "sign_in_off"
