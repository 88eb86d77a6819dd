"""The figures of automations: what is due, what runs, what failed, what was paused."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from prometheus_client import CollectorRegistry

from audit.models import Occurrence
from automations.engine.metrics import Automations
from automations.models import AutomationVersion, Execution, VersionState
from tests.automations import rules
from tests.business import Business

pytestmark = pytest.mark.django_db


def figure(name: str, **labels: str) -> float:
    """One figure as Prometheus would read it."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Automations())
    found = registry.get_sample_value(f"snoutos_{name}", labels)
    assert found is not None, name
    return found


def test_nothing_happens_in_an_empty_installation() -> None:
    assert figure("due_occurrences") == 0
    assert figure("oldest_due_occurrence_seconds") == 0
    assert figure("executions", state="pending") == figure("executions", state="running") == 0
    assert figure("oldest_due_execution_seconds") == 0
    assert figure("failed_executions_last_hour") == 0
    assert figure("automations_paused_by_failures") == 0


def test_due_occurrences_and_the_age_of_the_oldest(business: Business) -> None:
    business.text("Hello")
    Occurrence.objects.update(done_at=None, due_at=timezone.now() - timedelta(minutes=5))
    waiting = Occurrence.objects.count()
    later = Occurrence.objects.latest("pk")
    Occurrence.objects.filter(pk=later.pk).update(due_at=timezone.now() + timedelta(hours=1))
    assert figure("due_occurrences") == waiting - 1
    assert 299 < figure("oldest_due_occurrence_seconds") < 330


def test_executions_that_wait_run_and_fail(business: Business) -> None:
    automation = rules.active(business, rules.ALERT, {"kind": "wait", "minutes": 30}, rules.ALERT)
    business.text("Hello")
    rules.settle()
    assert figure("executions", state="running") == 1
    assert figure("oldest_due_execution_seconds") == 0
    execution = Execution.objects.get(automation=automation)
    Execution.objects.update(due_at=timezone.now() - timedelta(minutes=2))
    assert 119 < figure("oldest_due_execution_seconds") < 150
    at = timezone.now()
    Execution.objects.update(state="failed", reason="error", due_at=None, finished_at=at)
    assert figure("failed_executions_last_hour") == 1
    assert figure("executions", state="running") == 0
    Execution.objects.filter(pk=execution.pk).update(finished_at=at - timedelta(minutes=61))
    assert figure("failed_executions_last_hour") == 0


def test_automations_that_failures_paused(business: Business) -> None:
    automation = rules.active(business)
    versions = AutomationVersion.objects.filter(automation=automation)
    versions.update(state=VersionState.PAUSED, paused_reason="")
    assert figure("automations_paused_by_failures") == 0
    versions.update(paused_reason="failures")
    assert figure("automations_paused_by_failures") == 1


def test_every_figure_costs_one_query() -> None:
    with CaptureQueriesContext(connection) as asked:
        assert len(list(Automations().collect())) == 6
    assert len(asked) == 5
