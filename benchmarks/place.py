"""Where benchmarks run: servers of their own below `.snoutos/bench`, migrated, with no rings."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from benchmarks import keys

ROOT = Path(__file__).resolve().parent.parent


def prepare() -> None:
    """Servers, schema and Django, ready to use in this process."""
    os.environ.setdefault("SNOUTOS_HOME", str(ROOT / ".snoutos" / "bench"))
    os.environ.update(DEBUG="0", LOG_LEVEL="ERROR")
    keys.take()
    from snoutos import embedded

    embedded.ensure()
    subprocess.run([sys.executable, "manage.py", "migrate", "--no-input", "-v0"], cwd=ROOT, check=True)
    keys.rewrite()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "snoutos.settings")
    import django

    django.setup()
    from django.conf import settings

    settings.PUBLISH = "silent"
