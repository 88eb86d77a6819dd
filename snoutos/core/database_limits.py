"""How long a process may wait for the database, and the database for a process: by what kind of process it is.

A process that stands still in the middle of a transaction keeps its locks. So the server ends the transaction of one that says nothing
for some seconds, nobody waits longer than that for a row, and no statement of a request, a call or a tick runs for ever. Work that may take
long (backups, migrations, commands; sealing and forgetting) has long limits or none. The limits go with the connection's first packet: no
statement more, and the same on every server. See `docs/deploying.md`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

PREFIX = "snoutos"


@dataclass(frozen=True, slots=True)
class Patience:
    """Limits in seconds; 0 is none."""

    lock: int
    """Of waiting for one lock."""
    idle_in_transaction: int
    """Of saying nothing inside a transaction; then the server ends the session."""
    statement: int
    """Of one statement, reading its result included."""

    def milliseconds(self) -> dict[str, str]:
        """The same as the server gives them back (`pg_settings.setting`)."""
        return {name: str(int(value.removesuffix("s")) * 1000) for name, value in self.settings().items()}

    def settings(self) -> dict[str, str]:
        """What the server is told, by its names."""
        return {
            "lock_timeout": f"{self.lock}s",
            "idle_in_transaction_session_timeout": f"{self.idle_in_transaction}s",
            "statement_timeout": f"{self.statement}s",
        }


# What a process does for somebody who waits, or for everybody: requests, calls, sweeps. A tick comes again in a moment, so it waits least.
KINDS = {
    "web": Patience(lock=5, idle_in_transaction=10, statement=10),
    "webhook": Patience(lock=5, idle_in_transaction=10, statement=10),
    "live": Patience(lock=5, idle_in_transaction=10, statement=10),
    "send": Patience(lock=5, idle_in_transaction=5, statement=10),
    "tick": Patience(lock=2, idle_in_transaction=5, statement=10),
    "beat": Patience(lock=2, idle_in_transaction=5, statement=10),
}
# What nobody waits for.
JOBS = "jobs"
LONG = {JOBS: Patience(lock=30, idle_in_transaction=60, statement=0)}
EVERY_KIND = KINDS | LONG

# A peer that is gone without a word is noticed within a minute, on both sides. Where client and server share a machine they mean nothing.
_SERVER_SIDE = {
    "tcp_keepalives_idle": "20",
    "tcp_keepalives_interval": "10",
    "tcp_keepalives_count": "3",
    "tcp_user_timeout": "30s",
    "client_connection_check_interval": "5s",
}
_CLIENT_SIDE = {
    "keepalives_idle": 20,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}


def apply(database: dict[str, Any], kind: str) -> None:
    """Let the connections of Django's `database` that are opened from now on be those of a process of this `kind`.

    What `DATABASE_URL` says in its own `options` comes last and so wins. Raises KeyError for a kind that is none.
    """
    limits = EVERY_KIND[kind].settings() | _SERVER_SIDE
    options = database.setdefault("OPTIONS", {})
    # A process may change its kind: what was there before us is kept beside.
    own = database.setdefault("OPTIONS_OF_ITS_OWN", options.get("options", ""))
    ours = " ".join(f"-c {name}={value}" for name, value in limits.items())
    options.update(_CLIENT_SIDE | {"options": f"{ours} {own}".strip(), "application_name": name_of(kind)})


def name_of(kind: str) -> str:
    """What sessions of this kind are called in the server's list."""
    return f"{PREFIX} {kind}"
