"""Visits by sitter and day: a week or one day of the business' calendar, read in a few queries whatever their number."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import urlencode

from django.urls import reverse

from messaging import bookings
from messaging.admin.naming import called_for, fetch_parties
from messaging.bookings import Booking
from messaging.models import Sitter
from snoutos.adminkit.rows import address
from snoutos.core import timefmt
from snoutos.desk.request import DeskRequest

# When a day's visits usually are: what is free in between is offered.
_FROM, _UNTIL = time(6), time(22)
_VISIT = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Shown:
    """A visit in a cell, or a free time that leads to a new one (`is_free`)."""

    url: str
    when: str
    what: str
    is_now: bool = False
    is_free: bool = False


@dataclass(frozen=True, slots=True)
class Day:
    """A column."""

    date: date
    title: str
    short: str
    url: str
    is_today: bool
    is_chosen: bool
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Row:
    """A sitter, and what stands in each day's cell."""

    sitter: Sitter
    cells: Sequence[tuple[Day, Sequence[Shown]]]


@dataclass(frozen=True, slots=True)
class Page:
    """A week or one day."""

    days: Sequence[Day]
    rows: Sequence[Row]
    title: str
    count: int


def page(desk: DeskRequest, *, chosen: date, is_week: bool, sitter: Sitter | None) -> Page:
    """The week around `chosen` (Sunday to Saturday), or that day; of one sitter or of everybody who works or has a visit then."""
    first = chosen - timedelta(days=(chosen.weekday() + 1) % 7) if is_week else chosen
    days = [_day(desk, first + timedelta(days=n), chosen) for n in range(7 if is_week else 1)]
    visits = _visits(desk, days[0].starts_at, days[-1].ends_at, sitter)
    return Page(
        days=days,
        rows=_rows(desk, days, visits, sitter, slots=not is_week),
        title=_title(desk, days),
        count=len(visits),
    )


def starts_of(day: date, desk: DeskRequest) -> datetime:
    """The first moment of a day on the business' clock: midnight, also on a day of 23 or 25 hours."""
    return datetime.combine(day, time.min, tzinfo=desk.zone).astimezone(UTC)


def _day(desk: DeskRequest, day: date, chosen: date) -> Day:
    starts_at = starts_of(day, desk)
    noon = datetime.combine(day, time(12), tzinfo=desk.zone)
    return Day(
        date=day,
        title=timefmt.weekday(noon, desk.zone),
        short=timefmt.short_weekday(day),
        url=f"?{urlencode({'view': 'week', 'date': day.isoformat()})}",
        is_today=day == desk.at.astimezone(desk.zone).date(),
        is_chosen=day == chosen,
        starts_at=starts_at,
        ends_at=starts_of(day + timedelta(days=1), desk),
    )


def _title(desk: DeskRequest, days: Sequence[Day]) -> str:
    noons = [datetime.combine(day.date, time(12), tzinfo=desk.zone) for day in (days[0], days[-1])]
    if len(days) == 1:
        return timefmt.day(noons[0], desk.zone, desk.at)
    first, last = (timefmt.date_of(noon, desk.zone, desk.at) for noon in noons)
    return f"{first} – {last}"


def _visits(
    desk: DeskRequest, starts_at: datetime, ends_at: datetime, sitter: Sitter | None
) -> list[Booking]:
    """One for each visit, however many conversations it reaches."""
    which = {"organization": desk.organization, **({"sitter": sitter} if sitter is not None else {})}
    found = bookings.touching(starts_at, ends_at, **which)
    fetch_parties(found)
    return found


def _rows(
    desk: DeskRequest,
    days: Sequence[Day],
    visits: Sequence[Booking],
    sitter: Sitter | None,
    *,
    slots: bool,
) -> list[Row]:
    everybody = {one.pk: one for one in Sitter.objects.of(desk.organization).filter(is_active=True)}
    if sitter is not None:
        everybody = {sitter.pk: sitter}
    everybody.update({one.sitter_id: one.sitter for one in visits})
    of: dict[int, list[Booking]] = {pk: [] for pk in everybody}
    for visit in visits:
        of[visit.sitter_id].append(visit)
    return [
        Row(one, [(day, _cell(desk, day, one, of[one.pk], slots=slots)) for day in days])
        for one in sorted(everybody.values(), key=lambda one: (one.name.casefold(), one.pk))
    ]


def _cell(
    desk: DeskRequest, day: Day, sitter: Sitter, visits: Iterable[Booking], *, slots: bool
) -> list[Shown]:
    """The visits of one sitter on one day, with what is free between them where `slots` are wanted, else one way to a new one."""
    here = [one for one in visits if one.starts_at < day.ends_at and one.ends_at > day.starts_at]
    found = [(one.starts_at, _shown(desk, day, one)) for one in here]
    if sitter.is_active and day.ends_at > desk.at:
        free = _free(desk, day, here) if slots else []
        found += [(starts, _slot(desk, sitter, starts, ends)) for starts, ends in free]
        if not slots:
            found.append((day.ends_at, _new(desk, sitter, day)))
    return [one for _, one in sorted(found, key=lambda pair: pair[0])]


def _shown(desk: DeskRequest, day: Day, visit: Booking) -> Shown:
    starts = timefmt.clock(visit.starts_at, desk.zone) if visit.starts_at >= day.starts_at else ""
    ends = timefmt.clock(visit.ends_at, desk.zone) if visit.ends_at <= day.ends_at else ""
    when = {
        (True, True): timefmt.hours(visit.starts_at, visit.ends_at, desk.zone),
        (True, False): f"from {starts}",
        (False, True): f"until {ends}",
        (False, False): "all day",
    }[bool(starts), bool(ends)]
    return Shown(
        url=address(visit) or "",
        when=when,
        what=called_for(visit),
        is_now=visit.starts_at <= desk.at < visit.ends_at,
    )


def _free(desk: DeskRequest, day: Day, visits: Iterable[Booking]) -> list[tuple[datetime, datetime]]:
    """What lies free of visits in the usual hours of a day, from the next half hour on."""
    first, last = (
        datetime.combine(day.date, one, tzinfo=desk.zone).astimezone(UTC) for one in (_FROM, _UNTIL)
    )
    half = timedelta(minutes=30)
    soon = datetime.fromtimestamp(
        (desk.at.timestamp() // half.total_seconds() + 1) * half.total_seconds(), UTC
    )
    free, at = [], max(first, soon)
    for visit in sorted(visits, key=lambda one: one.starts_at):
        if visit.starts_at > at:
            free.append((at, min(visit.starts_at, last)))
        at = max(at, visit.ends_at)
    free.append((at, last))
    return [(starts, ends) for starts, ends in free if ends > starts]


def _slot(desk: DeskRequest, sitter: Sitter, starts_at: datetime, ends_at: datetime) -> Shown:
    when = timefmt.hours(starts_at, ends_at, desk.zone)
    url = _form(sitter, starts_at, min(starts_at + _VISIT, ends_at))
    return Shown(url=url, when=when, what="New visit", is_free=True)


def _new(desk: DeskRequest, sitter: Sitter, day: Day) -> Shown:
    """A visit at nine, or soon when that is behind."""
    nine = datetime.combine(day.date, time(9), tzinfo=desk.zone).astimezone(UTC)
    soon = desk.at.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    starts_at = min(max(nine, soon), day.ends_at)
    return Shown(
        url=_form(sitter, starts_at, starts_at + _VISIT),
        when="",
        what=f"New visit, {day.title}",
        is_free=True,
    )


def _form(sitter: Sitter, starts_at: datetime, ends_at: datetime) -> str:
    asked = {
        "sitter": str(sitter.public_id),
        "starts_at": starts_at.astimezone(UTC).isoformat(),
        "ends_at": ends_at.astimezone(UTC).isoformat(),
    }
    return f"{reverse('admin:messaging_visit_add')}?{urlencode(asked)}"
