"""Liveness and readiness: what an operator's probes see."""

from __future__ import annotations

import socket
import time
from datetime import timedelta
from threading import Event
from typing import Any

import pytest
from celery.signals import beat_init
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone

from messaging import heartbeats
from messaging.models import Heartbeat
from snoutos.ops import health, heartbeat

pytestmark = pytest.mark.django_db


def test_alive_needs_nothing() -> None:
    assert Client().get("/healthz").status_code == 200


def test_not_ready_without_heartbeats() -> None:
    answer = Client().get("/readyz")
    assert answer.status_code == 503
    silent = ("beat", *heartbeats.QUEUES)
    assert answer.json()["missing"] == [f"{name}: no heartbeat for 30 s" for name in silent]


def test_ready_when_every_queue_was_seen() -> None:
    for queue in heartbeats.QUEUES:
        heartbeats.note(queue)
    answer = Client().get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"ready": True, "missing": [], "warnings": []})


def test_a_process_that_cannot_send_mail_is_ready_and_says_so(settings: Any) -> None:
    for queue in heartbeats.QUEUES:
        heartbeats.note(queue)
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    answer = Client().get("/readyz")
    assert answer.status_code == 200
    assert answer.json()["warnings"] == ["mail: EMAIL_URL has no mail server, so no e-mail goes out"]


def test_a_heartbeat_grows_old() -> None:
    for queue in heartbeats.QUEUES:
        heartbeats.note(queue)
    heartbeats.note(heartbeats.BEAT)
    heartbeats.note(heartbeats.BROKER)
    Heartbeat.objects.filter(name="send").update(at=timezone.now() - timedelta(seconds=31))
    assert Client().get("/readyz").json()["missing"] == ["send: no heartbeat for 30 s"]


def test_a_broker_that_does_not_answer_is_named_before_the_queues_grow_old() -> None:
    for name in (*heartbeats.QUEUES, heartbeats.BEAT, heartbeats.BROKER):
        heartbeats.note(name)
    Heartbeat.objects.filter(name="broker").update(at=timezone.now() - timedelta(seconds=16))
    answer = Client().get("/readyz")
    assert (answer.status_code, answer.json()["missing"]) == (503, ["broker: no answer for 15 s"])


def test_a_beat_that_ended_explains_silent_queues_and_blames_no_broker() -> None:
    for name in (*heartbeats.QUEUES, heartbeats.BEAT, heartbeats.BROKER):
        heartbeats.note(name)
    Heartbeat.objects.update(at=timezone.now() - timedelta(minutes=1))
    missing = Client().get("/readyz").json()["missing"]
    assert [one.split(":")[0] for one in missing] == ["beat", "send", "tick", "default"]


def test_the_standing_costs_one_query(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        heartbeats.standing()


class TestPulse:
    def test_the_beat_notes_itself_and_a_broker_that_answers(self) -> None:
        heartbeat.beat_once()
        assert sorted(Heartbeat.objects.values_list("name", flat=True)) == ["beat", "broker"]

    def test_a_dead_broker_leaves_no_sign_and_costs_no_second(self, settings: Any) -> None:
        settings.REDIS_URL = "redis://127.0.0.1:1/0"
        begun = time.monotonic()
        heartbeat.beat_once()
        assert time.monotonic() - begun < 1
        assert list(Heartbeat.objects.values_list("name", flat=True)) == ["beat"]

    def test_a_silent_broker_is_waited_for_half_a_second_only(self, settings: Any) -> None:
        with socket.socket() as deaf:
            deaf.bind(("127.0.0.1", 0))
            deaf.listen()
            settings.REDIS_URL = f"redis://127.0.0.1:{deaf.getsockname()[1]}/0"
            begun = time.monotonic()
            assert heartbeat.broker_answers() is False
        assert time.monotonic() - begun < 2

    def test_it_goes_on_while_the_database_restarts(self, monkeypatch: pytest.MonkeyPatch) -> None:
        stopped, seen = Event(), []

        def once() -> None:
            seen.append(1)
            if len(seen) == 3:
                stopped.set()
            raise OperationalError("the database system is starting up")

        monkeypatch.setattr(heartbeat, "EVERY_SECONDS", 0.001)
        monkeypatch.setattr(heartbeat, "beat_once", once)
        monkeypatch.setattr(connection, "close", lambda: None)
        heartbeat._go_on(stopped)
        assert len(seen) == 3

    @pytest.mark.usefixtures("own_database_settings")
    def test_the_beat_starts_it(self, monkeypatch: pytest.MonkeyPatch) -> None:
        begun: list[bool] = []
        monkeypatch.setattr(heartbeat, "start", lambda: begun.append(True))
        beat_init.send(sender=None)
        assert begun == [True]


def test_a_dead_database_is_named_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    def dead() -> list[str]:
        raise OperationalError("connection to 10.0.0.7 refused")

    monkeypatch.setattr(health, "_missing", dead)
    answer = Client().get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["missing"] == ["database: OperationalError"]
