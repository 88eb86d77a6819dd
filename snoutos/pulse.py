"""The beat's own sign of life, and whether the broker answers it: written to rows, so that pages can say so without asking the broker."""

from __future__ import annotations

import threading

import redis
import structlog
from django.conf import settings
from django.db import DatabaseError, connection

from messaging import heartbeats

log = structlog.get_logger(__name__)

EVERY_SECONDS = 5.0
TIMEOUT_SECONDS = 0.5


def start() -> None:
    """Write the beat's signs of life from now on, in a thread that ends with the process."""
    threading.Thread(target=_go_on, args=(threading.Event(),), name="pulse", daemon=True).start()


def _go_on(stopped: threading.Event) -> None:
    while not stopped.wait(EVERY_SECONDS):
        try:
            beat_once()
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
