"""What must keep moving: signs of life, receipts, occurrences."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef

from audit.models import Occurrence
from messaging import heartbeats
from messaging.models import MessageNumber, WebhookReceipt
from messaging.models.numbers import NumberState
from messaging.models.receipts import ReceiptKind, ReceiptState
from snoutos.celery import app
from snoutos.doctor.registry import Broken, check

TAKEN_IN_BY = timedelta(minutes=5)
REACTED_BY = timedelta(minutes=10)


@check(
    "running.silent",
    subject="process",
    wrong="Gave no sign of life for a while",
    do="start the broker, the beat or the worker of that queue; what waited is found by the sweeps",
)
def silent(at: datetime) -> Broken:
    return heartbeats.standing().names


@check(
    "receipt.overdue",
    subject="receipt",
    wrong="Should have been tried again over 5 minutes ago",
    do="see that a worker of the queue `tick` and the beat run",
)
def receipt_overdue(at: datetime) -> Broken:
    due = WebhookReceipt.objects.filter(state=ReceiptState.FAILED, next_try_at__lt=at - TAKEN_IN_BY)
    return due.order_by("pk").values_list("pk", flat=True).iterator()


@check(
    "receipt.set_aside",
    subject="receipt",
    wrong="Failed eight times and was set aside",
    do="`manage.py process_receipts` says where it fails; once that is repaired it takes it in",
)
def receipt_set_aside(at: datetime) -> Broken:
    rows = WebhookReceipt.objects.filter(state=ReceiptState.QUARANTINED)
    return rows.order_by("pk").values_list("pk", flat=True).iterator()


@check(
    "receipt.number_is_there",
    subject="receipt",
    wrong="Waits for a number that has been there for over 5 minutes",
    do="see that a worker of the queue `tick` and the beat run",
)
def receipt_number_is_there(at: datetime) -> Broken:
    number = MessageNumber.objects.filter(
        account=OuterRef("account"), e164=OuterRef("recipient"), created_at__lt=at - TAKEN_IN_BY
    ).exclude(state=NumberState.RETIRED)
    waiting = WebhookReceipt.objects.filter(state=ReceiptState.UNROUTED, kind=ReceiptKind.INBOUND)
    rows = waiting.filter(Exists(number), received_at__lt=at - TAKEN_IN_BY)
    return rows.order_by("pk").values_list("pk", flat=True).iterator()


@check(
    "occurrence.stuck",
    subject="occurrence",
    wrong="Was due over 10 minutes ago and nothing has reacted to it",
    do="see that a worker of the queue `tick` and the beat run",
)
def occurrence_stuck(at: datetime) -> Broken:
    """Asked only where the beat rings automations: without them occurrences are kept and nobody takes them."""
    if not any(entry["task"].startswith("automations.") for entry in app.conf.beat_schedule.values()):
        return ()
    rows = Occurrence.objects.filter(done_at=None, due_at__lt=at - REACTED_BY)
    return rows.order_by("pk").values_list("pk", flat=True).iterator()
