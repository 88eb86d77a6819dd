"""One PostgreSQL cluster: made once, started as a child of the keeper, stopped without loss.

Roles: nobody can log in as the superuser, it exists only in single-user mode below. `snoutos_owner`
owns the database and migrates; `snoutos` runs the application and can create nothing. Whoever can
enter the private socket folder is trusted; the server listens nowhere else.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
from pathlib import Path
from typing import IO

from .errors import EmbeddedError
from .identity import Identity
from .leftovers import Leftovers
from .places import DATABASE, OWNER_ROLE, RUNNING_ROLE, Places

STOP_SECONDS = 20.0
_AWAY_PARENT = Path("/var/lib/snoutos-embedded")
_MADE = "snoutos-roles-made"

_HBA = f"""\
# Written by snoutos.embedded. Only these two roles log in, only through the private socket folder.
local all {OWNER_ROLE} trust
local all {RUNNING_ROLE} trust
"""

# Single-user mode takes one statement a line.
_ROLES = f"""\
CREATE ROLE {OWNER_ROLE} LOGIN CREATEDB
CREATE ROLE {RUNNING_ROLE} LOGIN
GRANT {RUNNING_ROLE} TO {OWNER_ROLE}
CREATE DATABASE {DATABASE} OWNER {OWNER_ROLE}
"""

_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "max_parallel_workers_per_gather": "0",
    "logging_collector": "off",
    "log_line_prefix": "%m [%p] %u@%d ",
}
# The log tells of the server, never of rows, statements and their values: they hold phones and texts. docker-compose.yml says the same.
WITHOUT_ROWS = {
    # Refused statements are the client's to log: their first line may quote a value ("invalid input syntax for type boolean: …").
    "log_min_messages": "log",
    # Of what remains no DETAIL ("Failed process was running: …") and no CONTEXT (a line of COPY).
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "log_parameter_max_length_on_error": "0",
    # For whoever switches slow statements on.
    "log_parameter_max_length": "0",
}
# Commits still reach the kernel before they are answered: a killed server loses nothing, a power cut may.
_FAST_SETTINGS = {"fsync": "off", "full_page_writes": "off"}


class Postgres:
    """PostgreSQL for one home. Used by one keeper at a time."""

    def __init__(self, places: Places, prefix: Path, identity: Identity, *, fast: bool) -> None:
        self._places = places
        self._identity = identity
        self._fast = fast
        self._prefix = prefix
        self.data = places.postgres_data
        if identity.drops_to is not None:
            away = _away(places)
            self.data = away / "data"
            self._prefix = _reachable_copy(prefix, away)

    def prepare(self, log: IO[bytes]) -> None:
        """Make the cluster and the roles unless they are there; end a server left over from before."""
        self._settle_ownership()
        socket_lock = self._places.postgres_socket.with_name(f"{self._places.postgres_socket.name}.lock")
        before = Leftovers("postgres", self.data, self.data / "postmaster.pid", (socket_lock,))
        before.end(signal.SIGINT, STOP_SECONDS)
        if (self.data / _MADE).exists():
            self._refuse_other_version()
        else:
            self._make(log)

    def start(self, log: IO[bytes]) -> subprocess.Popen[bytes]:
        """Start the server as a child that stops cleanly when this process dies."""
        settings = _SETTINGS | WITHOUT_ROWS | {"unix_socket_directories": str(self._places.run)}
        settings |= _FAST_SETTINGS if self._fast else {}
        arguments = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return subprocess.Popen(
            [self._program("postgres"), "-D", str(self.data), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            env=_environment(),
            start_new_session=True,
            **self._identity.options(signal.SIGINT),
        )

    def is_ready(self) -> bool:
        """Whether the server says that it takes connections, and the socket agrees."""
        try:
            lines = (self.data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return False
        return len(lines) > 7 and lines[7].strip() == "ready" and answers(self._places.postgres_socket)

    def _make(self, log: IO[bytes]) -> None:
        """Build aside and rename, so that a cluster that exists is a whole one."""
        draft = self.data.with_name(self.data.name + ".new")
        for old in (draft, self.data):
            if old.exists():
                shutil.rmtree(old)
        draft.mkdir(mode=0o700)
        self._give_away(draft)
        self._run(
            [
                self._program("initdb"),
                f"--pgdata={draft}",
                "--username=postgres",
                "--auth=reject",
                "--encoding=UTF8",
                "--locale=C",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                "--no-instructions",
                *(["--no-sync"] if self._fast else []),
            ],
            log,
        )
        (draft / "pg_hba.conf").write_text(_HBA, encoding="ascii")
        single = ["--single", "-D", str(draft), "-c", "exit_on_error=on", "postgres"]
        self._run([self._program("postgres"), *single], log, _ROLES.encode())
        (draft / _MADE).touch()
        self._give_away(draft / _MADE)
        draft.rename(self.data)

    def _run(self, command: list[str], log: IO[bytes], text: bytes = b"") -> None:
        done = subprocess.run(
            command,
            check=False,
            input=text,
            stdout=log,
            stderr=log,
            cwd="/",
            env=_environment(),
            **self._identity.options(),
        )
        if done.returncode != 0:
            raise EmbeddedError(
                f"{Path(command[0]).name} failed with code {done.returncode}: the reason is in {log.name}."
            )

    def _program(self, name: str) -> str:
        return str(self._prefix / "bin" / name)

    def _refuse_other_version(self) -> None:
        made_by = (self.data / "PG_VERSION").read_text(encoding="ascii").strip()
        if not self._prefix.name.endswith(made_by):
            raise EmbeddedError(
                f"{self.data} was made by PostgreSQL {made_by} and another one is installed: keep what you "
                f"need with the old version's pg_dump, then remove {self._places.home}."
            )

    def _give_away(self, path: Path) -> None:
        if self._identity.drops_to is not None:
            os.chown(path, self._identity.drops_to.pw_uid, self._identity.drops_to.pw_gid)

    def _settle_ownership(self) -> None:
        self._give_away(self._places.run)
        if self.data.exists() and self._identity.drops_to is None and self.data.stat().st_uid != os.geteuid():
            raise EmbeddedError(
                f"{self.data} belongs to uid {self.data.stat().st_uid}: run as that user, remove "
                f"{self._places.home}, or set SNOUTOS_HOME to a folder of your own."
            )


def answers(path: Path) -> bool:
    """Whether a server takes connections on the unix socket `path`."""
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(2)
        try:
            probe.connect(str(path))
        except OSError:
            return False
    return True


def _environment() -> dict[str, str]:
    """Nothing of the caller's: PGDATA, PGPORT or a locale would change what the programs do."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}


def _away(places: Places) -> Path:
    """A folder that an unprivileged user can enter, for a home that he cannot; remembered in the home."""
    if places.away.exists():
        away = Path(places.away.read_text(encoding="utf-8").strip())
        if away.is_dir():
            return away
    _AWAY_PARENT.mkdir(mode=0o711, parents=True, exist_ok=True)
    away = Path(tempfile.mkdtemp(prefix="home-", dir=_AWAY_PARENT))
    away.chmod(0o711)
    places.away.write_text(f"{away}\n", encoding="utf-8")
    return away


def _reachable_copy(prefix: Path, away: Path) -> Path:
    """PostgreSQL's programs where any user can run them: a virtualenv below /root cannot be entered.

    The shared libraries that the wheel keeps beside its package go along, at the same distance.
    """
    found = (prefix / "bin" / "postgres").stat()
    copy = away / f"programs-{found.st_size}-{int(found.st_mtime)}"
    package = prefix.parent.name
    if not copy.exists():
        draft = copy.with_name(copy.name + ".new")
        if draft.exists():
            shutil.rmtree(draft)
        unneeded = shutil.ignore_patterns("include", "*.a")
        shutil.copytree(prefix, draft / package / prefix.name, ignore=unneeded, symlinks=True)
        libraries = prefix.parent.with_name(package + ".libs")
        if libraries.is_dir():
            shutil.copytree(libraries, draft / libraries.name)
        draft.rename(copy)
    return copy / package / prefix.name
