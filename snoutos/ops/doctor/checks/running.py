"""What must keep moving: signs of life, receipts, occurrences."""

from __future__ import annotations

from datetime import datetime, timedelta

from celery import current_app
from django.db.models import Exists, OuterRef

from audit.models import Occurrence
from messaging import heartbeats
from messaging.models import MessageNumber, PeopleImport, WebhookReceipt
from messaging.models.imports import ImportState
from messaging.models.numbers import NumberState
from messaging.models.receipts import ReceiptState
from snoutos.ops.doctor.registry import Broken, check

TAKEN_IN_BY = timedelta(minutes=5)
REACTED_BY = timedelta(minutes=10)
# 5,000 rows take under a minute.
IMPORTED_BY = timedelta(minutes=30)


@check(
    "running.silent",
    subject="process",
    wrong="Has shown no sign of life for a while",
    do="start the broker, the beat or the worker of that queue; the sweeps pick up what was waiting",
)
def silent(at: datetime) -> Broken:
    return heartbeats.standing().names


@check(
    "running.webhook_silent",
    subject="process",
    wrong="Has shown no sign of life for a while, so texts don't come in",
    do="start the `webhook` service; texts refused in the meantime are found in the provider's list",
)
def webhook_silent(at: datetime) -> Broken:
    """Where the provider's calls were ever taken by processes of their own."""
    return [heartbeats.WEBHOOK] if heartbeats.is_silent(heartbeats.WEBHOOK) else []


@check(
    "receipt.overdue",
    subject="receipt",
    wrong="Should have been tried again over 5 minutes ago",
    do="check that a worker of the queue `tick` and the beat run",
)
def receipt_overdue(at: datetime) -> Broken:
    due = WebhookReceipt.objects.filter(state=ReceiptState.FAILED, next_try_at__lt=at - TAKEN_IN_BY)
    return due.order_by("pk").values_list("pk", flat=True).iterator()


@check(
    "receipt.set_aside",
    subject="receipt",
    wrong="Failed eight times and was given up",
    do="`manage.py process_receipts` says where it fails; run it again once that's fixed",
)
def receipt_set_aside(at: datetime) -> Broken:
    rows = WebhookReceipt.objects.filter(state=ReceiptState.QUARANTINED)
    return rows.order_by("pk").values_list("pk", flat=True).iterator()


@check(
    "receipt.number_is_there",
    subject="receipt",
    wrong="Waits for a number that was added over 5 minutes ago",
    do="check that a worker of the queue `tick` and the beat run",
)
def receipt_number_is_there(at: datetime) -> Broken:
    number = MessageNumber.objects.filter(
        account=OuterRef("account"), e164=OuterRef("recipient"), created_at__lt=at - TAKEN_IN_BY
    ).exclude(state=NumberState.RETIRED)
    waiting = WebhookReceipt.objects.filter(state=ReceiptState.UNROUTED)
    rows = waiting.filter(Exists(number), received_at__lt=at - TAKEN_IN_BY)
    return rows.order_by("pk").values_list("pk", flat=True).iterator()


@check(
    "import.stuck",
    subject="import",
    wrong="Was started over 30 minutes ago and still isn't finished",
    do="check that a worker of the queue `tick` and the beat run; the log's `import.failed` says what keeps it from going on",
)
def import_stuck(at: datetime) -> Broken:
    rows = PeopleImport.objects.filter(state=ImportState.RUNNING, started_at__lt=at - IMPORTED_BY)
    return rows.order_by("pk").values_list("pk", flat=True).iterator()


@check(
    "occurrence.stuck",
    subject="occurrence",
    wrong="Was due over 10 minutes ago and nothing has reacted",
    do="check that a worker of the queue `tick` and the beat run",
)
def occurrence_stuck(at: datetime) -> Broken:
    """Asked only where the beat rings automations: without them occurrences are kept and nobody takes them."""
    if not any(entry["task"].startswith("automations.") for entry in current_app.conf.beat_schedule.values()):
        return ()
    rows = Occurrence.objects.filter(done_at=None, due_at__lt=at - REACTED_BY)
    return rows.order_by("pk").values_list("pk", flat=True).iterator()
