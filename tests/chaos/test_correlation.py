"""One id runs from a request through the broker into every task it sets off: in their events, their logs, and the tasks they ring for."""

from __future__ import annotations

import json
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import redis
from django.conf import settings as live
from django.db import connection
from django.test import Client
from django.urls import reverse

from audit import correlation
from audit.models import AuditEvent
from messaging import publish
from snoutos.devtools.twilio_sim.testing import SimulatorClient
from tests.business import Business
from tests.chaos.conftest import wait_until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.processes]

# A database of the broker that nothing else uses, so that no other worker takes these tasks.
_DATABASE = 9


class Worker:
    """A worker that is up, and what it printed."""

    def __init__(self, log: Path) -> None:
        self.log = log

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.log.read_text().splitlines() if line.startswith("{")]


@pytest.fixture
def broker(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A broker of its own, empty, and rings that go out."""
    plain = live.REDIS_URL
    with redis.Redis.from_url(plain, db=_DATABASE) as client:
        client.flushdb()
        url = live.CELERY_BROKER_URL
        url = (
            f"{url}?virtual_host={_DATABASE}"
            if url.startswith("redis+socket")
            else f"{url.rsplit('/', 1)[0]}/{_DATABASE}"
        )
        settings.CELERY_BROKER_URL, settings.PUBLISH = url, ""
        monkeypatch.setattr(publish, "_silent_until", 0.0)
        monkeypatch.setattr(publish, "_local", type(publish._local)())
        yield url
        client.flushdb()


@pytest.fixture
def worker(
    broker: str, business: Business, simulator: SimulatorClient, settings: Any, tmp_path: Path
) -> Callable[..., Any]:
    """Opens a worker process for the length of a block."""

    @contextmanager
    def run(*, pool: str = "threads", beat: bool = False) -> Iterator[Worker]:
        wanted = {
            "database": connection.settings_dict["NAME"],
            "role": live.DATABASE_ROLE,
            "provider": simulator.base_url,
            "public": settings.PUBLIC_BASE_URL,
            "broker": broker,
            "organization": business.organization.pk,
            "beat": beat,
            "beat_file": str(tmp_path / "beat"),
            "pool": pool,
        }
        log = tmp_path / "worker.log"
        with log.open("w") as out:
            process = subprocess.Popen(
                [sys.executable, "-m", "tests.chaos.broker_worker", json.dumps(wanted)],
                stdout=out,
                stderr=out,
                cwd=live.BASE_DIR,
            )
        try:
            wait_until(lambda: " ready." in log.read_text(), within=60)
            yield Worker(log)
        finally:
            process.terminate()
            process.wait(30)

    return run


def probes(identity: uuid.UUID | None = None) -> list[uuid.UUID]:
    """The ids of the probes' events; of those with `identity` when given."""
    found = AuditEvent.objects.filter(verb="export.made").order_by("pk")
    found = found.filter(correlation_id=identity) if identity else found
    return list(found.values_list("correlation_id", flat=True))


def test_a_text_from_the_desk_is_sent_under_the_id_of_its_request(
    business: Business, worker: Callable[..., Any], client: Client
) -> None:
    thread = business.text("Is Rex well?").thread
    client.force_login(business.owner)
    with worker() as up:
        page = reverse("admin:conversation", args=[thread.public_id])
        answer = client.post(f"{page}reply/", {"body": "He is.", "nonce": str(uuid.uuid4())})
        assert answer.status_code == 303
        identity = answer["X-Correlation-Id"]
        sent = AuditEvent.objects.filter(verb="message.outbound.sent")
        wait_until(sent.exists)
        assert [str(event.correlation_id) for event in sent] == [identity]
        called = [line for line in up.lines() if line["event"] == "delivery.called"]
        assert [line["correlation_id"] for line in called] == [identity]


@pytest.mark.parametrize("pool", ["threads", "prefork"])
def test_a_task_hands_the_id_on_and_the_next_task_has_its_own(
    business: Business, worker: Callable[..., Any], pool: str
) -> None:
    first, second, third = uuid.uuid4(), uuid.uuid4(), uuid.uuid4()
    with worker(pool=pool):
        for task, identity in (("tests.rings", first), ("tests.fails", second), ("tests.records", third)):
            with correlation.bind(identity):
                publish.on_commit(task, business.organization.pk)
        wait_until(lambda: len(probes()) == 6, within=30)
        assert [len(probes(identity)) for identity in (first, second, third)] == [2, 2, 2]
        # Rung by nobody in particular: an id of its own, one for all it does.
        publish.on_commit("tests.rings", business.organization.pk)
        wait_until(lambda: len(probes()) == 8, within=30)
        assert len({*probes()}) == 4


def test_each_tick_of_the_beat_has_an_id_of_its_own(business: Business, worker: Callable[..., Any]) -> None:
    with worker(pool="prefork", beat=True) as up:
        wait_until(lambda: len(probes()) >= 6, within=30)
    ticks = [probes(identity) for identity in dict.fromkeys(probes())]
    assert len(ticks) >= 3
    assert {len(tick) for tick in ticks} == {2}
    finished = [
        line
        for line in up.lines()
        if "tests.records" in str(line["event"]) and "succeeded" in str(line["event"])
    ]
    assert all("correlation_id" in line for line in finished)
