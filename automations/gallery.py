"""Ready rules to copy. Each is a draft like any other afterwards: to be read, changed and tested by the owner."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from automations.lifecycle import Wish

_KNOWN: dict[str, Any] = {"field": "client.is_known", "op": "is_yes"}
_PETS = "{{ client.pets | default: 'your pet' }}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """One rule of the gallery. `slug` names it in addresses, `why` says what it is good for."""

    slug: str
    name: str
    why: str
    trigger: Mapping[str, Any]
    actions: tuple[Mapping[str, Any], ...]
    conditions: Mapping[str, Any] = field(default_factory=dict)
    lane: str = "front_desk"
    is_urgent: bool = False
    urgent_reason: str = ""

    @property
    def wish(self) -> Wish:
        """What it does, to be made an automation of."""
        content = {
            "trigger": dict(self.trigger),
            "conditions": dict(self.conditions),
            "actions": [dict(action) for action in self.actions],
        }
        return Wish(
            content=deepcopy(content),
            lane=self.lane,
            is_urgent=self.is_urgent,
            urgent_reason=self.urgent_reason,
        )


GALLERY = (
    Ready(
        slug="visit-reminder",
        name="Visit reminder",
        why="The evening before, tell each client who's coming and when.",
        trigger={"kind": "schedule", "at": "18:00", "each": "visit_tomorrow"},
        conditions=_KNOWN,
        actions=(
            {
                "kind": "text_client",
                "body": f"Hi {{{{ client.first_name }}}}, {{{{ sitter.first_name }}}} will take care of {_PETS} tomorrow "
                "at {{ visit.starts }}. Anything we should know? Just reply here.",
            },
        ),
        lane="system",
    ),
    Ready(
        slug="on-my-way",
        name="On my way",
        why="15 minutes before a visit, tell the client someone is on the way.",
        trigger={"kind": "window.starting", "minutes": 15},
        conditions={"all": [_KNOWN, {"field": "visit.type", "op": "is", "value": "drop_in"}]},
        actions=(
            {
                "kind": "text_client",
                "body": f"Hi {{{{ client.first_name }}}}, {{{{ sitter.first_name }}}} is about to be with {_PETS}.",
            },
        ),
        lane="system",
    ),
    Ready(
        slug="unanswered",
        name="Unanswered for 15 minutes",
        why="You get an alert, and the client hears you haven't forgotten them.",
        trigger={"kind": "message.unanswered", "minutes": 15, "waiting": "client", "reply_by": "anyone"},
        actions=(
            {"kind": "notify_owner", "say": "A client has waited 15 minutes for an answer"},
            {
                "kind": "text_client",
                "body": "Thanks for your text. We'll get back to you as soon as we can.",
            },
        ),
    ),
    Ready(
        slug="after-hours",
        name="After-hours reply",
        why="Says when you're back and whom to call in an emergency. Set your hours and emergency contact under Settings first.",
        trigger={"kind": "message.received", "author": "client"},
        conditions={
            "all": [
                {"field": "time.is_business_hours", "op": "is_no"},
                {"field": "client.has_visit_now", "op": "is_no"},
            ]
        },
        actions=(
            {
                "kind": "text_client",
                "body": "Thanks for your text. We're closed and will answer when we're back: "
                "{{ business.opens | default: 'soon' }}. In an emergency, call {{ business.emergency_contact }}.",
            },
        ),
        is_urgent=True,
        urgent_reason="It answers someone who just texted us.",
    ),
    Ready(
        slug="missed-visit",
        name="No update from the sitter",
        why="Half an hour into a visit with no word from the sitter, you both hear about it.",
        trigger={"kind": "window.started", "minutes": 30},
        conditions={
            "all": [
                {"field": "visit.sitter_has_written", "op": "is_no"},
                {"field": "visit.type", "op": "is", "value": "drop_in"},
            ]
        },
        actions=(
            {
                "kind": "notify_owner",
                "say": "No word from the sitter half an hour into a visit",
                "severity": "critical",
            },
            {
                "kind": "text_sitter",
                "body": "Hi {{ sitter.first_name }}, is everything OK at your {{ visit.starts }} visit? Please send a "
                "short update.",
                "on_failure": "go_on",
            },
        ),
        lane="system",
    ),
    Ready(
        slug="review-request",
        name="How did it go?",
        why="An hour after a visit, ask the client how it went.",
        trigger={"kind": "window.ended", "minutes": 60},
        conditions=_KNOWN,
        actions=(
            {
                "kind": "text_client",
                "body": f"Hi {{{{ client.first_name }}}}, {{{{ sitter.first_name }}}} just finished with {_PETS}. How did it go? "
                "We read every answer.",
            },
        ),
        lane="system",
    ),
    Ready(
        slug="cancel-guard",
        name="“Cancel” near a visit",
        why="If a client writes “cancel” close to a visit, you answer, not the sitter.",
        trigger={"kind": "message.received", "author": "client"},
        conditions={
            "all": [
                {"field": "message.text", "op": "contains_word", "value": "cancel"},
                {
                    "any": [
                        {"field": "client.has_visit_today", "op": "is_yes"},
                        {"field": "client.has_visit_tomorrow", "op": "is_yes"},
                    ]
                },
            ]
        },
        actions=(
            {
                "kind": "notify_owner",
                "say": "A client wrote “cancel” close to a visit",
                "severity": "critical",
            },
            {"kind": "tag_thread", "tag": "cancel"},
            {"kind": "set_override", "hours": 4, "reason": "The client wrote “cancel”"},
        ),
        lane="system",
    ),
    Ready(
        slug="welcome",
        name="Welcome",
        why="Greet people who text you for the first time.",
        trigger={"kind": "thread.opened"},
        conditions={"field": "client.is_known", "op": "is_no"},
        actions=(
            {
                "kind": "text_client",
                "body": "Hi, this is {{ business.name }}. Thanks for texting us; we'll be with you soon. "
                "May we have your name and your pet's?",
            },
        ),
    ),
)


def find(slug: str) -> Ready | None:
    """The rule of that slug."""
    return next((one for one in GALLERY if one.slug == slug), None)
