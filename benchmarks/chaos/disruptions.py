"""What goes wrong and when: kills and outages, spread over the traffic's progress. All of it happens in the main thread."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from django.db import Error as DatabaseError
from django.db import connection

from benchmarks.chaos.environment import Stage
from benchmarks.chaos.traffic import Traffic

TICK_SECONDS = 0.05
# Valkey goes when so much of the traffic has passed.
VALKEY_AT = 0.3


@dataclass
class Havoc:
    """One run's disasters. `tick()` until `is_over`."""

    stage: Stage
    traffic: Traffic
    postgres_killed: int = 0
    flushed: int = 0
    valkey: list[float] = field(default_factory=list)
    """When Valkey fell silent, was killed, came back (monotonic), as far as it happened."""
    queued_at_return: int | None = None
    drained_seconds: float | None = None
    """From Valkey's return until everything that was queued then had left the queue."""

    def __post_init__(self) -> None:
        self._flush_at = time.monotonic() + self.stage.options.flush_every

    def tick(self) -> None:
        """Do what is due now, then wait a moment."""
        fleet, options = self.stage.fleet, self.stage.options
        due = options.kills if self.traffic.is_over else int(self.traffic.progress * options.kills)
        fleet.watch(doomed=fleet.killed < due + options.workers and fleet.killed < options.kills)
        if fleet.killed < due:
            fleet.kill_one()
        frozen = options.freezes if self.traffic.is_over else int(self.traffic.progress * options.freezes)
        if fleet.freezes.total() < frozen:
            fleet.freeze_one()
        self._kill_postgres()
        self._turn_valkey()
        self._flush()
        self._watch_drain()
        time.sleep(TICK_SECONDS)

    @property
    def is_over(self) -> bool:
        options = self.stage.options
        return (
            self.traffic.is_over
            and self.stage.fleet.killed >= options.kills
            and self.stage.fleet.freezes.total() >= options.freezes
            and self.postgres_killed >= options.postgres_kills
            and (not options.valkey_down or self.drained_seconds is not None)
        )

    def _kill_postgres(self) -> None:
        wanted = self.stage.options.postgres_kills
        due = wanted if self.traffic.is_over else int(self.traffic.progress * (wanted + 1))
        if self.postgres_killed < min(due, wanted):
            self.stage.kill_postgres()
            self.postgres_killed += 1

    def _turn_valkey(self) -> None:
        """Silent, then gone, then back."""
        down, now = self.stage.options.valkey_down, time.monotonic()
        if not down:
            return
        if not self.valkey and (self.traffic.progress >= VALKEY_AT or self.traffic.is_over):
            self.stage.broker.silence()
            self.valkey.append(now)
        elif len(self.valkey) == 1 and now >= self.valkey[0] + down / 2:
            self.stage.broker.kill()
            self.valkey.append(now)
        elif len(self.valkey) == 2 and now >= self.valkey[0] + down:
            self.stage.broker.start()
            self.valkey.append(time.monotonic())
            self.queued_at_return = self._last_queued()

    def _flush(self) -> None:
        every = self.stage.options.flush_every
        if every and not self.traffic.is_over and time.monotonic() >= self._flush_at:
            self.stage.broker.flush()
            self.flushed += 1
            self._flush_at = time.monotonic() + every

    def _watch_drain(self) -> None:
        if len(self.valkey) < 3 or self.drained_seconds is not None:
            return
        if self._is_drained():
            self.drained_seconds = round(time.monotonic() - self.valkey[2], 2)

    def _last_queued(self) -> int | None:
        return self._ask("SELECT max(id) FROM messaging_delivery")

    def _is_drained(self) -> bool:
        """Whether all that waited at Valkey's return, and may leave, has left the queue."""
        if self.queued_at_return is None:
            self.queued_at_return = self._last_queued()
        waiting = self._ask(
            "SELECT count(*) FROM messaging_delivery WHERE state = 'queued' AND ready AND retries = 0 AND id <= %s",
            self.queued_at_return,
        )
        return waiting == 0

    def _ask(self, question: str, *parameters: int | None) -> int | None:
        """A number from the database; None while it is away."""
        try:
            with connection.cursor() as cursor:
                cursor.execute(question, parameters)
                row = cursor.fetchone()
        except DatabaseError:
            return None
        finally:
            # The database may be killed before the next question.
            connection.close()
        return None if row is None else int(row[0] or 0)
