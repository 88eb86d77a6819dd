"""Only a test whose marker says so starts a program."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from snoutos.embedded import binaries
from tests.programs import Watch, is_ours, program_of, watch

BIN = Path(sys.executable).parent


def test_a_test_without_a_marker_starts_nothing(tmp_path: Path) -> None:
    made = tmp_path / "made"
    with pytest.raises(PermissionError):
        subprocess.run(["touch", str(made)], check=False)
    with pytest.raises(PermissionError):
        subprocess.run([sys.executable, "-c", f"open({str(made)!r}, 'w')"], check=False)
    with pytest.raises(PermissionError):
        os.system(f"touch {made}")
    with pytest.raises(PermissionError):
        os.fork()
    with contextlib.suppress(Exception):
        subprocess.run(["touch", str(made)], check=False)
    assert not made.exists()
    assert len(watch.refused) == 5
    watch.refused.clear()  # or this test fails, as others would


@pytest.mark.parametrize(
    ("program", "ours"),
    [
        (sys.executable, True),
        (str(BIN / "celery"), True),
        (str(binaries.find().valkey_server), True),
        (str(binaries.find().postgres_prefix / "bin" / "initdb"), True),
        ("sleep", False),
        ("/usr/bin/caddy", False),
        (str(BIN / "caddy"), False),
        ("/usr/bin/chromium", False),
    ],
)
def test_ours_are_python_and_what_the_wheels_bring(program: str, ours: bool) -> None:
    assert is_ours(program) is ours


@pytest.mark.parametrize(
    ("event", "arguments", "program"),
    [
        ("subprocess.Popen", ("git", ["git", "status"], None, None), "git"),
        ("os.posix_spawn", (b"/bin/true", [], {}), "/bin/true"),
        ("os.system", (b"touch /tmp/x",), "touch"),
        ("os.fork", (), sys.executable),
    ],
)
def test_each_way_to_start_one_names_it(event: str, arguments: tuple[Any, ...], program: str) -> None:
    assert program_of(event, arguments) == program


@pytest.mark.parametrize(
    ("marks", "program", "may"),
    [
        ({"processes"}, sys.executable, True),
        ({"processes"}, "git", False),
        ({"foreign"}, "git", True),
        ({"browser"}, "/usr/bin/chromium", True),
        ({"fuzz", "django_db"}, sys.executable, False),
    ],
)
def test_the_marker_decides(marks: set[str], program: str, may: bool) -> None:
    one = Watch()
    one.heed("subprocess.Popen", (program, [program], None, None))
    one.marks = frozenset(marks)
    with contextlib.nullcontext() if may else pytest.raises(PermissionError):
        one.heed("subprocess.Popen", (program, [program], None, None))
    assert bool(one.refused) is not may
