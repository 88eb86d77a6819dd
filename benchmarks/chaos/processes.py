"""The processes of the application: started, found dead, replaced, killed."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.chaos import points

ROOT = Path(__file__).resolve().parents[2]
# So many lives of a process end at a named point, unless something else ends them before.
DOOMED = 0.7
# So many of those stand still there for a while instead, where processes are to be stopped.
STOPPED = 0.3
# A point is struck at its first to this time: a life is short, and some moments are rare.
STRIKES = {"web": 25, "worker": 12, "beat": 1}
RARE = frozenset(
    {"before reaping", "inside parking", "inside a missed text", "after a missed text", "inside unknown"}
)
GROWN_UP_SECONDS = 1.0


class Nursery:
    """A `benchmarks.chaos.prefork` and the way to talk to it. Start it from the main thread: it ends with that."""

    def __init__(self, kind: str, environment: dict[str, str], folder: Path) -> None:
        with (folder / f"{kind}.log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "benchmarks.chaos.prefork", kind, str(folder / "deaths")],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                cwd=ROOT,
                env=environment,
            )

    def wait_until_loaded(self) -> None:
        if self._answer() != "ready":
            raise SystemExit("A nursery does not start: its log says why (--keep).")

    def spawn(self, arguments: Sequence[str], doom: str) -> int:
        """One more process; its id, which is also its group's."""
        assert self._process.stdin
        self._process.stdin.write(json.dumps({"arguments": list(arguments), "doom": doom}) + "\n")
        self._process.stdin.flush()
        return int(self._answer())

    def close(self) -> None:
        """End it, and with it every process it started."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.close()
        self._process.wait(20)
        self._process.stdout.close()

    def _answer(self) -> str:
        assert self._process.stdout
        return self._process.stdout.readline().strip()


@dataclass(slots=True)
class Life:
    """One process in its place."""

    pid: int
    began: float
    doom: str
    stopped_at: float | None = None


@dataclass(slots=True)
class Place:
    """Where a process belongs: the next one takes it as soon as the last is dead."""

    name: str
    kind: str
    nursery: Nursery
    arguments: Callable[[int], Sequence[str]]
    life: Life | None = None
    lives: int = 0


@dataclass
class Fleet:
    """All places of a run. `kills` counts by how a process died, `freezes` by kind who stood still (SIGSTOP), for so many seconds each."""

    chance: random.Random
    folder: Path
    places: list[Place]
    kills: Counter[str] = field(default_factory=Counter)
    found_dead: int = 0
    freezes: Counter[str] = field(default_factory=Counter)
    freeze_seconds: float = 0.0

    @property
    def killed(self) -> int:
        return self.kills.total()

    @property
    def ended(self) -> int:
        """How many processes ended although nobody killed them."""
        return max(0, self.found_dead - self._struck)

    @property
    def _struck(self) -> int:
        return sum(count for name, count in self.kills.items() if name in points.POINTS)

    def watch(self, *, doomed: bool) -> None:
        """Count who died and replace them. `doomed`: newcomers may die at a named point."""
        dead = [place for place in self.places if place.life is not None and not _lives(place.life.pid)]
        for place in dead:
            place.life = None
        self.found_dead += len(dead)
        self._count_struck()
        for place in self.places:
            if place.life is None:
                self._fill(place, doomed=doomed)
            else:
                self._let_go_on(place)

    def freeze_one(self) -> None:
        """SIGSTOP somebody, by chance: what it holds it goes on holding."""
        places = [
            p for p in self.places if p.life is not None and p.kind != "beat" and not _stands_still(p.life)
        ]
        if places:
            life = self.chance.choice(places).life
            assert life is not None
            with suppress(ProcessLookupError):
                os.killpg(life.pid, signal.SIGSTOP)

    def kill_one(self) -> None:
        """kill -9 somebody, by chance: nothing is cleaned up."""
        living = [place for place in self.places if place.life is not None and _lives(place.life.pid)]
        old = [p for p in living if p.life and time.monotonic() - p.life.began > GROWN_UP_SECONDS]
        # The beat has one process and little to lose: it dies seldom.
        candidates = [p for p in old or living if p.kind != "beat" or self.chance.random() < 0.2]
        if not candidates:
            return
        place = self.chance.choice(candidates)
        assert place.life is not None
        os.killpg(place.life.pid, signal.SIGKILL)
        place.life = None
        self.kills[f"{place.kind}, at random"] += 1

    def _let_go_on(self, place: Place) -> None:
        """Count who stands still, and end that after its time."""
        life = place.life
        if life is None or not _stands_still(life):
            return
        if life.stopped_at is None:
            life.stopped_at = time.monotonic()
            self.freezes[place.kind] += 1
        elif time.monotonic() - life.stopped_at > self.freeze_seconds:
            life.stopped_at = None
            with suppress(ProcessLookupError):
                os.killpg(life.pid, signal.SIGCONT)

    def close(self) -> None:
        for nursery in {id(place.nursery): place.nursery for place in self.places}.values():
            nursery.close()

    def _fill(self, place: Place, *, doomed: bool) -> None:
        place.lives += 1
        doom = self._doom(place.kind) if doomed and self.chance.random() < DOOMED else ""
        pid = place.nursery.spawn(place.arguments(place.lives), doom)
        place.life = Life(pid, time.monotonic(), doom)

    def _doom(self, kind: str) -> str:
        possible = {"web": points.WEB, "worker": points.WORKER}.get(kind)
        if not possible:
            return ""
        if self.freeze_seconds and self.chance.random() < STOPPED:
            name = self.chance.choice([name for name in points.HOLDING if name in possible])
            return f"{points.STOP}{name}:{self.chance.randint(1, STRIKES[kind])}"
        name = self.chance.choice(sorted(possible))
        return f"{name}:{1 if name in RARE else self.chance.randint(1, STRIKES[kind])}"

    def _count_struck(self) -> None:
        """Who died at a named point since the last time."""
        path = self.folder / "deaths"
        lines = path.read_text(encoding="ascii").splitlines() if path.exists() else []
        for name in lines[self._struck :]:
            self.kills[name] += 1


def _stands_still(life: Life) -> bool:
    try:
        stat = Path(f"/proc/{life.pid}/stat").read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return False
    return stat.rpartition(")")[2].split()[0] == "T"


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
