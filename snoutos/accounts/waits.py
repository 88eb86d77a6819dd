"""Wrong passwords are counted by name, by address, and by browser that signed in before; after some, tries must wait.

A try is counted before its password is looked at, and taken back when it was right: however many come at once, no more are
looked at than the count allows. Nothing is ever locked for good: a wait grows to a quarter of an hour at most, and a browser
that signed in before stands apart from what strangers do. Every function here runs inside the caller's transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery

from snoutos.accounts.models import PasswordLink, SignInCount, UnlockLink, User
from snoutos.accounts.names import fold
from snoutos.accounts.networks import mark

Kind = SignInCount.Kind

FREE = {Kind.NAME: 4, Kind.ADDRESS: 19, Kind.DEVICE: 4}
"""So many wrong passwords cost nothing; the next one makes a wait."""

FORGOTTEN_AFTER = {
    Kind.NAME: timedelta(days=1),
    Kind.ADDRESS: timedelta(hours=1),
    Kind.DEVICE: timedelta(days=1),
}
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Counted:
    """One count that a try falls under."""

    kind: SignInCount.Kind
    mark: str


@dataclass(frozen=True, slots=True)
class Lane:
    """What a try is counted by: the browser alone when it is known, else name and address."""

    counts: tuple[Counted, ...]
    user_id: int | None


@dataclass(frozen=True, slots=True)
class Wait:
    """Until when a try is not looked at. `by_name`: for wrong passwords at this name, whoever typed them and whether anybody has it."""

    until: datetime
    by_name: bool


def of_stranger(name: str, address: str, user: User | None) -> Lane:
    """The lane of a browser that is new to `name`. Names that nobody has are counted alike."""
    return Lane(
        (Counted(Kind.NAME, mark("name", fold(name))), Counted(Kind.ADDRESS, mark("address", address))),
        user.pk if user else None,
    )


def of_device(device: str, user: User) -> Lane:
    """The lane of a browser, or of a session, that `user` signed in from."""
    return Lane((Counted(Kind.DEVICE, mark("device", f"{user.pk}:{device}")),), user.pk)


def of_letter(name: str, address: str) -> Lane:
    """The lane of who asks for a link to choose a password, counted apart from passwords: asking makes nobody wait to sign in.

    It is nobody's, whether somebody has the name or not.
    """
    return Lane(
        (
            Counted(Kind.NAME, mark("letter to", fold(name))),
            Counted(Kind.ADDRESS, mark("letter asked from", address)),
        ),
        None,
    )


def wait_after(kind: SignInCount.Kind, failures: int) -> timedelta | None:
    """How long tries wait after so many wrong passwords: 30 s, doubled each time, up to 15 minutes; None at first."""
    beyond = failures - FREE[kind]
    if beyond <= 0:
        return None
    doubled: int = 2 ** min(beyond - 1, 10)
    return min(FIRST_WAIT * doubled, LONGEST_WAIT)


def waiting(lane: Lane, at: datetime) -> Wait | None:
    """What the next try of `lane` waits for; None when it is looked at now. Takes no lock: who must wait costs one look-up."""
    return _wait(
        SignInCount.objects.filter(mark__in=[one.mark for one in lane.counts], waits_until__gt=at), at
    )


def reserve(lane: Lane, at: datetime) -> Wait | None:
    """Count a try of `lane` before it is looked at. A wait: nothing was counted."""
    rows = _locked(lane, at)
    wait = _wait(rows, at)
    if wait is not None:
        return wait
    for row in rows:
        kind = Kind(row.kind)
        row.failures = 1 if at - row.last_at > FORGOTTEN_AFTER[kind] else row.failures + 1
        pause = wait_after(kind, row.failures)
        row.last_at, row.waits_until = at, at + pause if pause else None
        row.user_id = None if kind == Kind.ADDRESS else lane.user_id
    _save(rows, "failures", "last_at", "waits_until", "user")
    return None


def was_right(lane: Lane, at: datetime) -> None:
    """Take the reservation back. Name and browser begin anew; an address keeps its other failures.

    Else whoever has an account could clear their address by signing in to it between two guesses.
    """
    rows = _locked(lane, at)
    for row in rows:
        if row.kind == Kind.ADDRESS:
            row.failures = max(row.failures - 1, 0)
            if wait_after(Kind.ADDRESS, row.failures) is None:
                row.waits_until = None
        else:
            row.failures, row.waits_until = 0, None
    _save(rows, "failures", "waits_until")


@dataclass(frozen=True, slots=True)
class Wrong:
    """What a wrong password led to: the counts whose wait began, each told once; whether it was the first in its row."""

    begun: list[SignInCount]
    first: bool


def was_wrong(lane: Lane, at: datetime) -> Wrong:
    """Let the reservation stand."""
    rows = _locked(lane, at)
    begun = [
        row for row in rows if row.waits_until and row.waits_until > at and row.waits_until != row.told_until
    ]
    for row in begun:
        row.told_until = row.waits_until
    _save(begun, "told_until")
    return Wrong(begun, first=any(row.failures == 1 for row in rows if row.kind != Kind.NAME))


def ended(at: datetime, lane: Lane | None = None) -> list[tuple[SignInCount, datetime]]:
    """The waits that were told of and are over, with their ends, each once: of `lane`, or all."""
    rows: QuerySet[SignInCount] = SignInCount.objects.filter(told_until__lte=at).order_by("mark")
    if lane is not None:
        rows = rows.filter(mark__in=[one.mark for one in lane.counts])
    found = list(rows.select_for_update(skip_locked=True, of=("self",)).select_related("user")[:1_000])
    over = [(row, row.told_until) for row in found if row.told_until is not None]
    for row in found:
        row.told_until = None
    _save(found, "told_until")
    return over


def clear_for(user: User) -> bool:
    """Begin anew for the name of `user`; whether browsers that are new to them had to wait."""
    theirs = Q(mark=mark("name", fold(user.email))) | Q(kind=Kind.NAME, user=user)
    rows = list(SignInCount.objects.filter(theirs).order_by("mark").select_for_update())
    waited = any(row.waits_until is not None for row in rows)
    for row in rows:
        row.failures, row.waits_until, row.told_until = 0, None, None
    _save(rows, "failures", "waits_until", "told_until")
    return waited


def with_waits(users: QuerySet[User], at: datetime) -> QuerySet[User]:
    """`users` with `waits_until`: until when browsers that are new to them wait; None when they do not."""
    waiting = SignInCount.objects.filter(user=OuterRef("pk"), kind=Kind.NAME, waits_until__gt=at)
    return users.annotate(waits_until=Subquery(waiting.values("waits_until")[:1]))


def over_before(at: datetime) -> Iterator[QuerySet[Any]]:
    """Counts that nothing has touched since `at`, and links that ran out before it: nobody misses these rows.

    Waits that are still open, and waits whose end is not in the trail yet, stay.
    """
    untouched = SignInCount.objects.filter(last_at__lt=at, told_until=None)
    yield untouched.filter(Q(waits_until=None) | Q(waits_until__lt=at))
    yield UnlockLink.objects.filter(expires_at__lt=at)
    yield PasswordLink.objects.filter(expires_at__lt=at)


def _wait(rows: Iterable[SignInCount], at: datetime) -> Wait | None:
    ends = {row.kind: row.waits_until for row in rows if row.waits_until is not None and row.waits_until > at}
    return Wait(max(ends.values()), by_name=Kind.NAME in ends) if ends else None


def _locked(lane: Lane, at: datetime) -> list[SignInCount]:
    """The rows of `lane`, locked in one order everywhere, so that two lanes with an address in common never deadlock."""
    counts = sorted(lane.counts, key=lambda one: one.mark)
    found = _rows(counts)
    if len(found) < len(counts):
        fresh = [SignInCount(kind=one.kind, mark=one.mark, last_at=at) for one in counts]
        SignInCount.objects.bulk_create(fresh, ignore_conflicts=True)
        found = _rows(counts)
    return found


def _rows(counts: Iterable[Counted]) -> list[SignInCount]:
    marks = [one.mark for one in counts]
    return list(SignInCount.objects.filter(mark__in=marks).order_by("mark").select_for_update())


def _save(rows: Sequence[SignInCount], *fields: str) -> None:
    if rows:
        SignInCount.objects.bulk_update(rows, fields)
