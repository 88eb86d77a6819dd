"""Ready rules to copy. Each is a draft like any other afterwards: to be read, changed and tested by the owner."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from automations.verbs import Wish

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
        why="The evening before, each client hears who comes and when.",
        trigger={"kind": "schedule", "at": "18:00", "each": "visit_tomorrow"},
        conditions=_KNOWN,
        actions=(
            {
                "kind": "text_client",
                "body": f"Hi {{{{ client.first_name }}}}, {{{{ sitter.first_name }}}} will look after {_PETS} tomorrow "
                "at {{ visit.starts }}. Anything we should know? Just reply here.",
            },
        ),
        lane="system",
    ),
    Ready(
        slug="on-my-way",
        name="On my way",
        why="A quarter of an hour before a visit the client knows that somebody is coming.",
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
        why="Nobody waits unseen: you are alerted, and the client hears that you have not forgotten them.",
        trigger={"kind": "message.unanswered", "minutes": 15, "waiting": "client", "reply_by": "anyone"},
        actions=(
            {"kind": "notify_owner", "say": "A client has waited for an answer for 15 minutes"},
            {
                "kind": "text_client",
                "body": "Thank you for your text. We have seen it and will answer as soon as we can.",
            },
        ),
    ),
    Ready(
        slug="after-hours",
        name="After-hours reply",
        why="Who writes at night hears when somebody reads it, and whom to call in an emergency is up to you to add.",
        trigger={"kind": "message.received", "author": "client"},
        conditions={
            "all": [
                {"field": "time.is_quiet", "op": "is_yes"},
                {"field": "client.has_visit_now", "op": "is_no"},
            ]
        },
        actions=(
            {
                "kind": "text_client",
                "body": "Thank you for your text. Our office is closed right now; we will answer in the morning.",
            },
        ),
        is_urgent=True,
        urgent_reason="It answers somebody who has just written to us.",
    ),
    Ready(
        slug="missed-visit",
        name="Visit without a word",
        why="Half an hour into a visit the sitter has not written: you hear of it, and so does the sitter.",
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
                "say": "A visit began half an hour ago and the sitter has not written",
                "severity": "critical",
            },
            {
                "kind": "text_sitter",
                "body": "Hi {{ sitter.first_name }}, is everything all right at your {{ visit.starts }} visit? Please send a "
                "short update.",
                "on_failure": "go_on",
            },
        ),
        lane="system",
    ),
    Ready(
        slug="review-request",
        name="How did it go?",
        why="An hour after a visit the client is asked how it went, while it is fresh.",
        trigger={"kind": "window.ended", "minutes": 60},
        conditions=_KNOWN,
        actions=(
            {
                "kind": "text_client",
                "body": f"Hi {{{{ client.first_name }}}}, {{{{ sitter.first_name }}}} has finished with {_PETS}. How did it go? "
                "We read every answer.",
            },
        ),
        lane="system",
    ),
    Ready(
        slug="cancel-guard",
        name="“Cancel” near a visit",
        why="A client who writes “cancel” with a visit near is yours to answer, not the sitter's.",
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
                "say": "A client with a visit near wrote “cancel”",
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
        why="Who writes for the first time hears that they are in the right place.",
        trigger={"kind": "thread.opened"},
        conditions={"field": "client.is_known", "op": "is_no"},
        actions=(
            {
                "kind": "text_client",
                "body": "Hi, this is {{ business.name }}. Thank you for writing; somebody will be with you soon. May we have "
                "your name and your pet's?",
            },
        ),
    ),
)


def find(slug: str) -> Ready | None:
    """The rule of that slug."""
    return next((one for one in GALLERY if one.slug == slug), None)
