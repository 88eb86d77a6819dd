"""How many people stop a number's texts in a day: more than carriers and resellers put up with is told to the owner.

Source of the share: a reseller of the provider's texts calls 0 to 1 % of the day's texts good and stops an account's texts at 2 %
(help.flowfusioncrm.com/sms-best-practices, read 2026-11-30). Carriers publish no figure. Under 100 texts a day one STOP says nothing.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count

from audit.record import Actor, current, recording
from messaging import alerts
from messaging.models import ConsentChange, Delivery
from messaging.models.consent import ConsentKind
from messaging.models.threads import Role

WITHIN = timedelta(days=1)
FROM_TEXTS = 100
AT_PERCENT = 2


def watch(at: datetime) -> None:
    """Alert for each number over which at least 100 texts went to clients in a day, when over 2 in 100 were answered by an opt-out."""
    for number_id, organization_id, texts in _busy(at):
        stopped = _stopped(number_id, organization_id, at)
        if stopped * 100 > texts * AT_PERCENT:
            with transaction.atomic(), recording(actor=Actor.system(), at=at):
                current().alert(
                    alerts.number_opt_outs(
                        organization_id=organization_id, number_id=number_id, stopped=stopped, texts=texts
                    )
                )


def _busy(at: datetime) -> list[tuple[int, int, int]]:
    sent = Delivery.objects.filter(
        created_at__gt=at - WITHIN,
        sent_at__isnull=False,
        participant__role__in=[Role.CLIENT, Role.UNKNOWN],
    )
    rows = sent.values("line__number_id", "organization_id").annotate(texts=Count("pk"))
    busy = rows.filter(texts__gte=FROM_TEXTS).order_by("line__number_id")
    return list(busy.values_list("line__number_id", "organization_id", "texts"))


def _stopped(number_id: int, organization_id: int, at: datetime) -> int:
    """The phones that opted out in the day, of those texted over the number in it."""
    texted = Delivery.objects.filter(
        line__number=number_id, created_at__gt=at - WITHIN, sent_at__isnull=False
    ).values("recipient")
    stops = ConsentChange.objects.of(organization_id).filter(
        kind=ConsentKind.OPTED_OUT, at__gt=at - WITHIN, e164__in=texted
    )
    return int(stops.values("e164").distinct().count())
