"""What operators can watch, without anybody's texts: every figure moves with its fact, and none reads history."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import redis
from django.conf import settings as django_settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from messaging import heartbeats
from messaging.models import (
    Delivery,
    Heartbeat,
    Message,
    ProviderAccount,
    RejectedRequest,
    SendAttempt,
    WebhookReceipt,
)
from messaging.outbound.outcome.record_outcome import record
from messaging.providers.base import Accepted, Refused, Unknown
from snoutos.ops import gauges
from tests.business import Business, new_sid, open_business
from tests.messaging.outbound.steps import owner_says
from tests.plans import analyze, plan_of
from tests.snoutos.doctor.planting import claimed
from tests.tenancy.full_business import open_full_business
from tests.worlds import world

pytestmark = pytest.mark.django_db


def _ready() -> Business:
    made = open_business()
    made.thread()
    return made


business = world(_ready)


def shown(figure: str) -> float | None:
    """The value of one line, None when it is not there."""
    for line in Client().get("/metrics").content.decode().splitlines():
        name, _, value = line.rpartition(" ")
        if name == f"snoutos_{figure}":
            return float(value)
    return None


def ago(**span: float) -> Any:
    return timezone.now() - timedelta(**span)


def calling(business: Business, body: str = "See you") -> tuple[Delivery, SendAttempt]:
    delivery, attempt = claimed(business, body)
    attempt.state, attempt.called_at = "calling", timezone.now()
    attempt.save(update_fields=["state", "called_at"])
    return delivery, attempt


def test_the_age_of_the_oldest_held_text_is_shown(business: Business) -> None:
    Message.objects.create(
        organization=business.organization,
        thread=business.thread(),
        position=99,
        author_kind="system",
        state="held",
        held_reason="finding",
        body="a secret text",
        created_at=ago(hours=2),
    )
    assert 7190 < (shown("oldest_held_text_seconds") or 0) < 7300
    answer = Client().get("/metrics").content.decode()
    assert "a secret text" not in answer
    assert business.client_phone not in answer


def test_every_state_that_waits_has_its_figure() -> None:
    heartbeats.note("send")
    answer = Client().get("/metrics").content.decode()
    for line in (
        'snoutos_deliveries{state="queued"} 0.0',
        'snoutos_deliveries{state="sending"} 0.0',
        'snoutos_deliveries{state="unknown"} 0.0',
        'snoutos_deliveries{state="parked"} 0.0',
        "snoutos_oldest_due_delivery_seconds 0.0",
        "snoutos_retries_waiting 0.0",
        "snoutos_callbacks_late 0.0",
        'snoutos_attempts_last_hour{outcome="accepted"} 0.0',
        'snoutos_receipts{state="quarantined"} 0.0',
        'snoutos_account_lines{state="stopped"} 0.0',
        'snoutos_heartbeat_age_seconds{queue="send"}',
    ):
        assert line in answer


def _queued(business: Business) -> None:
    owner_says(business, "See you")


def _later(business: Business) -> None:
    waiting = owner_says(business, "See you")
    Delivery.objects.filter(pk=waiting.pk).update(ready=False, next_attempt_at=ago(hours=-1))


def _sending(business: Business) -> None:
    claimed(business)


def _unknown(business: Business) -> None:
    _, attempt = calling(business)
    record(attempt, Unknown("read_timeout"))


def _parked(business: Business) -> None:
    delivery, attempt = calling(business)
    record(attempt, Unknown("read_timeout"))
    SendAttempt.objects.filter(pk=attempt.pk).update(state="absent")
    Delivery.objects.filter(pk=delivery.pk).update(state="parked")


def _refused(business: Business) -> None:
    _, attempt = calling(business)
    record(attempt, Refused(20429, "retry_later"))


def _late(business: Business) -> None:
    for minutes in (16, 14):
        delivery, attempt = calling(business, f"{minutes}")
        record(attempt, Accepted(new_sid(), "queued"))
        Delivery.objects.filter(pk=delivery.pk).update(sent_at=ago(minutes=minutes))


def _accepted_long_ago(business: Business) -> None:
    for minutes in (59, 61):
        _, attempt = calling(business, f"{minutes}")
        record(attempt, Accepted(new_sid(), "queued"))
        SendAttempt.objects.filter(pk=attempt.pk).update(claimed_at=ago(minutes=minutes))


def _set_aside(business: Business) -> None:
    WebhookReceipt.objects.update(state="quarantined")


def _refused_requests(business: Business) -> None:
    account = ProviderAccount.objects.get(pk=business.account.pk)
    for minutes, owner in ((10, account), (20, None), (61, account)):
        RejectedRequest.objects.create(
            account=owner, reason="signature", path="/", body=b"", more=2, at=ago(minutes=minutes)
        )


def _stopped(business: Business) -> None:
    ProviderAccount.objects.update(line_state="stopped")


@pytest.mark.parametrize(
    ("fact", "figure", "value"),
    [
        (_queued, 'deliveries{state="queued"}', 1),
        (_later, 'deliveries{state="queued"}', 1),
        (_later, "retries_waiting", 0),
        (_sending, 'deliveries{state="sending"}', 1),
        (_unknown, 'deliveries{state="unknown"}', 1),
        (_unknown, 'attempts_last_hour{outcome="unknown"}', 1),
        (_parked, 'deliveries{state="parked"}', 1),
        (_parked, 'deliveries{state="unknown"}', 0),
        (_refused, "retries_waiting", 1),
        (_refused, 'attempts_last_hour{outcome="refused"}', 1),
        (_late, "callbacks_late", 1),
        (_late, 'attempts_last_hour{outcome="accepted"}', 2),
        (_accepted_long_ago, 'attempts_last_hour{outcome="accepted"}', 1),
        (_set_aside, 'receipts{state="quarantined"}', 1),
        (_refused_requests, 'refused_requests_last_hour{reason="signature"}', 6),
        (_stopped, 'account_lines{state="stopped"}', 1),
        (_stopped, 'account_lines{state="open"}', 0),
    ],
)
def test_a_figure_moves_with_its_fact(
    fact: Callable[[Business], None], figure: str, value: int, business: Business
) -> None:
    assert shown(figure) == (1 if 'state="open"' in figure else 0)
    fact(business)
    assert shown(figure) == value


def test_the_oldest_due_text_has_an_age_which_stopped_accounts_do_not_count_in(business: Business) -> None:
    waiting = owner_says(business, "See you")
    for ready in (True, False):
        Delivery.objects.filter(pk=waiting.pk).update(next_attempt_at=ago(minutes=3), ready=ready)
        assert 179 < (shown("oldest_due_delivery_seconds") or 0) < 200
    _stopped(business)
    assert shown("oldest_due_delivery_seconds") == 0


def test_beat_and_broker_have_an_age_once_they_were_seen(business: Business) -> None:
    assert shown("beat_age_seconds") is None
    heartbeats.note("beat")
    heartbeats.note("broker")
    Heartbeat.objects.filter(name="beat").update(at=ago(seconds=100))
    assert 99 < (shown("beat_age_seconds") or 0) < 130
    assert (shown("broker_age_seconds") or 0) < 30


def test_the_broker_queues_are_counted_while_it_answers(settings: Any) -> None:
    with redis.Redis.from_url(django_settings.REDIS_URL) as broker:
        broker.delete("tick")
        broker.rpush("tick", "a", "b")
        try:
            assert shown('broker_queue_length{queue="tick"}') == 2
        finally:
            broker.delete("tick")
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    assert shown('broker_queue_length{queue="tick"}') is None
    assert shown("retries_waiting") == 0


GROWING = (
    "messaging_delivery",
    "messaging_sendattempt",
    "messaging_webhookreceipt",
    "messaging_message",
    "audit_alert",
)


def test_no_figure_reads_a_whole_table_of_texts() -> None:
    """With other ways made dear, as long tables make them, every table that grows is read by an index with a bound."""
    open_full_business("Happy Tails")
    analyze(*GROWING)
    at = timezone.now()
    with CaptureQueriesContext(connection) as asked:
        gauges.queue()
        gauges.retries_waiting()
        gauges.oldest_due_seconds(at)
        gauges.callbacks_late(at)
        gauges.attempts(at)
        gauges.receipts()
        gauges.oldest_held_seconds(at)
        gauges.alerts()
    assert len(asked) == 8
    growing = "|".join(GROWING)
    for query in asked.captured_queries:
        plan = plan_of(query["sql"], "seqscan", "hashjoin", "mergejoin")
        assert not re.search(rf"Seq Scan on ({growing})\b", plan), plan
        for index, what_follows in re.findall(
            rf"Index (?:Only )?Scan using (\w+) on (?:{growing})\b(.*(?:\n.*){{2}})", plan
        ) + re.findall(r"Bitmap Index Scan on (\w+)(.*(?:\n.*){2})", plan):
            assert index in short() or "Index Cond" in what_follows, plan


def short() -> set[str]:
    """Indexes that hold only what waits, and those of accounts, of which a business has one."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_index JOIN pg_class ON oid = indexrelid "
            "WHERE indpred IS NOT NULL OR indrelid = 'messaging_provideraccount'::regclass"
        )
        return {name for (name,) in cursor.fetchall()}
