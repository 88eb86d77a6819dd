"""Taking back what has not left: queued, or only claimed. What is being called, and what a sitter was passed or said and has no final word
yet, has left; it is marked, in case it comes back unsent. (Of the rest the last look before a text leaves asks again: `queue.begin_call`.)
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now

from audit.record import current
from messaging import events, locks, relays
from messaging.models import AssignmentWindow, Delivery
from messaging.models.deliveries import AttemptState, Authority, DeliveryState

_STOPPABLE = (DeliveryState.QUEUED, DeliveryState.SENDING)
_MAY_COME_BACK = (*_STOPPABLE, DeliveryState.SENT)
# Once is enough: a text that nobody ever confirms stays sent for good.
_NOT_YET_MARKED = ~Q(state=DeliveryState.SENT) | Q(revoked="")


def cancel_to_phone(organization_id: int, e164: str, *, reason: str, at: datetime) -> int:
    """Cancel everything queued to a phone. The caller holds the phone exclusively. Returns how many."""
    return len(_cancel(Delivery.objects.of(organization_id).filter(recipient=e164), reason, at))


def cancel_to_opted_out(organization_id: int, e164: str, *, at: datetime) -> int:
    """Cancel everything queued to a phone that opted out, but for the confirmation of that. The caller holds the phone exclusively.

    Returns how many.
    """
    queued = Delivery.objects.of(organization_id).filter(recipient=e164)
    return len(_cancel(queued.exclude(authority=Authority.CONFIRMATION), "opted_out", at))


def cancel_confirmations(organization_id: int, e164: str, *, at: datetime) -> int:
    """Cancel the queued confirmation of an opt-out that ended, or that the provider answered. The caller holds the phone exclusively.

    Returns how many.
    """
    queued = Delivery.objects.of(organization_id).filter(recipient=e164)
    return len(_cancel(queued.filter(authority=Authority.CONFIRMATION), "confirmed_otherwise", at))


def cancel_automatic(organization_id: int, e164: str, *, reason: str, at: datetime) -> int:
    """Cancel what is queued to a phone without anybody having written it. The caller holds the phone exclusively. Returns how many."""
    return len(_cancel(automatic(Delivery.objects.of(organization_id).filter(recipient=e164)), reason, at))


def automatic(deliveries: QuerySet[Delivery]) -> QuerySet[Delivery]:
    """Those that nobody wrote: what rules, alerts and SnoutOS itself say. The confirmation of an opt-out is none."""
    return deliveries.filter(authority__in=(Authority.RULE, Authority.ALERT), message__author__isnull=True)


def cancel_of_thread(thread_id: int, *, reason: str, at: datetime) -> int:
    """Cancel everything queued in a thread. The caller holds the thread exclusively. Returns how many."""
    return len(_cancel(Delivery.objects.filter(thread_id=thread_id), reason, at))


def cancel_to_participant(participant_id: int, *, reason: str, at: datetime) -> list[Delivery]:
    """Cancel everything queued to a phone over one number. The caller holds the thread exclusively. Returns the deliveries, in order."""
    return _cancel(Delivery.objects.filter(participant=participant_id), reason, at)


def cancel_of_number(number_id: int, *, reason: str, at: datetime) -> int:
    """Cancel everything queued over a number. The caller holds the number exclusively. Returns how many."""
    return len(_cancel(Delivery.objects.filter(line__number_id=number_id), reason, at))


def cancel_of_sitter(thread_id: int, sitter_id: int, *, authorised_by: Q, at: datetime) -> list[Delivery]:
    """Cancel what a sitter said in a thread on the word of the windows or overrides that `authorised_by` names (`window_changed`).

    What the owner decided about meanwhile is the owner's. The caller holds the thread exclusively. Returns the deliveries canceled, so that
    the sitter can be told.
    """
    theirs = _of_sitter(thread_id, sitter_id, authorised_by)
    return _cancel(theirs, "window_changed", at, among_states=_MAY_COME_BACK)


def waiting_of_sitter(thread_id: int, sitter_id: int, *, authorised_by: Q) -> int:
    """How many texts `cancel_of_sitter` would cancel. Asking changes nothing and holds nothing."""
    return _of_sitter(thread_id, sitter_id, authorised_by).filter(state__in=_STOPPABLE).count()


def waiting_of_windows(windows: Iterable[AssignmentWindow]) -> int:
    """As `waiting_of_sitter`, for what the sitters of several windows said on the word of those."""
    theirs = Delivery.objects.filter(
        window__in=list(windows),
        message__sitter=F("window__sitter"),
        authority=Authority.WINDOW,
        decided_by__isnull=True,
    )
    return theirs.filter(state__in=_STOPPABLE).count()


def _of_sitter(thread_id: int, sitter_id: int, authorised_by: Q) -> QuerySet[Delivery]:
    return Delivery.objects.filter(
        authorised_by,
        thread_id=thread_id,
        authority=Authority.WINDOW,
        message__sitter_id=sitter_id,
        decided_by__isnull=True,
    )


def cancel_relays(thread_id: int, sitter_id: int, *, at: datetime) -> int:
    """Cancel clients' texts that were to be passed on to a sitter who no longer gets them (`window_changed`): they become the owner's.

    The caller holds the thread exclusively. Returns how many.
    """
    queued = Delivery.objects.filter(
        thread_id=thread_id, authority=Authority.RELAY, participant__sitter_id=sitter_id
    )
    return len(_cancel(queued, "window_changed", at, among_states=_MAY_COME_BACK))


def cancel(delivery: Delivery, reason: str, at: datetime) -> None:
    """Cancel one delivery whose state allows it; the caller holds it (`locks.ending_delivery`). Records `message.outbound.canceled`."""
    delivery.state, delivery.reason, delivery.finished_at = DeliveryState.CANCELED, reason, at
    delivery.save(update_fields=["state", "reason", "finished_at"])
    current().record(
        events.message_outbound_canceled(
            organization_id=delivery.organization_id,
            thread_id=delivery.thread_id,
            message_id=delivery.message_id,
            delivery_id=delivery.pk,
            reason=reason,
        )
    )
    relays.ended(delivery)


def _cancel(
    among: QuerySet[Delivery],
    reason: str,
    at: datetime,
    *,
    among_states: tuple[DeliveryState, ...] = _STOPPABLE,
) -> list[Delivery]:
    ids = list(among.filter(_NOT_YET_MARKED, state__in=among_states).values_list("pk", flat=True))
    if ids:
        locks.threads_of_relays(ids)
    canceled = []
    for delivery in locks.deliveries(ids):
        if delivery.state == DeliveryState.QUEUED or _took_claim_back(delivery):
            cancel(delivery, reason, at)
            canceled.append(delivery)
        elif delivery.state in among_states:
            # Too late, unless the provider refuses it or gives it back and it is queued again.
            delivery.revoked = reason
            delivery.save(update_fields=["revoked"])
    return canceled


def _took_claim_back(delivery: Delivery) -> bool:
    """Abandon the attempt of a delivery, held by the caller, that is claimed and has not left."""
    if delivery.state != DeliveryState.SENDING or delivery.current_attempt_id is None:
        return False
    attempt = locks.attempt(delivery.current_attempt_id)
    if attempt.state != AttemptState.CLAIMED:
        return False
    attempt.state, attempt.settled_at = AttemptState.ABANDONED, Now()
    attempt.save(update_fields=["state", "settled_at"])
    return True
