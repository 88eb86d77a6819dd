"""The rules of routing, in order: every rule and every reason, half-open intervals, and decisions that can be made again."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing import rulesets
from routing.engine import Facts, OverrideFact, Phone, SitterFact, WindowFact, decide, on_duty

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
ANA, BEN = 7, 8


def window(sitter: int = ANA, *, begins: int = -1, ends: int = 1, pk: int = 1) -> WindowFact:
    starts_at, ends_at = NOON + begins * HOUR, NOON + ends * HOUR
    return WindowFact(
        id=pk,
        sitter_id=sitter,
        starts_at=starts_at,
        ends_at=ends_at,
        duty_starts_at=starts_at,
        duty_ends_at=ends_at,
    )


def override(sitter: int | None, *, begins: int = -1, ends: int = 1) -> OverrideFact:
    return OverrideFact(
        id=5,
        target="owner_inbox" if sitter is None else "sitter",
        sitter_id=sitter,
        starts_at=NOON + begins * HOUR,
        ends_at=NOON + ends * HOUR,
    )


def sitter(
    pk: int, *, active: bool = True, phone: Phone = "ready", used: timedelta | None = None
) -> SitterFact:
    return SitterFact(
        id=pk, is_active=active, phone=phone, app_used_at=NOON - used if used is not None else None
    )


ORDINARY = Facts(
    at=NOON,
    thread_id=1,
    thread_kind="care",
    thread_state="open",
    number_state="active",
    party_role="client",
    party_blocked=False,
    sitters=(sitter(ANA), sitter(BEN)),
)
IN_CHARGE = replace(ORDINARY, windows=(window(),))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"number_state": "quarantined"}, "number_quarantined"),
        ({"number_state": "retired"}, "number_retired"),
        ({"thread_state": "closed"}, "thread_closed"),
        ({"party_blocked": True}, "party_blocked"),
        ({"party_role": "unknown"}, "party_unmapped"),
        ({"thread_kind": "billing"}, "billing_thread"),
        ({"thread_kind": "staff"}, "staff_thread"),
        ({"owner_only": "late_reply"}, "late_reply"),
        ({"owner_only": "consent_word"}, "consent_word"),
    ],
)
def test_safety_goes_before_override_and_window(changes: dict[str, Any], reason: str) -> None:
    facts = replace(IN_CHARGE, overrides=(override(BEN),), **changes)
    decision = decide(facts)
    assert (decision.target, decision.sitter_id) == ("owner_inbox", None)
    assert (decision.rule, decision.reason) == ("safety", reason)
    assert [step.rule for step in decision.trace] == ["safety"]


def test_an_override_to_the_owner_goes_before_the_window_and_leaves_its_sitter_on_duty() -> None:
    facts = replace(IN_CHARGE, overrides=(override(None),))
    decision = decide(facts)
    assert (decision.target, decision.sitter_id, decision.rule) == ("owner_inbox", None, "override")
    assert (decision.reason, decision.override_id) == ("override_to_owner", 5)
    assert [step.rule for step in decision.trace] == ["safety", "private", "override"]
    assert on_duty(facts).sitter_id == ANA


def test_an_override_to_a_sitter_goes_before_the_window() -> None:
    decision = decide(replace(IN_CHARGE, overrides=(override(BEN),)))
    assert (decision.target, decision.sitter_id, decision.rule) == ("sitter", BEN, "duty")
    assert (decision.reason, decision.override_id, decision.window_id) == ("override_to_sitter", 5, None)


def test_an_override_to_an_inactive_sitter_puts_nobody_on_duty() -> None:
    facts = replace(IN_CHARGE, overrides=(override(BEN),), sitters=(sitter(ANA), sitter(BEN, active=False)))
    decision = decide(facts)
    assert (decision.target, decision.reason) == ("owner_inbox", "override_sitter_inactive")
    assert on_duty(facts).sitter_id is None


def test_an_override_not_in_force_leaves_it_to_the_window() -> None:
    for other in (override(BEN, begins=1, ends=2), override(BEN, begins=-2, ends=-1)):
        assert decide(replace(IN_CHARGE, overrides=(other,))).reason == "window_in_force"


def test_a_window_in_force_names_its_sitter() -> None:
    decision = decide(IN_CHARGE)
    assert (decision.target, decision.sitter_id, decision.window_id) == ("sitter", ANA, 1)
    assert (decision.rule, decision.reason) == ("duty", "window_in_force")
    assert [(step.rule, step.decided) for step in decision.trace] == [
        ("safety", False),
        ("private", False),
        ("override", False),
        ("reach", False),
        ("duty", True),
    ]


def test_an_inactive_sitters_window_goes_to_the_owner() -> None:
    facts = replace(IN_CHARGE, sitters=(sitter(ANA, active=False),))
    decision = decide(facts)
    assert on_duty(facts).sitter_id is None
    assert (decision.target, decision.reason) == ("owner_inbox", "window_sitter_inactive")


@pytest.mark.parametrize(
    ("phone", "used", "reached"),
    [
        ("ready", None, True),
        ("no_phone", None, False),
        ("opted_out", None, False),
        ("no_line", None, False),
        ("opted_out", timedelta(hours=23, minutes=59), True),
        ("no_phone", timedelta(hours=24), False),
        ("no_line", timedelta(), True),
    ],
)
def test_who_cannot_be_reached_stays_on_duty_and_the_owner_gets_it(
    phone: Phone, used: timedelta | None, reached: bool
) -> None:
    facts = replace(IN_CHARGE, sitters=(sitter(ANA, phone=phone, used=used),))
    decision = decide(facts)
    assert on_duty(facts).sitter_id == ANA
    assert (decision.target, decision.reason) == (
        ("sitter", "window_in_force") if reached else ("owner_inbox", "sitter_unreachable")
    )
    assert decision.window_id == 1
    assert decide(replace(facts, asks="writes")).sitter_id == ANA


@pytest.mark.parametrize(
    ("private", "reason"), [("going_on", "private_exchange"), ("just_over", "private_just_over")]
)
def test_a_private_exchange_goes_to_the_owner_and_leaves_the_sitter_on_duty(
    private: str, reason: str
) -> None:
    facts = replace(IN_CHARGE, private=private, overrides=(override(BEN),))  # type: ignore[arg-type]
    assert (decide(facts).target, decide(facts).rule, decide(facts).reason) == (
        "owner_inbox",
        "private",
        reason,
    )
    assert on_duty(facts).sitter_id == BEN


@pytest.mark.parametrize(
    "changes",
    [
        {"party_blocked": True},
        {"party_role": "unknown"},
        {"party_role": "nobody"},
        {"thread_kind": "staff"},
    ],
)
def test_nobody_is_on_duty_for_whom_nobody_knows_or_who_is_blocked(changes: dict[str, Any]) -> None:
    facts = replace(IN_CHARGE, overrides=(override(BEN),), **changes)
    assert on_duty(facts).sitter_id is None
    assert decide(replace(facts, asks="writes")).target == "owner_inbox"


def test_a_closed_conversation_or_a_paused_number_takes_nobody_off_duty() -> None:
    closed = replace(IN_CHARGE, thread_state="closed")
    paused = replace(IN_CHARGE, number_state="quarantined")
    for facts in (closed, paused):
        assert on_duty(facts).sitter_id == ANA
        assert decide(facts).target == "owner_inbox"


def test_the_time_on_duty_decides_and_not_the_visit_as_entered() -> None:
    early = replace(window(begins=1, ends=2), duty_starts_at=NOON - HOUR, duty_ends_at=NOON + 3 * HOUR)
    facts = replace(ORDINARY, windows=(early,))
    assert decide(facts).sitter_id == ANA
    assert on_duty(facts).until == NOON + 3 * HOUR
    assert on_duty(replace(facts, at=NOON + 3 * HOUR)).sitter_id is None


def test_without_anything_the_owner_gets_it() -> None:
    decision = decide(ORDINARY)
    assert (decision.target, decision.rule, decision.reason) == (
        "owner_inbox",
        "fallback",
        "nobody_assigned",
    )
    assert len(decision.trace) == 6


def test_the_fallback_names_the_next_window() -> None:
    later = (window(BEN, begins=3, ends=4, pk=2), window(ANA, begins=2, ends=3, pk=3))
    params = decide(replace(ORDINARY, windows=later)).params
    assert (params["next_sitter_id"], params["next_starts_at"]) == (ANA, (NOON + 2 * HOUR).isoformat())


@pytest.mark.parametrize(
    ("minutes", "sitter"), [(-1, ANA), (0, BEN), (1, BEN), (59, BEN), (60, None), (-60, ANA), (-61, None)]
)
def test_at_a_handover_exactly_one_window_holds(minutes: int, sitter: int | None) -> None:
    windows = (window(ANA, begins=-1, ends=0), window(BEN, begins=0, ends=1, pk=2))
    decision = decide(replace(ORDINARY, at=NOON + timedelta(minutes=minutes), windows=windows))
    assert decision.sitter_id == sitter


@pytest.mark.parametrize(("minutes", "reason"), [(-61, "no"), (-60, "yes"), (59, "yes"), (60, "no")])
def test_an_override_holds_from_its_start_to_before_its_end(minutes: int, reason: str) -> None:
    decision = decide(replace(ORDINARY, at=NOON + timedelta(minutes=minutes), overrides=(override(BEN),)))
    assert (decision.reason == "override_to_sitter") == (reason == "yes")


moments = st.integers(-100_000, 100_000).map(lambda minutes: NOON + timedelta(minutes=minutes))
spans = st.tuples(moments, st.integers(1, 5_000)).map(lambda s: (s[0], s[0] + timedelta(minutes=s[1])))
window_facts = st.builds(
    lambda pk, sitter, span, duty: WindowFact(
        id=pk,
        sitter_id=sitter,
        starts_at=span[0],
        ends_at=span[1],
        duty_starts_at=duty[0],
        duty_ends_at=duty[1],
    ),
    st.integers(1, 99),
    st.integers(1, 9),
    spans,
    spans,
)
override_facts = st.builds(
    lambda pk, sitter, span: OverrideFact(
        id=pk,
        target="sitter" if sitter else "owner_inbox",
        sitter_id=sitter,
        starts_at=span[0],
        ends_at=span[1],
    ),
    st.integers(1, 99),
    st.none() | st.integers(1, 9),
    spans,
)
sitter_facts = st.builds(
    SitterFact,
    id=st.integers(1, 9),
    is_active=st.booleans(),
    phone=st.sampled_from(["ready", "no_phone", "opted_out", "no_line"]),
    app_used_at=st.none() | moments,
)
all_facts = st.builds(
    Facts,
    at=moments,
    thread_id=st.integers(1, 99),
    thread_kind=st.sampled_from(["care", "billing", "staff"]),
    thread_state=st.sampled_from(["open", "closed"]),
    number_state=st.sampled_from(["active", "quarantined", "retired"]),
    party_role=st.sampled_from(["client", "unknown", "sitter", "nobody"]),
    party_blocked=st.booleans(),
    asks=st.sampled_from(["receives", "writes"]),
    owner_only=st.sampled_from(["", "late_reply", "consent_word"]),
    private=st.sampled_from(["", "going_on", "just_over"]),
    windows=st.lists(window_facts, max_size=3).map(tuple),
    overrides=st.lists(override_facts, max_size=2).map(tuple),
    sitters=st.lists(sitter_facts, max_size=4, unique_by=lambda one: one.id).map(tuple),
)


@given(all_facts)
def test_facts_survive_json(facts: Facts) -> None:
    stored = json.loads(json.dumps(facts.as_json()))
    assert Facts.from_json(stored) == facts
    assert Facts.from_json(stored).digest() == facts.digest()


@given(all_facts)
def test_stored_facts_decide_the_same(facts: Facts) -> None:
    again = decide(Facts.from_json(json.loads(json.dumps(facts.as_json()))))
    assert again == decide(facts)


@given(all_facts)
def test_a_sitter_is_named_exactly_when_they_are_the_target_and_in_force(facts: Facts) -> None:
    decision = decide(facts)
    assert (decision.target == "sitter") == (decision.sitter_id is not None)
    if decision.target == "sitter":
        assert decision.sitter_id == on_duty(facts).sitter_id
        assert facts.thread_kind == "care"
        assert facts.asks == "writes" or not (facts.owner_only or facts.private)


@given(all_facts)
def test_exactly_the_last_step_decides(facts: Facts) -> None:
    assert [step.decided for step in decide(facts).trace][-1:] == [True]
    assert not any(step.decided for step in decide(facts).trace[:-1])


@given(all_facts, all_facts)
def test_different_facts_have_different_hashes(one: Facts, other: Facts) -> None:
    assert (one.digest() == other.digest()) == (one == other)


def test_the_zone_a_time_is_written_in_does_not_change_the_hash() -> None:
    there = replace(ORDINARY, at=NOON.astimezone(ZoneInfo("America/Los_Angeles")))
    assert there.digest() == ORDINARY.digest()
    assert decide(there) == decide(ORDINARY)


def test_a_ruleset_that_is_not_kept_is_said_to_be_unknown() -> None:
    with pytest.raises(rulesets.UnknownRulesetError):
        rulesets.decide_again("1999-01.1", ORDINARY.as_json())
