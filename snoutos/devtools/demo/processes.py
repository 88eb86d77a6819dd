"""The demo's processes: what they run, and how each is started, watched and stopped."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from snoutos.devtools.demo.configuration import Ports
from snoutos.embedded.identity import Identity

PROJECT = Path(__file__).resolve().parents[3]

_RESTART_PAUSE_SECONDS = 0.5
_STOP_SECONDS = 6.0
_TAIL_LINES = 20


@dataclass(frozen=True)
class Command:
    """A process that the demo keeps up."""

    name: str
    arguments: tuple[str, ...]


def helpers(ports: Ports) -> list[Command]:
    """The proxy and the simulator: they need neither Django nor the database."""
    return [
        _python("simulator", "snoutos.devtools.twilio_sim", "--port", str(ports.simulator)),
        _python(
            "proxy",
            "snoutos.devtools.proxy",
            f"--listen=127.0.0.1:{ports.proxy}",
            f"--web=http://127.0.0.1:{ports.web}",
            f"--live=http://127.0.0.1:{ports.live}",
            f"--simulator={ports.simulator_url}",
        ),
    ]


def application(ports: Ports) -> list[Command]:
    """The processes of the application. Production runs the same ones, with the queues kept apart."""
    return [
        _granian("web", "wsgi", "snoutos.wsgi:application", ports.web, "--blocking-threads", "8"),
        _python(
            "worker",
            "celery",
            *("-A", "snoutos", "worker", "-Q", "send,tick,default", "-P", "threads", "-c", "16"),
            *("-n", "demo@%h", "--without-gossip", "--without-mingle", "-l", "info"),
        ),
        _python("beat", "celery", "-A", "snoutos", "beat", "-S", "celery.beat:Scheduler", "-l", "info"),
        _granian("live", "asgi", "snoutos.asgi:application", ports.live),
    ]


class Child:
    """One command, kept up. Lives in a session of its own and is told to end when this process dies.

    Start and restart it from the main thread only: the kernel's message follows the starting thread.
    """

    def __init__(self, command: Command, environment: dict[str, str], logs: Path) -> None:
        self.name = command.name
        self.log = logs / f"demo-{command.name}.log"
        self.restarts = 0
        self._command = command
        self._environment = environment
        self._not_before = 0.0
        self.log.write_bytes(b"")
        self._process = self._start()

    def restart_if_ended(self) -> int | None:
        """Start it again when it has ended, at most every half second; then the code it ended with."""
        code = self._process.poll()
        if code is None or time.monotonic() < self._not_before:
            return None
        self._kill_group()
        self.restarts += 1
        self._process = self._start()
        return code

    def ask_to_stop(self) -> None:
        if self._process.poll() is None:
            self._process.terminate()

    def wait_until_stopped(self) -> None:
        """Return when it and everything it started are gone; what does not end by itself is killed."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_STOP_SECONDS)
        self._kill_group()
        self._process.wait()

    def tail(self) -> str:
        """The last lines of its log, each with its name in front."""
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-_TAIL_LINES:]
        return "\n".join(f"{self.name} | {line}" for line in lines)

    def _start(self) -> subprocess.Popen[bytes]:
        self._not_before = time.monotonic() + _RESTART_PAUSE_SECONDS
        with self.log.open("ab") as log:
            return subprocess.Popen(
                self._command.arguments,
                cwd=PROJECT,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                **Identity().options(signal.SIGTERM),
            )

    def _kill_group(self) -> None:
        try:
            os.killpg(self._process.pid, signal.SIGKILL)
        except ProcessLookupError:
            return


def _python(name: str, module: str, *arguments: str) -> Command:
    return Command(name, (sys.executable, "-m", module, *arguments))


def _granian(name: str, interface: str, target: str, port: int, *more: str) -> Command:
    return _python(
        name,
        "granian",
        *("--interface", interface, "--host", "127.0.0.1", "--port", str(port)),
        *("--backlog", "4096", "--backpressure", "4096", "--workers-kill-timeout", "2"),
        *more,
        target,
    )
