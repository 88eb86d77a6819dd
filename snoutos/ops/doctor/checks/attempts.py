"""Attempts: an open one belongs to a delivery that waits for it, and time ends what it should end."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import F, Q, QuerySet

from messaging.models import SendAttempt
from messaging.models.deliveries import AttemptState, DeliveryState
from snoutos.ops.doctor.registry import Broken, check

# The reaper comes every 2 s, the reconciler every 10 s.
REAPED_BY = timedelta(minutes=1)
LOOKED_UP_BY = timedelta(minutes=5)

_LEASED = (AttemptState.CLAIMED, AttemptState.CALLING)


@check(
    "attempt.open_but_delivery_elsewhere",
    subject="attempt",
    wrong="Is open, but its delivery no longer waits for it",
    do="it blocks its lane (number to phone) until it's settled: report it",
)
def open_but_delivery_elsewhere(at: datetime) -> Broken:
    """Late proof of an earlier attempt settles the delivery while a second one is still open: that is as it should be."""
    waits = Q(state__in=_LEASED, delivery__state=DeliveryState.SENDING) | Q(
        state=AttemptState.UNKNOWN, delivery__state=DeliveryState.UNKNOWN
    )
    proven = Q(delivery__accepted_attempt__state=AttemptState.ACCEPTED_LATE)
    rows = SendAttempt.objects.filter(state__in=[*_LEASED, AttemptState.UNKNOWN])
    return _ids(rows.exclude(waits & Q(delivery__current_attempt=F("pk"))).exclude(proven))


@check(
    "attempt.lease_expired",
    subject="attempt",
    wrong="Its lease ran out over a minute ago and nothing ended it",
    do="check that a worker of the queue `tick` and the beat run; the sweep then ends it",
)
def lease_expired(at: datetime) -> Broken:
    return _ids(SendAttempt.objects.filter(state__in=_LEASED, lease_until__lt=at - REAPED_BY))


@check(
    "attempt.look_up_overdue",
    subject="attempt",
    wrong="The provider should have been asked about it over 5 minutes ago",
    do="check that a worker of the queue `tick` and the beat run, and that the provider can be reached",
)
def look_up_overdue(at: datetime) -> Broken:
    return _ids(SendAttempt.objects.filter(next_look_up_at__lt=at - LOOKED_UP_BY))


@check(
    "attempt.unknown_without_look_up",
    subject="attempt",
    wrong="Its outcome is unknown and no look-up is planned",
    do="nothing will ever settle it: report it",
)
def unknown_without_look_up(at: datetime) -> Broken:
    return _ids(SendAttempt.objects.filter(state=AttemptState.UNKNOWN, next_look_up_at=None))


@check(
    "attempt.accepted_without_sid",
    subject="attempt",
    wrong="Counts as accepted by the provider, but has no SID",
    do="its reports can't be matched: report it",
)
def accepted_without_sid(at: datetime) -> Broken:
    accepted = [AttemptState.ACCEPTED, AttemptState.ACCEPTED_LATE]
    return _ids(SendAttempt.objects.filter(state__in=accepted, provider_sid=""))


@check(
    "attempt.accepted_but_delivery_unsent",
    subject="attempt",
    wrong="The provider accepted it, but its delivery does not count as sent",
    do="do not send that delivery again: report it",
)
def accepted_but_delivery_unsent(at: datetime) -> Broken:
    accepted = [AttemptState.ACCEPTED, AttemptState.ACCEPTED_LATE]
    return _ids(SendAttempt.objects.filter(state__in=accepted, delivery__accepted_attempt=None))


def _ids(rows: QuerySet[SendAttempt]) -> Broken:
    return rows.order_by("pk").values_list("pk", flat=True).iterator()
