"""The rules of routing, in order: every rule and every reason, half-open intervals, and decisions that can be made again."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.engine import Facts, OverrideFact, WindowFact, decide

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
ANA, BEN = 7, 8


def window(
    sitter: int = ANA, *, begins: int = -1, ends: int = 1, active: bool = True, pk: int = 1
) -> WindowFact:
    return WindowFact(
        id=pk,
        sitter_id=sitter,
        sitter_active=active,
        starts_at=NOON + begins * HOUR,
        ends_at=NOON + ends * HOUR,
    )


def override(sitter: int | None, *, begins: int = -1, ends: int = 1, active: bool = True) -> OverrideFact:
    return OverrideFact(
        id=5,
        target="owner_inbox" if sitter is None else "sitter",
        sitter_id=sitter,
        sitter_active=active,
        starts_at=NOON + begins * HOUR,
        ends_at=NOON + ends * HOUR,
    )


ORDINARY = Facts(
    at=NOON,
    thread_id=1,
    thread_kind="care",
    thread_state="open",
    number_state="active",
    party_role="client",
    party_blocked=False,
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
def test_safety_goes_before_override_and_window(changes: dict[str, object], reason: str) -> None:
    facts = replace(IN_CHARGE, overrides=(override(BEN),), **changes)
    decision = decide(facts)
    assert (decision.target, decision.sitter_id) == ("owner_inbox", None)
    assert (decision.rule, decision.reason) == ("safety", reason)
    assert [step.rule for step in decision.trace] == ["safety"]


@pytest.mark.parametrize(
    ("held", "target", "sitter", "reason"),
    [
        (override(None), "owner_inbox", None, "override_to_owner"),
        (override(BEN), "sitter", BEN, "override_to_sitter"),
        (override(BEN, active=False), "owner_inbox", None, "override_sitter_inactive"),
    ],
)
def test_an_override_goes_before_the_window(
    held: OverrideFact, target: str, sitter: int | None, reason: str
) -> None:
    decision = decide(replace(IN_CHARGE, overrides=(held,)))
    assert (decision.target, decision.sitter_id, decision.rule) == (target, sitter, "override")
    assert decision.reason == reason
    assert (decision.override_id, decision.window_id) == (5, None)
    assert [step.rule for step in decision.trace] == ["safety", "override"]


def test_an_override_not_in_force_leaves_it_to_the_window() -> None:
    for other in (override(BEN, begins=1, ends=2), override(BEN, begins=-2, ends=-1)):
        assert decide(replace(IN_CHARGE, overrides=(other,))).reason == "window_in_force"


def test_a_window_in_force_names_its_sitter() -> None:
    decision = decide(IN_CHARGE)
    assert (decision.target, decision.sitter_id, decision.window_id) == ("sitter", ANA, 1)
    assert (decision.rule, decision.reason) == ("window", "window_in_force")
    assert [(step.rule, step.decided) for step in decision.trace] == [
        ("safety", False),
        ("override", False),
        ("window", True),
    ]


def test_an_inactive_sitters_window_goes_to_the_owner() -> None:
    decision = decide(replace(ORDINARY, windows=(window(active=False),)))
    assert (decision.target, decision.reason) == ("owner_inbox", "window_sitter_inactive")


def test_without_anything_the_owner_gets_it() -> None:
    decision = decide(ORDINARY)
    assert (decision.target, decision.rule, decision.reason) == (
        "owner_inbox",
        "fallback",
        "nobody_assigned",
    )
    assert len(decision.trace) == 4


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
    assert (decision.rule == "override") == (reason == "yes")


moments = st.integers(-100_000, 100_000).map(lambda minutes: NOON + timedelta(minutes=minutes))
spans = st.tuples(moments, st.integers(1, 5_000)).map(lambda s: (s[0], s[0] + timedelta(minutes=s[1])))
window_facts = st.builds(
    lambda pk, sitter, active, span: WindowFact(
        id=pk, sitter_id=sitter, sitter_active=active, starts_at=span[0], ends_at=span[1]
    ),
    st.integers(1, 99),
    st.integers(1, 9),
    st.booleans(),
    spans,
)
override_facts = st.builds(
    lambda pk, sitter, active, span: OverrideFact(
        id=pk,
        target="sitter" if sitter else "owner_inbox",
        sitter_id=sitter,
        sitter_active=active,
        starts_at=span[0],
        ends_at=span[1],
    ),
    st.integers(1, 99),
    st.none() | st.integers(1, 9),
    st.booleans(),
    spans,
)
all_facts = st.builds(
    Facts,
    at=moments,
    thread_id=st.integers(1, 99),
    thread_kind=st.sampled_from(["care", "billing", "staff"]),
    thread_state=st.sampled_from(["open", "closed"]),
    number_state=st.sampled_from(["active", "quarantined", "retired"]),
    party_role=st.sampled_from(["client", "unknown", "sitter"]),
    party_blocked=st.booleans(),
    owner_only=st.sampled_from(["", "late_reply", "consent_word"]),
    windows=st.lists(window_facts, max_size=3).map(tuple),
    overrides=st.lists(override_facts, max_size=2).map(tuple),
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
        in_force = [
            held.sitter_id
            for held in (*facts.windows, *facts.overrides)
            if held.starts_at <= facts.at < held.ends_at and held.sitter_active
        ]
        assert decision.sitter_id in in_force
        assert facts.thread_kind == "care"
        assert not facts.owner_only


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
