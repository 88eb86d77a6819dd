"""A sitter leaves the business: visits, texts, lines, sign-in, keys and their own numbers, in one transaction, after a look at it all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from audit.record import Actor, current, recording
from messaging import bookings, canceling, locks
from messaging import events as messaging_events
from messaging.assignments import either, overrides
from messaging.bookings import Booking
from messaging.errors import NoNumber, NoSitter, NotPossibleNow
from messaging.models import (
    Delivery,
    MessageNumber,
    Participant,
    RoutingOverride,
    Sitter,
)
from messaging.models.deliveries import Authority, DeliveryState
from messaging.models.numbers import NumberState
from messaging.models.threads import LeftReason, Role, ThreadKind
from messaging.numbers import lifecycle
from messaging.people import claiming, starting
from messaging.permissions import OFFBOARD_SITTER
from messaging.phones import changes, moving
from messaging.sign_in import devices
from snoutos.access import events
from snoutos.accounts import api_keys, roles
from snoutos.accounts.models import ApiKey, User

_WHY_PAUSED = "Its sitter no longer works for you."


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaving:
    """What ends with a sitter, as it is now. `queued`: texts of theirs, and to their phone about clients, that have not left.

    `conversations` are clients' on their own `numbers`. `keys` and `has_sign_in` are about a sign-in that is a sitter's alone: a member
    who also sits stays a member.
    """

    sitter: Sitter
    visits: Sequence[Booking]
    redirects: Sequence[RoutingOverride]
    queued: int
    lines: Sequence[Participant]
    numbers: Sequence[MessageNumber]
    conversations: Sequence[Participant]
    has_sign_in: bool
    keys: int


def preview(sitter: Sitter, *, at: datetime) -> Leaving:
    """What `offboard` would end, move or hand over. Asking changes nothing. Raises NotPossibleNow for one who left already."""
    if not sitter.is_active:
        raise NotPossibleNow(f"{sitter.name} no longer works for you already.")
    return _found(sitter, at)


def offboard(
    sitter: Sitter,
    *,
    hand_to: Sitter | None = None,
    move_to: MessageNumber | None = None,
    by: User,
    at: datetime,
) -> Leaving:
    """`sitter` no longer works for the business. Returns what that was.

    Visits that run or are to come go to `hand_to`, or end and are canceled; redirects to the sitter end. Texts that have not left are
    canceled. Lines to clients close, and a late text from their phone is for the owner alone. Clients' conversations on the sitter's own
    numbers move to `move_to`, the first front desk by default; those numbers are paused. Links to the sitter page and the browsers they
    signed in end. A sign-in that is a sitter's alone is turned off for good, its keys are revoked. The office's own conversation stays.

    Raises NotAllowed; NotPossibleNow for one who left already; NoSitter when `hand_to` cannot take visits; NoNumber without a number for
    the conversations; what `moving.move` refuses.
    """
    OFFBOARD_SITTER.require(by)
    if hand_to is not None and (hand_to.pk == sitter.pk or hand_to.organization_id != sitter.organization_id):
        raise NoSitter
    with transaction.atomic(), recording(actor=Actor.person(by), at=at):
        held, target = _held(sitter, move_to, at)
        leaving = _found(held, at)
        if leaving.conversations and target is None:
            raise NoNumber
        for visit in leaving.visits:
            if hand_to is None:
                either.cancel(visit, by=by, at=at)
            else:
                either.hand_over(visit, to=hand_to, by=by, at=at)
        for redirect in leaving.redirects:
            overrides.remove(redirect, by=by, at=at)
        _cancel_their_texts(held, at)
        for line in leaving.lines:
            changes.end(line, LeftReason.OFFBOARDED, "sitter_offboarded", at)
        held.is_active = False
        held.save(update_fields=["is_active"])
        if held.user is not None and held.phone and held.user.phone == held.phone:
            claiming.by_member(held.user)
        for party in leaving.conversations:
            assert target is not None  # noqa: S101  (asked above)
            moving.move(party.thread, target, by=by, at=at)
        for number in leaving.numbers:
            lifecycle.quarantine(number, reason=_WHY_PAUSED, by=by, at=at)
        devices.end_all(held, at)
        _end_sign_in(held, at)
        current().record(
            messaging_events.sitter_offboarded(
                organization_id=held.organization_id,
                sitter_id=held.pk,
                visits=len(leaving.visits),
                lines=len(leaving.lines),
                threads=len(leaving.conversations),
                hand_to_id=hand_to.pk if hand_to is not None else None,
            )
        )
        return leaving


def _found(sitter: Sitter, at: datetime) -> Leaving:
    numbers = list(sitter.numbers.filter(state=NumberState.ACTIVE).order_by("pk"))
    user = sitter.user if sitter.user is not None and sitter.user.role == roles.Role.SITTER else None
    return Leaving(
        sitter=sitter,
        visits=bookings.ahead(sitter, at),
        redirects=list(_redirects(sitter, at)),
        queued=_queued(sitter).count(),
        lines=_lines(sitter),
        numbers=numbers,
        conversations=_conversations(numbers),
        has_sign_in=user is not None and user.is_active,
        keys=ApiKey.objects.filter(user=user, revoked_at__isnull=True).count() if user is not None else 0,
    )


def _redirects(sitter: Sitter, at: datetime) -> QuerySet[RoutingOverride]:
    rows = RoutingOverride.objects.filter(sitter=sitter, canceled_at__isnull=True, ends_at__gt=at)
    return rows.order_by("pk")


def _lines(sitter: Sitter) -> list[Participant]:
    """How their phone takes part in clients' conversations."""
    rows = Participant.objects.filter(sitter=sitter, role=Role.SITTER, left_at__isnull=True)
    return list(
        rows.filter(thread__kind=ThreadKind.CARE).select_related("thread").order_by("thread_id", "pk")
    )


def _conversations(numbers: Sequence[MessageNumber]) -> list[Participant]:
    """The clients' and unknown senders' side of what is open over `numbers`."""
    rows = Participant.objects.filter(
        number__in=numbers, left_at__isnull=True, role__in=[Role.CLIENT, Role.UNKNOWN]
    )
    return list(rows.select_related("thread__client", "number").order_by("thread_id"))


def _theirs(sitter: Sitter) -> QuerySet[Delivery]:
    """What they said on the word of a visit or redirect, and what has not left of it."""
    return Delivery.objects.filter(
        message__sitter=sitter,
        authority=Authority.WINDOW,
        state=DeliveryState.QUEUED,
        decided_by__isnull=True,
    )


def _queued(sitter: Sitter) -> QuerySet[Delivery]:
    waiting = Delivery.objects.of(sitter.organization_id).filter(state=DeliveryState.QUEUED)
    to_them = Q(participant__in=_lines(sitter))
    return waiting.filter(Q(pk__in=_theirs(sitter).values("pk")) | to_them)


def _held(sitter: Sitter, move_to: MessageNumber | None, at: datetime) -> tuple[Sitter, MessageNumber | None]:
    """The sitter's row and the number that conversations move to, with all that their leaving changes, in the one order of locks.

    Raises NotPossibleNow for one who left already.
    """
    own = list(sitter.numbers.filter(state=NumberState.ACTIVE))
    target = move_to or _front_desk(sitter.organization_id)
    numbers = {pk: locks.number(pk) for pk in sorted({one.pk for one in (*own, target) if one is not None})}
    conversations = _conversations(own)
    phones = {party.e164 for party in conversations} | ({sitter.phone} - {""})
    for e164 in sorted(phones):
        locks.phone(sitter.organization_id, e164)
    pairs = Participant.objects.filter(number=target, e164__in=phones, left_at__isnull=True)
    visits = bookings.ahead(sitter, at)
    either.hold(
        visits,
        also=[
            *(party.thread_id for party in (*conversations, *_lines(sitter))),
            *sitter.participants.filter(left_at__isnull=True).values_list("thread_id", flat=True),
            *pairs.values_list("thread_id", flat=True),
            *(window.thread_id for window in bookings.windows_of(visits)),
            *_redirects(sitter, at).values_list("thread_id", flat=True),
            *_theirs(sitter).values_list("thread_id", flat=True),
        ],
    )
    # With its key: a visit that is just being given to them is there before, or waits and is refused.
    held: Sitter = Sitter.objects.select_for_update().get(pk=sitter.pk)
    if not held.is_active:
        raise NotPossibleNow(f"{held.name} no longer works for you already.")
    return held, numbers[target.pk] if target is not None else None


def _front_desk(organization_id: int) -> MessageNumber | None:
    return starting.numbers(organization_id, ThreadKind.STAFF).first()


def _cancel_their_texts(sitter: Sitter, at: datetime) -> None:
    for thread_id in sorted(set(_theirs(sitter).values_list("thread_id", flat=True))):
        canceling.cancel_of_sitter(thread_id, sitter.pk, authorised_by=Q(), at=at)


def _end_sign_in(sitter: Sitter, at: datetime) -> None:
    """Turn off a sign-in that is a sitter's alone: no session and no key of it opens anything again, also when it is turned on."""
    if sitter.user_id is None:
        return
    user = User.objects.select_for_update(no_key=True).get(pk=sitter.user_id)
    if user.role != roles.Role.SITTER:
        return
    ids = {"organization_id": sitter.organization_id}
    if user.is_active:
        user.is_active = False
        user.set_unusable_password()
        user.save(update_fields=["is_active", "password"])
        current().record(events.member_changed(**ids, user_id=user.pk, fields=["is_active", "password"]))
    for key in api_keys.revoke_handed_over(user, at):
        current().record(events.api_key_revoked(**ids, key_id=key.pk))
