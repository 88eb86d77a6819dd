"""A decision as people read it: one plain sentence, times in the business' zone, names looked up at the time of reading."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Any

from messaging.models import Sitter
from routing.models import RoutingDecision

_SENTENCES = {
    "number_quarantined": "It came over a number that is resting, so it went to your inbox.",
    "number_retired": "It came over a number that was given back, so it went to your inbox.",
    "thread_closed": "The conversation was closed, so it went to your inbox.",
    "party_blocked": "This phone is blocked, so it went to your inbox only.",
    "party_unmapped": "Nobody knows this phone yet, so it went to your inbox.",
    "billing_thread": "Billing conversations never go to sitters, so it went to your inbox.",
    "staff_thread": "A sitter wrote to you, so it went to your inbox.",
    "late_reply": "This phone had left the conversation by then, so it went to your inbox only.",
    "consent_word": "It was a word about getting texts, so it went to your inbox only.",
    "sitter_not_in_charge": "The sitter did not look after this conversation then, so it went to your inbox only.",
    "sitter_locked": "The sitter's sending was locked, so it went to your inbox only.",
    "sitter_opted_out": "The client had said STOP, so the sitter's text went to your inbox only.",
    "sitter_nobody_there": "Nobody outside took part any more, so the sitter's text went to your inbox only.",
    "safe": "Nothing spoke against it.",
    "no_override": "No override was set.",
    "override_to_owner": "You sent this conversation to your inbox until {until}.",
    "override_to_sitter": "You sent this conversation to {sitter} until {until}.",
    "override_sitter_inactive": "It was sent to {sitter}, who is not active, so it went to your inbox.",
    "window_in_force": "{sitter} looked after this conversation until {until}.",
    "window_sitter_inactive": "{sitter} had the visit but is not active, so it went to your inbox.",
    "no_window": "No window was in force.",
    "nobody_assigned": "No window at {at}, so it went to your inbox.",
}
_WITH_NEXT = "No window at {at}; {next_sitter}'s starts at {next_starts_at}."


def sentence(decision: RoutingDecision, zone: tzinfo) -> str:
    """What `decision` did and why."""
    return _say(decision.reason, decision.params, decision.organization_id, zone)


def steps(decision: RoutingDecision, zone: tzinfo) -> list[tuple[str, bool, str]]:
    """Every rule asked, in order: its name, whether it decided, and its sentence."""
    return [
        (step["rule"], step["decided"], _say(step["reason"], step["params"], decision.organization_id, zone))
        for step in decision.trace
    ]


def say(reason: str, params: Mapping[str, Any], *, organization_id: int, zone: tzinfo) -> str:
    """The sentence of a decision that is not stored (the simulator's)."""
    return _say(reason, params, organization_id, zone)


def _say(reason: str, params: Mapping[str, Any], organization_id: int, zone: tzinfo) -> str:
    template = _SENTENCES.get(reason, reason)
    if reason == "nobody_assigned" and "next_sitter_id" in params:
        template = _WITH_NEXT
    return template.format(
        sitter=_name(params.get("sitter_id"), organization_id),
        next_sitter=_name(params.get("next_sitter_id"), organization_id),
        **{key: _clock(params.get(key), zone) for key in ("at", "until", "next_starts_at")},
    )


def _name(sitter_id: int | None, organization_id: int) -> str:
    if sitter_id is None:
        return "a sitter"
    name = Sitter.objects.of(organization_id).filter(pk=sitter_id).values_list("name", flat=True).first()
    return str(name or "a former sitter")


def _clock(value: str | None, zone: tzinfo) -> str:
    if not value:
        return "that time"
    moment = datetime.fromisoformat(value).astimezone(zone)
    return f"{moment:%b} {moment.day}, {moment:%I:%M %p}".replace(", 0", ", ")
