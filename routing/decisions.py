"""Deciding for real: facts from the database, the decision kept beside its message."""

from __future__ import annotations

from datetime import datetime

from audit.record import current
from messaging.models import Message, Participant, Thread
from messaging.models.joined import insert
from routing import engine, events, loader, rulesets
from routing.engine import Decision, digest
from routing.models import RoutingDecision


def decide(thread: Thread, party: Participant, at: datetime, *, owner_only: str = "") -> Decision:
    """Who receives the text of `party` in `thread` at `at`. Reads; writes nothing.

    `owner_only` is the reason code of a text that is the owner's alone whatever the rules say.
    """
    return engine.decide(loader.load(thread, party, at, owner_only=owner_only))


def on_duty(thread: Thread, party: Participant, at: datetime) -> Decision:
    """Who may read and write `thread`, whose outside phone `party` is, at `at`: the sitter on duty, as a decision that can be kept.

    They may although the next text goes elsewhere: to the owner by an override, or because they cannot be reached.
    """
    return engine.decide(loader.load(thread, party, at, asks="writes"))


def keep(message: Message, decision: Decision) -> RoutingDecision:
    """Store `decision` with its facts and trace, and record `routing.decided`. Inside the message's transaction."""
    facts = decision.facts.as_json()
    kept = RoutingDecision(
        organization_id=message.organization_id,
        message=message,
        thread_id=message.thread_id,
        target=decision.target,
        sitter_id=decision.sitter_id,
        rule=decision.rule,
        reason=decision.reason,
        params=dict(decision.params),
        trace=[step.as_json() for step in decision.trace],
        facts=facts,
        facts_hash=digest(facts),
        ruleset=decision.ruleset,
        at=decision.facts.at,
    )
    insert(kept)
    current().record(
        events.routing_decided(
            organization_id=message.organization_id,
            thread_id=message.thread_id,
            message_id=message.pk,
            decision_id=kept.pk,
            rule=decision.rule,
            reason=decision.reason,
            target_kind=decision.target,
            sitter_id=decision.sitter_id,
        )
    )
    return kept


def again(kept: RoutingDecision) -> Decision:
    """Decide once more on the stored facts, by the rules of that time. Raises UnknownRulesetError when they are not kept."""
    return rulesets.decide_again(kept.ruleset, kept.facts)


def agrees(kept: RoutingDecision) -> bool:
    """Whether deciding again gives what was stored, and the facts are the ones that were hashed."""
    try:
        fresh = again(kept)
    except (KeyError, TypeError, ValueError):
        # Facts that this ruleset cannot read were not written by it.
        return False
    return (
        fresh.facts.digest() == kept.facts_hash
        and (fresh.target, fresh.sitter_id, fresh.rule, fresh.reason)
        == (kept.target, kept.sitter_id, kept.rule, kept.reason)
        and dict(fresh.params) == kept.params
        and [step.as_json() for step in fresh.trace] == kept.trace
    )
