"""A process is stopped (SIGSTOP) where it holds rows: everybody else goes on, and what it held is free again within its limits.

Real workers of the queues, a real broker and beat, and the provider's simulator. Leases are divided by twenty, the database's limits not.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import redis
from django.conf import settings as live
from django.db import connection
from django.utils import timezone

from messaging import publish
from messaging.inbound import receipts
from messaging.models import Delivery, Message, SendAttempt, SendingLine, Thread, WebhookReceipt
from messaging.people import starting
from messaging.people.starting import Whom
from snoutos.core import database_limits, frozen_sessions
from snoutos.devtools.twilio_sim.testing import SimulatorClient
from tests.business import Business, another_client, open_business
from tests.chaos.conftest import Nursery, wait_until
from tests.messaging.outbound.steps import fresh, owner_says
from tests.standing_still import impatient

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.processes]

# A busy machine starts workers slowly; what is measured begins when they work.
STARTS_WITHIN = 60.0
GOES_ON_WITHIN = 5.0
# The server ends a silent sender's transaction after 5 s; a sweep and a call come after that.
FREE_WITHIN = 20.0


@pytest.fixture
def other(simulator: SimulatorClient) -> Business:
    other = open_business("Other Tails")
    numbers = [number.e164 for number in (other.front_desk, other.sitter_number, other.pool)]
    simulator.add_account(sid=other.account.sid, token=other.account.auth_token, numbers=numbers)
    other.thread()
    return other


@pytest.fixture
def broker(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[redis.Redis]:
    """A database of the test run's Valkey that only this test uses."""
    path = live.REDIS_URL.removeprefix("unix://").partition("?")[0]
    client = redis.Redis(unix_socket_path=path, db=7)
    client.flushdb()
    settings.CELERY_BROKER_URL = f"redis+socket://{path}?virtual_host=7"
    settings.PUBLISH = ""
    monkeypatch.setattr(publish, "_silent_until", 0.0)
    monkeypatch.setattr(publish, "_local", type(publish._local)())
    yield client
    client.flushdb()
    client.close()


@pytest.fixture
def workers(broker: redis.Redis, nursery: Callable[..., Nursery]) -> Nursery:
    return nursery(read_timeout=30, times_divided_by=20)


def stopped(pid: int) -> bool:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"


def quietly(business: Business, body: str) -> Delivery:
    """A text whose ring is lost."""
    live.PUBLISH = "silent"
    try:
        return owner_says(business, body)
    finally:
        live.PUBLISH = ""


def sent(delivery: Delivery) -> bool:
    return fresh(delivery).state in ("sent", "delivered")


def goes_on(business: Business, say: Callable[[Business, str], Delivery], *, texts: int = 4) -> None:
    """Texts of the business go out, each within five seconds."""
    for n in range(texts):
        delivery = say(business, f"Still here {n}")
        wait_until(partial(sent, delivery), within=GOES_ON_WITHIN)


def arrived(simulator: SimulatorClient, business: Business) -> list[str]:
    return sorted(t.body for t in simulator.phone_texts(business.client_phone) if t.direction != "inbound")


@pytest.mark.parametrize("where", ["claim", "settle"])
def test_a_sending_worker_that_is_stopped_holds_up_no_other_business(
    where: str, business: Business, other: Business, simulator: SimulatorClient, workers: Nursery
) -> None:
    business.thread()
    first = quietly(business, "Stops here")
    frozen_one = workers.spawn(f"celery send 8 {where}")
    wait_until(lambda: _queue_is_heard(frozen_one), within=STARTS_WITHIN)
    for queue in ("send", "tick"):
        workers.spawn(f"celery {queue} 8")
    publish.now("messaging.tasks.send_line", first.line_id, queue="send")
    wait_until(lambda: stopped(frozen_one), within=STARTS_WITHIN)
    workers.spawn("beat")
    warm = owner_says(other, "Warm")
    wait_until(lambda: sent(warm), within=STARTS_WITHIN)
    goes_on(other, owner_says)
    goes_on(other, quietly, texts=2)
    wait_until(lambda: sent(first), within=FREE_WITHIN)
    os.kill(frozen_one, signal.SIGCONT)
    second = owner_says(business, "And on")
    wait_until(lambda: sent(second), within=FREE_WITHIN)
    simulator.wait_idle(10)
    assert arrived(simulator, business) == ["And on", "Stops here"]
    assert SendAttempt.objects.filter(delivery=first, state__in=["accepted", "accepted_late"]).count() == 1


def test_a_tick_that_is_stopped_holds_up_no_sweep(
    business: Business, other: Business, simulator: SimulatorClient, workers: Nursery
) -> None:
    from messaging.outbound.queue import claims

    business.thread()
    first = quietly(business, "Stops here")
    claims.wake(first.line_id)
    attempt = claims.claim(first.line_id)
    assert attempt is not None
    SendAttempt.objects.filter(pk=attempt.pk).update(lease_until=timezone.now())
    frozen_one = workers.spawn("celery tick 2 sweep")
    workers.spawn("beat")
    wait_until(lambda: stopped(frozen_one), within=STARTS_WITHIN)
    for queue in ("send", "tick"):
        workers.spawn(f"celery {queue} 8")
    warm = owner_says(other, "Warm")
    wait_until(lambda: sent(warm), within=STARTS_WITHIN)
    goes_on(other, quietly)
    wait_until(lambda: sent(first), within=FREE_WITHIN)
    os.kill(frozen_one, signal.SIGCONT)
    simulator.wait_idle(10)
    assert arrived(simulator, business) == ["Stops here"]


def test_a_web_process_that_is_stopped_holds_up_its_own_conversation_only_and_not_for_long(
    business: Business, other: Business, simulator: SimulatorClient, workers: Nursery
) -> None:
    thread = business.thread()
    frozen_one = workers.spawn(f"webhook {thread.pk}")
    wait_until(lambda: stopped(frozen_one), within=STARTS_WITHIN)
    began = time.monotonic()
    other.text("Hello from somebody else")
    assert time.monotonic() - began < GOES_ON_WITHIN
    params = business.inbound_params("Are you there?")
    with impatient(database_limits.KINDS["webhook"].lock):
        began = time.monotonic()
        assert business.post(params).status_code == 200
        assert time.monotonic() - began < database_limits.KINDS["webhook"].lock + 3
    # The server has ended the stopped one's transaction by then.
    time.sleep(database_limits.KINDS["webhook"].idle_in_transaction)
    WebhookReceipt.objects.filter(state="failed").update(next_try_at=timezone.now())
    receipts.retry_failed()
    assert Message.objects.get(provider_sid=params["MessageSid"]).thread_id == thread.pk
    assert not WebhookReceipt.objects.filter(tries__gt=0).exists()


def test_a_stopped_process_that_had_asked_for_a_large_result_is_ended_by_the_tick(
    business: Business, workers: Nursery
) -> None:
    """The server waits for its socket then, and looks at none of its own limits."""
    thread = business.thread()
    frozen_one = workers.spawn(f"large {thread.pk}")
    wait_until(lambda: stopped(frozen_one), within=STARTS_WITHIN)
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")  # tests log in as the owner; a role may end its own sessions
    try:
        wait_until(lambda: frozen_sessions.standing_still(1), within=30)
        with impatient(0.2), pytest.raises(Exception, match="lock timeout"):
            _hold(thread.pk)
        time.sleep(database_limits.KINDS["send"].statement + 2)
        assert frozen_sessions.standing_still(1), "its limits have passed, and it holds its locks"
        assert frozen_sessions.end(1) == 1
        wait_until(lambda: not frozen_sessions.standing_still(0), within=5)
        _hold(thread.pk)
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"SET ROLE {connection.ops.quote_name(live.DATABASE_ROLE)}")


def test_one_text_of_another_business_passes_a_backlog_at_a_slow_provider(
    business: Business, other: Business, simulator: SimulatorClient, workers: Nursery
) -> None:
    owner_says(business, "One", thread=business.thread())
    line = SendingLine.objects.get(number=business.front_desk)
    SendingLine.objects.filter(pk=line.pk).update(segments_per_second=10, burst=10, tokens=10)
    _queue_many(Delivery.objects.get(line=line), 1500)
    simulator.set_faults(answer_late={"probability": 1.0, "seconds": 8})
    workers.spawn("celery send 32")
    for _ in range(50):  # as many rings as any backlog may have left
        publish.on_commit("messaging.tasks.send_line", line.pk, queue="send")
    calling = SendAttempt.objects.filter(account=business.account, state="calling")
    wait_until(lambda: calling.count() >= 12, within=STARTS_WITHIN)
    time.sleep(2)
    queued = Delivery.objects.filter(line=line, state="queued").count()
    assert queued > 1000
    # To three people: a second text to the same phone waits for the first one's answer.
    took = [_called_after(owner_says(other, "One text", thread=_thread(other))) for _ in range(3)]
    assert max(took) < 2, took
    assert calling.count() <= 16


def _thread(business: Business) -> Thread:
    client, _ = another_client(business)
    return starting.start(Whom(client=client), by=business.owner, at=timezone.now()).thread


def _called_after(delivery: Delivery) -> float:
    """Seconds from queueing to the call."""
    attempts = SendAttempt.objects.filter(delivery=delivery, called_at__isnull=False)
    wait_until(attempts.exists, within=60)
    called_at = attempts.get().called_at
    assert called_at is not None
    return float((called_at - delivery.created_at).total_seconds())


def _queue_is_heard(pid: int) -> bool:
    """Whether the worker takes tasks: it has written a sign of life."""
    from messaging.models import Heartbeat

    publish.on_commit("messaging.tasks.beat", f"test-{pid}", queue="send")
    time.sleep(0.2)
    return Heartbeat.objects.filter(name=f"test-{pid}").exists()


def _hold(thread_id: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE messaging_thread SET id = id WHERE id = %s", [thread_id])


def _queue_many(like: Delivery, count: int) -> None:
    """Copies of a queued text to as many phones."""
    with connection.cursor() as cursor:
        columns = [str(f.column) for f in Delivery._meta.local_fields if f.column != "id"]
        own = {
            "public_id": "gen_random_uuid()",
            "recipient": "'+1917' || lpad(n::text, 7, '0')",
            "body_hash": "md5(n::text)",
        }
        chosen = ", ".join(own.get(column, f"d.{column}") for column in columns)
        cursor.execute(
            f"INSERT INTO messaging_delivery ({', '.join(columns)}) SELECT {chosen} "
            "FROM messaging_delivery d, generate_series(1, %s) n WHERE d.id = %s",
            [count, like.pk],
        )
