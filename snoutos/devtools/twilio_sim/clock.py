"""Work for later: a heap of due times, one thread to watch it, a pool to do it."""

from __future__ import annotations

import heapq
import itertools
import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

WORKERS = 16
_log = logging.getLogger(__name__)


class Scheduler:
    """Runs callables after a delay, concurrently. Errors of one never reach another."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, Callable[[], None]]] = []
        self._ticket = itertools.count()
        self._wake = threading.Condition()
        self._running = 0
        self._stopped = False
        self._pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="twilio-sim")
        self._thread = threading.Thread(target=self._watch, name="twilio-sim-clock", daemon=True)
        self._thread.start()

    def after(self, seconds: float, work: Callable[[], None]) -> None:
        with self._wake:
            heapq.heappush(self._heap, (time.monotonic() + seconds, next(self._ticket), work))
            self._wake.notify_all()

    def wait_idle(self, timeout: float) -> bool:
        """Wait until nothing is due or running; False when `timeout` seconds passed first."""
        with self._wake:
            return self._wake.wait_for(lambda: not self._heap and not self._running, timeout)

    def clear(self) -> None:
        """Drop what is not running yet."""
        with self._wake:
            self._heap.clear()
            self._wake.notify_all()

    def stop(self) -> None:
        with self._wake:
            self._stopped = True
            self._heap.clear()
            self._wake.notify_all()
        self._thread.join(5)
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _watch(self) -> None:
        with self._wake:
            while not self._stopped:
                delay = self._heap[0][0] - time.monotonic() if self._heap else None
                if delay is None or delay > 0:
                    self._wake.wait(delay)
                    continue
                _, _, work = heapq.heappop(self._heap)
                self._running += 1
                self._pool.submit(self._run, work)

    def _run(self, work: Callable[[], None]) -> None:
        try:
            work()
        except Exception:
            _log.exception("Simulated work failed.")
        finally:
            with self._wake:
                self._running -= 1
                self._wake.notify_all()
