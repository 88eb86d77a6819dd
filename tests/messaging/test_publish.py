"""Rings: they may be lost, but publishing never raises and never holds anybody up; nor does the cache."""

from __future__ import annotations

import base64
import json
import socket
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import redis
from django.conf import settings as live
from django.db import transaction

from messaging import publish
from messaging.models import Delivery
from snoutos.core.cache import ForgivingRedisCache
from tests.business import open_business
from tests.messaging.outbound.steps import owner_says

# A ring waits 0.2 s for the broker; this leaves room for a busy machine.
SOON = 0.6


@pytest.fixture(autouse=True)
def _loud(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Publishing in a fresh process."""
    settings.PUBLISH = ""
    monkeypatch.setattr(publish, "_silent_until", 0.0)
    monkeypatch.setattr(publish, "_local", type(publish._local)())


@contextmanager
def _refusing() -> Iterator[str]:
    """An address where nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"redis://127.0.0.1:{taken.getsockname()[1]}/0"


@contextmanager
def _silent() -> Iterator[str]:
    """An address that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"redis://127.0.0.1:{server.getsockname()[1]}/0"


BROKEN = {"refusing": _refusing, "silent": _silent}


@pytest.fixture(params=list(BROKEN))
def broken(request: pytest.FixtureRequest) -> Iterator[str]:
    with BROKEN[request.param]() as url:
        yield url


def _took(call: Any) -> float:
    started = time.monotonic()
    call()
    return time.monotonic() - started


def _ring() -> None:
    publish.on_commit("messaging.tasks.send_line", 1, queue="send")


@pytest.mark.django_db(transaction=True)
def test_a_broken_broker_holds_nobody_up(broken: str, settings: Any) -> None:
    settings.CELERY_BROKER_URL = broken
    assert _took(_ring) < SOON


@pytest.mark.django_db(transaction=True)
def test_after_a_failure_it_is_silent_for_five_seconds_and_then_tries_again(
    broken: str, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.CELERY_BROKER_URL = broken
    tries: list[float] = []
    work = publish._producer

    def counted() -> Any:
        tries.append(clock.now)
        return work()

    clock = _Clock()
    monkeypatch.setattr(publish, "_producer", counted)
    monkeypatch.setattr(publish, "time", clock)
    _ring()
    for _ in range(20):
        assert _took(_ring) < 0.05
    assert len(tries) == 1
    clock.now += 4.9
    _ring()
    assert len(tries) == 1
    clock.now += 0.2
    _ring()
    assert len(tries) == 2


class _Clock:
    """Time that tests move."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.mark.django_db(transaction=True)
def test_a_text_is_taken_in_and_another_queued_while_the_broker_is_broken(broken: str, settings: Any) -> None:
    settings.CELERY_BROKER_URL = broken
    business = open_business()
    started = time.monotonic()
    message = business.text("Hello")
    delivery = owner_says(business, "Hi", thread=message.thread)
    assert time.monotonic() - started < 3
    assert Delivery.objects.get(pk=delivery.pk).state == "queued"


@pytest.mark.django_db(transaction=True)
def test_it_rings_after_commit_only(monkeypatch: pytest.MonkeyPatch) -> None:
    rung: list[str] = []
    monkeypatch.setattr(publish, "_publish", lambda task, args, queue: rung.append(task))
    with transaction.atomic():
        _ring()
        assert rung == []
    assert rung == ["messaging.tasks.send_line"]
    with transaction.atomic():
        _ring()
        transaction.set_rollback(True)
    assert len(rung) == 1


@pytest.fixture
def broker() -> Iterator[redis.Redis]:
    with redis.Redis.from_url(live.REDIS_URL) as client:
        yield client


@pytest.mark.django_db(transaction=True)
def test_a_ring_reaches_its_queue_with_the_tasks_name_and_ids(broker: redis.Redis) -> None:
    queue = f"test-{uuid.uuid4().hex}"
    try:
        publish.on_commit("messaging.tasks.send_line", 42, queue=queue)
        (message,) = [json.loads(raw) for raw in broker.lrange(queue, 0, -1)]
        assert message["headers"]["task"] == "messaging.tasks.send_line"
        args, kwargs, _ = json.loads(base64.b64decode(message["body"]))
        assert (args, kwargs) == ([42], {})
        # No ETA and no countdown anywhere: due times live in rows.
        assert message["headers"]["eta"] is None
    finally:
        broker.delete(queue, f"_kombu.binding.{queue}")


@pytest.mark.django_db(transaction=True)
def test_a_ring_on_a_kept_connection_is_quick(broker: redis.Redis) -> None:
    queue = f"test-{uuid.uuid4().hex}"
    try:
        publish.on_commit("messaging.tasks.send_line", 1, queue=queue)
        assert _took(lambda: publish.on_commit("messaging.tasks.send_line", 2, queue=queue)) < 0.2
        assert broker.llen(queue) == 2
    finally:
        broker.delete(queue, f"_kombu.binding.{queue}")


def _cache(url: str) -> ForgivingRedisCache:
    return ForgivingRedisCache(url, {})


USES: dict[str, tuple[Any, Any]] = {
    "get": (lambda c: c.get("k", "nothing"), "nothing"),
    "set": (lambda c: c.set("k", 1), None),
    "add": (lambda c: c.add("k", 1), True),
    "touch": (lambda c: c.touch("k"), False),
    "delete": (lambda c: c.delete("k"), False),
    "has_key": (lambda c: "k" in c, False),
    "incr": (lambda c: c.incr("k"), 1),
    "get_many": (lambda c: c.get_many(["k"]), {}),
    "set_many": (lambda c: c.set_many({"k": 1}), []),
    "delete_many": (lambda c: c.delete_many(["k"]), None),
    "clear": (lambda c: c.clear(), False),
    "get_or_set": (lambda c: c.get_or_set("k", "made"), "made"),
}


@pytest.mark.parametrize("use", USES)
def test_a_broken_cache_is_an_empty_one_and_holds_nobody_up(broken: str, use: str) -> None:
    cache = _cache(broken)
    call, otherwise = USES[use]
    started = time.monotonic()
    assert call(cache) == otherwise
    assert time.monotonic() - started < SOON
    # And for the next five seconds it is not even asked.
    assert _took(lambda: cache.get("k")) < 0.02


def test_a_cache_that_answers_is_a_cache(broker: redis.Redis) -> None:
    cache, key = _cache(live.CACHES["default"]["LOCATION"]), uuid.uuid4().hex
    try:
        cache.set(key, "kept", 5)
        assert cache.get(key) == "kept"
        assert cache.add(key, "other", 5) is False
        assert cache.get(uuid.uuid4().hex, "nothing") == "nothing"
    finally:
        cache.delete(key)


@pytest.mark.django_db(transaction=True)
def test_one_ring_of_a_kind_is_on_its_way_until_it_is_heard(broker: redis.Redis) -> None:
    queue, task = f"test-{uuid.uuid4().hex}", f"test.{uuid.uuid4().hex}"
    try:
        for _ in range(5):
            publish.on_commit_once(task, 1, queue=queue)
        publish.on_commit_once(task, 2, queue=queue)
        assert broker.llen(queue) == 2
        publish.heard(task, 1)
        publish.on_commit_once(task, 1, queue=queue)
        assert broker.llen(queue) == 3
    finally:
        broker.delete(queue, f"_kombu.binding.{queue}")


@pytest.mark.django_db(transaction=True)
def test_a_ring_that_was_lost_is_missed_for_a_moment_only(
    broker: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue, task = f"test-{uuid.uuid4().hex}", f"test.{uuid.uuid4().hex}"
    monkeypatch.setattr(publish, "ON_ITS_WAY_MILLISECONDS", 50)
    try:
        publish.on_commit_once(task, 1, queue=queue)
        time.sleep(0.2)
        publish.on_commit_once(task, 1, queue=queue)
        assert broker.llen(queue) == 2
    finally:
        broker.delete(queue, f"_kombu.binding.{queue}")
