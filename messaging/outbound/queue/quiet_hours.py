"""Quiet hours of automation texts, where the recipient is (47 CFR 64.1200(c)(1): 8:00 to 21:00 at the recipient's place)."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import phonenumbers
from phonenumbers import timezone as phone_timezones

from messaging.models import Client, Delivery
from snoutos.accounts.models import Organization


def until(delivery: Delivery, at: datetime) -> datetime | None:
    """When the quiet hours that hold at `at` end for this delivery; None outside them."""
    organization = Organization.objects.get(pk=delivery.organization_id)
    zone = zone_of(delivery, organization)
    return end_of_quiet(at.astimezone(zone), organization.quiet_from, organization.quiet_until)


def end_of_quiet(local: datetime, quiet_from: time, quiet_until: time) -> datetime | None:
    """The end of the quiet hours around `local`, or None. They may run over midnight; equal times mean there are none."""
    if quiet_from == quiet_until:
        return None
    clock = local.time()
    overnight = quiet_from > quiet_until
    is_quiet = (
        (clock >= quiet_from or clock < quiet_until) if overnight else quiet_from <= clock < quiet_until
    )
    if not is_quiet:
        return None
    day = local.date() + timedelta(days=1) if overnight and clock >= quiet_from else local.date()
    return datetime.combine(day, quiet_until, tzinfo=local.tzinfo)


def zone_of(delivery: Delivery, organization: Organization) -> ZoneInfo:
    """The recipient's zone: the client's own, else the area code's when it names one, else the business'."""
    return zone_of_phone(delivery.recipient, delivery.thread.client, organization)


def zone_of_phone(e164: str, client: Client | None, organization: Organization) -> ZoneInfo:
    """As `zone_of`, for a phone and whose it is."""
    if client is not None and client.timezone:
        return ZoneInfo(client.timezone)
    zones = _zones_of_number(e164)
    if len(zones) == 1:
        try:
            return ZoneInfo(zones[0])
        except (ZoneInfoNotFoundError, ValueError):
            return organization.zone
    return organization.zone


def _zones_of_number(e164: str) -> tuple[str, ...]:
    try:
        return tuple(phone_timezones.time_zones_for_number(phonenumbers.parse(e164)))
    except phonenumbers.NumberParseException:
        return ()
