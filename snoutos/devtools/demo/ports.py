"""The demo's two ports: taken at the moment of choice, held while it runs, the same the next time.

The demo itself listens from the first moment on and hands the open sockets to its children, so nobody can come between the choice and
the use, and no caller is refused while a child starts again. Everything else of the demo meets on unix sockets in its own folder.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

HOST = "127.0.0.1"
USUAL = {"proxy": 8000, "simulator": 8010}
_STEP = 20
_TRIES = 50
_WHAT = {"proxy": "the desk", "simulator": "the simulated provider"}


@dataclass(frozen=True)
class Ports:
    """Where the demo listens on 127.0.0.1. People need `proxy` only."""

    proxy: int
    simulator: int

    @property
    def base_url(self) -> str:
        return f"http://{HOST}:{self.proxy}"

    @property
    def simulator_url(self) -> str:
        return f"http://{HOST}:{self.simulator}"


@dataclass(frozen=True)
class Held:
    """The ports and their listening sockets. `notes`: a sentence for each port that is another than people expect."""

    sockets: Mapping[str, socket.socket]
    notes: tuple[str, ...]

    @property
    def ports(self) -> Ports:
        return Ports(**{name: int(one.getsockname()[1]) for name, one in self.sockets.items()})

    def close(self) -> None:
        for one in self.sockets.values():
            one.close()


def hold(home: Path) -> Held:
    """Take the ports of the last time, else the usual ones, else the next that are free, and remember them in `home`."""
    before = remembered(home)
    held: dict[str, socket.socket] = {}
    notes = []
    for name, usual in USUAL.items():
        wanted = getattr(before, name) if before else usual
        held[name] = _first_free(wanted)
        port = held[name].getsockname()[1]
        if port != wanted:
            notes.append(f"port {wanted} is taken by another program, so {_WHAT[name]} is on {port}")
    found = Held(held, tuple(notes))
    _file(home).write_text(json.dumps(vars(found.ports)), encoding="ascii")
    return found


def remembered(home: Path) -> Ports | None:
    """The ports of the last demo in `home`, which are those of the one that runs."""
    try:
        found = json.loads(_file(home).read_text(encoding="ascii"))
        return Ports(**{name: int(found[name]) for name in USUAL})
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None


def _first_free(wanted: int) -> socket.socket:
    for port in _candidates(wanted):
        one = socket.socket()
        # A port whose last connections are still being forgotten is free; one that somebody listens on is not.
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            one.bind((HOST, port))
            one.listen(1024)
        except OSError:
            one.close()
        else:
            return one
    raise OSError(f"no port is free on {HOST}")


def _candidates(wanted: int) -> Iterator[int]:
    """The wanted port, those a step away each, and whatever the system gives."""
    yield from (port for port in range(wanted, wanted + _STEP * _TRIES, _STEP) if port < 65536)
    yield 0


def _file(home: Path) -> Path:
    return home / "demo-ports.json"
