"""One Valkey server: the broker. It writes what it is given to disk, so that a restart loses no task."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
from pathlib import Path
from typing import IO

from .identity import Identity
from .leftovers import Leftovers
from .places import Places, make_private

STOP_SECONDS = 10.0


class Valkey:
    """Valkey for one home. Used by one keeper at a time."""

    def __init__(self, places: Places, program: Path, *, fast: bool) -> None:
        self._places = places
        self._program = program
        self._fast = fast
        self.data = places.valkey_data
        self._pid_file = self.data / "valkey.pid"

    def prepare(self, log: IO[bytes]) -> None:
        """Make the folder; end a server left over from before."""
        make_private(self.data)
        Leftovers("valkey-server", self.data, self._pid_file).end(signal.SIGTERM, STOP_SECONDS)

    def start(self, log: IO[bytes]) -> subprocess.Popen[bytes]:
        """Start the server as a child that stops cleanly when this process dies."""
        settings = {
            "port": "0",
            "unixsocket": str(self._places.valkey_socket),
            "unixsocketperm": "700",
            "dir": str(self.data),
            "pidfile": str(self._pid_file),
            "daemonize": "no",
            "appendonly": "yes",
            "appendfsync": "no" if self._fast else "everysec",
            "save": "",
            "maxmemory-policy": "noeviction",
            "databases": "64",
        }
        arguments = [part for name, value in settings.items() for part in (f"--{name}", value)]
        return subprocess.Popen(
            [str(self._program), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"},
            start_new_session=True,
            **Identity().options(signal.SIGTERM),
        )

    def is_ready(self) -> bool:
        """Whether the server answers PING; while it loads its file it does not."""
        with socket.socket(socket.AF_UNIX) as probe:
            probe.settimeout(2)
            try:
                probe.connect(str(self._places.valkey_socket))
                probe.sendall(b"PING\r\n")
                return probe.recv(64).startswith(b"+PONG")
            except OSError:
                return False
