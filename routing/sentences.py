"""A decision as people read it: one plain sentence, times in the business' zone, names looked up at the time of reading."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Any

from messaging.models import Sitter
from routing.engine import Decision
from routing.models import RoutingDecision
from snoutos.core import timefmt

# `window` decided until the ruleset 2026-11.3.
RULES = {
    "safety": "Safety",
    "private": "Private exchange",
    "override": "Redirect",
    "reach": "Can be reached",
    "duty": "On duty",
    "window": "Visit",
    "fallback": "Otherwise",
}
_SENTENCES = {
    "number_quarantined": "The number is paused, so it came to you.",
    "number_retired": "The number was released, so it came to you.",
    "thread_closed": "The conversation was closed, so it came to you.",
    "party_blocked": "This phone is blocked: only you see it.",
    "party_unmapped": "Unknown sender, so it came to you.",
    "billing_thread": "Billing conversations never go to sitters, so it came to you.",
    "staff_thread": "A sitter wrote to you.",
    "late_reply": "This phone was no longer in the conversation: only you see it.",
    "revocation": "They may want no more texts: only you see it. Decide under Review.",
    "consent_word": "STOP/START: only you see it.",
    "sitter_not_in_charge": "The sitter wasn't on duty, so it came to you only.",
    "sitter_locked": "The sitter's texts were paused, so it came to you only.",
    "sitter_opted_out": "The client had texted STOP, so the sitter's text came to you only.",
    "sitter_line_resting": "The number the sitter texted was paused, so it came to you only.",
    "sitter_thread_closed": "The conversation was closed, so the sitter's text came to you only.",
    "sitter_number_not_active": "The client's number was paused, so the sitter's text came to you only.",
    "sitter_party_blocked": "The client was blocked, so the sitter's text came to you only.",
    "sitter_nobody_there": "The client was no longer in the conversation, so the sitter's text came to you only.",
    "safe": "No blocks.",
    "no_override": "No redirect.",
    "override_to_owner": "You redirected it to yourself until {until}.",
    "override_to_sitter": "You redirected it to {sitter} until {until}.",
    "override_sitter_inactive": "It was redirected to {sitter}, who is inactive, so it came to you.",
    "window_in_force": "Sent to {sitter}: on duty until {until}.",
    "window_sitter_inactive": "{sitter} had the visit but is inactive, so it came to you.",
    "no_window": "No visit then.",
    "nobody_assigned": "No visit at {at}, so it came to you.",
    "nobody_there": "No one else is in this conversation anymore, so it came to you.",
    "not_private": "No private exchange.",
    "private_exchange": "You had a private exchange with the client: only you see it.",
    "private_just_over": "Your private exchange had just ended: only you see it.",
    "nobody_to_reach": "No sitter to reach.",
    "sitter_reachable": "{sitter} could be reached.",
    "sitter_unreachable": "{sitter} was on duty but couldn't be reached ({lacks}), so it came to you.",
}
_WITH_NEXT = "No visit at {at}, so it came to you. {next_sitter}'s starts at {next_starts_at}."
# Why a sitter's phone gets no texts; they had not used the sitter page for a day either.
_LACKS = {
    "no_phone": "no phone, and they haven't used the sitter page for a day",
    "opted_out": "their phone texted STOP",
    "no_line": "no free number to text them from",
}
# Follows "Ben is on duty; texts come to you: ".
_NOW = {
    "number_quarantined": "this number is paused",
    "number_retired": "this number was released",
    "thread_closed": "this conversation is closed",
    "private_exchange": "you have a private exchange with the client",
    "private_just_over": "your private exchange just ended",
    "override_to_owner": "you redirected them until {until}",
    "sitter_unreachable": "they can't be reached ({lacks})",
}


def sentence(decision: RoutingDecision, zone: tzinfo) -> str:
    """What `decision` did and why."""
    return say(
        decision.reason,
        decision.params,
        organization_id=decision.organization_id,
        zone=zone,
        at=decision.at,
    )


def steps(decision: RoutingDecision, zone: tzinfo) -> list[tuple[str, bool, str]]:
    """Every rule asked, in order: its name, whether it decided, and its sentence."""
    return [(step["rule"], step["decided"], _step(step, decision, zone)) for step in decision.trace]


def say(reason: str, params: Mapping[str, Any], *, organization_id: int, zone: tzinfo, at: datetime) -> str:
    """The sentence of `reason`, decided at `at`: times of that day stand without their date."""
    template = _SENTENCES.get(reason, reason)
    if reason == "nobody_assigned" and "next_sitter_id" in params:
        template = _WITH_NEXT
    return template.format(
        sitter=_name(params.get("sitter_id"), organization_id),
        next_sitter=_name(params.get("next_sitter_id"), organization_id),
        lacks=_lacks(params),
        **{key: _clock(params.get(key), zone, at) for key in ("at", "until", "next_starts_at")},
    )


def why_owner(decision: Decision, zone: tzinfo, at: datetime) -> str:
    """Why the next text comes to the owner although somebody is on duty; empty for a decision that sends it to the sitter."""
    template = _NOW.get(decision.reason, "")
    return template.format(
        lacks=_lacks(decision.params), until=_clock(_text(decision.params, "until"), zone, at)
    )


def _step(step: Mapping[str, Any], decision: RoutingDecision, zone: tzinfo) -> str:
    return say(
        step["reason"], step["params"], organization_id=decision.organization_id, zone=zone, at=decision.at
    )


def _name(sitter_id: int | None, organization_id: int) -> str:
    if sitter_id is None:
        return "a sitter"
    name = Sitter.objects.of(organization_id).filter(pk=sitter_id).values_list("name", flat=True).first()
    return str(name or "a former sitter")


def _lacks(params: Mapping[str, Any]) -> str:
    return _LACKS.get(_text(params, "phone"), "")


def _text(params: Mapping[str, Any], name: str) -> str:
    return str(params.get(name) or "")


def _clock(value: str | None, zone: tzinfo, at: datetime) -> str:
    return timefmt.until(datetime.fromisoformat(value), zone, at) if value else "that time"
