"""A number's health: how many phones the carriers lost its texts to in the last 7 days. None = healthy, one or two = watch, three or more =
failing. Ten texts to one phone that is switched off say nothing of the number; one each to three phones do.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

from django.db.models import Count, F
from django.utils import timezone

from audit.record import current
from messaging import alerts, events, occurrences
from messaging.models import Delivery, MessageNumber
from messaging.models.deliveries import DeliveryState
from messaging.models.numbers import Health

LOOKS_BACK = timedelta(days=7)
FAILING_FROM = 3


def grade(failed: int) -> Health:
    """The health of a number that did not reach `failed` phones in seven days."""
    if failed == 0:
        return Health.HEALTHY
    return Health.WATCH if failed < FAILING_FROM else Health.FAILING


def refresh(number_id: int) -> Health:
    """Grade the number anew. A change is recorded, and alerted when it is for the worse."""
    failed = Delivery.objects.filter(
        line__number_id=number_id,
        state__in=[DeliveryState.FAILED, DeliveryState.UNDELIVERED],
        # A delivery the provider refused for good was never sent over the air: only what the carrier lost speaks about the number.
        accepted_attempt__isnull=False,
        created_at__gt=timezone.now() - LOOKS_BACK,
    ).aggregate(phones=Count("recipient", distinct=True))["phones"]
    number = MessageNumber.objects.get(pk=number_id)
    before, now = Health(number.health), grade(failed)
    if before == now:
        return now
    if not MessageNumber.objects.filter(pk=number_id, health=before).update(health=now):
        return now
    ids = {"organization_id": number.organization_id, "number_id": number.pk}
    current().record(events.number_health_changed(**ids, from_health=before, to_health=now, failed=failed))
    occurrences.health_changed(**ids, from_health=before, to_health=now, event_key=uuid4().hex[:12])
    if _ORDER.index(now) > _ORDER.index(before):
        current().alert(alerts.number_health(**ids, failed=failed, failing=now == Health.FAILING))
    return now


def due_for_refresh() -> list[int]:
    """Numbers whose grade may have become better with time."""
    return list(
        MessageNumber.objects.exclude(health=Health.HEALTHY).order_by(F("id")).values_list("pk", flat=True)
    )


_ORDER = [Health.HEALTHY, Health.WATCH, Health.FAILING]
