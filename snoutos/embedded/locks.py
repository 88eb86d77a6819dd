"""File locks that the kernel gives back when their holder dies, however it dies."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .errors import EmbeddedError

_PATIENCE_SECONDS = 90.0
_PAUSE_SECONDS = 0.02


def hold_shared(path: Path) -> int:
    """Take a shared lock and return its open file; the lock lasts until that is closed in this
    process and in every process forked from it."""
    fd = _open(path)
    try:
        _acquire(fd, fcntl.LOCK_SH, path)
    except BaseException:
        os.close(fd)
        raise
    return fd


def try_exclusive(path: Path, *, seconds: float = 0) -> int | None:
    """Take an exclusive lock and return its open file, or None when anybody holds it all that time."""
    fd = _open(path)
    deadline = time.monotonic() + seconds
    while True:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                os.close(fd)
                return None
            time.sleep(_PAUSE_SECONDS)
        else:
            return fd


def is_held(path: Path) -> bool:
    """Whether anybody holds a lock on `path` right now."""
    fd = try_exclusive(path)
    if fd is None:
        return True
    os.close(fd)
    return False


@contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Hold an exclusive lock; raises EmbeddedError when another process keeps it for very long."""
    fd = _open(path)
    try:
        _acquire(fd, fcntl.LOCK_EX, path)
        yield
    finally:
        os.close(fd)


def _open(path: Path) -> int:
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except PermissionError as error:
        raise EmbeddedError(
            f"{path} cannot be opened by this user: remove {path.parent}, or set SNOUTOS_HOME "
            "to a folder of your own."
        ) from error


def _acquire(fd: int, kind: int, path: Path) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            fcntl.flock(fd, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise EmbeddedError(
                    f"Another process has held {path} for {_PATIENCE_SECONDS:.0f} seconds: see "
                    f"{path.parent / 'logs'}, or end it with `python -m snoutos.embedded stop`."
                ) from None
            time.sleep(_PAUSE_SECONDS)
        else:
            return
