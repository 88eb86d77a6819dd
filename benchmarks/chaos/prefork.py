"""A process that loads the application once and forks the real servers on command: killed ones are replaced in milliseconds.

`python -m benchmarks.chaos.prefork web|worker <deaths file>` reads one line of JSON a child from standard input, {"arguments": [...],
"doom": "..."}, and answers with its process id. Each child leads a process group of its own and dies with this process; at the end of input
all are killed. `web` children run granian's own command line, `worker` children Celery's (worker or beat).
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import json
import os
import signal
import sys
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

from benchmarks.chaos import points

_PR_SET_PDEATHSIG = 1


def main() -> None:
    kind, deaths = sys.argv[1], Path(sys.argv[2])
    _load(kind)
    gc.freeze()
    # Nobody waits for the children: the kernel clears them away.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    children: list[int] = []
    me = os.getpid()
    _answer("ready")
    for line in sys.stdin:
        order = json.loads(line)
        pid = os.fork()
        if pid == 0:
            _become(kind, order, deaths, me)
        children.append(pid)
        _answer(str(pid))
    for pid in filter(_is_mine, children):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)


def _is_mine(pid: int) -> bool:
    """Whether that is still our child: the number of one long dead may be somebody else's by now."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return False
    return int(stat.rpartition(")")[2].split()[1]) == os.getpid()


def _answer(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


# What a request and a task need, so that the first one after a kill is not slow. Importing opens no connection.
_WEB = (
    "snoutos.wsgi",
    "snoutos.urls",
    "messaging.api.messages",
    "messaging.inbound.views",
    "granian.cli",
    "granian.server.mp",
)
_WORKER = (
    "snoutos.celery",
    "celery.apps.beat",
    "celery.apps.worker",
    "celery.concurrency.thread",
    "kombu.transport.redis",
)


def _load(kind: str) -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "snoutos.settings")
    django.setup()
    for module in {"web": _WEB, "worker": _WORKER}[kind]:
        import_module(module)
    if kind == "worker":
        from snoutos.celery import app

        app.loader.import_default_modules()
        app.finalize()


def _become(kind: str, order: dict[str, Any], deaths: Path, parent: int) -> NoReturn:
    os.setsid()
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
    if os.getppid() != parent:  # it died before we asked to be told
        os._exit(1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    points.arm(order["doom"], deaths)
    if kind == "web":
        from granian.cli import cli

        cli(order["arguments"])
    else:
        from snoutos.celery import app

        app.start(argv=order["arguments"])
    os._exit(0)


if __name__ == "__main__":
    main()
