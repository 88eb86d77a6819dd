"""What automations need no longer is forgotten, and nothing else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from audit.models import Occurrence
from automations.engine import external_events, retention
from automations.models import Execution, ExternalEvent
from tests.automations.rules import ALERT, active, settle
from tests.business import Business

pytestmark = pytest.mark.django_db


def test_old_reactions_that_came_to_nothing_go_and_what_was_done_stays(business: Business) -> None:
    asks = {"field": "message.text", "op": "contains", "value": "cancel"}
    active(business, ALERT, conditions=asks)
    business.text("All good")
    business.text("Please cancel")
    settle()
    now = timezone.now()
    assert retention.forget(now) == 0
    assert retention.forget(now + timedelta(days=31)) == 1
    assert list(Execution.objects.values_list("state", flat=True)) == ["done"]


def test_occurrences_that_are_over_go_unless_something_reacted_to_them(business: Business) -> None:
    rule = active(business, ALERT)
    business.text("Hello")
    settle()
    waiting = Occurrence.objects.create(organization=business.organization, kind="x.y", key="waits")
    retention.forget(timezone.now() + timedelta(days=46))
    kept = {rule.executions.get().occurrence_id, waiting.pk}
    assert set(Occurrence.objects.values_list("pk", flat=True)) == kept


def test_other_systems_words_are_emptied_after_90_days(business: Business) -> None:
    external_events.report(
        organization=business.organization,
        name="booking.created",
        data={"who": "Dana"},
        by=business.owner,
        at=timezone.now(),
    )
    retention.forget(timezone.now() + timedelta(days=89))
    assert ExternalEvent.objects.get().data == {"who": "Dana"}
    retention.forget(timezone.now() + timedelta(days=91))
    assert ExternalEvent.objects.get().data == {}
