"""Times as people type them, off a clock on the wall: most stand for one moment, the hour that clocks skip for none, the one that comes
twice for two.
"""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo

_MINUTE = timedelta(minutes=1)


def moments(wall: datetime, zone: tzinfo) -> tuple[datetime, ...]:
    """The moments at which a clock in `zone` shows `wall` (naive), earliest first: none, one or two."""
    first, second = (wall.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    before, after = first.utcoffset(), second.utcoffset()
    if before == after or before is None or after is None:
        return (first,)
    return (first, second) if before > after else ()


def skipped(wall: datetime, zone: tzinfo) -> tuple[datetime, datetime]:
    """From where to where clocks in `zone` jump over `wall` (naive), which is on none: the first missing time, and the next there is."""
    from_, to = wall.replace(second=0, microsecond=0), wall.replace(second=0, microsecond=0)
    while not moments(from_ - _MINUTE, zone):
        from_ -= _MINUTE
    while not moments(to, zone):
        to += _MINUTE
    return from_, to
