"""A line that paces itself is rung for when it may send again, so that no thread has to wait for it.

One thread of the process keeps the times. They are no record of anything: what is lost with the process is found by the sweep.
"""

from __future__ import annotations

import heapq
import threading
import time
from collections.abc import Callable


class Alarm:
    """Calls `ring` with a line when its time has come; once, however often it was set."""

    def __init__(self, ring: Callable[[int], None]) -> None:
        self._ring = ring
        self._changed = threading.Condition()
        self._times: list[tuple[float, int]] = []
        self._set: set[int] = set()
        self._thread: threading.Thread | None = None

    def set(self, line_id: int, seconds: float) -> None:
        """Ring for the line in so many seconds, unless it is to be rung for anyway."""
        with self._changed:
            if line_id in self._set:
                return
            self._set.add(line_id)
            heapq.heappush(self._times, (time.monotonic() + seconds, line_id))
            # After a fork the thread is the parent's.
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._go_on, name="pacing", daemon=True)
                self._thread.start()
            self._changed.notify()

    def _go_on(self) -> None:
        while True:
            self._ring(self._next())

    def _next(self) -> int:
        """The next line whose time has come, as soon as it has."""
        with self._changed:
            while True:
                wait = self._times[0][0] - time.monotonic() if self._times else None
                if wait is not None and wait <= 0:
                    _, line_id = heapq.heappop(self._times)
                    self._set.discard(line_id)
                    return line_id
                self._changed.wait(wait)
