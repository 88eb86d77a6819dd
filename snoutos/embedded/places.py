"""Where the embedded servers keep their things, and the addresses that follow from it.

Everything here is computed from the home folder alone, so that every process of a project
arrives at the same addresses without asking anybody.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path

from .errors import EmbeddedError

DATABASE = "snoutos"
RUNNING_ROLE = "snoutos"
OWNER_ROLE = "snoutos_owner"

_PROJECT = Path(__file__).resolve().parents[2]
_LONGEST_SOCKET_PATH = 99
_LONGEST_SOCKET_NAME = len("/.s.PGSQL.5432.lock")
_SAFE_IN_URL = re.compile(r"[A-Za-z0-9_./-]+")


@dataclass(frozen=True)
class Addresses:
    """How to reach the two servers.

    `database_url` logs in as the plain running role, `database_owner_url` as the role that
    migrates. `redis_url` is in redis-py's words, `broker_url` names the same server in Celery's.
    """

    database_url: str
    database_owner_url: str
    redis_url: str
    broker_url: str


@dataclass(frozen=True)
class Places:
    """The folders and files of one installation of the embedded servers."""

    home: Path
    run: Path

    @property
    def logs(self) -> Path:
        return self.home / "logs"

    @property
    def postgres_data(self) -> Path:
        """PostgreSQL's data, unless `away` says that it lives elsewhere."""
        return self.home / "postgres"

    @property
    def valkey_data(self) -> Path:
        return self.home / "valkey"

    @property
    def away(self) -> Path:
        """A file naming the folder of PostgreSQL's data and binaries when those cannot be in `home`."""
        return self.home / "postgres-is-away"

    @property
    def state(self) -> Path:
        """What the keeper last said about itself, as JSON."""
        return self.home / "keeper.json"

    @property
    def users_lock(self) -> Path:
        """Held shared by every process that uses the servers."""
        return self.home / "users.lock"

    @property
    def start_lock(self) -> Path:
        """Held exclusively by whoever starts or stops the servers."""
        return self.home / "start.lock"

    @property
    def keeper_lock(self) -> Path:
        """Held exclusively by the keeper for its whole life."""
        return self.home / "keeper.lock"

    @property
    def valkey_socket(self) -> Path:
        return self.run / "valkey.sock"

    @property
    def postgres_socket(self) -> Path:
        return self.run / ".s.PGSQL.5432"


def is_fast() -> bool:
    """Whether SNOUTOS_EMBEDDED_FAST asks for servers that may forget everything in a power cut."""
    return os.environ.get("SNOUTOS_EMBEDDED_FAST", "") not in {"", "0"}


def home() -> Path:
    """The folder of this process's servers: SNOUTOS_HOME or `.snoutos` in the project.

    Root in another user's project takes `root` below it, for servers cannot change hands. Fast servers
    (SNOUTOS_EMBEDDED_FAST=1, for tests) live in `test` below that, so that data meant to last is
    never written by a server that does not wait for the disk.
    """
    base = Path(os.environ.get("SNOUTOS_HOME") or _PROJECT / ".snoutos").absolute()
    if os.geteuid() == 0 and base.is_dir() and base.stat().st_uid != 0:
        base /= "root"
    return base / "test" if is_fast() else base


def places() -> Places:
    """The places of this process's servers; creates nothing."""
    where = home()
    return Places(home=where, run=_run_directory(where))


def addresses() -> Addresses:
    """The addresses of the embedded servers, whether or not they are running. Starts nothing."""
    here = places()
    database = f"postgres://{{role}}@/{DATABASE}?host={here.run}"
    return Addresses(
        database_url=database.format(role=RUNNING_ROLE),
        database_owner_url=database.format(role=OWNER_ROLE),
        redis_url=f"unix://{here.valkey_socket}",
        broker_url=f"redis+socket://{here.valkey_socket}",
    )


def make_private(folder: Path) -> None:
    """Create `folder` for this user alone, or refuse one that somebody else could have prepared."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = folder.lstat()
    except OSError as error:
        raise EmbeddedError(
            f"{folder} cannot be made ({error.strerror}): set SNOUTOS_HOME to a folder of your own."
        ) from error
    if not stat.S_ISDIR(found.st_mode) or not (found.st_uid == os.geteuid() or _is_roots_to_take(folder)):
        raise EmbeddedError(
            f"{folder} belongs to another user (uid {found.st_uid}): remove it, run as that user, "
            "or set SNOUTOS_HOME to a folder of your own."
        )
    if found.st_uid != os.geteuid():
        os.chown(folder, os.geteuid(), os.getegid())
    if stat.S_IMODE(found.st_mode) != 0o700:
        folder.chmod(0o700)


def _is_roots_to_take(folder: Path) -> bool:
    """Root gave its socket folder to an unprivileged user earlier; nobody else can write beside it."""
    return os.geteuid() == 0 and folder.parent == Path("/run")


def _run_directory(where: Path) -> Path:
    """The folder of the sockets: in the home when its path suits a socket and a URL, else a short one.

    Root's sockets are always outside the home: where user namespaces are off its PostgreSQL runs as
    another user, who may not be able to enter the project's folder.
    """
    inside = where / "run"
    fits = len(str(inside)) + _LONGEST_SOCKET_NAME <= _LONGEST_SOCKET_PATH
    if os.geteuid() != 0 and fits and _SAFE_IN_URL.fullmatch(str(inside)):
        return inside
    name = hashlib.sha256(os.fsencode(where)).hexdigest()[:12]
    if os.geteuid() == 0 and os.access("/run", os.W_OK):
        return Path("/run") / f"snoutos-{name}"
    return Path("/tmp") / f"snoutos-{os.geteuid()}-{name}"  # noqa: S108 - made private, owner checked
