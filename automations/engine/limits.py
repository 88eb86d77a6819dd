"""How much automations may text: so much to one client a day, so much of the whole business an hour. Asked before each text."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from django.db import connection, transaction

from audit.record import Actor, current, recording
from automations import events
from automations.engine.context import Situation
from automations.models import Limits, Step
from automations.permissions import CHANGE_LIMITS
from snoutos.accounts.models import Organization, User

_HOLD = "SELECT pg_advisory_xact_lock(hashtextextended('automations:limits:' || %s, 0))"


def reached(situation: Situation, at: datetime) -> str:
    """Why one more automation text may not go to this conversation's client now, as a code; empty when it may.

    Holds the business' count until the transaction ends, so that two texts at once cannot both be the last one allowed.
    """
    organization = situation.organization
    with connection.cursor() as cursor:
        cursor.execute(_HOLD, [organization.pk])
    limits = Limits.of(organization)
    sent = Step.objects.of(organization).filter(sent_at__isnull=False)
    if sent.filter(sent_at__gt=at - timedelta(hours=1)).count() >= limits.texts_per_hour:
        return "hourly_limit"
    if situation.thread is None:
        return ""
    theirs = sent.filter(sent_at__gte=_midnight(situation, at))
    if situation.client is not None:
        theirs = theirs.filter(client=situation.client)
    else:
        theirs = theirs.filter(execution__thread=situation.thread, kind="text_client")
    return "daily_limit" if theirs.count() >= limits.texts_per_client_and_day else ""


def change(
    organization: Organization, *, texts_per_client_and_day: int, texts_per_hour: int, by: User, at: datetime
) -> Limits:
    """Set both; they hold for the next text. The caller has checked that they are whole numbers in the fields' bounds.

    Raises NotAllowed for anybody but an owner.
    """
    CHANGE_LIMITS.require(by)
    with transaction.atomic(), recording(actor=Actor.user(by.pk), at=at):
        kept: Limits
        kept, _ = Limits.objects.update_or_create(
            organization=organization,
            defaults={
                "texts_per_client_and_day": texts_per_client_and_day,
                "texts_per_hour": texts_per_hour,
            },
        )
        current().record(events.automation_limits_changed(organization_id=organization.pk))
        return kept


def _midnight(situation: Situation, at: datetime) -> datetime:
    zone = situation.organization.zone
    return datetime.combine(at.astimezone(zone).date(), time(), tzinfo=zone)
