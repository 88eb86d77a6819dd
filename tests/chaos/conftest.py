"""Workers that are real processes, and the business they work for."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest
from django.conf import settings as live
from django.db import connection

from snoutos.devtools.twilio_sim.testing import SimulatorClient, running_simulator
from tests.business import Business, open_business


class Nursery:
    """Starts and kills workers."""

    def __init__(self, **wanted: Any) -> None:
        self.workers: list[int] = []
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.chaos.nursery", json.dumps(wanted)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=live.BASE_DIR,
        )

    def spawn(self, how: str = "") -> int:
        """One more worker; its process id."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(f"spawn {how}\n")
        self._process.stdin.flush()
        pid = int(self._process.stdout.readline())
        self.workers.append(pid)
        return pid

    def kill(self, pid: int) -> None:
        """kill -9: nothing is cleaned up."""
        self.workers.remove(pid)
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)

    def close(self) -> None:
        """Kill them all."""
        for pid in list(self.workers):
            self.kill(pid)
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.close()
        self._process.wait(10)
        self._process.stdout.close()


@pytest.fixture
def business(transactional_db: None) -> Business:
    return open_business()


@pytest.fixture
def simulator(business: Business, settings: Any, live_server: Any) -> Iterator[SimulatorClient]:
    """The provider; it reports to the live server, over real HTTP."""
    with running_simulator(webhook_url=live_server.url, seed=11, step_seconds=0.02) as provider:
        settings.TWILIO_API_BASE_URL = provider.base_url
        settings.PUBLIC_BASE_URL = live_server.url
        numbers = [business.front_desk, business.sitter_number, business.pool]
        provider.add_account(
            sid=business.account.sid,
            token=business.account.auth_token,
            numbers=[number.e164 for number in numbers],
        )
        yield provider
        provider.clear_faults()
        provider.wait_idle(10)


@pytest.fixture
def nursery(simulator: SimulatorClient, settings: Any) -> Iterator[Callable[..., Nursery]]:
    """Opens nurseries whose workers use the test's database, provider and public address."""
    opened: list[Nursery] = []

    def start(*, read_timeout: float, times_divided_by: float = 1.0, mail_port: int = 0) -> Nursery:
        one = Nursery(
            database=connection.settings_dict["NAME"],
            role=live.DATABASE_ROLE,
            provider=simulator.base_url,
            public=settings.PUBLIC_BASE_URL,
            read_timeout=read_timeout,
            times_divided_by=times_divided_by,
            broker=settings.CELERY_BROKER_URL,
            publish=settings.PUBLISH,
            mail_port=mail_port,
        )
        opened.append(one)
        return one

    yield start
    for one in opened:
        one.close()


def wait_until(condition: Callable[[], Any], *, within: float = 15.0) -> None:
    """Wait for something that other processes do."""
    deadline = time.monotonic() + within
    while not condition():
        assert time.monotonic() < deadline, "It did not happen in time."
        time.sleep(0.02)
