"""What runs every few seconds reads its partial index: no statement of a claim or a tick grows with history.

Thousands of finished rows lie behind a few that are due. Every statement that really runs is explained; none may read a big table whole,
nor run over an index of everything that ever was.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from messaging.inbound import receipts
from messaging.models import Delivery, SendAttempt, SendingLine, WebhookReceipt
from messaging.outbound.outcome import record_outcome
from messaging.outbound.queue import begin_call, claims
from messaging.outbound.recovery import reconcile, status_polling, sweeps
from messaging.providers.base import Accepted, Unknown
from tests.business import Business, new_sid, open_business
from tests.messaging.outbound.steps import claim, fresh, owner_says
from tests.messaging.test_constraints_deliveries import unguarded
from tests.plans import analyze, plan_of
from tests.worlds import world

pytestmark = pytest.mark.django_db

HISTORY = 4000
BIG = ("messaging_delivery", "messaging_sendattempt", "messaging_webhookreceipt", "messaging_deliveryreport")


class Silent:
    """A provider that has nothing to say."""

    def list_texts(self, **_: object) -> list[Any]:
        return []

    def fetch_text(self, sid: str) -> None:
        return None


@pytest.fixture(autouse=True)
def _silent(monkeypatch: pytest.MonkeyPatch) -> None:
    for room in (reconcile, status_polling):
        monkeypatch.setattr(room, "provider_of", lambda _: Silent())


def _with_history() -> Business:
    """A business with a long history and one text in each state that time can end."""
    business = open_business()
    sent = _called(business, "sent", Accepted(new_sid(), "queued"))
    business.report(sent, "delivered")
    _history(fresh(sent))
    _called(business, "lost", Accepted(new_sid(), "queued"))
    _called(business, "unknown", Unknown("read_timeout"))
    SendAttempt.objects.filter(state="unknown").update(lane_yielded=True)
    _foreign(business)
    claim(owner_says(business, "claimed"))
    _waiting(owner_says(business, "waits"))
    _everything_is_due()
    analyze(*BIG)
    return business


business = world(_with_history)


def _called(business: Business, body: str, outcome: Any) -> Delivery:
    left = begin_call.begin(claim(owner_says(business, body)))
    assert left is not None
    record_outcome.record(left.attempt, outcome)
    return left.delivery


def _history(like: Delivery) -> None:
    """Thousands of texts that are over, with their attempts and receipts."""
    with unguarded(), connection.cursor() as cursor:
        cursor.execute(_copies(Delivery, {"recipient": "'+1212' || lpad(n::text, 7, '0')"}), [like.pk])
        attempts = {
            "token": "'token-' || n",
            "provider_sid": "'SMh' || lpad(n::text, 31, '0')",
            "number": "n",
            "recipient": "'+1212' || lpad(n::text, 7, '0')",
        }
        cursor.execute(_copies(SendAttempt, attempts), [like.accepted_attempt_id])
        receipt = WebhookReceipt.objects.filter(kind="status").latest("pk")
        cursor.execute(_copies(WebhookReceipt, {"dedupe_key": "'key-' || n"}), [receipt.pk])


def _waiting(like: Delivery) -> None:
    """Thousands of texts that are tried again in an hour: an index of all that is queued is no short way to what may leave now."""
    with unguarded(), connection.cursor() as cursor:
        changed = {
            "recipient": "'+1213' || lpad(n::text, 7, '0')",
            "ready": "false",
            "next_attempt_at": "now() + '1 hour'",
        }
        cursor.execute(_copies(Delivery, changed), [like.pk])


def _foreign(business: Business) -> None:
    """Reports about texts that another system sends over the account: one to be looked at again, thousands that were."""
    params = {"MessageSid": new_sid(), "MessageStatus": "sent", "AccountSid": business.account.sid}
    business.post(params, path="/webhooks/twilio/status")
    receipt = WebhookReceipt.objects.get(state="unmatched")
    with connection.cursor() as cursor:
        changed = {"dedupe_key": "'foreign-' || n", "recipient": "'SMf' || n", "next_try_at": "NULL"}
        cursor.execute(_copies(WebhookReceipt, changed), [receipt.pk])


def _copies(model: Any, changed: dict[str, str]) -> str:
    columns = [field.column for field in model._meta.concrete_fields if not field.primary_key]
    changed = {"public_id": "gen_random_uuid()", **changed}
    values = [changed.get(column, column) for column in columns]
    table = model._meta.db_table
    return (
        f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(values)} FROM {table}, "
        f"generate_series(2, {HISTORY}) n WHERE id = %s"
    )


def _everything_is_due() -> None:
    now = timezone.now()
    Delivery.objects.filter(ask_at__isnull=False).update(ask_at=now)
    SendAttempt.objects.filter(next_look_up_at__isnull=False).update(next_look_up_at=now)
    WebhookReceipt.objects.filter(state="unmatched").update(next_try_at=now)


def _claim(business: Business) -> None:
    line_id = SendingLine.objects.get(number=business.front_desk).pk
    claims.wake(line_id)
    assert claims.claim(line_id) is None, "the lane is taken"
    claims.due_in(line_id)
    claims.claim()


TICKS: dict[str, Callable[[Business], object]] = {
    "claim": _claim,
    "sweep": lambda _: sweeps.sweep(),
    "look up unknown": lambda _: reconcile.reconcile(),
    "confirm": lambda _: status_polling.confirm(),
    "retry receipts": lambda _: receipts.retry_failed(),
}


@pytest.mark.parametrize("tick", TICKS)
def test_no_tick_reads_history(business: Business, tick: str) -> None:
    with CaptureQueriesContext(connection) as captured:
        TICKS[tick](business)
    statements = [query["sql"] for query in captured.captured_queries if _reads(query["sql"])]
    assert statements
    for sql in statements:
        plan = plan_of(sql)
        whole = [table for table in BIG if re.search(rf"Seq Scan on {table}\b", plan)]
        assert not whole, f"{sql}\n{plan}"


PARTIAL = {
    "claim": {"delivery_claimable"},
    "sweep": {"attempt_leased", "delivery_waiting", "delivery_overtaken", "delivery_claimable"},
    "look up unknown": {"attempt_to_look_up"},
    "confirm": {"delivery_to_ask_about", "delivery_without_an_end"},
    "retry receipts": {"webhookreceipt_due", "webhookreceipt_rematch", "webhookreceipt_unrouted"},
}


@pytest.mark.parametrize("tick", TICKS)
def test_each_tick_finds_its_work_in_the_index_made_for_it(business: Business, tick: str) -> None:
    with CaptureQueriesContext(connection) as captured:
        TICKS[tick](business)
    plans = "\n".join(plan_of(query["sql"]) for query in captured.captured_queries if _reads(query["sql"]))
    missing = {name for name in PARTIAL[tick] if name not in plans}
    assert not missing, plans


def _reads(sql: str) -> bool:
    return sql.lstrip().upper().startswith(("SELECT", "UPDATE", "WITH")) and any(
        table in sql for table in BIG
    )
