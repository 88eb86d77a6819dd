"""Recognises and ends servers that outlived their keeper; a pid alone proves nothing, it is reused."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from .errors import EmbeddedError

_PAUSE_SECONDS = 0.05


def serves(pid: int, folder: Path) -> bool:
    """Whether process `pid` lives and works in `folder`: both servers change into their data."""
    if sys.platform == "linux":
        try:
            return os.readlink(f"/proc/{pid}/cwd") == str(folder.resolve())
        except OSError:
            return False
    answer = subprocess.run(
        ["ps", "-o", "command=", "-p", str(pid)], check=False, capture_output=True, text=True
    )
    return "postgres" in answer.stdout or "valkey-server" in answer.stdout


def end(pid: int, folder: Path, polite: signal.Signals, seconds: float) -> None:
    """End a left-over server and return when it is gone; does nothing when `pid` is not one."""
    for sign, patience in ((polite, seconds), (signal.SIGQUIT, 10.0)):
        if not serves(pid, folder):
            return
        _send(pid, sign)
        deadline = time.monotonic() + patience
        while serves(pid, folder) and time.monotonic() < deadline:
            time.sleep(_PAUSE_SECONDS)
    if serves(pid, folder):
        raise EmbeddedError(f"Process {pid} still works in {folder} and does not end: end it by hand.")


def pid_in(path: Path) -> int | None:
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
