"""What operators watch, counted from the rows. Each figure is one query over an index that does not grow with history.

No business is named: operators see no texts.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import redis
from django.conf import settings
from django.db.models import Count, F, Min, Q, QuerySet, Sum

from audit.models import UNFINISHED, Alert
from messaging.heartbeats import QUEUES, ROUND
from messaging.models import (
    Delivery,
    Heartbeat,
    Message,
    ProviderAccount,
    RejectedRequest,
    SendAttempt,
    SendingLine,
    WebhookReceipt,
)
from messaging.models.deliveries import OPEN_ATTEMPTS, AttemptState, DeliveryState
from messaging.models.messages import MessageState
from messaging.models.numbers import LineState
from messaging.models.receipts import ReceiptState

# A carrier's report usually comes within seconds.
REPORTED_BY = timedelta(minutes=15)
# Older ones wait no longer: what the provider never reported is another matter after a day.
_RECENT = timedelta(hours=24)
_BROKER_SECONDS = 0.2
_NOT_DONE = (ReceiptState.FAILED, ReceiptState.QUARANTINED, ReceiptState.UNROUTED)


def queue() -> dict[str, int]:
    """Deliveries that are not settled, by state.

    What is queued is counted over `delivery_claimable` and `delivery_waiting`, what is being sent or looked up by its open attempt
    (`attempt_one_open_per_delivery`), what is parked over `delivery_troubled`.
    """
    queued = Delivery.objects.filter(state=DeliveryState.QUEUED)
    parked = Delivery.objects.filter(state=DeliveryState.PARKED)
    going = SendAttempt.objects.filter(
        state__in=OPEN_ATTEMPTS, delivery__state__in=[DeliveryState.SENDING, DeliveryState.UNKNOWN]
    )
    rows = queued.filter(ready=True).order_by().values_list("state").annotate(n=Count("pk"))
    rows = rows.union(
        queued.filter(ready=False).order_by().values_list("state").annotate(n=Count("pk")),
        parked.order_by().values_list("state").annotate(n=Count("pk")),
        going.order_by().values_list("delivery__state").annotate(n=Count("pk")),
        all=True,
    )
    return _summed(
        rows, (DeliveryState.QUEUED, DeliveryState.SENDING, DeliveryState.UNKNOWN, DeliveryState.PARKED)
    )


def retries_waiting() -> int:
    """Texts that were proven unsent and wait for their next try (`delivery_waiting`)."""
    waiting: int = Delivery.objects.filter(state=DeliveryState.QUEUED, ready=False, retries__gt=0).count()
    return waiting


def oldest_due_seconds(at: datetime) -> float:
    """How long the first text that may leave has been waiting, where the account's line is open; 0 when none does."""
    due = Delivery.objects.filter(
        state=DeliveryState.QUEUED, next_attempt_at__lte=at, account__line_state=LineState.OPEN
    ).order_by()
    first = due.filter(ready=True).values("state").annotate(first=Min("next_attempt_at")).values_list("first")
    late = due.filter(ready=False).values("state").annotate(first=Min("next_attempt_at")).values_list("first")
    found = [when for (when,) in first.union(late, all=True)]
    return (at - min(found)).total_seconds() if found else 0.0


def callbacks_late(at: datetime) -> int:
    """Texts of the last day that the provider took over 15 minutes ago without a final word since (`delivery_of_line`)."""
    late: int = _recent(at).filter(state=DeliveryState.SENT, sent_at__lt=at - REPORTED_BY).count()
    return late


def attempts(at: datetime) -> dict[str, int]:
    """Calls of the last hour by what came of them (`attempt_by_time`)."""
    rows = SendAttempt.objects.filter(claimed_at__gt=at - timedelta(hours=1))
    counted = rows.order_by().values_list("state").annotate(n=Count("pk"))
    return _summed(counted, AttemptState)


def receipts() -> dict[str, int]:
    """Webhook receipts that are not taken in, by state (`webhookreceipt_open`)."""
    rows = WebhookReceipt.objects.filter(~Q(state=ReceiptState.DONE), state__in=_NOT_DONE)
    return _summed(rows.order_by().values_list("state").annotate(n=Count("pk")), _NOT_DONE)


def refused(at: datetime) -> dict[str, int]:
    """Requests of an hour that nothing proves to be the provider's, by reason, also those no business can be told of (a bounded table)."""
    rows = RejectedRequest.objects.filter(at__gt=at - timedelta(hours=1)).order_by().values_list("reason")
    return _summed(rows.annotate(n=Sum(F("more") + 1)), ("signature",))


def lines() -> dict[str, int]:
    """Provider accounts by whether their texts may leave; the table has a row a business."""
    rows = ProviderAccount.objects.order_by().values_list("line_state").annotate(n=Count("pk"))
    return _summed(rows, LineState)


def oldest_held_seconds(at: datetime) -> float:
    """How long the oldest text has been waiting for review (`message_review_queue`); 0 when none does."""
    oldest = Message.objects.filter(state=MessageState.HELD).aggregate(oldest=Min("created_at"))["oldest"]
    return (at - oldest).total_seconds() if oldest else 0.0


def alerts() -> dict[str, int]:
    """Alerts nobody has finished, by severity (`alert_unfinished`)."""
    rows = Alert.objects.filter(state__in=UNFINISHED).order_by().values_list("severity")
    return dict(rows.annotate(n=Count("pk")))


def heartbeats(at: datetime) -> dict[str, float]:
    """Seconds since each sign of life; the table has five rows."""
    return {
        beat.name: (at - beat.at).total_seconds()
        for beat in Heartbeat.objects.exclude(name=ROUND).order_by("name")
    }


def broker_queues() -> dict[str, int]:
    """How many tasks wait in each queue of the broker; empty when it does not answer within 0.2 s."""
    client = redis.Redis.from_url(
        settings.REDIS_URL, socket_timeout=_BROKER_SECONDS, socket_connect_timeout=_BROKER_SECONDS
    )
    try:
        with client.pipeline(transaction=False) as asked:
            for name in QUEUES:
                asked.llen(name)
            return dict(zip(QUEUES, asked.execute(), strict=True))
    except redis.RedisError:
        return {}
    finally:
        client.close()


def _recent(at: datetime) -> QuerySet[Delivery]:
    """Texts made in the last day, line by line: the index on (line, created_at) finds them whatever came before."""
    rows: QuerySet[Delivery] = Delivery.objects.filter(
        line__in=SendingLine.objects.values("pk"), created_at__gt=at - _RECENT
    )
    return rows


def _summed(rows: Iterable[tuple[str, int]], names: Iterable[Any]) -> dict[str, int]:
    """`rows` added up, with a 0 for each of `names` that has none."""
    total = {str(getattr(name, "value", name)): 0 for name in names}
    for name, count in rows:
        total[name] = total.get(name, 0) + count
    return total
