"""One run from beginning to end: set up, drive and destroy, wait, judge, report."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.chaos import environment, ledger, options
from benchmarks.chaos.environment import Stage
from benchmarks.chaos.judge import Findings, judge
from benchmarks.chaos.options import Options
from benchmarks.chaos.traffic import Traffic

# Nothing that waits for an hour or less is pending when nothing has changed for so long.
QUIET_MINUTES = 75
FINDINGS_SHOWN = 10


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it; 0 when nothing is wrong. The last line of the output counts what is."""
    wanted = options.parse(arguments)
    with environment.opened(wanted) as here:
        figures, findings = play(here)
        if wanted.keep:
            print(f"logs: {here.folder}")
    good = not any(findings.faults.values()) and len(findings.parked) <= wanted.parked_at_most
    good = good and not figures["errors"]
    if wanted.json:
        report = {"options": wanted.shown(), "good": good, **figures, **findings.faults}
        Path(wanted.json).write_text(json.dumps(report, indent=2), encoding="utf-8")
    _print(figures, findings, wanted)
    return 0 if good else 1


def play(here: Stage) -> tuple[dict[str, Any], Findings]:
    """Drive, destroy, wait and judge: the figures of the run, and what is wrong."""
    from benchmarks.chaos.disruptions import Havoc

    wanted = here.options
    traffic = Traffic(
        here.businesses,
        base_url=here.base_url,
        simulator=here.simulator,
        sends=wanted.sends,
        inbound=wanted.inbound,
        seconds=wanted.drive_seconds,
        seed=wanted.seed,
    )
    here.set_faults()
    _say(here, "ready; texts begin to flow")
    traffic.start()
    havoc = Havoc(here, traffic)
    while not havoc.is_over:
        havoc.tick()
    driven = here.clock
    _say(here, f"all is sent, {here.fleet.killed} processes were killed; waiting for the end")
    left = _wait(here, traffic)
    _say(here, "the end; comparing")
    findings = judge(ledger.read(here.simulator, traffic.promises))
    figures = _figures(here, traffic, havoc) | {"left_open": left, "waited": round(here.clock - driven, 1)}
    return figures, findings


def _wait(here: Stage, traffic: Traffic) -> dict[str, int]:
    """Wait until nothing is open, nothing changes any more, or the time is up; what is open then."""
    deadline = time.monotonic() + here.options.wait_seconds
    quiet = QUIET_MINUTES * 60 / here.options.times_divided_by
    before: dict[str, int] = {}
    changed = time.monotonic()
    while time.monotonic() < deadline:
        here.fleet.watch(doomed=False)
        now_open = _count_open(traffic)
        if not now_open and here.simulator.wait_idle(5):
            return {}
        if now_open != before:
            before, changed = now_open, time.monotonic()
        if time.monotonic() - changed > quiet:
            break
        time.sleep(0.25)
    here.simulator.wait_idle(5)
    return before


def _count_open(traffic: Traffic) -> dict[str, int]:
    """What is open, by kind; while the database cannot say, that."""
    from django.db import Error, connection

    try:
        return {kind: n for kind, n in ledger.count_open(traffic.texted).items() if n}
    except Error:
        return {"database": 1}
    finally:
        connection.close()


def _figures(here: Stage, traffic: Traffic, havoc: Any) -> dict[str, Any]:
    silent = (havoc.valkey[0], havoc.valkey[-1]) if havoc.valkey else (0.0, 0.0)
    return {
        "seconds": round(here.clock, 1),
        "sends": len(traffic.promises),
        "sends_repeated": traffic.repeated,
        "inbound": traffic.texted,
        "kills": here.fleet.killed,
        "kills_by_point": dict(sorted(here.fleet.kills.items())),
        "freezes": dict(sorted(here.fleet.freezes.items())),
        "ended_by_themselves": here.fleet.ended,
        "postgres_kills": havoc.postgres_killed,
        "valkey_flushed": havoc.flushed,
        "valkey_down": round(silent[1] - silent[0], 1),
        "drained_seconds_after_valkey": havoc.drained_seconds,
        "latency_ms": {
            kind: {
                "p50": _percentile(traffic, kind, 0.5),
                "p99": _percentile(traffic, kind, 0.99),
                "max_while_valkey_was_down": _longest(traffic, kind, silent),
            }
            for kind in ("send", "text")
        },
        "errors": traffic.errors,
    }


def _percentile(traffic: Traffic, kind: str, share: float) -> float:
    took = sorted(one.took for one in traffic.answered if one.kind == kind)
    return round(took[min(int(len(took) * share), len(took) - 1)] * 1000, 1) if took else 0.0


def _longest(traffic: Traffic, kind: str, between: tuple[float, float]) -> float:
    first, last = between
    took = [one.took for one in traffic.answered if one.kind == kind and first <= one.began <= last]
    return round(max(took, default=0.0) * 1000, 1)


def _print(figures: dict[str, Any], findings: Findings, wanted: Options) -> None:
    for name, value in figures.items():
        print(f"{name:30} {value}")
    for kind, found in findings.faults.items():
        for sentence in found[:FINDINGS_SHOWN]:
            print(f"{kind}: {sentence}")
    if len(findings.parked) > wanted.parked_at_most:
        print(f"too many are parked: {len(findings.parked)} of {wanted.sends} sends")
    print(findings.line, flush=True)


def _say(here: Stage, what: str) -> None:
    print(f"{here.clock:7.1f} s  {what}", file=sys.stderr, flush=True)
