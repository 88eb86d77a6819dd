"""Recognises and ends servers that outlived their keeper; a pid alone proves nothing, it is reused."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from .errors import EmbeddedError

_PAUSE_SECONDS = 0.05
_LINUX = sys.platform == "linux"


@dataclass(frozen=True)
class Leftovers:
    """The processes of `program` that work in `folder`: both servers change into their data."""

    program: str
    folder: Path
    pid_file: Path
    other_pid_files: tuple[Path, ...] = ()

    def end(self, polite: signal.Signals, seconds: float) -> None:
        """End what is left over and return when it is gone; stale pid files go too.

        First the server named in the pid file, politely, then whatever else is there: a killed
        PostgreSQL leaves children that hold its shared memory for a moment.
        """
        pid = _pid_in(self.pid_file)
        if pid is not None and self.includes(pid):
            _send(pid, polite)
            self._wait(seconds)
        for sign in (signal.SIGQUIT, signal.SIGKILL):
            if self._wait(5):
                break
            for left in self.pids():
                _send(left, sign)
        if not self._wait(5):
            raise EmbeddedError(f"Processes {self.pids()} still work in {self.folder}: end them by hand.")
        # PostgreSQL refuses to start when the number in a stale file was given to another process,
        # or belongs to a killed server that its new parent has not collected yet.
        for stale in (self.pid_file, *self.other_pid_files):
            stale.unlink(missing_ok=True)

    def includes(self, pid: int) -> bool:
        """Whether process `pid` lives and is one of them."""
        if _LINUX:
            try:
                # The kernel adds this when the wheel was installed anew meanwhile.
                program = os.readlink(f"/proc/{pid}/exe").removesuffix(" (deleted)")
                works_in = os.readlink(f"/proc/{pid}/cwd")
            except OSError:
                return False
            return Path(program).name == self.program and works_in == str(self.folder.resolve())
        command = ["ps", "-o", "comm=", "-p", str(pid)]
        answer = subprocess.run(command, check=False, capture_output=True, text=True)
        return Path(answer.stdout.strip()).name == self.program

    def pids(self) -> list[int]:
        """All of them; elsewhere than on Linux only the one in the pid file."""
        if _LINUX:
            numbers = [int(name) for name in os.listdir("/proc") if name.isdigit()]
        else:
            pid = _pid_in(self.pid_file)
            numbers = [] if pid is None else [pid]
        return [number for number in numbers if self.includes(number)]

    def _wait(self, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while self.pids():
            if time.monotonic() > deadline:
                return False
            time.sleep(_PAUSE_SECONDS)
        return True


def _pid_in(path: Path) -> int | None:
    """The number on the first line of a pid file, or None when there is none."""
    try:
        first = path.read_text(encoding="ascii").split("\n", 1)[0].strip()
    except FileNotFoundError:
        return None
    return int(first) if first.isdigit() and int(first) > 1 else None


def _send(pid: int, sign: signal.Signals) -> None:
    try:
        os.kill(pid, sign)
    except ProcessLookupError:
        return
