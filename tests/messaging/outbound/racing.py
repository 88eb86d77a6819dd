"""A text that is about to leave against a change that forbids it, at the same moment, in two sessions with real commits."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
from django.db import connection

from messaging import locks
from messaging.models import SendAttempt
from messaging.outbound.queue import begin_call, claims


def race(
    change: Callable[[], object], attempt: SendAttempt, monkeypatch: pytest.MonkeyPatch, head_start: float
) -> tuple[datetime, datetime | None]:
    """When `change` was committed, and when the text of `attempt` left (None: it did not).

    Each by the database's clock, the change's taken after its commit and the leaving's before, so that a text that left first never looks
    as if it had left after. `head_start` are the change's seconds, and the sender's when negative.
    """
    found: dict[str, datetime] = {}
    start = threading.Barrier(2)
    locked = locks.attempt

    def at_the_last_moment(pk: int) -> SendAttempt:
        held: SendAttempt = locked(pk)
        if threading.current_thread().name == "sender":
            # All locks are held: this is the moment that decides.
            found["locked"] = claims.database_now()
        return held

    monkeypatch.setattr(locks, "attempt", at_the_last_moment)

    def leave() -> datetime | None:
        threading.current_thread().name = "sender"
        start.wait()
        time.sleep(max(0.0, head_start))
        try:
            return found["locked"] if begin_call.begin(attempt) else None
        finally:
            connection.close()

    def make_the_change() -> datetime:
        threading.current_thread().name = "change"
        start.wait()
        time.sleep(max(0.0, -head_start))
        try:
            change()
            return claims.database_now()
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        leaves, changes = pool.submit(leave), pool.submit(make_the_change)
    monkeypatch.undo()
    return changes.result(), leaves.result()
