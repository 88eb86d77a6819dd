"""What the demo's processes are told: addresses and secrets."""

from __future__ import annotations

import base64
import os
import secrets
from pathlib import Path

from snoutos.core.env import DEMO_MARK
from snoutos.devtools.demo.ports import Ports


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
        "TRUSTED_PROXIES": "1",
        "TWILIO_API_BASE_URL": ports.simulator_url,
        "WEB_PROCESSES": "1",
        "WEBHOOK_PROCESSES": "1",
    }


def _secrets(path: Path) -> dict[str, str]:
    """The secrets of this demo, made once: with other ones what is encrypted could not be read again."""
    if not path.exists():
        lines = f"SECRET_KEY={DEMO_MARK}{secrets.token_urlsafe(48)}\nFIELD_ENCRYPTION_KEYS={_field_key()}\n"
        draft = path.with_suffix(".new")
        draft.unlink(missing_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(lines)
        draft.replace(path)
    pairs = (line.partition("=") for line in path.read_text(encoding="ascii").splitlines() if line)
    return {name: value for name, _, value in pairs}


def _field_key() -> str:
    """A key of 32 bytes that begins with the demo's mark and goes on by chance (176 bits of it)."""
    mark = DEMO_MARK.encode()
    return base64.urlsafe_b64encode(mark + secrets.token_bytes(32 - len(mark))).decode()
