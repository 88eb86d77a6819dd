"""Reading a moment that somebody named: one function for bodies and filters, so that nowhere a zone is guessed."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from django.utils.dateparse import parse_datetime

FORMAT = "Use ISO 8601 with a time zone, for example 2027-03-28T09:30:00-07:00 or 2027-03-28T16:30:00Z."
NO_ZONE = "This time needs a time zone: end it with Z for UTC, or with an offset such as -07:00."
NO_SUCH = "That time doesn't exist."
NO_SUCH_ZONE = "No time zone is that far from UTC."

_WRITTEN = re.compile(
    r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?(Z|[+-]\d{2}(?::?\d{2})?)?", re.ASCII
)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
# An address turns an unescaped plus into a blank; before an offset nothing else can be meant.
_LOST_PLUS = re.compile(r"(?<=\d) (?=\d{2}:?\d{2}$)")
# Zones lie between UTC-12 and UTC+14.
_FARTHEST = timedelta(hours=14)


class BadInstant(ValueError):  # noqa: N818  -- the name says what it is
    """What was written is no moment; `str()` is a sentence for whoever wrote it."""


def read(value: object) -> datetime:
    """The moment that `value` names, in UTC. Raises BadInstant: also without a zone, which would be ours to guess."""
    if not isinstance(value, str):
        raise BadInstant(FORMAT)
    text = value.strip()
    written = _WRITTEN.fullmatch(text)
    if written is None:
        raise BadInstant(NO_ZONE if _DAY.fullmatch(text) else FORMAT)
    if not written[1]:
        raise BadInstant(NO_ZONE)
    return _in_utc(text)


def read_from_address(value: str) -> datetime:
    """As `read`, for what stands in an address. Raises BadInstant."""
    text = value.strip()
    return read(_LOST_PLUS.sub("+", text) if text.count(":") > 1 else text)


def _in_utc(text: str) -> datetime:
    try:
        found = parse_datetime(text.replace(",", "."))
        offset = None if found is None else found.utcoffset()
        if found is None or offset is None:
            raise BadInstant(NO_SUCH)
        if abs(offset) > _FARTHEST:
            raise BadInstant(NO_SUCH_ZONE)
        return found.astimezone(UTC)
    except BadInstant:
        raise
    except (ValueError, OverflowError) as error:
        raise BadInstant(NO_SUCH) from error
