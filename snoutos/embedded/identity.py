"""Which user PostgreSQL runs as: it refuses root, and a user that the machine does not know by name.

Three ways, the first that works: the caller's own user; the caller behind another number in a user
namespace of its own (no user made, no folder opened up); a real unprivileged user, for root only.
"""

from __future__ import annotations

import ctypes
import os
import pwd
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .errors import EmbeddedError

_CLONE_NEWUSER = 0x10000000
_PR_SET_PDEATHSIG = 1
_LINUX = sys.platform == "linux"


@dataclass(frozen=True)
class Identity:
    """How to start PostgreSQL's programs. `drops_to` is set when files must belong to another user."""

    namespace_uid: int | None = None
    drops_to: pwd.struct_passwd | None = None

    def options(self, death_signal: signal.Signals | None = None) -> dict[str, Any]:
        """Arguments for `subprocess` that give a child this identity.

        With `death_signal` the kernel sends it to the child when this process dies, where that exists.
        """
        options: dict[str, Any] = {"preexec_fn": self._preparation(death_signal)}
        if self.drops_to is not None:
            options |= {"user": self.drops_to.pw_uid, "group": self.drops_to.pw_gid, "extra_groups": []}
        return options

    def _preparation(self, death_signal: signal.Signals | None) -> Callable[[], None]:
        uid, parent = self.namespace_uid, os.getpid()
        libc = ctypes.CDLL(None, use_errno=True) if _LINUX else None

        def prepare() -> None:
            if libc is None:
                return
            if uid is not None:
                _enter_user_namespace(libc, uid)
            if death_signal is not None:
                libc.prctl(_PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)
                if os.getppid() != parent:
                    os._exit(1)

        return prepare


def find() -> Identity:
    """The identity for PostgreSQL on this machine; raises EmbeddedError when it cannot run at all."""
    if os.geteuid() != 0 and _has_name(os.geteuid()):
        return Identity()
    namespaced = _namespaced()
    if namespaced is not None:
        return namespaced
    if os.geteuid() == 0:
        return _unprivileged()
    raise EmbeddedError(
        f"PostgreSQL needs a user with a name, uid {os.geteuid()} has none here and user namespaces are off: "
        "add the user to /etc/passwd, or set DATABASE_URL and DATABASE_OWNER_URL to a server of your own."
    )


def _namespaced() -> Identity | None:
    """An identity in a user namespace, or None where this kernel or container does not allow one.

    SNOUTOS_EMBEDDED_NO_NAMESPACE does without, for a machine where one can be made and does not work.
    """
    if not _LINUX or os.environ.get("SNOUTOS_EMBEDDED_NO_NAMESPACE"):
        return None
    names = [entry.pw_uid for entry in pwd.getpwall() if entry.pw_uid != 0]
    if not names:
        return None
    identity = Identity(namespace_uid=names[0])
    try:
        answer = subprocess.run(
            ["id", "-u"], check=False, capture_output=True, text=True, **identity.options()
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return identity if answer.stdout.strip() == str(names[0]) else None


def _unprivileged() -> Identity:
    for name in ("nobody", "daemon", "postgres"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid != 0:
            return Identity(drops_to=entry)
    raise EmbeddedError(
        "PostgreSQL refuses to run as root, user namespaces are off here and there is no user `nobody`: "
        "run as a normal user, or set DATABASE_URL and DATABASE_OWNER_URL to a server of your own."
    )


def _has_name(uid: int) -> bool:
    try:
        pwd.getpwuid(uid)
    except KeyError:
        return False
    return True


def _enter_user_namespace(libc: ctypes.CDLL, uid: int) -> None:
    outside_uid, outside_gid = os.geteuid(), os.getegid()
    if libc.unshare(_CLONE_NEWUSER) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    for name, text in (
        ("setgroups", "deny"),
        ("uid_map", f"{uid} {outside_uid} 1"),
        ("gid_map", f"{uid} {outside_gid} 1"),
    ):
        with open(f"/proc/self/{name}", "w", encoding="ascii") as file:
            file.write(text)
