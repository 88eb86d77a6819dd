"""Figures of the installation for Prometheus, read from the rows when asked. No business is named: operators see no texts."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Count, Min, Q
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector

from audit.models import UNFINISHED, Alert
from messaging.models import Delivery, Heartbeat, Message, WebhookReceipt
from messaging.models.deliveries import DeliveryState
from messaging.models.messages import MessageState
from messaging.models.receipts import ReceiptState

_UNSETTLED = (DeliveryState.QUEUED, DeliveryState.SENDING, DeliveryState.UNKNOWN, DeliveryState.PARKED)


class Installation(Collector):
    """What waits, what is stuck, and who lives. Each figure is one query over a partial index."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """The figures as of now."""
        yield self._deliveries()
        yield self._held()
        yield self._receipts()
        yield self._alerts()
        yield self._heartbeats()

    def _deliveries(self) -> GaugeMetricFamily:
        family = GaugeMetricFamily("snoutos_deliveries", "Deliveries that are not settled.", labels=["state"])
        rows = Delivery.objects.filter(state__in=_UNSETTLED).values_list("state").annotate(n=Count("pk"))
        counts = dict(rows.order_by())
        for state in _UNSETTLED:
            family.add_metric([state], counts.get(state, 0))
        return family

    def _held(self) -> GaugeMetricFamily:
        oldest = Message.objects.filter(state=MessageState.HELD).aggregate(oldest=Min("created_at"))["oldest"]
        age = (timezone.now() - oldest).total_seconds() if oldest else 0.0
        return GaugeMetricFamily(
            "snoutos_oldest_held_text_seconds", "How long the oldest held text has been waiting.", value=age
        )

    def _receipts(self) -> GaugeMetricFamily:
        family = GaugeMetricFamily(
            "snoutos_receipts", "Webhook receipts that are not taken in.", labels=["state"]
        )
        states = (ReceiptState.FAILED, ReceiptState.QUARANTINED, ReceiptState.UNROUTED)
        counts = WebhookReceipt.objects.aggregate(**{s.value: Count("pk", filter=Q(state=s)) for s in states})
        for state in states:
            family.add_metric([state], counts[state])
        return family

    def _alerts(self) -> GaugeMetricFamily:
        family = GaugeMetricFamily("snoutos_open_alerts", "Alerts nobody has finished.", labels=["severity"])
        rows = Alert.objects.filter(state__in=UNFINISHED).values_list("severity").annotate(n=Count("pk"))
        for severity, count in rows.order_by():
            family.add_metric([severity], count)
        return family

    def _heartbeats(self) -> GaugeMetricFamily:
        family = GaugeMetricFamily(
            "snoutos_heartbeat_age_seconds", "Since a queue was last worked on.", labels=["queue"]
        )
        for beat in Heartbeat.objects.order_by("name"):
            family.add_metric([beat.name], (timezone.now() - beat.at).total_seconds())
        return family


def metrics(request: HttpRequest) -> HttpResponse:
    """The figures in Prometheus' text format. The proxy keeps the world away from it."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Installation())
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
