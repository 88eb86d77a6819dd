"""Liveness and readiness: what an operator's probes see."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import OperationalError
from django.test import Client
from django.utils import timezone

from messaging import heartbeats
from messaging.models import Heartbeat
from snoutos import health

pytestmark = pytest.mark.django_db


def test_alive_needs_nothing() -> None:
    assert Client().get("/healthz").status_code == 200


def test_not_ready_without_heartbeats() -> None:
    answer = Client().get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["missing"] == [f"{queue}: no heartbeat for 30 s" for queue in heartbeats.QUEUES]


def test_ready_when_every_queue_was_seen() -> None:
    for queue in heartbeats.QUEUES:
        heartbeats.note(queue)
    answer = Client().get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"ready": True, "missing": []})


def test_a_heartbeat_grows_old() -> None:
    for queue in heartbeats.QUEUES:
        heartbeats.note(queue)
    Heartbeat.objects.filter(name="send").update(at=timezone.now() - timedelta(seconds=31))
    assert Client().get("/readyz").json()["missing"] == ["send: no heartbeat for 30 s"]


def test_a_dead_database_is_named_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    def dead() -> list[str]:
        raise OperationalError("connection to 10.0.0.7 refused")

    monkeypatch.setattr(health, "_missing", dead)
    answer = Client().get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["missing"] == ["database: OperationalError"]
