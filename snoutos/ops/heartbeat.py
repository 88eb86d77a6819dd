"""Signs of life of the beat and of webhook processes, and whether the broker answers: written to rows, so that pages can say so
without asking anybody."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial

import redis
import structlog
from django.conf import settings
from django.db import DatabaseError, connection

from messaging import heartbeats

log = structlog.get_logger(__name__)

EVERY_SECONDS = 5.0
TIMEOUT_SECONDS = 0.5


def start(note: Callable[[], None] | None = None) -> None:
    """Write signs of life from now on, the beat's unless `note` writes another, in a thread that ends with the process."""
    arguments = (threading.Event(), note)
    threading.Thread(target=_go_on, args=arguments, name="pulse", daemon=True).start()


def start_webhook() -> None:
    """The signs of life of a process that takes the provider's calls."""
    start(partial(heartbeats.note, heartbeats.WEBHOOK))


def _go_on(stopped: threading.Event, note: Callable[[], None] | None = None) -> None:
    while not stopped.wait(EVERY_SECONDS):
        try:
            (note or beat_once)()
        except DatabaseError as error:
            # The database may be restarting. Without a row the pages say that the beat is silent, which is then true.
            log.warning("pulse.not_written", error=type(error).__name__)
        finally:
            connection.close()


def beat_once() -> None:
    """Note the beat, and the broker when it answers."""
    heartbeats.note(heartbeats.BEAT)
    if broker_answers():
        heartbeats.note(heartbeats.BROKER)


def broker_answers() -> bool:
    """Ask the broker for a sign, for half a second at most."""
    client = redis.Redis.from_url(
        settings.REDIS_URL, socket_timeout=TIMEOUT_SECONDS, socket_connect_timeout=TIMEOUT_SECONDS
    )
    try:
        return bool(client.ping())
    except redis.RedisError:
        return False
    finally:
        client.close()
