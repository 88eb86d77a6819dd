"""What the demo's processes are told: ports, addresses, secrets."""

from __future__ import annotations

import base64
import os
import secrets
import socket
from dataclasses import dataclass
from pathlib import Path

_FIRST_CHOICE = {"proxy": 8000, "web": 8001, "live": 8002, "simulator": 8010}


@dataclass(frozen=True)
class Ports:
    """Where the demo listens on 127.0.0.1. People need `proxy` only."""

    proxy: int
    web: int
    live: int
    simulator: int

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.proxy}"

    @property
    def simulator_url(self) -> str:
        return f"http://127.0.0.1:{self.simulator}"


def choose_ports() -> Ports:
    """The usual ports, or a free one in place of each that is taken."""
    chosen: dict[str, int] = {}
    for name, port in _FIRST_CHOICE.items():
        chosen[name] = port if _is_free(port) else _any_free(taken=set(chosen.values()))
    return Ports(**chosen)


def environment(home: Path, ports: Ports) -> dict[str, str]:
    """The environment of every child: the caller's, with the demo's own values on top."""
    return {
        **os.environ,
        **_secrets(home / "demo.env"),
        "ALLOWED_HOSTS": "127.0.0.1,localhost",
        "DEBUG": "1",
        "DJANGO_SETTINGS_MODULE": "snoutos.settings",
        "PUBLIC_BASE_URL": ports.base_url,
        "PYTHONUNBUFFERED": "1",
        "TWILIO_API_BASE_URL": ports.simulator_url,
    }


def _secrets(path: Path) -> dict[str, str]:
    """The secrets of this demo, made once: with other ones what is encrypted could not be read again."""
    if not path.exists():
        lines = (
            f"SECRET_KEY={secrets.token_urlsafe(48)}\n"
            f"FIELD_ENCRYPTION_KEYS={base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()}\n"
        )
        draft = path.with_suffix(".new")
        draft.unlink(missing_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(lines)
        draft.replace(path)
    pairs = (line.partition("=") for line in path.read_text(encoding="ascii").splitlines() if line)
    return {name: value for name, _, value in pairs}


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _any_free(taken: set[int]) -> int:
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port: int = probe.getsockname()[1]
        if port not in taken:
            return port
