"""Opening hours and holidays as people write and read them: "Mon–Fri 8 AM–5 PM", "Dec 24, 2026 Christmas Eve, 8 AM–noon".

What is read is one line for each day or range of days, and one for each holiday. What cannot be read is refused with the line in the
sentence, never guessed: "8–5" may be morning or evening.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, time
from itertools import groupby

from snoutos.core import timefmt
from snoutos.core.hours import (
    ALL_DAY,
    DAY,
    WEEKDAYS,
    Day,
    Holiday,
    Hours,
    HoursError,
    Span,
    Week,
    closes_next,
    day_of,
    holidays_of,
    is_open,
    minutes_of,
    opens_next,
    week_of,
)

_SHOWN = 40
_NAMES = {name[:length]: at for at, name in enumerate(WEEKDAYS) for length in range(3, len(name) + 1)}
_GROUPS = {
    "weekdays": range(5), "weekday": range(5), "weekends": range(5, 7), "weekend": range(5, 7), "daily": range(7),
    "every day": range(7), "everyday": range(7), "all days": range(7),
}  # fmt: skip
_DASH = r"\s*(?:-|–|—|\bto\b|\bthrough\b|\buntil\b)\s*"
_NAME = r"[a-z]{3,9}\.?"
_DAYS = re.compile(
    rf"(?P<days>every day|all days|{_NAME}(?:{_DASH}{_NAME})?(?:\s*(?:,|&|\band\b)\s*{_NAME}(?:{_DASH}{_NAME})?)*)"
    r"\s*:?\s+(?P<hours>.+)"
)
_TIME = r"(?:noon|midnight|\d{1,2}(?::\d\d)?\s*(?:[ap]\.?\s?m\.?)?)"
_SPAN = re.compile(rf"(?P<opens>{_TIME}){_DASH}(?P<closes>{_TIME})")
_CLOCK = re.compile(r"(?P<hour>\d{1,2})(?::(?P<minute>\d\d))?\s*(?P<half>[ap])?")
_BETWEEN = re.compile(r"\s*(?:,|;|&|\band\b)\s*")
_DATE = re.compile(
    r"(?P<date>\d{4}-\d\d?-\d\d?|\d{1,2}/\d{1,2}/\d{4}|[a-z]{3,9}\.? \d{1,2}(?:st|nd|rd|th)?,? \d{4})[\s:,–—-]+(?P<rest>.+)",
    re.IGNORECASE,
)
_FORMS = ("%Y-%m-%d", "%m/%d/%Y", "%b %d %Y", "%B %d %Y")


def read_week(text: str) -> Week:
    """The week that `text` says; days that it leaves out are closed; no text: no weekly hours. Raises HoursError."""
    said: dict[int, Day] = {}
    for line in _lines(text):
        found = _DAYS.fullmatch(line.casefold())
        if found is None:
            raise HoursError(f"“{_short(line)}” can't be read. Write days, then hours: Mon–Fri 8 AM–5 PM.")
        spans = _of_line(line, found["hours"])
        for day in _days_of(line, found["days"]):
            if day in said:
                raise HoursError(
                    f"{WEEKDAYS[day].capitalize()} is there twice. Put a day's hours on one line: Mon 8 AM–noon, 1–5 PM."
                )
            said[day] = spans
    return week_of(said) if said else ()


def write_week(week: Week) -> str:
    """A week as `read_week` takes it, days that are alike in a row on one line."""
    lines, at = [], 0
    for spans, alike in groupby(week):
        count = len(list(alike))
        first, last = WEEKDAYS[at][:3].capitalize(), WEEKDAYS[at + count - 1][:3].capitalize()
        lines.append(f"{first if count == 1 else f'{first}–{last}'} {write_day(spans)}")
        at += count
    return "\n".join(lines)


def read_holidays(text: str) -> tuple[Holiday, ...]:
    """The holidays of `text`, in order; hours after the last comma of a line, if it ends in any. Raises HoursError."""
    found = []
    for line in _lines(text):
        parts = _DATE.fullmatch(line)
        day = _date_of(parts["date"]) if parts is not None else None
        if parts is None or day is None:
            raise HoursError(
                f"“{_short(line)}” can't be read. Write a date and a name: Dec 25, 2026 Christmas Day."
            )
        name, spans = _name_and_hours(line, parts["rest"])
        found.append(Holiday(day, name, spans))
    return holidays_of(found)


def write_holidays(holidays: tuple[Holiday, ...]) -> str:
    """Holidays as `read_holidays` takes them."""
    return "\n".join(
        f"{timefmt.calendar(one.day)} {one.name}{f', {write_day(one.spans)}' if one.spans else ''}"
        for one in holidays
    )


def write_day(spans: Day) -> str:
    """The hours of one day: "8:00 AM–12:00 PM, 1:00–5:00 PM", "closed", "24 hours"."""
    if spans == ALL_DAY:
        return "24 hours"
    return ", ".join(f"{_clock(span.opens)}–{_clock(span.closes)}" for span in spans) or "closed"


def standing(hours: Hours, at: datetime) -> str:
    """Where the business stands at `at`: "Open now until 5:00 PM.", "Closed until Mon 8:00 AM."."""
    if hours.is_always_open:
        return "Always open: no hours are set."
    if is_open(hours, at):
        closes = closes_next(hours, at)
        return (
            f"Open now until {timefmt.until(closes, hours.zone, at)}."
            if closes
            else "Open now, around the clock."
        )
    opens = opens_next(hours, at)
    return (
        f"Closed until {timefmt.until(opens, hours.zone, at)}."
        if opens
        else "Closed, with no day to open again."
    )


def _lines(text: str) -> Iterator[str]:
    return (line for line in (" ".join(one.split()) for one in text.splitlines()) if line)


def _days_of(line: str, said: str) -> list[int]:
    days: list[int] = []
    for part in re.split(r"\s*(?:,|&|\band\b)\s*", said):
        if part in _GROUPS:
            days += _GROUPS[part]
            continue
        first, _, last = re.sub(_DASH, "–", part).partition("–")
        starts, ends = _day_named(first), _day_named(last or first)
        if starts is None or ends is None:
            raise HoursError(
                f"“{_short(line)}”: there's no such day. Write Mon, Tue, Wed, Thu, Fri, Sat or Sun."
            )
        days += [(starts + ahead) % 7 for ahead in range((ends - starts) % 7 + 1)]
    return days


def _day_named(name: str) -> int | None:
    plain = name.rstrip(".")
    return _NAMES.get(plain, _NAMES.get(plain.removesuffix("s")))


def _of_line(line: str, said: str) -> Day:
    """The hours that stand in a line. Raises HoursError that names the line."""
    said = said.strip()
    if said == "closed":
        return ()
    if said in ("24 hours", "24h", "all day", "open 24 hours"):
        return ALL_DAY
    spans = []
    for part in _BETWEEN.split(said):
        found = _SPAN.fullmatch(part)
        if found is None:
            raise HoursError(f"“{_short(line)}”: write hours such as 8 AM–5 PM, closed, or 24 hours.")
        spans.append(_span(line, found["opens"].strip(), found["closes"].strip()))
    try:
        return day_of(spans)
    except HoursError as error:
        raise _in_line(line, error) from error


def _span(line: str, opens: str, closes: str) -> Span:
    """“1–5 PM” is both afternoon; anything else says AM or PM itself, or is written 08:00–17:00."""
    ends = _minutes(closes, half=_half(opens), is_end=True)
    begins = _minutes(opens, half=_half(closes))
    if begins is None or ends is None:
        raise HoursError(f"“{_short(line)}”: say AM or PM: 8 AM–5 PM.")
    try:
        return Span(begins, ends)
    except HoursError as error:
        raise _in_line(line, error) from error


def _half(said: str) -> str:
    found = _CLOCK.match(said)
    return (found["half"] or "") if found else {"noon": "p"}.get(said, "")


def _minutes(said: str, *, half: str, is_end: bool = False) -> int | None:
    """Minutes after midnight; None for what is no time, or may be morning or evening. `half` is what the other time of the span said."""
    if said in ("noon", "midnight"):
        return DAY // 2 if said == "noon" else DAY if is_end else 0
    found = _CLOCK.match(said)
    if found is None:
        return None
    hour, minute = int(found["hour"]), int(found["minute"] or 0)
    half = found["half"] or ("" if is_end else half)
    if half and 1 <= hour <= 12 and minute < 60:
        minutes = (hour % 12 + (12 if half == "p" else 0)) * 60 + minute
        return DAY if is_end and minutes == 0 else minutes
    if half or re.fullmatch(r"\d\d:\d\d", said) is None:
        return None
    try:
        return minutes_of(said)
    except HoursError:
        return None


def _name_and_hours(line: str, rest: str) -> tuple[str, Day]:
    for found in re.finditer(r",\s*", rest):
        tail = rest[found.end() :].casefold()
        if re.match(r"closed$|24 hours$|all day$", tail) or re.match(rf"{_TIME}{_DASH}{_TIME}", tail):
            return rest[: found.start()].strip(), _of_line(line, tail)
    return rest.strip(), ()


def _date_of(said: str) -> date | None:
    plain = re.sub(
        r"(\d)(?:st|nd|rd|th)\b", r"\1", said.replace(",", " ").replace(".", ""), flags=re.IGNORECASE
    )
    plain = " ".join(plain.split()).title().replace("Sept ", "Sep ")
    for form in _FORMS:
        try:
            return datetime.strptime(plain, form).date()  # noqa: DTZ007  (a day of the calendar, of no zone)
        except ValueError:
            continue
    return None


def _clock(minutes: int) -> str:
    return "midnight" if minutes == DAY else timefmt.wall(time(minutes // 60, minutes % 60))


def _in_line(line: str, error: HoursError) -> HoursError:
    return HoursError(f"“{_short(line)}”: {error.sentence[:1].lower()}{error.sentence[1:]}")


def _short(line: str) -> str:
    return line if len(line) <= _SHOWN else f"{line[:_SHOWN]}…"
