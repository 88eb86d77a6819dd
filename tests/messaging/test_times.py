"""Spans of the delivery protocol."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from messaging import times


def test_a_span_is_as_written(settings: Any) -> None:
    settings.TIMES_DIVIDED_BY = 1.0
    assert times.span(seconds=90, minutes=1, hours=1) == timedelta(hours=1, minutes=2, seconds=30)


def test_a_rehearsal_runs_all_spans_shorter_alike(settings: Any) -> None:
    settings.TIMES_DIVIDED_BY = 20.0
    assert times.span(minutes=5) == timedelta(seconds=15)
