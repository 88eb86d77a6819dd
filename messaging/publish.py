"""Telling a worker that there is something to do. May be lost: sweeps find all work within seconds.

A ring names the task, never the function. It goes out after commit, never raises, waits 0.2 s at most, and after a failure nobody rings
for 5 s, so that a dead or silent broker cannot hold up a web request.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import structlog
from celery import current_app
from django.conf import settings
from django.db import transaction
from kombu import Connection, Producer

log = structlog.get_logger(__name__)

TIMEOUT_SECONDS = 0.2
SILENCE_SECONDS = 5.0
# A ring that is not heard within this time may be lost with the process that took it: then the next one goes out as well.
ON_ITS_WAY_MILLISECONDS = 1000

_local = threading.local()
_silent_until = 0.0


def on_commit(task: str, *args: int | str, queue: str = "default") -> None:
    """Ask for `task` with `args` (ids) once the transaction around has committed, or at once outside one."""
    transaction.on_commit(lambda: _publish(task, args, queue), robust=False)


def on_commit_once(task: str, *args: int | str, queue: str = "default") -> None:
    """As `ring`; nothing while another of the same is on its way, which will find the same work: see `heard`."""
    transaction.on_commit(lambda: now(task, *args, queue=queue), robust=False)


def now(task: str, *args: int | str, queue: str = "default") -> None:
    """As `ring_once`, without a look at any transaction: for threads that have no database connection."""
    if not _is_silent():
        _guarded(task, lambda producer: _send_first(producer, task, args, queue))


def heard(task: str, *args: int | str) -> None:
    """Whoever takes up a ring that came by `ring_once` says so before looking for work: what comes up from now on is rung for anew."""
    if not _is_silent():
        _guarded(task, lambda producer: _forget(producer, task, args))


def _publish(task: str, args: tuple[int | str, ...], queue: str) -> None:
    if not _is_silent():
        _guarded(task, lambda producer: _send(producer, task, args, queue))


def _is_silent() -> bool:
    return getattr(settings, "PUBLISH", "") == "silent" or time.monotonic() < _silent_until


def _guarded(task: str, work: Callable[[Producer], object]) -> None:
    global _silent_until
    try:
        work(_producer())
    except Exception as error:
        # Whatever the broker's client raises: the change is committed and a sweep will find it.
        _silent_until = time.monotonic() + SILENCE_SECONDS
        _local.producer = None
        log.warning("publish.silent", task=task, error=type(error).__name__, seconds=SILENCE_SECONDS)


def _send(producer: Producer, task: str, args: tuple[int | str, ...], queue: str) -> None:
    current_app.send_task(task, args=args, queue=queue, producer=producer, retry=False, ignore_result=True)


def _send_first(producer: Producer, task: str, args: tuple[int | str, ...], queue: str) -> None:
    if _first_of_its_kind(producer, task, args):
        _send(producer, task, args, queue)


def _first_of_its_kind(producer: Producer, task: str, args: tuple[int | str, ...]) -> bool:
    """Whether no other such ring is on its way. The mark passes by itself, so that a ring that was lost is missed for a moment only."""
    return bool(_client(producer).set(_mark(task, args), 1, nx=True, px=ON_ITS_WAY_MILLISECONDS))


def _forget(producer: Producer, task: str, args: tuple[int | str, ...]) -> None:
    _client(producer).delete(_mark(task, args))


def _client(producer: Producer) -> Any:
    """The broker's own client, on the connection that we publish with."""
    channel: Any = producer.channel
    return channel.client


def _mark(task: str, args: tuple[int | str, ...]) -> str:
    return f"snoutos:rung:{task}:{':'.join(map(str, args))}"


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
