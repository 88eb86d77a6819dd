"""Deliveries: each state has the attempt it needs, and nothing waits that could move."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from audit.models import FINISHED, Alert
from messaging.models import Delivery, DeliveryReport, OptOut, SendAttempt
from messaging.models.deliveries import OPEN_ATTEMPTS, AttemptState, DeliveryState
from messaging.models.numbers import LineState, NumberState
from messaging.outbound.states import TERMINAL_RANK
from snoutos.doctor.registry import Broken, check

# Several sweeps (5 s) have passed by then, and what they should have done is undone.
LATE = timedelta(minutes=5)
_ACCEPTED = (AttemptState.ACCEPTED, AttemptState.ACCEPTED_LATE)


@check(
    "delivery.sending_without_open_attempt",
    subject="delivery",
    wrong="Is being sent, but no attempt of it is open",
    do="nobody will settle it: report it; look at the delivery's page before anybody sends it again",
)
def sending_without_open_attempt(at: datetime) -> Broken:
    going = Q(state__in=[AttemptState.CLAIMED, AttemptState.CALLING])
    return _without_current_attempt(DeliveryState.SENDING, going)


@check(
    "delivery.unknown_without_unknown_attempt",
    subject="delivery",
    wrong="Its outcome is unknown, but no attempt is being looked up",
    do="nobody will look it up: report it; look at the delivery's page before anybody sends it again",
)
def unknown_without_unknown_attempt(at: datetime) -> Broken:
    return _without_current_attempt(DeliveryState.UNKNOWN, Q(state=AttemptState.UNKNOWN))


@check(
    "delivery.overdue",
    subject="delivery",
    wrong="Could have left over 5 minutes ago, and its line has sent nothing since",
    do="see that a worker of the queues `send` and `tick` and the beat run; it then leaves by itself",
)
def overdue(at: datetime) -> Broken:
    due = Delivery.objects.filter(
        state=DeliveryState.QUEUED, next_attempt_at__lt=at - LATE, account__line_state=LineState.OPEN
    )
    moved = SendAttempt.objects.filter(delivery__line=OuterRef("line"), claimed_at__gte=at - LATE)
    lane = SendAttempt.objects.filter(
        account=OuterRef("account"), sender=OuterRef("sender"), recipient=OuterRef("recipient")
    ).filter(Q(lane_yielded=False) | Q(body_hash=OuterRef("body_hash")), state__in=OPEN_ATTEMPTS)
    return _ids(due.filter(~Exists(moved), ~Exists(lane)))


@check(
    "delivery.accepted_attempt_differs",
    subject="delivery",
    wrong="Counts as taken by the provider, but its accepted attempt is another delivery's, has no SID or was not accepted",
    do="compare its attempts with the provider's list; report it",
)
def accepted_attempt_differs(at: datetime) -> Broken:
    fits = SendAttempt.objects.filter(
        pk=OuterRef("accepted_attempt"), delivery=OuterRef("pk"), state__in=_ACCEPTED
    ).exclude(provider_sid="")
    taken = Q(state__in=[DeliveryState.SENT, DeliveryState.DELIVERED, DeliveryState.UNDELIVERED])
    return _ids(Delivery.objects.filter(taken | Q(accepted_attempt__isnull=False)).filter(~Exists(fits)))


@check(
    "delivery.behind_its_reports",
    subject="delivery",
    wrong="Has a final report of the provider, but still counts as on its way",
    do="report it; until then the provider's list says what became of it",
)
def behind_its_reports(at: datetime) -> Broken:
    final = DeliveryReport.objects.filter(
        attempt=OuterRef("accepted_attempt"),
        provider_sid=F("attempt__provider_sid"),
        rank__gte=TERMINAL_RANK,
    )
    return _ids(Delivery.objects.filter(state=DeliveryState.SENT).filter(Exists(final)))


@check(
    "delivery.sent_twice",
    subject="delivery",
    wrong="The provider took it more than once, and nobody has dealt with the alert",
    do="tell the client, then resolve the alert “may have been sent twice”",
)
def sent_twice(at: datetime) -> Broken:
    taken = SendAttempt.objects.filter(delivery=OuterRef("pk"), state__in=_ACCEPTED)
    others = taken.exclude(pk=OuterRef("accepted_attempt"))
    rows = Delivery.objects.filter(accepted_attempt__isnull=False).filter(Exists(others))
    return _ids(rows.exclude(Exists(_alerts("delivery.sent_twice").filter(state__in=FINISHED))))


@check(
    "delivery.parked_without_alert",
    subject="delivery",
    wrong="Waits for the owner's decision, but no alert ever said so",
    do="the owner finds it under Deliveries, “Waits for you”; report it",
)
def parked_without_alert(at: datetime) -> Broken:
    parked = Delivery.objects.filter(state=DeliveryState.PARKED)
    return _ids(parked.exclude(Exists(_alerts("delivery.parked"))))


@check(
    "delivery.dead_letter_without_alert",
    subject="delivery",
    wrong="Was given up after every retry, but no alert ever said so",
    do="the owner finds it under Deliveries, “Given up”; report it",
)
def dead_letter_without_alert(at: datetime) -> Broken:
    dead = Delivery.objects.filter(state=DeliveryState.FAILED, reason="retries_exhausted")
    return _ids(dead.exclude(Exists(_alerts("delivery.dead_letter"))))


@check(
    "delivery.queued_to_opted_out",
    subject="delivery",
    wrong="Is queued to a phone that said STOP",
    do="it is stopped when it is about to leave; report it",
)
def queued_to_opted_out(at: datetime) -> Broken:
    out = OptOut.objects.filter(
        organization=OuterRef("organization"), e164=OuterRef("recipient"), is_in_force=True
    )
    return _ids(Delivery.objects.filter(state=DeliveryState.QUEUED).filter(Exists(out)))


@check(
    "delivery.queued_on_resting_number",
    subject="delivery",
    wrong="Is queued over a number that is resting or was given back",
    do="it is stopped when it is about to leave; report it",
)
def queued_on_resting_number(at: datetime) -> Broken:
    queued = Delivery.objects.filter(state=DeliveryState.QUEUED)
    return _ids(queued.exclude(line__number__state=NumberState.ACTIVE))


def _without_current_attempt(state: DeliveryState, fitting: Q) -> Broken:
    fits = SendAttempt.objects.filter(fitting, pk=OuterRef("current_attempt"), delivery=OuterRef("pk"))
    return _ids(Delivery.objects.filter(state=state).filter(~Exists(fits)))


def _alerts(kind: str) -> QuerySet[Alert]:
    found: QuerySet[Alert] = Alert.objects.filter(
        organization=OuterRef("organization"), kind=kind, subject_kind="delivery", subject_id=OuterRef("pk")
    )
    return found


def _ids(rows: QuerySet[Delivery]) -> Broken:
    return rows.order_by("pk").values_list("pk", flat=True).iterator()
