"""Screening takes time in proportion to the text, whatever the text."""

import time

import pytest

from benchmarks.detector import hostile_texts
from policy.detector import find

_SIZE = 3_000
# A pattern that backtracks takes four times as long for twice the text, and usually far more.
_MOST_FOR_DOUBLE = 3.3
_MOST_SECONDS = 0.5
_PAIRS = list(zip(hostile_texts(_SIZE), hostile_texts(2 * _SIZE), strict=True))


def _best(text: str) -> float:
    """The processor time of the quickest of several runs: other work on the machine only ever adds."""
    times = []
    for _ in range(3):
        start = time.thread_time()
        find(text)
        times.append(time.thread_time() - start)
    return min(times)


@pytest.mark.parametrize(("short", "long"), _PAIRS, ids=[repr(short[:8]) for short, _ in _PAIRS])
def test_twice_the_text_takes_about_twice_the_time(short: str, long: str) -> None:
    took = _best(long)
    assert took < _MOST_SECONDS
    if took > 0.004:
        assert any(_best(long) / _best(short) < _MOST_FOR_DOUBLE for _ in range(8))
