"""The opening hours of a business, asked by calls, rules, auto-replies and clocks alike. What they mean is `snoutos.core.hours`.

A business that has set nothing is always open. Quiet hours are another thing: when automations may text, in the recipient's zone.
"""

from __future__ import annotations

from datetime import datetime

from snoutos.accounts.models import Organization
from snoutos.core import hours, hours_text
from snoutos.core.hours import Hours


def of(organization: Organization) -> Hours:
    """The hours that `organization` keeps, in its zone. Costs no query."""
    holidays = hours.holidays_from(organization.holidays)
    return Hours(
        zone=organization.zone,
        week=hours.week_from(organization.opening_hours),
        holidays={one.day: one for one in holidays},
    )


def is_open(organization: Organization, at: datetime) -> bool:
    """Whether the business is open at `at` (aware); always, when it has set no hours."""
    return hours.is_open(of(organization), at)


def opens_next(organization: Organization, at: datetime) -> datetime | None:
    """When it is open next: `at` itself while it is; None when no opening is in sight (400 days)."""
    return hours.opens_next(of(organization), at)


def opens_again(organization: Organization, at: datetime) -> datetime | None:
    """The next opening that has not begun: as `opens_next` while it is closed, else the one after this. None when none is in sight."""
    closes = closes_next(organization, at)
    if closes is None and is_open(organization, at):
        return None
    return opens_next(organization, closes or at)


def closes_next(organization: Organization, at: datetime) -> datetime | None:
    """When the opening that holds at `at` ends; None when it is closed then, or open around the clock."""
    return hours.closes_next(of(organization), at)


def standing(organization: Organization, at: datetime) -> str:
    """In words: "Open now until 5:00 PM.", "Closed until Mon 8:00 AM."."""
    return hours_text.standing(of(organization), at)
