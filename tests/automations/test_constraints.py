"""What the database refuses of rules and what ran, each broken once, by name."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from audit.models import Occurrence
from automations import lifecycle
from automations.models import Automation, AutomationVersion, Execution, ExternalEvent, Limits, Step
from tests.automations.rules import TEXT_CLIENT, active, settle, version_of, wish
from tests.business import Business, open_business
from tests.constraints import breaks
from tests.refusals import refusal


@pytest.fixture
def rule(business: Business) -> Automation:
    """One that ran once."""
    found = active(business)
    business.text("Hello")
    settle()
    return found


def draft(business: Business, name: str = "Another") -> AutomationVersion:
    automation = lifecycle.create(
        organization=business.organization, name=name, wish=wish(), by=business.owner, at=timezone.now()
    )
    return AutomationVersion.objects.get(automation=automation)


def changed(row: Any, **values: Any) -> str:
    """The constraint that refuses `row` with these values."""
    return str(refusal(lambda: type(row).objects.filter(pk=row.pk).update(**values)))


def again(row: Any, **values: Any) -> str:
    """The constraint that refuses a second row like `row` with these values."""
    kept = {f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields}
    for name in ("id", "public_id"):
        kept.pop(name, None)
    return str(refusal(lambda: type(row).objects.create(**{**kept, **values})))


@breaks("automation_has_a_name", "automation_name_once_per_organization")
def test_an_automation_has_a_name_of_its_own(business: Business, rule: Automation) -> None:
    other = draft(business).automation
    assert changed(rule, name="") == "automation_has_a_name"
    assert changed(other, name=rule.name) == "automation_name_once_per_organization"
    lifecycle.archive(rule, by=business.owner, at=timezone.now())
    Automation.objects.filter(pk=other.pk).update(name=rule.name)


@breaks("automationversion_active_is_tested")
def test_what_is_tested_or_in_force_was_tested_exactly_so(business: Business) -> None:
    version = draft(business)
    now = timezone.now()
    assert changed(version, state="tested") == "automationversion_active_is_tested"
    assert changed(version, state="tested", tested_digest="0" * 64) == "automationversion_active_is_tested"
    same = AutomationVersion.objects.filter(pk=version.pk)
    same.update(state="tested", tested_digest=version.digest)
    assert changed(version, state="active", activated_at=now, digest="1" * 64) == (
        "automationversion_active_is_tested"
    )
    same.update(state="active", activated_at=now)


@breaks("automationversion_active_has_its_time", "automationversion_urgent_has_a_reason")
def test_what_is_in_force_has_its_time_and_urgency_a_reason(business: Business) -> None:
    version = draft(business)
    AutomationVersion.objects.filter(pk=version.pk).update(state="tested", tested_digest=version.digest)
    assert changed(version, state="active") == "automationversion_active_has_its_time"
    assert changed(version, is_urgent=True) == "automationversion_urgent_has_a_reason"


@breaks(
    "automationversion_unique_number_of_automation",
    "automation_one_draft_version",
    "automation_one_active_version",
)
def test_there_is_one_draft_and_one_version_in_force(business: Business, rule: Automation) -> None:
    version = version_of(rule)
    assert again(version, state="draft") == "automationversion_unique_number_of_automation"
    second = again_draft(version)
    assert again(second, number=7) == "automation_one_draft_version"
    AutomationVersion.objects.filter(pk=second.pk).update(state="tested", tested_digest=second.digest)
    assert changed(second, state="active", activated_at=timezone.now()) == "automation_one_active_version"


def again_draft(version: AutomationVersion) -> AutomationVersion:
    kept = {f.attname: getattr(version, f.attname) for f in version._meta.concrete_fields}
    for name in ("id", "public_id", "tested_digest", "activated_at"):
        del kept[name]
    made: AutomationVersion = AutomationVersion.objects.create(**{**kept, "number": 2, "state": "draft"})
    return made


@breaks("automationversion_has_a_known_state", "automationversion_has_a_known_lane")
def test_state_and_lane_are_known(business: Business) -> None:
    version = draft(business)
    assert changed(version, lane="fast") == "automationversion_has_a_known_lane"
    # The guard comes first: it knows the moves.
    assert changed(version, state="odd") in (
        "automationversion_moves_as_drawn",
        "automationversion_has_a_known_state",
    )


@breaks("automationversion_begins_as_draft")
def test_a_version_begins_as_a_draft(rule: Automation) -> None:
    assert again(version_of(rule), number=9, state="active") == "automationversion_begins_as_draft"


@breaks("automationversion_in_force_never_changes")
def test_what_is_in_force_never_changes(rule: Automation) -> None:
    version = version_of(rule)
    for values in (
        {"content": {**version.content, "actions": [TEXT_CLIENT, TEXT_CLIENT]}},
        {"digest": "2" * 64, "tested_digest": "2" * 64},
        {"lane": "system"},
        {"is_urgent": True, "urgent_reason": "now"},
        {"trigger_kind": "thread.opened"},
    ):
        assert changed(version, **values) == "automationversion_in_force_never_changes", values


@breaks("automationversion_moves_as_drawn")
def test_versions_move_as_drawn(business: Business, rule: Automation) -> None:
    now = timezone.now()
    assert changed(version_of(rule), state="draft") == "automationversion_moves_as_drawn"
    assert changed(version_of(rule), state="tested") == "automationversion_moves_as_drawn"
    fresh = draft(business)
    assert (
        changed(fresh, state="active", tested_digest=fresh.digest, activated_at=now)
        == "automationversion_moves_as_drawn"
    )
    lifecycle.archive(rule, by=business.owner, at=now)
    archived = AutomationVersion.objects.get(automation=rule)
    assert changed(archived, state="active") == "automationversion_moves_as_drawn"


@breaks("execution_once_per_automation_and_occurrence")
def test_an_automation_runs_once_for_an_occurrence(rule: Automation) -> None:
    name = again(Execution.objects.get(automation=rule))
    assert name == "execution_once_per_automation_and_occurrence"


@breaks(
    "execution_has_a_known_state",
    "execution_unfinished_has_a_due_time",
    "execution_stopped_has_a_reason",
)
def test_an_execution_is_whole(rule: Automation) -> None:
    execution, now = Execution.objects.get(automation=rule), timezone.now()
    assert changed(execution, state="odd") == "execution_has_a_known_state"
    assert changed(execution, state="running") == "execution_unfinished_has_a_due_time"
    assert changed(execution, due_at=now) == "execution_unfinished_has_a_due_time"
    assert changed(execution, finished_at=None) == "execution_unfinished_has_a_due_time"
    for state in ("skipped", "failed", "canceled"):
        assert changed(execution, state=state) == "execution_stopped_has_a_reason"


@breaks("step_unique_position_of_execution", "step_has_a_known_state", "step_stopped_has_a_reason")
def test_a_step_is_whole(rule: Automation) -> None:
    step = Step.objects.get(execution__automation=rule)
    assert again(step) == "step_unique_position_of_execution"
    assert changed(step, state="odd") == "step_has_a_known_state"
    assert changed(step, state="failed") == "step_stopped_has_a_reason"
    assert changed(step, state="skipped") == "step_stopped_has_a_reason"


@breaks("externalevent_has_a_name")
def test_an_event_has_a_name(business: Business) -> None:
    event = ExternalEvent(organization=business.organization, name="", reported_by=business.owner)
    assert refusal(event.save) == "externalevent_has_a_name"


@breaks("limits_one_row_per_organization", "limits_allow_at_least_one_text")
def test_limits_are_one_row_and_allow_something(business: Business) -> None:
    row = Limits.objects.create(organization=business.organization)
    assert again(row) == "limits_one_row_per_organization"
    assert changed(row, texts_per_hour=0) == "limits_allow_at_least_one_text"
    assert changed(row, texts_per_client_and_day=0) == "limits_allow_at_least_one_text"


def test_nothing_points_into_another_business(business: Business, rule: Automation) -> None:
    other = open_business("Paws")
    execution = Execution.objects.get(automation=rule)
    foreign = Occurrence.objects.create(organization=other.organization, kind="x.y", key="k")
    assert changed(execution, occurrence_id=foreign.pk).endswith("_same_organization")
    assert changed(execution, organization_id=other.organization.pk).endswith("_same_organization")
