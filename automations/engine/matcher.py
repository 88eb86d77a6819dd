"""Which triggers an occurrence sets off. Pure: an occurrence's kind and payload in, yes or no out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from automations.content.triggers import Spec

# Automations that led to one another are cut after so many.
DEEPEST = 3
_AUTHORS = {"client": ("client",), "sitter": ("sitter",), "anyone": ("client", "sitter")}
_WINDOWS = ("window.starting", "window.started", "window.ending", "window.ended")


@dataclass(frozen=True, slots=True, kw_only=True)
class OccurrenceFacts:
    """What happened, or came due: an occurrence without its row. `payload` holds ids, codes, counts and times."""

    kind: str
    payload: Mapping[str, object] = field(default_factory=dict)
    due_at: datetime
    thread_id: int | None = None
    depth: int = 0

    def id(self, name: str) -> int | None:
        """The id that the payload gives as `name`."""
        value = self.payload.get(name)
        return value if isinstance(value, int) and not isinstance(value, bool) else None


def sets_off(spec: Spec, happening: OccurrenceFacts, *, automation_id: int) -> bool:
    """Whether `happening` sets off a trigger like `spec` of the automation.

    What an automation said itself never does, and nothing does that lies deeper than three automations.
    """
    if spec.kind != happening.kind or happening.depth > DEEPEST:
        return False
    if happening.payload.get("author_kind") in ("automation", "system"):
        return False
    return _fits(spec, happening, automation_id)


def _fits(spec: Spec, happening: OccurrenceFacts, automation_id: int) -> bool:
    values, payload = spec.values, happening.payload
    if spec.kind == "message.received":
        return payload.get("author_kind") in _AUTHORS[str(values["author"])]
    if spec.kind in ("message.unanswered", "schedule"):
        return payload.get("automation_id") == automation_id
    if spec.kind in _WINDOWS:
        # A client's visit is told to each automation by itself, in one conversation of its lane.
        return payload.get("minutes") == values["minutes"] and (
            payload.get("automation_id") in (None, automation_id)
        )
    if spec.kind == "delivery.failed":
        return values["only"] == "any" or bool(payload.get("is_dead_letter"))
    if spec.kind == "number.health_changed":
        return values["to"] in ("any", payload.get("to_health"))
    if spec.kind == "event":
        return _named(str(values["name"]), str(payload.get("name", "")))
    return True


def _named(pattern: str, name: str) -> bool:
    """Whether an event's name is the one asked for; `booking.*` takes every name that begins with `booking.`."""
    return name.startswith(pattern[:-1]) if pattern.endswith(".*") else name == pattern


def lane_of(*, thread_kind: str, number_role: str) -> str:
    """The lane of a conversation, by its number. A sitter's own with the office counts as theirs."""
    return "front_desk" if thread_kind == "care" and number_role == "front_desk" else "sitter"


def in_lane(lane: str, *, of_thread: str | None) -> bool:
    """Whether an automation of `lane` is for a conversation of lane `of_thread` (None: there is no conversation)."""
    return lane == "system" or lane == of_thread
