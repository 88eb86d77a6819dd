"""Decisions as they are stored and read: replayed they agree, and they say in one sentence what happened."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from messaging.assignments import overrides, windows
from messaging.models import AssignmentWindow, Message, Participant, RoutingOverride, Thread
from messaging.people import threads
from routing import decisions, engine, sentences
from routing.models import RoutingDecision
from routing.simulator import WhatIf, simulate
from tests.business import Business, open_business, stranger

PACIFIC = ZoneInfo("America/Los_Angeles")


def decision_of(message: Message) -> RoutingDecision:
    return RoutingDecision.objects.get(message=message)


def test_every_stored_decision_is_made_again_the_same(business: Business) -> None:
    thread = business.thread()
    business.text("Hello", sender=stranger())
    window = business.window(thread)
    business.text("in the window")
    overrides.set_override(
        thread=thread,
        target="owner_inbox",
        ends_at=timezone.now() + timedelta(hours=1),
        reason="I take this one",
        by=business.owner,
        at=timezone.now(),
    )
    business.text("overridden")
    business.text("STOP")
    windows.cancel(window, by=business.owner, at=timezone.now())
    threads.close_thread(thread, by=business.owner, at=timezone.now())
    business.text("closed")
    kept = list(RoutingDecision.objects.all())
    assert {decision.reason for decision in kept} == {
        "nobody_assigned",
        "party_unmapped",
        "window_in_force",
        "override_to_owner",
        "consent_word",
        "thread_closed",
    }
    for decision in kept:
        assert decisions.agrees(decision), decision.reason
        assert decision.ruleset == engine.RULESET


@pytest.mark.parametrize(
    "tampered",
    [
        {"target": "sitter"},
        {"reason": "window_in_force"},
        {"facts_hash": "0" * 64},
        {"trace": []},
    ],
)
def test_a_changed_decision_no_longer_agrees(business: Business, tampered: dict[str, Any]) -> None:
    decision = decision_of(business.text("Hello"))
    for name, value in tampered.items():
        setattr(decision, name, value)
    assert not decisions.agrees(decision)


def test_changed_facts_no_longer_agree(business: Business) -> None:
    decision = decision_of(business.text("Hello"))
    decision.facts["party_blocked"] = True
    assert not decisions.agrees(decision)


def at_the_desk(clock: str) -> datetime:
    return datetime.fromisoformat(f"2026-07-01T{clock}:00").replace(tzinfo=PACIFIC)


def decided_at(business: Business, clock: str) -> RoutingDecision:
    """A decision for the client's thread at a time of July 1, in the business' zone."""
    message = business.text("Hello")
    party = Participant.objects.select_related("number").get(thread=message.thread, role="client")
    made = decisions.decide(message.thread, party, at_the_desk(clock))
    return RoutingDecision(
        organization=business.organization,
        at=at_the_desk(clock),
        target=made.target,
        reason=made.reason,
        params=dict(made.params),
        trace=[step.as_json() for step in made.trace],
    )


def plan(business: Business, begins: str, ends: str) -> AssignmentWindow:
    window: AssignmentWindow = AssignmentWindow.objects.create(
        organization=business.organization,
        thread=business.thread(),
        sitter=business.sitter,
        starts_at=at_the_desk(begins),
        ends_at=at_the_desk(ends),
    )
    return window


def test_no_window_says_whose_comes_next(business: Business) -> None:
    plan(business, "15:00", "16:00")
    said = sentences.sentence(decided_at(business, "14:30"), PACIFIC)
    assert said == "No visit at 2:30 PM, so it came to you. Ana's starts at 3:00 PM."


def test_a_window_says_whose_it_is_and_until_when(business: Business) -> None:
    plan(business, "09:00", "16:00")
    said = sentences.sentence(decided_at(business, "14:30"), PACIFIC)
    assert said == "Sent to Ana: on duty until 4:00 PM."


def test_times_are_in_the_zone_asked_for(business: Business) -> None:
    plan(business, "09:00", "16:00")
    said = sentences.sentence(decided_at(business, "14:30"), ZoneInfo("America/New_York"))
    assert said.endswith("until 7:00 PM.")


def test_every_step_has_a_sentence(business: Business) -> None:
    steps = sentences.steps(decided_at(business, "14:30"), PACIFIC)
    assert [(rule, decided) for rule, decided, _ in steps] == [
        ("safety", False),
        ("private", False),
        ("override", False),
        ("reach", False),
        ("duty", False),
        ("fallback", True),
    ]
    assert all(said.endswith(".") and "{" not in said for _, _, said in steps)


ALL_REASONS = [
    "number_quarantined",
    "number_retired",
    "thread_closed",
    "party_blocked",
    "party_unmapped",
    "billing_thread",
    "staff_thread",
    "late_reply",
    "consent_word",
    "sitter_not_in_charge",
    "sitter_locked",
    "sitter_opted_out",
    "sitter_line_resting",
    "sitter_thread_closed",
    "sitter_number_not_active",
    "sitter_party_blocked",
    "sitter_nobody_there",
    "safe",
    "no_override",
    "override_to_owner",
    "override_to_sitter",
    "override_sitter_inactive",
    "window_in_force",
    "window_sitter_inactive",
    "no_window",
    "nobody_assigned",
    "nobody_there",
    "not_private",
    "private_exchange",
    "private_just_over",
    "nobody_to_reach",
    "sitter_reachable",
    "sitter_unreachable",
]


@pytest.mark.parametrize("reason", ALL_REASONS)
def test_every_reason_reads_as_a_sentence(business: Business, reason: str) -> None:
    params = {"sitter_id": business.sitter.pk, "until": at_the_desk("16:00").isoformat(), "at": None}
    said = sentences.say(
        reason, params, organization_id=business.organization.pk, zone=PACIFIC, at=at_the_desk("14:30")
    )
    assert said != reason
    assert said.endswith(".")


def test_a_sitter_of_another_business_is_not_named(business: Business) -> None:
    other = open_business("Paws")
    said = sentences.say(
        "override_sitter_inactive",
        {"sitter_id": other.sitter.pk},
        organization_id=business.organization.pk,
        zone=PACIFIC,
        at=at_the_desk("14:30"),
    )
    assert "a former sitter" in said


def rows() -> dict[str, int]:
    return {
        model.__name__: model._default_manager.count()
        for model in (AssignmentWindow, RoutingOverride, RoutingDecision, Message, Participant, Thread)
    }


@pytest.mark.parametrize("kind", ["window", "override"])
def test_the_simulator_says_what_would_happen_and_writes_nothing(business: Business, kind: str) -> None:
    thread = business.thread()
    now = timezone.now()
    imagined = WhatIf(
        kind=kind,
        sitter=business.sitter,
        starts_at=now - timedelta(hours=1),
        ends_at=now + timedelta(hours=1),
    )
    before = (rows(), business.verbs())
    assert simulate(thread, now).target == "owner_inbox"
    assert simulate(thread, now, what_if=imagined).sitter_id == business.sitter.pk
    assert simulate(thread, now + timedelta(hours=1), what_if=imagined).target == "owner_inbox"
    assert (rows(), business.verbs()) == before


def test_an_imagined_override_to_the_inbox_beats_a_real_window(business: Business) -> None:
    thread = business.thread()
    business.window(thread)
    now = timezone.now()
    imagined = WhatIf(kind="override", sitter=None, starts_at=now, ends_at=now + timedelta(hours=1))
    assert simulate(thread, now).target == "sitter"
    assert simulate(thread, now, what_if=imagined).reason == "override_to_owner"


def test_an_imagined_window_without_a_sitter_is_refused(business: Business) -> None:
    now = timezone.now()
    imagined = WhatIf(kind="window", sitter=None, starts_at=now, ends_at=now + timedelta(hours=1))
    with pytest.raises(ValueError, match="needs a sitter"):
        simulate(business.thread(), now, what_if=imagined)
