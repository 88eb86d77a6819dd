"""Brings the installation up, has the flow played, keeps it up, takes it down."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from types import FrameType

from snoutos import embedded
from snoutos.devtools.demo import fixtures, kept, ports
from snoutos.devtools.demo.configuration import environment
from snoutos.devtools.demo.ports import Held, Ports
from snoutos.devtools.demo.processes import PROJECT, Child, application, helpers
from snoutos.devtools.twilio_sim.testing import SimulatorClient
from snoutos.embedded import locks
from snoutos.embedded.places import make_private, places

_READY_SECONDS = 180.0
_RESTARTS_WHILE_STARTING = 2
_WATCH_SECONDS = 0.1
_SERVERS_SECONDS = 2.0
_ASK_SECONDS = 0.4


class DemoError(Exception):
    """The demo cannot go on; the text says what failed."""


class InterruptionError(Exception):
    """The person at the keyboard, or the system, asked for the end."""


class Supervisor:
    """One run of the demo."""

    def __init__(self, home: Path, held: Held) -> None:
        self.ports = held.ports
        self._held = held
        self._run = places().run
        make_private(self._run)
        self.logs = home / "logs"
        self._environment = environment(home, self.ports)
        self._children: list[Child] = []
        self._began = self._servers_seen = time.monotonic()

    def bring_up(self) -> None:
        """Migrate, start everything and return when it can do its work. Raises DemoError."""
        self._children += [
            Child(command, self._environment, self.logs) for command in helpers(self._held, self._run)
        ]
        self._migrate()
        self._register_business()
        self._children += [Child(command, self._environment, self.logs) for command in application(self._run)]
        self._wait_until_ready()
        say(f"ready after {time.monotonic() - self._began:.1f} s")

    def has_a_story(self) -> bool:
        """Whether texts of an earlier run are kept in the database."""
        return kept.has_texts(self._environment["DATABASE_URL"])

    def play(self) -> bool:
        """Play the flow while watching the children; whether everything went as it should."""
        result: list[bool] = []
        flow = threading.Thread(
            target=lambda: result.append(_play(self.ports, self._environment)), daemon=True
        )
        flow.start()
        while flow.is_alive():
            self.watch()
        return result == [True]

    def watch(self, seconds: float = _WATCH_SECONDS) -> None:
        """Wait a moment and start again what has ended."""
        time.sleep(seconds)
        self._keep_servers()
        for child in self._children:
            code = child.restart_if_ended()
            if code is not None:
                say(f"{child.name} ended with code {code}; starting it again (log: {child.log})")

    def _keep_servers(self) -> None:
        """Database and broker end with their keeper; whoever ended it, they are started again."""
        if time.monotonic() - self._servers_seen > _SERVERS_SECONDS:
            embedded.ensure()
            self._servers_seen = time.monotonic()

    def take_down(self) -> None:
        """Stop every child and return when all are gone.

        The application first: a text on its way shall still hear the simulator's answer, or the next demo
        finds an unknown outcome.
        """
        helping = len(helpers(self._held, self._run))
        for group in (self._children[helping:], self._children[:helping]):
            for child in group:
                child.ask_to_stop()
            for child in group:
                child.wait_until_stopped()

    def _register_business(self) -> None:
        """The simulated provider forgets; it must know the account before a worker sends what an earlier run left."""
        simulator = SimulatorClient(self.ports.simulator_url)
        deadline = time.monotonic() + _READY_SECONDS
        while not simulator.is_up():
            self.watch()
            if time.monotonic() > deadline:
                raise DemoError(f"the simulator does not start:\n{self._children[0].tail()}")
        fixtures.register(simulator, f"{self.ports.base_url}/webhooks/twilio")

    def _migrate(self) -> None:
        log = self.logs / "demo-migrate.log"
        with log.open("wb") as output:
            done = subprocess.run(
                [sys.executable, "manage.py", "migrate", "--no-input"],
                check=False,
                cwd=PROJECT,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )
        if done.returncode != 0:
            tail = "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-15:])
            raise DemoError(f"the database could not be migrated (log: {log}):\n{tail}")

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + _READY_SECONDS
        while missing := self._missing():
            # Asking costs the web process work that the starting ones need more.
            self.watch(_ASK_SECONDS)
            for child in self._children:
                if child.restarts > _RESTARTS_WHILE_STARTING:
                    raise DemoError(f"{child.name} does not start:\n{child.tail()}")
            if time.monotonic() > deadline:
                tails = "\n".join(child.tail() for child in self._children)
                raise DemoError(f"not ready after {_READY_SECONDS:.0f} s: {missing}\n{tails}")

    def _missing(self) -> str:
        """What cannot do its work yet, in a few words; empty when nothing is missing."""
        return _not_answering(f"{self.ports.simulator_url}/_sim/") or _not_answering(
            f"{self.ports.base_url}/readyz"
        )


def run(*, once: bool) -> int:
    """The whole demo; 0 when it went well. With `once` it ends after the flow."""
    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, _interrupt)
    try:
        return _run(once=once)
    except (DemoError, embedded.EmbeddedError) as error:
        say(str(error))
        print("demo: failed", flush=True)
        return 1
    except InterruptionError:
        say("stopped")
        return 130 if once else 0


def _run(*, once: bool) -> int:
    embedded.ensure()
    home = embedded.home()
    (home / "logs").mkdir(mode=0o700, parents=True, exist_ok=True)
    if locks.try_exclusive(home / "demo.lock") is None:
        raise DemoError(_already_runs(home))
    held = ports.hold(home)
    for note in held.notes:
        say(note)
    with kept.left_alone(once=once) as apart:
        if apart:
            say("what an earlier run stored stays as it is: the flow is played in a database of its own")
        return _keep_up(Supervisor(home, held), once=once)


def _keep_up(supervisor: Supervisor, *, once: bool) -> int:
    good = True
    try:
        say(f"starting; logs in {supervisor.logs}")
        supervisor.bring_up()
        if supervisor.has_a_story():
            say("the story of an earlier run is kept, so it is not played again; `make clean` begins anew")
        else:
            good = supervisor.play()
        if not once:
            _announce(supervisor.ports, good=good)
            while True:
                supervisor.watch()
    finally:
        # A second Ctrl-C shall not leave children behind.
        for sign in (signal.SIGTERM, signal.SIGINT):
            signal.signal(sign, signal.SIG_IGN)
        supervisor.take_down()
    print("demo: ok" if good else "demo: failed", flush=True)
    return 0 if good else 1


def _already_runs(home: Path) -> str:
    """Where the other demo of this home is, as far as it has come."""
    there = ports.remembered(home)
    where = f" at {there.base_url}/admin/ and {there.simulator_url}/_sim/" if there else ""
    return (
        f"another demo already uses {home}{where}: go there, stop it, or set SNOUTOS_HOME to another folder"
    )


def say(text: str) -> None:
    print(f"demo: {text}", flush=True)


def _play(there: Ports, environment: Mapping[str, str]) -> bool:
    from snoutos.devtools.demo import scenario

    return scenario.play(
        base_url=there.base_url, simulator_url=there.simulator_url, environment=environment, out=sys.stdout
    )


def _announce(there: Ports, *, good: bool) -> None:
    if not good:
        say("the flow did not go well: see above")
    say(f"inbox:     {there.base_url}/admin/")
    say(f"phones:    {there.base_url}/_sim/")
    say(f"sign in:   {fixtures.OWNER_EMAIL}  password: {fixtures.OWNER_PASSWORD}")
    say("Ctrl-C stops everything; what was stored stays for the next time")


def _not_answering(url: str) -> str:
    try:
        with urllib.request.urlopen(url, timeout=5):  # noqa: S310 - our own http address
            return ""
    except urllib.error.HTTPError as error:
        with error:
            return f"{url}: {error.code} {_reasons(error.read())}"
    except OSError as error:
        return f"{url}: {error}"


def _reasons(body: bytes) -> str:
    try:
        found = json.loads(body)
    except ValueError:
        return body[:200].decode("utf-8", errors="replace").strip()
    return ", ".join(found.get("missing", [])) if isinstance(found, dict) else ""


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise InterruptionError
