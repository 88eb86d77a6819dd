"""The real stack in a home of its own: servers, simulator, web, workers and beat. Taken down whatever happens."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import requests

from benchmarks import keys
from benchmarks.chaos import fixtures
from benchmarks.chaos.options import Options
from benchmarks.chaos.processes import ROOT, Fleet, Nursery, Place
from snoutos import embedded
from snoutos.devtools.twilio_sim.testing import SimulatorClient
from snoutos.embedded import binaries
from snoutos.embedded.places import Places, is_fast, make_private, places
from snoutos.embedded.valkey import Valkey

READY_SECONDS = 120.0
READ_TIMEOUT = 30.0  # of a call to the provider, before it is divided


class Broker:
    """A Valkey that nobody but us keeps up: it can be silenced, killed and started again. Start it from the main thread."""

    def __init__(self, folder: Path, run: Path) -> None:
        here = Places(folder, run)
        make_private(folder)
        make_private(run)
        self.socket = here.valkey_socket
        self._log = (folder / "valkey.log").open("ab")
        self._server = Valkey(here, binaries.find().valkey_server, fast=is_fast())
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"unix://{self.socket}"

    def start(self) -> None:
        """Start it and return when it answers."""
        self._server.prepare(self._log)
        self._process = self._server.start(self._log)
        deadline = time.monotonic() + READY_SECONDS
        while not self._server.is_ready():
            if time.monotonic() > deadline:
                raise SystemExit("Valkey does not start.")
            time.sleep(0.02)

    def silence(self) -> None:
        """It takes connections and never answers."""
        if self._process is not None:
            self._process.send_signal(signal.SIGSTOP)

    def kill(self) -> None:
        """It is gone; what it had on disk comes back with it."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def flush(self) -> None:
        """It forgets everything."""
        with socket.socket(socket.AF_UNIX) as line, suppress(OSError):
            line.settimeout(1)
            line.connect(str(self.socket))
            line.sendall(b"FLUSHALL\r\n")
            line.recv(64)


class Stage:
    """Everything a run acts on."""

    def __init__(self, options: Options, folder: Path) -> None:
        self.options, self.folder = options, folder
        self.chance = random.Random(options.seed)
        self.web_port, self.simulator_port = _free_ports(2)
        self.base_url = f"http://127.0.0.1:{self.web_port}"
        self.simulator = SimulatorClient(f"http://127.0.0.1:{self.simulator_port}")
        self.businesses: list[fixtures.Business] = []
        self._began = time.monotonic()
        self._take_environment()
        self.places = places()
        self.broker = Broker(folder / "broker", self.places.run.with_name(f"{self.places.run.name}-broker"))
        os.environ["REDIS_URL"] = self.broker.url

    def set_up(self) -> None:
        """Bring everything up; returns when the web answers and a worker has shown that it lives."""
        self._simulator = self._start_simulator()
        self.broker.start()
        embedded.ensure()
        environment = dict(os.environ)
        # First, because no process starts on an older schema.
        self._run("manage.py", "migrate", "--no-input", "-v0")
        web, worker = (Nursery(kind, environment, self.folder) for kind in ("web", "worker"))
        self.fleet = Fleet(self.chance, self.folder, self._places(web, worker))
        self.fleet.freeze_seconds = self.options.freeze_seconds if self.options.freezes else 0.0
        self._set_up_businesses()
        for nursery in (web, worker):
            nursery.wait_until_loaded()
        self.fleet.watch(doomed=False)
        self._wait_until_ready()

    def take_down(self) -> None:
        """End all of it, the servers too."""
        if hasattr(self, "fleet"):
            self.fleet.close()
        if hasattr(self, "_simulator"):
            self._simulator.kill()
            self._simulator.wait()
        self.broker.kill()
        if self.options.keep:
            self._run("-m", "snoutos.embedded", "stop")
            return
        self._run("-m", "snoutos.embedded", "wipe")
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.rmtree(self.broker.socket.parent, ignore_errors=True)

    def kill_postgres(self) -> None:
        """kill -9 of the postmaster. The keeper brings it back."""
        state = json.loads(self.places.state.read_text(encoding="ascii"))
        with suppress(ProcessLookupError):
            os.kill(int(state["postgresql"]), signal.SIGKILL)

    def set_faults(self) -> None:
        """The mix of quality.md; its times fit the divided read timeout."""
        if self.options.faults:
            self.simulator.set_faults(**faults(READ_TIMEOUT / self.options.times_divided_by))

    @property
    def clock(self) -> float:
        """Seconds since the run began."""
        return time.monotonic() - self._began

    def _take_environment(self) -> None:
        for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL"):
            os.environ.pop(name, None)
        os.environ.update(
            SNOUTOS_HOME=str(self.folder),
            DJANGO_SETTINGS_MODULE="snoutos.settings",
            DEBUG="0",
            ALLOWED_HOSTS="127.0.0.1",
            LOG_LEVEL="ERROR",
            PUBLIC_BASE_URL=self.base_url,
            TWILIO_API_BASE_URL=self.simulator.base_url,
            TIMES_DIVIDED_BY=str(self.options.times_divided_by),
            PYTHONWARNINGS="ignore",
        )
        keys.take()

    def _places(self, web: Nursery, worker: Nursery) -> list[Place]:
        granian = ["--interface", "wsgi", "--host", "127.0.0.1", "--port", str(self.web_port)]
        granian += ["--blocking-threads", "6", "--backlog", "1024", "--no-log", "snoutos.wsgi:application"]
        places = [Place(f"web {n}", "web", web, lambda _: granian) for n in range(self.options.webs)]
        places += [Place(f"worker {n}", "worker", worker, _worker(n)) for n in range(self.options.workers)]
        beat = ("beat", "-S", "celery.beat:Scheduler", "-l", "ERROR", "--pidfile=")
        return [*places, Place("beat", "beat", worker, lambda _: beat)]

    def _start_simulator(self) -> subprocess.Popen[bytes]:
        with (self.folder / "simulator.log").open("ab") as log:
            return subprocess.Popen(
                [
                    *(sys.executable, "-m", "snoutos.devtools.twilio_sim"),
                    *("--port", str(self.simulator_port), "--seed", str(self.options.seed)),
                    *("--step-seconds", str(1.2 / self.options.times_divided_by)),
                ],
                cwd=ROOT,
                stdout=log,
                stderr=log,
            )

    def _set_up_businesses(self) -> None:
        import django

        django.setup()
        from django.utils import timezone

        from messaging.providers.twilio import RETRY_FRAGMENT

        self.businesses = fixtures.found(timezone.now(), sends=self.options.sends)
        inbound = f"{self.base_url}/webhooks/twilio/inbound{RETRY_FRAGMENT}"
        _wait_for(self.simulator.is_up, "the simulator")
        for business in self.businesses:
            self.simulator.add_account(
                sid=business.account,
                token=business.token,
                numbers=[{"e164": business.number, "sms_url": inbound}],
            )

    def _wait_until_ready(self) -> None:
        def ready() -> bool:
            with suppress(requests.RequestException):
                return requests.get(f"{self.base_url}/readyz", timeout=5).ok
            return False

        _wait_for(ready, "the application")

    def _run(self, *arguments: str) -> None:
        with (self.folder / "commands.log").open("ab") as log:
            subprocess.run([sys.executable, *arguments], cwd=ROOT, check=True, stdout=log, stderr=log)


def faults(read_timeout: float) -> dict[str, Any]:
    """What the provider does wrong, by chance. `read_timeout` (seconds): how long we wait for its answer."""
    return {
        "rate429": 0.05,
        "error": {"probability": 0.03, "code": 21211},
        "fail_before": 0.02,
        "fail_after": 0.03,
        "hang_after": {"probability": 0.05, "seconds": 1.5 * read_timeout},
        "answer_late": {"probability": 0.05, "seconds": 0.5 * read_timeout},
        "given_back": {"probability": 0.03, "code": 30001},
        "undelivered": {"probability": 0.02, "code": 30003},
        "callback_lost": 0.1,
        "callback_doubled": 0.1,
        "callback_reordered": 1.0,
        "webhook_doubled": 0.1,
        "webhook_lost": 0.03,
    }


@contextmanager
def opened(options: Options) -> Iterator[Stage]:
    """A stage in a temporary folder, gone at the end unless it is to be kept."""
    folder = Path(tempfile.mkdtemp(prefix="snoutos-chaos-"))
    stage = Stage(options, folder)
    try:
        stage.set_up()
        yield stage
    finally:
        stage.take_down()


def _worker(n: int) -> Any:
    def arguments(life: int) -> list[str]:
        return [
            *("worker", "-Q", "send,tick,default", "-P", "threads", "-c", "6", "-l", "ERROR"),
            *("-n", f"worker{n}-{life}@chaos", "--without-gossip", "--without-mingle", "--without-heartbeat"),
        ]

    return arguments


def _wait_for(condition: Any, what: str) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            raise SystemExit(f"{what} does not start: run again with --keep and read the logs.")
        # Asking costs the processes work that the starting ones need more.
        time.sleep(0.2)


def _free_ports(count: int) -> list[int]:
    probes = [socket.socket() for _ in range(count)]
    for probe in probes:
        probe.bind(("127.0.0.1", 0))
    ports = [int(probe.getsockname()[1]) for probe in probes]
    for probe in probes:
        probe.close()
    return ports
