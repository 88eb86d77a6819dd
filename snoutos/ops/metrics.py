"""The figures of the installation in Prometheus' text format, read from the rows when asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector

from automations.engine.metrics import Automations
from messaging import heartbeats
from snoutos.ops import gauges


class Installation(Collector):
    """What waits, what is stuck, and who lives."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """The figures as of now."""
        yield from self._texts()
        yield from self._people()
        yield from self._processes()

    def _texts(self) -> Iterator[GaugeMetricFamily]:
        at = timezone.now()
        yield _by("deliveries", "Deliveries without a final state.", "state", gauges.queue())
        yield _one(
            "oldest_due_delivery_seconds",
            "How long the first text that can go out has been waiting.",
            gauges.oldest_due_seconds(at),
        )
        yield _one(
            "retries_waiting", "Texts proven unsent that wait for their next try.", gauges.retries_waiting()
        )
        yield _one(
            "callbacks_late",
            "Texts of the last day the provider took over 15 minutes ago, without a final word since.",
            gauges.callbacks_late(at),
        )
        yield _by("attempts_last_hour", "Calls of the last hour.", "outcome", gauges.attempts(at))
        yield _by("receipts", "Webhook receipts that aren't processed.", "state", gauges.receipts())
        yield _by(
            "refused_requests_last_hour",
            "Requests that couldn't be verified as the provider's.",
            "reason",
            gauges.refused(at),
        )
        yield _by("account_lines", "Provider accounts by whether texts can go out.", "state", gauges.lines())

    def _people(self) -> Iterator[GaugeMetricFamily]:
        held = gauges.oldest_held_seconds(timezone.now())
        yield _one("oldest_held_text_seconds", "How long the oldest held text has been waiting.", held)
        yield _by("open_alerts", "Alerts no one has closed.", "severity", gauges.alerts())

    def _processes(self) -> Iterator[GaugeMetricFamily]:
        ages = gauges.heartbeats(timezone.now())
        queues = {name: age for name, age in ages.items() if name in heartbeats.QUEUES}
        yield _by("heartbeat_age_seconds", "Since a queue was last worked on.", "queue", queues)
        if heartbeats.BEAT in ages:
            yield _one("beat_age_seconds", "Since the beat last gave a sign of life.", ages[heartbeats.BEAT])
        if heartbeats.BROKER in ages:
            yield _one("broker_age_seconds", "Since the broker last answered.", ages[heartbeats.BROKER])
        yield _by(
            "broker_queue_length",
            "Tasks that wait in the broker; nothing when it does not answer within 0.2 s.",
            "queue",
            gauges.broker_queues(),
        )


def _one(name: str, about: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"snoutos_{name}", about, value=value)


def _by(name: str, about: str, label: str, values: Mapping[str, float]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(f"snoutos_{name}", about, labels=[label])
    for which, value in values.items():
        family.add_metric([which], value)
    return family


def metrics(request: HttpRequest) -> HttpResponse:
    """The gauges. The proxy keeps the world away from it."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Installation())
    registry.register(Automations())
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
