"""Keys for processes that a benchmark starts on this machine: with DEBUG off none starts on those of the source."""

from __future__ import annotations

import base64
import os
import subprocess
import sys
from pathlib import Path

from snoutos.core.env import DEMO_MARK, DEVELOPMENT_FIELD_KEY

ROOT = Path(__file__).resolve().parent.parent
# Marked as the demo's are, so that no process takes them to a public address.
SECRET = f"{DEMO_MARK}benchmark-0123456789abcdefghijklmnopqrstuvwxyz"
FIELD_KEY = base64.urlsafe_b64encode(f"{DEMO_MARK}of-the-benchmarks-only".encode()).decode()


def take() -> None:
    """Use them, unless the environment has others."""
    os.environ.setdefault("SECRET_KEY", SECRET)
    os.environ.setdefault("FIELD_ENCRYPTION_KEYS", FIELD_KEY)


def rewrite() -> None:
    """Let them read what an earlier run kept under the source's key."""
    both = f"{os.environ['FIELD_ENCRYPTION_KEYS']},{DEVELOPMENT_FIELD_KEY}"
    subprocess.run(
        [sys.executable, "manage.py", "rotate_secrets"],
        cwd=ROOT, env={**os.environ, "FIELD_ENCRYPTION_KEYS": both}, check=True, stdout=subprocess.DEVNULL,
    )  # fmt: skip
