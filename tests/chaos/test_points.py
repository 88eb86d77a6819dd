"""The named moments of the rehearsal exist in the product, and strike when they should."""

from __future__ import annotations

import os
import signal
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from benchmarks.chaos import points
from messaging.outbound.outcome import unsent
from messaging.outbound.queue import claims


@pytest.fixture
def killed(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """Whom a strike would have killed, with which signal."""
    found: list[tuple[int, int]] = []
    monkeypatch.setattr(os, "killpg", lambda group, sign: found.append((group, sign)))
    return found


@pytest.mark.parametrize("name", points.POINTS)
def test_every_point_names_a_function_of_the_product(name: str) -> None:
    module, _, path = points.POINTS[name].where.partition(":")
    found: Any = import_module(module)
    for part in path.split("."):
        found = getattr(found, part)
    assert callable(found)


def test_a_point_strikes_once_at_its_time_and_leaves_its_name(
    monkeypatch: pytest.MonkeyPatch, killed: list[tuple[int, int]], tmp_path: Path
) -> None:
    answers: list[object] = [None, "attempt", None, "attempt", "attempt"]
    monkeypatch.setattr(claims, "claim", lambda _=None: answers.pop(0))
    points.arm("after claim:2", tmp_path / "deaths")
    for _ in range(3):
        claims.claim()
    assert killed == []
    for _ in range(2):
        claims.claim()
    assert killed == [(0, signal.SIGKILL)]
    assert (tmp_path / "deaths").read_text(encoding="ascii") == "after claim\n"


def test_a_point_before_a_function_strikes_before_it_ran(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    steps: list[str] = []
    monkeypatch.setattr(os, "killpg", lambda *_: steps.append("killed"))
    monkeypatch.setattr(unsent, "abandon", lambda *_: steps.append("ran"))
    points.arm("before reaping:1", tmp_path / "deaths")
    unsent.abandon(None)  # type: ignore[arg-type]
    assert steps == ["killed", "ran"]


def test_nobody_is_doomed_without_a_doom(killed: list[tuple[int, int]], tmp_path: Path) -> None:
    before = claims.claim
    points.arm("", tmp_path / "deaths")
    assert claims.claim is before


def test_who_stops_instead_leaves_no_name(
    monkeypatch: pytest.MonkeyPatch, killed: list[tuple[int, int]], tmp_path: Path
) -> None:
    monkeypatch.setattr(claims, "claim", lambda _=None: "attempt")
    points.arm("stop after claim:1", tmp_path / "deaths")
    claims.claim()
    claims.claim()
    assert killed == [(0, signal.SIGSTOP)]
    assert not (tmp_path / "deaths").exists()


def test_who_stands_still_holds_something() -> None:
    assert set(points.HOLDING) <= set(points.POINTS)
    assert {name in points.WEB for name in points.HOLDING} == {True, False}
