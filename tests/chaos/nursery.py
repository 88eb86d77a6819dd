"""Real worker processes for tests: `python -m tests.chaos.nursery '<json>'` loads Django once and forks workers on command.

Commands on standard input, one a line, each answered with the worker's process id; at the end of input all workers are killed:
`spawn`              a worker that sweeps, sends and reconciles until it is killed
`spawn claimed`      one that stops for ever between its claim and its call
`spawn automations`  one that plans, matches and runs automations
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from typing import Any


def main() -> None:
    wanted = json.loads(sys.argv[1])
    _load(wanted)
    # Nobody waits for the workers: the kernel clears them away.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    workers: list[int] = []
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            _work(line.split()[1:])
        workers.append(pid)
        sys.stdout.write(f"{pid}\n")
        sys.stdout.flush()
    for pid in workers:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue


def _load(wanted: dict[str, Any]) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    import django
    from django.conf import settings

    settings.DATABASES["default"]["NAME"] = wanted["database"]
    settings.DATABASES["default"]["OPTIONS"]["assume_role"] = wanted["role"]
    settings.TWILIO_API_BASE_URL = wanted["provider"]
    settings.PUBLIC_BASE_URL = wanted["public"]
    settings.PROVIDER_READ_TIMEOUT = wanted["read_timeout"]
    django.setup()


def _work(how: list[str]) -> None:
    from messaging.outbound import circuit, leaving, reconciling, sending, sweeping

    if how == ["automations"]:
        _automate()
    if how == ["claimed"]:
        leaving.leave = lambda _: time.sleep(600)
    while True:
        try:
            sweeping.sweep()
            sending.dispatch(at_most=20)
            circuit.probe()
            reconciling.reconcile()
        except Exception as error:
            sys.stderr.write(f"{type(error).__name__}: {error}\n")
        time.sleep(0.02)


def _automate() -> None:
    """What the beat rings for automations, without pause."""
    from django.utils import timezone

    from automations import matching, planning, runner

    while True:
        planning.plan(timezone.now())
        matching.match_due(at_most=20)
        runner.run_due()
        time.sleep(0.02)


if __name__ == "__main__":
    main()
