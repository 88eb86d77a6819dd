"""A real Caddy with the shipped deploy/Caddyfile, for tests and benchmarks: only the addresses are other ones."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

CADDYFILE = Path(__file__).resolve().parents[2] / "deploy" / "Caddyfile"
# As the Caddyfile says.
_NEW_WORDS = (2, 6, 3)
_OLD_BUFFERS = "buffer_requests\nmax_buffer_size"


def programs() -> list[str]:
    """The Caddys of this machine: the system's, and one in the virtual environment (of the version in docker-compose.yml)."""
    beside = Path(sys.executable).with_name("caddy")
    found = [shutil.which("caddy"), str(beside) if beside.is_file() else None]
    return list(dict.fromkeys(program for program in found if program))


def version(program: str) -> tuple[int, ...]:
    """Such as (2, 6, 2)."""
    said = subprocess.run([program, "version"], capture_output=True, text=True, check=True).stdout
    found = re.search(r"(\d+)\.(\d+)\.(\d+)", said)
    if found is None:
        raise ValueError(f"{program} does not tell its version: {said!r}")
    return tuple(int(part) for part in found.groups())


def command(program: str) -> list[str]:
    return [program, "run", "--adapter", "caddyfile", "--config", str(CADDYFILE)]


def environment(
    program: str, *, home: Path, port: int, health: int, backends: Mapping[str, str]
) -> dict[str, str]:
    """What the Caddyfile asks for: plain HTTP on 127.0.0.1:`port`. `backends` names web, webhook and live as HOST:PORT."""
    names = {
        "SITE_ADDRESS": f"http://127.0.0.1:{port}",
        "HEALTH_PORT": str(health),
        "XDG_DATA_HOME": str(home / "data"),
        "XDG_CONFIG_HOME": str(home / "config"),
        **{kind.upper(): where for kind, where in backends.items()},
    }
    if version(program) < _NEW_WORDS:
        names["REQUEST_BUFFERS"] = _OLD_BUFFERS
    return os.environ | names
