"""The supervisor keeps its processes up, ends with the right words, and never leaves one behind.

The application is replaced by small programs here; `make demo ONCE=1` runs the real one.
"""

from __future__ import annotations

import os
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from snoutos.devtools.demo import configuration, ports

pytestmark = pytest.mark.processes

PROJECT = Path(__file__).resolve().parents[4]

_DEMO = """\
import os, sys, time, types
from snoutos.devtools import demo
from snoutos.devtools.demo import supervisor
from snoutos.devtools.demo.processes import Command

ANSWER = '''
import http.server, os, socket, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        ready = "/_sim/" in self.path or "NOT_READY" not in os.environ
        self.send_response(200 if ready else 503)
        self.end_headers()
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler, bind_and_activate=False)
server.socket = socket.socket(fileno=int(sys.argv[1]))
server.serve_forever()
'''
SLEEP = os.environ.get("WORKER", "import time; time.sleep(600)")

def python(name, code, *arguments, hands=None):
    return Command(name, (sys.executable, "-S", "-c", code, *arguments), hands=hands)

supervisor.helpers = lambda held, run: [
    python(name, ANSWER, str(one.fileno()), hands=one) for name, one in held.sockets.items()
]
supervisor.application = lambda run: [python("worker", SLEEP)]
supervisor.kept.has_texts = lambda url: "KEPT" in os.environ
supervisor.Supervisor._migrate = supervisor.Supervisor._register_business = lambda self: None
demo.scenario = types.ModuleType("scenario")

def play(*, base_url, simulator_url, environment, out):
    print("playing", base_url, environment["PUBLIC_BASE_URL"], file=out, flush=True)
    if os.environ.get("FLOW") == "raises":
        raise RuntimeError("the flow broke")
    return os.environ.get("FLOW") != "fails"

demo.scenario.play = play
sys.exit(supervisor.run(once="--once" in sys.argv))
"""


class Demo:
    """Demos in one home."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.started: list[subprocess.Popen[str]] = []

    def start(self, *arguments: str, **environment: str) -> subprocess.Popen[str]:
        nowhere = {"DATABASE_URL": "postgres://nobody@127.0.0.1:1/none", "REDIS_URL": "redis://127.0.0.1:1"}
        process = subprocess.Popen(
            [sys.executable, "-c", _DEMO, *arguments],
            cwd=PROJECT,
            env=os.environ | nowhere | {"SNOUTOS_HOME": str(self.home)} | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.started.append(process)
        return process

    def run_once(self, **environment: str) -> tuple[int, list[str]]:
        process = self.start("--once", **environment)
        output, _ = process.communicate(timeout=30)
        return process.returncode, output.splitlines()


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    found = Demo(tmp_path / "home")
    yield found
    for process in found.started:
        process.kill()
        process.communicate()


def read_until(process: subprocess.Popen[str], text: str) -> str:
    assert process.stdout is not None
    for line in process.stdout:
        if text in line:
            return line
    raise AssertionError(f"it never said {text!r}")


def children_of(pid: int) -> list[int]:
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def eventually(check: Callable[[], Any], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def is_gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


def test_once_ends_with_ok_after_a_good_flow(demo: Demo) -> None:
    code, lines = demo.run_once()
    assert (code, lines[-1]) == (0, "demo: ok")


@pytest.mark.parametrize("flow", ["fails", "raises"])
def test_once_ends_with_failed_after_a_flow_that_went_wrong(demo: Demo, flow: str) -> None:
    code, lines = demo.run_once(FLOW=flow)
    assert (code, lines[-1]) == (1, "demo: failed")


def test_a_process_that_cannot_start_fails_the_demo_and_shows_why(demo: Demo) -> None:
    code, lines = demo.run_once(WORKER="raise SystemExit('no broker here')", NOT_READY="1")
    assert (code, lines[-1]) == (1, "demo: failed")
    assert "worker | no broker here" in lines


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_it_stays_up_until_it_is_asked_to_end_and_leaves_nothing(demo: Demo, sign: signal.Signals) -> None:
    process = demo.start()
    read_until(process, "Ctrl-C")
    children = children_of(process.pid)
    assert len(children) == 3
    process.send_signal(sign)
    assert process.wait(15) == 0
    assert all(is_gone(child) for child in children)


def test_a_killed_supervisor_leaves_no_process(demo: Demo) -> None:
    process = demo.start()
    read_until(process, "Ctrl-C")
    children = children_of(process.pid)
    process.kill()
    eventually(lambda: all(is_gone(child) for child in children))


def test_a_child_that_dies_is_started_again(demo: Demo) -> None:
    process = demo.start()
    read_until(process, "Ctrl-C")
    before = children_of(process.pid)
    os.kill(before[-1], signal.SIGKILL)
    assert "worker ended with code -9; starting it again" in read_until(process, "ended")
    eventually(lambda: len(children_of(process.pid)) == 3)


def test_a_second_demo_in_the_same_home_says_where_the_first_is(demo: Demo) -> None:
    inbox = read_until(first := demo.start(), "inbox:").split()[-1]
    read_until(first, "Ctrl-C")
    code, lines = demo.run_once()
    assert code == 1
    assert "another demo already uses" in lines[0]
    assert inbox in lines[0]


def test_two_homes_started_at_once_share_no_port_and_each_keeps_its_own(tmp_path: Path) -> None:
    demos = [Demo(tmp_path / name) for name in ("one", "two")]
    try:
        for _ in range(2):
            running = [demo.start() for demo in demos]
            played = [read_until(process, "playing") for process in running]
            assert len(set(played)) == 2
            for process in running:
                read_until(process, "Ctrl-C")
                process.terminate()
            assert [process.wait(15) for process in running] == [0, 0]
            for demo, line in zip(demos, played, strict=True):
                found = ports.remembered(next(demo.home.rglob("demo-ports.json")).parent)
                assert found is not None
                assert f"{found.base_url} {found.base_url}" in line
    finally:
        for demo in demos:
            for process in demo.started:
                process.kill()
                process.communicate()


def test_a_story_that_is_kept_is_not_played_again(demo: Demo) -> None:
    process = demo.start(KEPT="1")
    assert "is kept, so it is not played again" in read_until(process, "played")


@pytest.fixture
def usual(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """Usual ports that nobody uses just now."""
    found = {name: _free() for name in ports.USUAL}
    monkeypatch.setattr(ports, "USUAL", found)
    return found


def _free() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_ports_are_held_from_the_choice_on_and_the_same_the_next_time(
    tmp_path: Path, usual: dict[str, int]
) -> None:
    first = ports.hold(tmp_path)
    assert (first.ports, first.notes) == (ports.Ports(**usual), ())
    for port in usual.values():
        with socket.socket() as other:
            other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            with pytest.raises(OSError, match="in use"):
                other.bind(("127.0.0.1", port))
    (elsewhere := tmp_path / "other").mkdir()
    second = ports.hold(elsewhere)
    assert not set(vars(second.ports).values()) & set(usual.values())
    assert [note.split(" is taken")[0] for note in second.notes] == [
        f"port {port}" for port in usual.values()
    ]
    there = second.ports
    for one in (first, second):
        one.close()
    again = ports.hold(elsewhere)
    assert (again.ports, again.notes) == (there, ())
    again.close()


def test_a_port_whose_last_callers_are_remembered_by_the_kernel_is_free(
    tmp_path: Path, usual: dict[str, int]
) -> None:
    first = ports.hold(tmp_path)
    with socket.create_connection(("127.0.0.1", first.ports.proxy)):
        # Who ends first waits: the port is in TIME_WAIT now.
        first.sockets["proxy"].accept()[0].close()
    first.close()
    again = ports.hold(tmp_path)
    assert again.ports == ports.Ports(**usual)
    again.close()


def test_secrets_are_made_once_and_are_nobody_elses_to_read(tmp_path: Path) -> None:
    there = ports.Ports(proxy=8000, simulator=8010)
    first = configuration.environment(tmp_path, there)
    assert configuration.environment(tmp_path, there) == first
    assert stat.S_IMODE((tmp_path / "demo.env").stat().st_mode) == 0o600
    assert first["PUBLIC_BASE_URL"] == "http://127.0.0.1:8000"
    assert first["TWILIO_API_BASE_URL"] == "http://127.0.0.1:8010"
    assert len(first["SECRET_KEY"]) >= 50
