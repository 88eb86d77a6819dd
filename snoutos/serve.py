"""The processes that answer requests: `python -m snoutos.serve web|webhook|live [--host HOST] [--port PORT] [granian's own options]`.

    web      pages and the API
    webhook  the text provider's calls, so that nothing people do in pages can keep them waiting
    live     the event streams of open pages

Each is granian with the options below. A worker process that dies is replaced. Django is loaded before the workers are forked, so that
the newcomer answers at once. Without `--host` only this machine is answered: a slow sender holds a thread for as long as it likes,
unless a proxy in front reads bodies whole (docs/deploying.md).
"""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import dataclass

HEADER_SECONDS = 5
KILL_AFTER_SECONDS = 5


@dataclass(frozen=True, slots=True)
class Kind:
    """A sort of process. `setting`: what says how many of them one service has."""

    interface: str
    target: str
    setting: str


KINDS = {
    "web": Kind("wsgi", "snoutos.wsgi", "WEB_PROCESSES"),
    "webhook": Kind("wsgi", "snoutos.wsgi", "WEBHOOK_PROCESSES"),
    "live": Kind("asgi", "snoutos.asgi", "LIVE_PROCESSES"),
}


def main(arguments: list[str] | None = None) -> None:
    """Serve until told to end. Exits with 1 and a sentence when the process may not start."""
    parser = argparse.ArgumentParser(prog="python -m snoutos.serve", allow_abbrev=False)
    parser.add_argument("kind", choices=list(KINDS))
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", default="8000")
    options, more = parser.parse_known_args(arguments)
    os.environ["SNOUTOS_PROCESS"] = options.kind
    _load(KINDS[options.kind])

    from granian.cli import cli

    cli([*granian_options(options.kind), f"--host={options.host}", f"--port={options.port}", *more])


def granian_options(kind: str) -> list[str]:
    """What granian is told for this kind of process, but the address."""
    from django.conf import settings

    chosen = KINDS[kind]
    wsgi = chosen.interface == "wsgi"
    own = ["--factory", f"--blocking-threads={settings.THREADS}"] if wsgi else []
    return [
        f"{chosen.target}:{'worker' if wsgi else 'application'}",
        f"--interface={chosen.interface}",
        f"--workers={getattr(settings, chosen.setting)}",
        *own,
        "--backlog=4096",
        "--backpressure=4096",
        f"--http1-header-read-timeout={HEADER_SECONDS * 1000}",
        f"--workers-kill-timeout={KILL_AFTER_SECONDS}",
        "--respawn-failed-workers",
    ]


def _load(kind: Kind) -> None:
    """Load the application in the parent; its children share it. Says in a sentence what keeps it from starting."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "snoutos.settings")
    from importlib import import_module

    from django.core.exceptions import ImproperlyConfigured

    try:
        import_module(kind.target)
        import_module("snoutos.ops.startup").go_on_or_exit()
        if kind.interface == "wsgi":
            import_module("snoutos.urls")
    except ImproperlyConfigured as error:
        sys.exit(f"SnoutOS does not start: {error}")


if __name__ == "__main__":
    main()
