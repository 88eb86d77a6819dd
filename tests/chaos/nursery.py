"""Real worker processes for tests: `python -m tests.chaos.nursery '<json>'` loads Django once and forks workers on command.

Commands on standard input, one a line, each answered with the worker's process id; at the end of input all workers are killed:
`spawn`              a worker that sweeps, sends and reconciles until it is killed
`spawn claimed`      one that stops for ever between its claim and its call
`spawn automations`  one that plans, matches and runs automations
`spawn celery QUEUE THREADS [MOMENT]`  a real worker of a queue, which stops itself (SIGSTOP) at a moment of `STOPS`
`spawn beat`         the real beat
`spawn webhook THREAD`  a web process that takes in a text and stops while it holds the thread
`spawn large THREAD`    one that stops while it holds the thread and a large result is on its way to it
`spawn alerts`       one that lets alerts leave
`spawn imports`      one that works on imports of people, a few rows at a time
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Callable
from importlib import import_module
from typing import Any
from unittest import mock


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
    settings.TIMES_DIVIDED_BY = wanted["times_divided_by"]
    settings.CELERY_BROKER_URL = wanted["broker"]
    settings.PUBLISH = wanted["publish"]
    if wanted.get("mail_port"):
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", wanted["mail_port"]
    django.setup()


def _work(how: list[str]) -> None:
    from messaging.outbound.queue import begin_call, sending
    from messaging.outbound.recovery import probing, reconcile, sweeps

    if how and how[0] in OTHERS:
        OTHERS[how[0]](*how[1:])
    if how == ["claimed"]:
        mock.patch.object(begin_call, "begin", side_effect=lambda _: time.sleep(600)).start()
    while True:
        try:
            sweeps.sweep()
            sending.dispatch(at_most=20)
            probing.probe()
            reconcile.reconcile()
        except Exception as error:
            sys.stderr.write(f"{type(error).__name__}: {error}\n")
        time.sleep(0.02)


def _let_alerts_leave() -> None:
    """What the beat rings for alerts, without pause."""
    from django.utils import timezone

    from messaging.alerting import letters, notify

    while True:
        notify.notify(timezone.now())
        letters.send_due()
        time.sleep(0.02)


def _import() -> None:
    """What rings and the beat ask for imports, without pause."""
    from messaging.spreadsheets import running

    running.BATCH = 3
    while True:
        running.go_on_with_all()
        time.sleep(0.02)


def _automate() -> None:
    """What the beat rings for automations, without pause."""
    from django.utils import timezone

    from automations.engine import match, runner, time_triggers

    while True:
        time_triggers.plan(timezone.now())
        match.match_due(at_most=20)
        runner.run_due()
        time.sleep(0.02)


# Where a worker stops itself: after the last statement of these functions, inside their transaction.
STOPS = {
    "claim": "messaging.outbound.queue.claims:_pace",
    "settle": "messaging.outbound.outcome.acceptance:accept",
    "sweep": "messaging.outbound.outcome.unsent:requeue",
}


def _stop_at(where: str) -> None:
    module, _, name = where.partition(":")
    holder: Any = import_module(module)
    work = getattr(holder, name)
    once = iter([True])

    def work_and_stop(*args: Any, **kwargs: Any) -> Any:
        result = work(*args, **kwargs)
        if next(once, False):
            os.kill(os.getpid(), signal.SIGSTOP)
        return result

    setattr(holder, name, work_and_stop)


def _celery(queue: str, threads: str, moment: str = "") -> None:
    from snoutos.celery import app

    if moment:
        _stop_at(STOPS[moment])
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.dup2(2, 1)  # the answers to commands go the other way
    name = f"{queue}-{os.getpid()}@test"
    quiet = ("--without-gossip", "--without-mingle", "--without-heartbeat")
    app.start(["worker", "-Q", queue, "-P", "threads", "-c", threads, "-l", "ERROR", "-n", name, *quiet])
    os._exit(0)


def _beat() -> None:
    from snoutos.celery import app

    os.dup2(2, 1)
    app.start(["beat", "-S", "celery.beat:Scheduler", "-l", "ERROR", "--pidfile="])
    os._exit(0)


def _webhook(thread_id: str) -> None:
    from django.conf import settings
    from django.db import connection, transaction

    from snoutos.core import database_limits

    database_limits.apply(settings.DATABASES["default"], "webhook")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM messaging_thread WHERE id = %s FOR NO KEY UPDATE", [thread_id])
        os.kill(os.getpid(), signal.SIGSTOP)
    time.sleep(600)


def _large(thread_id: str) -> None:
    """Ask for more than any socket holds, and stop before reading it: with the client's library, a row at a time comes nearest."""
    from django.conf import settings
    from django.db import connection, transaction

    from snoutos.core import database_limits

    database_limits.apply(settings.DATABASES["default"], "send")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM messaging_thread WHERE id = %s FOR NO KEY UPDATE", [thread_id])
        raw = connection.connection.pgconn
        raw.send_query(b"SELECT repeat('x', 1000) FROM generate_series(1, 100000)")
        raw.flush()
        os.kill(os.getpid(), signal.SIGSTOP)
    time.sleep(600)


OTHERS: dict[str, Callable[..., None]] = {
    "automations": _automate,
    "alerts": _let_alerts_leave,
    "imports": _import,
    "celery": _celery,
    "beat": _beat,
    "webhook": _webhook,
    "large": _large,
}


if __name__ == "__main__":
    main()
