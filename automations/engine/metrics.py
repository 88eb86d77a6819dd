"""Figures of automations for Prometheus, read from the rows when asked. No business is named."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Count, Min
from django.utils import timezone
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from audit.models import Occurrence
from automations.models import AutomationVersion, Execution, ExecutionState, VersionState
from automations.models.executions import UNFINISHED

FAILED_WITHIN = timedelta(hours=1)


class Automations(Collector):
    """What waits, what is late, and what goes wrong. Each figure is one query over a partial index."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """The figures as of now."""
        at = timezone.now()
        yield from self._occurrences(at)
        yield self._unfinished()
        yield self._oldest(at)
        yield self._failed(at)
        yield self._paused()

    def _occurrences(self, at: datetime) -> Iterator[GaugeMetricFamily]:
        due = Occurrence.objects.filter(done_at__isnull=True, due_at__lte=at)
        found = due.aggregate(count=Count("pk"), oldest=Min("due_at"))
        yield GaugeMetricFamily(
            "snoutos_due_occurrences",
            "Occurrences no automation has seen.",
            value=found["count"],
        )
        yield GaugeMetricFamily(
            "snoutos_oldest_due_occurrence_seconds",
            "How long the oldest of these has been waiting.",
            value=_age(found["oldest"], at),
        )

    def _unfinished(self) -> GaugeMetricFamily:
        family = GaugeMetricFamily(
            "snoutos_executions",
            "Automation runs that have not ended, waits included.",
            labels=["state"],
        )
        rows = Execution.objects.filter(state__in=UNFINISHED).values_list("state").annotate(n=Count("pk"))
        counts = dict(rows.order_by())
        for state in UNFINISHED:
            family.add_metric([state], counts.get(state, 0))
        return family

    def _oldest(self, at: datetime) -> GaugeMetricFamily:
        due = Execution.objects.filter(state__in=UNFINISHED, due_at__lte=at)
        return GaugeMetricFamily(
            "snoutos_oldest_due_execution_seconds",
            "How long the oldest reaction that could go on has been waiting.",
            value=_age(due.aggregate(oldest=Min("due_at"))["oldest"], at),
        )

    def _failed(self, at: datetime) -> GaugeMetricFamily:
        failed = Execution.objects.filter(state=ExecutionState.FAILED, finished_at__gt=at - FAILED_WITHIN)
        return GaugeMetricFamily(
            "snoutos_failed_executions_last_hour",
            "Reactions that failed in the last hour.",
            value=failed.count(),
        )

    def _paused(self) -> GaugeMetricFamily:
        paused = AutomationVersion.objects.filter(state=VersionState.PAUSED, paused_reason="failures")
        return GaugeMetricFamily(
            "snoutos_automations_paused_by_failures",
            "Automations that were paused because they kept failing.",
            value=paused.count(),
        )


def _age(since: datetime | None, at: datetime) -> float:
    return (at - since).total_seconds() if since else 0.0
