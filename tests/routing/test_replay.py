"""Old decisions are decided again by the rules of their time, all of them, and the command says how many it looked at."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from messaging.models import Message
from routing import decisions, engine
from routing.models import RoutingDecision
from tests.business import Business, open_business

pytestmark = pytest.mark.django_db

# Rows as the release before wrote them: made by its own code, one for each way a text could go.
STORED = json.loads((Path(__file__).parent / "decisions_of_old_rulesets.json").read_text())


def stored(business: Business, row: dict[str, Any]) -> RoutingDecision:
    message = business.text("Hello")
    RoutingDecision.objects.filter(message=message).delete()
    columns = {name: value for name, value in row.items() if name != "sitter_id"}
    kept: RoutingDecision = RoutingDecision.objects.create(
        organization=business.organization,
        message=message,
        thread=message.thread,
        sitter_id=row["sitter_id"],
        at=timezone.now(),
        **columns,
    )
    return kept


def replay(**options: Any) -> str:
    out = StringIO()
    call_command("replay_routing", stdout=out, **options)
    return out.getvalue()


def test_there_are_old_rows_of_every_kept_ruleset_and_reason() -> None:
    assert {row["ruleset"] for row in STORED} == {"2026-11.1", "2026-11.2"}
    assert {row["reason"] for row in STORED if row["ruleset"] == "2026-11.2"} >= {
        "window_in_force",
        "window_sitter_inactive",
        "override_to_owner",
        "override_to_sitter",
        "override_sitter_inactive",
        "nobody_assigned",
        "late_reply",
        "number_quarantined",
        "party_unmapped",
    }


@pytest.mark.parametrize("row", STORED, ids=lambda row: f"{row['ruleset']} {row['reason']}")
def test_every_old_decision_is_made_again_the_same(row: dict[str, Any]) -> None:
    kept = RoutingDecision(**{**row, "at": timezone.now()})
    assert decisions.agrees(kept)


@pytest.mark.parametrize("row", STORED, ids=lambda row: f"{row['ruleset']} {row['reason']}")
def test_an_old_decision_that_was_changed_is_found(row: dict[str, Any]) -> None:
    kept = RoutingDecision(**{**row, "at": timezone.now()})
    kept.facts = {**kept.facts, "party_blocked": not kept.facts["party_blocked"]}
    assert not decisions.agrees(kept)


def test_all_rows_are_decided_and_counted_by_ruleset() -> None:
    business = open_business()
    for row in STORED:
        if row["sitter_id"] is None:
            stored(business, row)
    business.text("one of now")
    old = [row["ruleset"] for row in STORED if row["sitter_id"] is None]
    said = replay()
    assert f"2026-11.1: {old.count('2026-11.1')} decisions, 0 different." in said
    assert f"2026-11.2: {old.count('2026-11.2')} decisions, 0 different." in said
    assert f"{engine.RULESET}: 1 decisions, 0 different." in said
    assert f"{len(old) + 1} decisions, all the same." in said


def test_a_database_without_decisions_is_fine() -> None:
    assert "0 decisions, all the same." in replay()


def test_looking_at_none_while_there_are_some_fails() -> None:
    kept = RoutingDecision.objects.get(message=open_business().text("Hello"))
    with pytest.raises(CommandError, match="No decision was checked"):
        replay(since_id=kept.pk)


def test_one_that_differs_fails() -> None:
    business = open_business()
    business.text("Hello")
    changed = business.text("Hello again")
    RoutingDecision.objects.filter(message=changed).update(reason="window_in_force")
    with pytest.raises(CommandError, match="1 of 2 decisions differ"):
        replay()


def test_a_ruleset_of_a_newer_version_fails() -> None:
    message: Message = open_business().text("Hello")
    RoutingDecision.objects.filter(message=message).update(ruleset="2099-01.1")
    with pytest.raises(CommandError, match=r"doesn't know the rulesets 2099-01\.1"):
        replay()
