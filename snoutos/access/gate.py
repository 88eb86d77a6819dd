"""The one way to have a password looked at. The wait is asked about before anything dear is done.

    name, address, browser → must they wait? → a slot to hash in → counted → the password → right or wrong

A try is counted before its password is looked at, so that parallel guesses cannot outrun the count.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from audit.record import Actor, Trail, recording
from snoutos.access import events, unlocking
from snoutos.access.errors import MustWait
from snoutos.accounts import devices, hashing, networks, waits
from snoutos.accounts.hashing import Asker
from snoutos.accounts.models import SignInCount, User
from snoutos.accounts.names import fold
from snoutos.accounts.waits import Kind, Lane, Wait
from snoutos.core import mail


@dataclass(frozen=True, slots=True, kw_only=True)
class _Try:
    """One password, and what it is counted and queued by."""

    user: User | None
    lane: Lane
    asker: Asker
    network: str

    @property
    def known(self) -> bool:
        return self.asker.known


def sign_in(request: HttpRequest, *, name: str, password: str) -> User | None:
    """The member whose name and password these are, or None. No session is made.

    Raises MustWait when name, address or browser has to wait, and hashing.Busy when too many passwords are being looked at.
    """
    user = find(name)
    device = devices.known(request, user) if user else None
    address = networks.address_of(request)
    if user is not None and device is not None:
        lane, asker = waits.of_device(device, user), Asker(f"device:{device}", known=True)
    else:
        lane, asker = waits.of_stranger(name, address, user), Asker(f"address:{address}", known=False)
    made = _Try(user=user, lane=lane, asker=asker, network=networks.network_word(request))
    return user if _look_at(made, password) else None


def confirm(request: HttpRequest, user: User, password: str) -> bool:
    """Whether `password` is that of `user`, who is signed in. Raises MustWait and hashing.Busy, as `sign_in`."""
    made = _Try(
        user=user,
        lane=waits.of_device("session", user),
        asker=Asker(f"user:{user.pk}", known=True),
        network=networks.network_word(request),
    )
    return _look_at(made, password)


def may_sign_in(user: User) -> bool:
    """Whether the account is in use: neither the member nor their business is switched off."""
    return user.is_active and (user.organization is None or user.organization.is_active)


def find(name: str) -> User | None:
    """Whose name this is, in any spelling."""
    if "\0" in name:
        return None
    return User.objects.select_related("organization").filter(email=fold(name)).first()


def _look_at(made: _Try, password: str) -> bool:
    at = timezone.now()
    _refuse_waiting(waits.waiting(made.lane, at), at)
    with hashing.asking(made.asker):
        at = timezone.now()
        _refuse_waiting(_reserve(made, at), at)
        right = _is_right(made.user, password)
    if right:
        with transaction.atomic():
            waits.was_right(made.lane, timezone.now())
        return True
    _tell_of_failure(made, timezone.now())
    return False


def _refuse_waiting(wait: Wait | None, at: datetime) -> None:
    """The letter is spoken of for every name that waits: else the page would tell which names somebody has."""
    if wait is not None:
        raise MustWait(wait.until, at, letter=wait.by_name and mail.can_leave())


def _reserve(made: _Try, at: datetime) -> Wait | None:
    with transaction.atomic(), recording(actor=Actor.system(), at=at) as trail:
        tell_of_ends(trail, at, made.lane)
        return waits.reserve(made.lane, at)


def _is_right(user: User | None, password: str) -> bool:
    """Takes as long for a name that nobody has as for one that somebody has."""
    if user is None:
        User().set_password(password)
        return False
    return user.check_password(password) and may_sign_in(user)


def _tell_of_failure(made: _Try, at: datetime) -> None:
    """Record it, with the wait it began, and write to the member when strangers begin to lock their name.

    Of names that nobody has only the first from an address, and what makes it wait, are told: guesses cannot fill the trail.
    """
    with transaction.atomic(), recording(actor=Actor.system(), at=at) as trail:
        wrong = waits.was_wrong(made.lane, at)
        if made.user is not None or wrong.first or wrong.begun:
            trail.record(
                events.auth_sign_in_failed(**_of(made.user), known_browser=made.known, network=made.network)
            )
        for row in wrong.begun:
            _tell_of_wait(trail, made, row, at)


def _tell_of_wait(trail: Trail, made: _Try, row: SignInCount, at: datetime) -> None:
    user = None if row.kind == Kind.ADDRESS else made.user
    seconds = round((row.waits_until - row.last_at).total_seconds()) if row.waits_until else 0
    trail.record(
        events.auth_wait_began(
            **_of(user), counted_by=row.kind, failures=row.failures, seconds=seconds, network=made.network
        )
    )
    if row.kind == Kind.NAME and user is not None and row.failures == waits.FREE[Kind.NAME] + 1:
        trail.record(
            events.auth_locked(organization_id=user.organization_id, user_id=user.pk, failures=row.failures)
        )
        unlocking.write_to(user, at)


def tell_of_ends(trail: Trail, at: datetime, lane: Lane | None = None) -> int:
    """Record the waits that are over, at the moment each ended; how many."""
    over = waits.ended(at, lane)
    for row, end in over:
        trail.record(events.auth_wait_ended(**_of(row.user), counted_by=row.kind), at=end)
    return len(over)


def _of(user: User | None) -> dict[str, int | None]:
    return {
        "organization_id": user.organization_id if user else None,
        "user_id": user.pk if user else None,
    }
