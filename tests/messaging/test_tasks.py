"""The tasks: ids in, one call; every one may run twice, late, or not at all. And the beat that rings them."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

import pytest
from celery import current_app
from django.utils import timezone

from messaging import heartbeats, tasks
from messaging.models import Delivery, Heartbeat, MessageNumber
from messaging.outbound.queue import sending
from messaging.outbound.recovery import fairness, probing, reconcile, status_polling
from snoutos.celery import app, period
from tests.business import Business, open_business
from tests.messaging.outbound.steps import owner_says

pytestmark = pytest.mark.django_db

TICKS = app.conf.beat_schedule


def test_every_tick_of_the_beat_is_a_task_on_a_queue_somebody_works_on() -> None:
    app.loader.import_default_modules()
    queues = {queue.name for queue in app.conf.task_queues}
    assert queues == set(heartbeats.QUEUES)
    for entry in TICKS.values():
        assert entry["task"] in current_app.tasks, entry["task"]
        assert entry["options"]["queue"] in queues


def test_a_tick_expires_after_its_period() -> None:
    for entry in TICKS.values():
        assert entry["options"]["expires"] == entry["schedule"]


def test_every_queue_is_rung_often_enough_to_count_as_alive() -> None:
    rung = {e["args"][0]: e["schedule"] for e in TICKS.values() if e["task"] == "messaging.tasks.beat"}
    assert set(rung) == set(heartbeats.QUEUES)
    assert max(rung.values()) <= heartbeats.SILENT_AFTER.total_seconds() / 2


def test_work_is_taken_back_from_a_lost_worker() -> None:
    assert app.conf.task_acks_late
    assert app.conf.task_reject_on_worker_lost
    assert app.conf.worker_prefetch_multiplier == 1


def test_a_lost_broker_is_looked_for_every_second_and_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of what it left waiting may wait much longer than its return."""
    assert app.conf.broker_connection_max_retries is None
    assert app.conf.task_publish_retry is False
    monkeypatch.setattr("kombu.utils.functional.sleep", lambda _: None)
    waited: list[float] = []

    def comes_back_at_last() -> object:
        if len(waited) < 200:
            raise ConnectionRefusedError
        return object()

    connection = app.connection_for_read()
    monkeypatch.setattr(connection, "_connection_factory", comes_back_at_last)
    # Its stubs know no "as often as it takes".
    as_often: Any = None
    connection.ensure_connection(lambda _, interval: waited.append(interval), as_often, callback=lambda: None)
    assert waited == [1.0] * 200


def test_a_rehearsal_rings_the_beat_faster_yet_not_all_the_time(settings: Any) -> None:
    settings.TIMES_DIVIDED_BY = 1.0
    assert [period(seconds) for seconds in (5, 300)] == [5, 300]
    settings.TIMES_DIVIDED_BY = 30.0
    assert [period(seconds) for seconds in (5, 300)] == [1, 10]


SEND_LATER: list[tuple[Any, tuple[Any, ...]]] = [
    (tasks.sweep_deliveries, ()),
    (tasks.refresh_health, ()),
    (tasks.retry_receipts, ()),
    (tasks.reconcile_unknown, ()),
    (tasks.expire_overrides, ()),
    (tasks.end_cooldowns, ()),
    (tasks.compare_accounts, ()),
    (tasks.fetch_media, ()),
]


@pytest.mark.parametrize(("task", "args"), SEND_LATER, ids=[task.name for task, _ in SEND_LATER])
def test_a_sweep_with_nothing_to_do_may_run_twice(task: Any, args: tuple[Any, ...]) -> None:
    task(*args)
    task(*args)


def test_a_ring_for_a_line_sends_what_is_queued_over_it_and_nothing_else(
    business: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    delivery = owner_says(business, "Hi")
    other = open_business("Other")
    theirs = owner_says(other, "Hi")
    called: list[int] = []
    monkeypatch.setattr(sending, "_call", lambda left, *_: called.append(left.delivery.pk))
    tasks.send_line(delivery.line_id)
    tasks.send_line(delivery.line_id)
    assert called == [delivery.pk]
    assert Delivery.objects.get(pk=theirs.pk).state == "queued"


def test_a_ring_for_a_line_that_is_gone_does_nothing() -> None:
    tasks.send_line(0)


@pytest.mark.parametrize("mine", [True, False])
def test_one_process_at_a_time_asks_the_provider_all_there_is_to_ask(
    monkeypatch: pytest.MonkeyPatch, mine: bool
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(fairness, "alone", lambda: nullcontext(mine))
    monkeypatch.setattr(probing, "probe", lambda: asked.append("probe"))
    monkeypatch.setattr(reconcile, "reconcile", lambda: asked.append("look up"))
    monkeypatch.setattr(status_polling, "confirm", lambda: asked.append("confirm"))
    tasks.reconcile_unknown()
    assert asked == (["probe", "look up", "confirm"] if mine else [])


def test_a_number_recovers_when_its_failures_are_a_week_old(business: Business) -> None:
    MessageNumber.objects.filter(pk=business.front_desk.pk).update(health="failing")
    tasks.refresh_health()
    assert MessageNumber.objects.get(pk=business.front_desk.pk).health == "healthy"


def test_a_heartbeat_says_which_queue_is_alive() -> None:
    assert heartbeats.standing().queues == heartbeats.QUEUES
    tasks.beat("send")
    tasks.beat("send")
    assert heartbeats.standing().queues == ("tick", "default")
    Heartbeat.objects.update(at=timezone.now() - heartbeats.SILENT_AFTER)
    assert "send" in heartbeats.standing().queues
