"""Changing a business' opening hours by API, and what its emergency contact may be. What hours mean is `snoutos.core.hours`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import transaction

from audit import events
from audit.record import Actor, current, recording
from messaging.errors import HoursRefused
from messaging.people import ownership
from messaging.permissions import CHANGE_HOURS
from snoutos.accounts.models import Organization, User
from snoutos.core import hours, phones
from snoutos.core.hours import Day, Holiday, HoursError


def check_emergency_contact(organization: Organization, text: str) -> None:
    """Raise HoursRefused unless `text` is empty or names a phone that clients can be told to call: none of the business' own texting
    numbers, no client's, no sitter's.
    """
    named = phones.named_in(text)
    if text and not named:
        raise HoursRefused(
            "Add the phone number to call, with its area code: VCA Animal Hospital, (310) 555-0123."
        )
    for e164 in named:
        holder = ownership.holder_of(organization.pk, e164)
        if holder.number is not None:
            raise HoursRefused("That's one of your texting numbers. Name a phone where someone picks up.")
        if holder.client is not None or (holder.sitter is not None and holder.member is None):
            whose = "a client's" if holder.client is not None else "a sitter's"
            raise HoursRefused(f"That's {whose} phone. Name one that clients may have.")


def change(
    organization: Organization,
    *,
    days: Mapping[int, Day],
    holidays: Iterable[Holiday],
    by: User,
    at: datetime,
) -> Organization:
    """Let the business be open on `days` (0 is Monday; those left out are closed, none at all: always open), except on `holidays`.

    Raises HoursRefused with what is wrong, NotAllowed for anybody but an owner. What stays the same records nothing.
    """
    CHANGE_HOURS.require(by)
    try:
        wanted = {
            "opening_hours": hours.week_to(hours.week_of(days)) if days else [],
            "holidays": hours.holidays_to(hours.holidays_of(holidays)),
        }
    except HoursError as error:
        raise HoursRefused(error.sentence) from error
    with transaction.atomic(), recording(actor=Actor.person(by), at=at):
        row = Organization.objects.select_for_update(no_key=True).get(pk=organization.pk)
        changed = [name for name, value in wanted.items() if getattr(row, name) != value]
        if changed:
            for name in changed:
                setattr(row, name, wanted[name])
            row.save(update_fields=changed)
            current().record(events.settings_changed(organization_id=row.pk, fields=changed))
    return row
