"""The demo's processes: what they run, and how each is started, watched and stopped."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from snoutos.devtools.demo.ports import Held
from snoutos.embedded.identity import Identity

PROJECT = Path(__file__).resolve().parents[3]

SERVED = ("web", "webhook", "live")

_RESTART_PAUSE_SECONDS = 0.5
_STOP_SECONDS = 6.0
_TAIL_LINES = 20


@dataclass(frozen=True)
class Command:
    """A process that the demo keeps up. `hands`: an open socket that it is given; `makes`: a unix socket that it makes."""

    name: str
    arguments: tuple[str, ...]
    hands: socket.socket | None = None
    makes: Path | None = None


def helpers(held: Held, run: Path) -> list[Command]:
    """The simulator and the proxy: they need neither Django nor the database."""
    proxy, simulator = held.sockets["proxy"], held.sockets["simulator"]
    return [
        _python(
            "simulator", "snoutos.devtools.twilio_sim", f"--listen-fd={simulator.fileno()}", hands=simulator
        ),
        _python(
            "proxy",
            "snoutos.devtools.proxy",
            f"--listen-fd={proxy.fileno()}",
            *(f"--{kind}=unix:{_socket(kind, run)}" for kind in SERVED),
            f"--simulator={held.ports.simulator_url}",
            hands=proxy,
        ),
    ]


def application(run: Path) -> list[Command]:
    """The processes of the application. Production runs the same ones, with the queues kept apart."""
    return [
        _served("web", run),
        _served("webhook", run),
        _python(
            "worker",
            "celery",
            *("-A", "snoutos", "worker", "-Q", "send,tick,default", "-P", "threads", "-c", "16"),
            *("-n", "demo@%h", "--without-gossip", "--without-mingle", "-l", "info"),
        ),
        _python("beat", "celery", "-A", "snoutos", "beat", "-S", "celery.beat:Scheduler", "-l", "info"),
        _served("live", run),
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
        if self._command.makes is not None:
            # One that was killed left it behind.
            self._command.makes.unlink(missing_ok=True)
        with self.log.open("ab") as log:
            return subprocess.Popen(
                self._command.arguments,
                cwd=PROJECT,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                pass_fds=(self._command.hands.fileno(),) if self._command.hands else (),
                **Identity().options(signal.SIGTERM),
            )

    def _kill_group(self) -> None:
        try:
            os.killpg(self._process.pid, signal.SIGKILL)
        except ProcessLookupError:
            return


def _python(name: str, module: str, *arguments: str, **more: Any) -> Command:
    return Command(name, (sys.executable, "-m", module, *arguments), **more)


def _served(kind: str, run: Path) -> Command:
    where = _socket(kind, run)
    return _python(kind, "snoutos.serve", kind, f"--uds={where}", "--workers-kill-timeout=2", makes=where)


def _socket(kind: str, run: Path) -> Path:
    return run / f"demo-{kind}.sock"
