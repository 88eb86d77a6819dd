"""A number's health: how many phones the carriers lost its texts to in the last 7 days. None = healthy, one or two = watch, three or more =
failing. Ten texts to one phone that is switched off say nothing of the number; one each to three phones do. A phone that opted out was
not lost.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

from django.db.models import Count, QuerySet
from django.utils import timezone

from audit import alert_lifecycle
from audit.record import current
from messaging import alerts, events, occurrences
from messaging.models import Delivery, MessageNumber
from messaging.models.deliveries import DeliveryState
from messaging.models.numbers import Health

LOOKS_BACK = timedelta(days=7)
FAILING_FROM = 3
AT_ONCE = 500
_PHONES = Count("recipient", distinct=True)
_OPTED_OUT = ("21610",)


def grade(failed: int) -> Health:
    """The health of a number that did not reach `failed` phones in seven days."""
    if failed == 0:
        return Health.HEALTHY
    return Health.WATCH if failed < FAILING_FROM else Health.FAILING


def refresh(number_id: int) -> Health:
    """Grade the number anew. A change is recorded, and alerted when it is for the worse; the alert goes when all is well again."""
    failed = _lost().filter(line__number_id=number_id).aggregate(phones=_PHONES)["phones"]
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
    elif now == Health.HEALTHY:
        about = {"organization_id": number.organization_id, "subject_id": number.pk}
        alert_lifecycle.settle(alerts.number_health, **about, at=timezone.now())
    return now


def due_for_refresh() -> list[int]:
    """Numbers whose grade became better with time, at most 500. Costs two statements, however many are not healthy."""
    unhealthy = dict(MessageNumber.objects.exclude(health=Health.HEALTHY).values_list("pk", "health"))
    counted = _lost().filter(line__number_id__in=unhealthy).values("line__number_id").annotate(phones=_PHONES)
    failed = dict(counted.values_list("line__number_id", "phones"))
    return [pk for pk, health in sorted(unhealthy.items()) if grade(failed.get(pk, 0)) != health][:AT_ONCE]


def _lost() -> QuerySet[Delivery]:
    """Texts of the last seven days that the provider took and the carrier lost.

    One that the provider refused for good was never sent over the air, and of one to a phone that opted out the number is not the reason.
    """
    return Delivery.objects.filter(
        state__in=[DeliveryState.FAILED, DeliveryState.UNDELIVERED],
        accepted_attempt__isnull=False,
        created_at__gt=timezone.now() - LOOKS_BACK,
    ).exclude(error_code__in=_OPTED_OUT)


_ORDER = [Health.HEALTHY, Health.WATCH, Health.FAILING]
