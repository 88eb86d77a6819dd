"""Deliveries: each state has the attempt it needs, and nothing waits that could move."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from audit.models import FINISHED, Alert
from messaging.models import Delivery, DeliveryReport, OptOut, SendAttempt
from messaging.models.deliveries import OPEN_ATTEMPTS, AttemptState, Authority, DeliveryState
from messaging.models.numbers import LineState, NumberState
from messaging.outbound.outcome.states import TERMINAL_RANK
from snoutos.ops.doctor.registry import Broken, check

# Several sweeps (5 s) have passed by then, and what they should have done is undone.
LATE = timedelta(minutes=5)
_ACCEPTED = (AttemptState.ACCEPTED, AttemptState.ACCEPTED_LATE)


@check(
    "delivery.sending_without_open_attempt",
    subject="delivery",
    wrong="Is being sent, but has no open attempt",
    do="nothing will settle it: report it; check the delivery's page before anyone sends it again",
)
def sending_without_open_attempt(at: datetime) -> Broken:
    going = Q(state__in=[AttemptState.CLAIMED, AttemptState.CALLING])
    return _without_current_attempt(DeliveryState.SENDING, going)


@check(
    "delivery.unknown_without_unknown_attempt",
    subject="delivery",
    wrong="Its outcome is unknown, but no attempt is being looked up",
    do="nothing will look it up: report it; check the delivery's page before anyone sends it again",
)
def unknown_without_unknown_attempt(at: datetime) -> Broken:
    return _without_current_attempt(DeliveryState.UNKNOWN, Q(state=AttemptState.UNKNOWN))


@check(
    "delivery.overdue",
    subject="delivery",
    wrong="Could have been sent over 5 minutes ago, and its line has sent nothing since",
    do="check that a worker of the queues `send` and `tick` and the beat run; it then goes out on its own",
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
    wrong="Counts as accepted by the provider, but its accepted attempt belongs to another delivery, has no SID or wasn't accepted",
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
    wrong="Has a final report from the provider, but still counts as on the way",
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
    wrong="The provider accepted it more than once, and nobody has dealt with the alert",
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
    wrong="Is waiting for the owner's decision, but no alert ever said so",
    do="the owner finds it under Deliveries, “Waiting for you”; report it",
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
    dead = Delivery.objects.filter(state=DeliveryState.FAILED, reason=Delivery.EXHAUSTED)
    return _ids(dead.exclude(Exists(_alerts("delivery.dead_letter"))))


@check(
    "delivery.queued_to_opted_out",
    subject="delivery",
    wrong="Is queued to a phone that said STOP",
    do="it's stopped when it's about to be sent; report it",
)
def queued_to_opted_out(at: datetime) -> Broken:
    queued = Delivery.objects.filter(state=DeliveryState.QUEUED).exclude(authority=Authority.CONFIRMATION)
    return _ids(queued.filter(Exists(_opt_out())))


@check(
    "delivery.confirms_no_opt_out",
    subject="delivery",
    wrong="Is queued to confirm an opt-out, but the phone gets texts again",
    do="it is stopped when it is about to leave; report it",
)
def confirms_no_opt_out(at: datetime) -> Broken:
    queued = Delivery.objects.filter(state=DeliveryState.QUEUED, authority=Authority.CONFIRMATION)
    return _ids(queued.exclude(Exists(_opt_out())))


@check(
    "delivery.queued_on_resting_number",
    subject="delivery",
    wrong="Is queued on a paused or released number",
    do="it's stopped when it's about to be sent; report it",
)
def queued_on_resting_number(at: datetime) -> Broken:
    queued = Delivery.objects.filter(state=DeliveryState.QUEUED)
    return _ids(queued.exclude(line__number__state=NumberState.ACTIVE))


def _opt_out() -> QuerySet[OptOut]:
    found: QuerySet[OptOut] = OptOut.objects.filter(
        organization=OuterRef("organization"), e164=OuterRef("recipient"), is_in_force=True
    )
    return found


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
