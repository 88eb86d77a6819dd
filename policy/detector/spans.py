"""Spans that must not overlap, kept in order so that thousands of candidates stay cheap."""

from bisect import bisect_left


class Disjoint:
    """A set of spans that never overlap."""

    def __init__(self) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []

    def add(self, start: int, end: int) -> bool:
        """Take [start, end) in, unless it overlaps a span taken before; says whether it was."""
        at = bisect_left(self._starts, start)
        if at > 0 and self._ends[at - 1] > start:
            return False
        if at < len(self._starts) and self._starts[at] < end:
            return False
        self._starts.insert(at, start)
        self._ends.insert(at, end)
        return True
