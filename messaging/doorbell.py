"""Telling a worker that there is something to do. May be lost: sweeps find all work within seconds.

A ring names the task, never the function. It goes out after commit, never raises, waits 0.2 s at most, and after a failure nobody rings
for 5 s, so that a dead or silent broker cannot hold up a web request.
"""

from __future__ import annotations

import threading
import time
from typing import Any

import structlog
from celery import current_app
from django.conf import settings
from django.db import transaction
from kombu import Connection, Producer

log = structlog.get_logger(__name__)

TIMEOUT_SECONDS = 0.2
SILENCE_SECONDS = 5.0

_local = threading.local()
_silent_until = 0.0


def ring(task: str, *args: int | str, queue: str = "default") -> None:
    """Ask for `task` with `args` (ids) once the transaction around has committed, or at once outside one."""
    transaction.on_commit(lambda: _publish(task, args, queue), robust=False)


def _publish(task: str, args: tuple[int | str, ...], queue: str) -> None:
    global _silent_until
    if getattr(settings, "DOORBELL", "") == "silent" or time.monotonic() < _silent_until:
        return
    try:
        current_app.send_task(
            task, args=args, queue=queue, producer=_producer(), retry=False, ignore_result=True
        )
    except Exception as error:
        # Whatever the broker's client raises: the change is committed and a sweep will find it.
        _silent_until = time.monotonic() + SILENCE_SECONDS
        _local.producer = None
        log.warning("doorbell.silent", task=task, error=type(error).__name__, seconds=SILENCE_SECONDS)


def _producer() -> Producer:
    """This thread's own connection: kombu's are not safe to share."""
    found: Any = getattr(_local, "producer", None)
    if found is None:
        connection = Connection(
            settings.CELERY_BROKER_URL,
            transport_options={
                "socket_timeout": TIMEOUT_SECONDS,
                "socket_connect_timeout": TIMEOUT_SECONDS,
                "max_retries": 0,
                "retry_on_timeout": False,
            },
        )
        # Left to itself, kombu tries twice and sleeps two seconds between.
        connection.ensure_connection(max_retries=0)
        found = _local.producer = Producer(connection.channel())
    producer: Producer = found
    return producer
