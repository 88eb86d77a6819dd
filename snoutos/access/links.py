"""Links by which a member chooses a password: good once, for a time, stored as a hash.

    invite, ask, first_owner ──▶ make ──▶ find (as often as anybody looks) ──▶ use (once) | revoke

A link stands in its letter, or on the screen of the operator who made it, and nowhere else: not in rows, events or logs.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import Case, CharField, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.urls import reverse

from audit.record import Actor, Trail, current, recording
from messaging import publish
from snoutos.access import events
from snoutos.access.errors import CannotInvite, MailIsOff, PasswordLinkIsOver
from snoutos.access.gate import may_sign_in
from snoutos.accounts import hashing, networks, waits
from snoutos.accounts.hashing import Asker
from snoutos.accounts.models import PasswordLink, User
from snoutos.accounts.permissions import MANAGE_MEMBERS
from snoutos.core import mail

Purpose = PasswordLink.Purpose
GOOD_FOR = {
    Purpose.INVITATION: timedelta(days=7),
    Purpose.RESET: timedelta(minutes=30),
    Purpose.FIRST_OWNER: timedelta(days=7),
}
MOST_TRIES = 5
"""So often a letter is tried; then whoever waits for it asks again."""


def opens_a_desk(user: User) -> bool:
    """Whether a password lets them in anywhere: owners and staff whose sign-in is on. Sitters sign in by link, systems by key."""
    return user.is_staff and user.has_address and may_sign_in(user)


def can_be_invited(user: User) -> bool:
    """Whether an invitation is what they lack."""
    return opens_a_desk(user) and not user.has_usable_password()


def invite(user: User, *, by: User | None, at: datetime) -> None:
    """Have a link sent to a member who has no password; earlier ones end. Raises NotAllowed, MailIsOff, CannotInvite."""
    MANAGE_MEMBERS.require(by)
    if not mail.can_leave():
        raise MailIsOff
    with transaction.atomic(), recording(actor=Actor.person(by), at=at) as trail:
        locked = _locked(user.pk)
        if not can_be_invited(locked):
            raise CannotInvite
        _end(locked, at)
        _ask(locked, Purpose.INVITATION, at)
        trail.record(
            events.member_invited(organization_id=_business(locked), user_id=locked.pk, role=locked.role)
        )


def revoke_invitation(user: User, *, by: User | None, at: datetime) -> bool:
    """End the member's unused links; whether there were any. Raises NotAllowed."""
    MANAGE_MEMBERS.require(by)
    with transaction.atomic(), recording(actor=Actor.person(by), at=at) as trail:
        ended = _end(_locked(user.pk), at)
        if ended:
            trail.record(events.member_invitation_revoked(organization_id=_business(user), user_id=user.pk))
    return ended


def ask_for_reset(user: User | None, at: datetime) -> None:
    """Have a link sent to `user`, if that is somebody who has a password; asks as much of the database for nobody."""
    has_one = user is not None and opens_a_desk(user) and user.has_usable_password()
    _ask(user if has_one else None, Purpose.RESET, at)


def first_owner(user: User, at: datetime) -> str:
    """The address of a new link for an owner that the operator makes, inside a recording transaction; earlier ones end."""
    locked = _locked(user.pk)
    _end(locked, at)
    link = PasswordLink.objects.create(
        user=locked,
        purpose=Purpose.FIRST_OWNER,
        created_at=at,
        expires_at=at + GOOD_FOR[Purpose.FIRST_OWNER],
        sent_at=at,
    )
    return make(link)


def make(link: PasswordLink) -> str:
    """Give `link` its secret, in place of one it had, inside a recording transaction. Its address."""
    user = link.user
    assert user is not None  # noqa: S101  (a constraint: nobody's link opens nothing)
    token = secrets.token_urlsafe(32)
    link.digest, link.made_for = hashing.digest_of_key(token), _made_for(user)
    link.save(update_fields=["digest", "made_for"])
    current().record(
        events.auth_password_link_made(
            organization_id=user.organization_id, user_id=user.pk, purpose=link.purpose
        )
    )
    return f"{settings.PUBLIC_BASE_URL}{reverse('admin:set_password', args=[token])}"


def find(token: str, at: datetime) -> User:
    """Whose password `token` sets. Looking changes nothing. Raises PasswordLinkIsOver."""
    link = _by_token(token)
    if link is None or link.user is None or _why_over(link, link.user, at):
        raise PasswordLinkIsOver
    return link.user


def use(token: str, password: str, *, asker: Asker, at: datetime) -> User:
    """Use the link up: its member has `password` from now on, their sessions and other links end, their name begins anew.

    Of several at once exactly one gets it. The caller has checked the password. Raises PasswordLinkIsOver, and hashing.Busy.
    """
    find(token, at)
    with hashing.asking(asker):
        hashed = make_password(password)
    with transaction.atomic():
        seen = _by_token(token)
        if seen is None or seen.user_id is None:
            raise PasswordLinkIsOver
        user = _locked(seen.user_id)
        link = PasswordLink.objects.get(pk=seen.pk)
        if _why_over(link, user, at):
            raise PasswordLinkIsOver
        PasswordLink.objects.filter(pk=link.pk).update(used_at=at)
        with recording(actor=Actor.user(user.pk), at=at) as trail:
            _end(user, at)
            user.password = hashed
            user.save(update_fields=["password"])
            _tell_of_use(trail, user, link.purpose)
    return user


def note_refused(token: str, at: datetime) -> None:
    """Record that a link which was one opened nothing any more."""
    link = _by_token(token)
    if link is None or link.user is None:
        return
    why = _why_over(link, link.user, at)
    with transaction.atomic(), recording(actor=Actor.system(), at=at) as trail:
        trail.record(
            events.auth_password_link_refused(
                organization_id=link.user.organization_id, user_id=link.user.pk, why=why or "used"
            )
        )


def end_all(user: User, at: datetime) -> None:
    """End the unused links of a member whose e-mail an owner changes, inside a transaction."""
    _end(user, at)


def with_invitations(users: QuerySet[User], at: datetime) -> QuerySet[User]:
    """`users` with `invitation`, what became of the latest (`sending`, `failed`, `open`, `used`, `revoked`, `expired`, or None), and
    `invited_until`.
    """
    latest = PasswordLink.objects.filter(user=OuterRef("pk"), purpose=Purpose.INVITATION).order_by("-pk")
    state = Case(
        When(used_at__isnull=False, then=Value("used")),
        When(revoked_at__isnull=False, then=Value("revoked")),
        When(expires_at__lte=at, then=Value("expired")),
        When(sent_at__isnull=False, then=Value("open")),
        When(tries__gte=MOST_TRIES, then=Value("failed")),
        default=Value("sending"),
        output_field=CharField(),
    )
    return users.annotate(
        invitation=Subquery(latest.annotate(state=state).values("state")[:1]),
        invited_until=Subquery(latest.values("expires_at")[:1]),
    )


def unsent(at: datetime) -> QuerySet[PasswordLink]:
    """Those whose letter has not left."""
    open_ones = PasswordLink.objects.filter(sent_at=None, used_at=None, revoked_at=None, expires_at__gt=at)
    return open_ones.filter(tries__lt=MOST_TRIES)


def claim(link: PasswordLink, at: datetime, *, pause: timedelta) -> bool:
    """Whether this process may try the letter now: nobody did within `pause`."""
    rested = Q(tried_at=None) | Q(tried_at__lte=at - pause)
    mine = unsent(at).filter(rested, pk=link.pk, tries=link.tries)
    return bool(mine.update(tries=F("tries") + 1, tried_at=at))


def _ask(user: User | None, purpose: Purpose, at: datetime) -> None:
    PasswordLink.objects.create(user=user, purpose=purpose, created_at=at, expires_at=at + GOOD_FOR[purpose])
    publish.on_commit("snoutos.access.tasks.send_letters")


def _locked(user_id: int) -> User:
    """The member as they are now. Whoever makes, ends or uses their links holds this row."""
    locked: User = (
        User.objects.select_for_update(no_key=True, of=("self",))
        .select_related("organization")
        .get(pk=user_id)
    )
    return locked


def _end(user: User, at: datetime) -> bool:
    unused = PasswordLink.objects.filter(user=user, used_at=None, revoked_at=None, expires_at__gt=at)
    return bool(unused.update(revoked_at=at))


def _tell_of_use(trail: Trail, user: User, purpose: str) -> None:
    business = user.organization_id
    trail.record(events.auth_password_link_used(organization_id=business, user_id=user.pk, purpose=purpose))
    trail.record(events.auth_password_changed(organization_id=business, user_id=user.pk))
    if waits.clear_for(user):
        trail.record(events.auth_unlocked(organization_id=business, user_id=user.pk, means="link"))


def _business(user: User) -> int:
    assert user.organization_id is not None  # noqa: S101  (members belong to one; operators are not invited)
    return user.organization_id


def _made_for(user: User) -> str:
    return networks.mark("password link", f"{user.email} {user.password}")


def _by_token(token: str) -> PasswordLink | None:
    found = PasswordLink.objects.select_related("user__organization")
    return found.filter(digest=hashing.digest_of_key(token)).first()


def _why_over(link: PasswordLink, user: User, at: datetime) -> str:
    """Why the link opens nothing any more; empty while it does."""
    if link.used_at is not None:
        return "used"
    if link.revoked_at is not None:
        return "revoked"
    if link.expires_at <= at:
        return "expired"
    if not opens_a_desk(user):
        return "sign_in_off"
    return "" if link.made_for == _made_for(user) else "changed"
