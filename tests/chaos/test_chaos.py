"""The rehearsal at its smallest: the real stack, a faulty provider, a broker that forgets, ten kills, three processes that stand still.

`python -m benchmarks.chaos` runs it large.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

pytestmark = pytest.mark.processes


def rehearse(*arguments: str, report: Path) -> tuple[str, int]:
    """Run one rehearsal in a home of its own; its last line and its exit code."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.chaos", "--seed", "1", "--json", str(report), *arguments],
        check=False,
        capture_output=True,
        text=True,
        timeout=300,
        cwd=settings.BASE_DIR,
        env={**os.environ, "SNOUTOS_EMBEDDED_FAST": "1"},
    )
    sys.stdout.write(done.stdout)
    sys.stderr.write(done.stderr)
    return (done.stdout.splitlines() or [""])[-1], done.returncode


def test_nothing_is_lost_doubled_mislinked_wrong_or_stuck(tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    size = ("--sends", "200", "--inbound", "100", "--kills", "10", "--flush-every", "2", "--freezes", "3")
    line, code = rehearse(*size, "--times-divided-by", "90", report=report)
    assert line.startswith("lost 0 duplicate 0 mislinked 0 wrong-status 0 stuck 0 parked ")
    assert code == 0
    figures = json.loads(report.read_text(encoding="utf-8"))
    assert (figures["sends"], figures["inbound"]) == (200, 100)
    assert figures["kills"] >= 10
    assert sum(figures["freezes"].values()) >= 3
