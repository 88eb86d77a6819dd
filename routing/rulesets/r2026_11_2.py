"""The ruleset 2026-11.2. Kept so that what was decided by it can be decided again; nothing new is.

As 2026-11.1, with texts that are the owner's alone whatever the rules say.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from routing.rulesets.common import Decision, Outcome, Plain, Rules, Target, ask, digest, iso, plain, times

RULESET = "2026-11.2"


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowFact:
    """A window that is not over, with whether its sitter is active."""

    id: int
    sitter_id: int
    sitter_active: bool
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OverrideFact:
    """An override that is not over. `sitter_id` is None when its target is the owner inbox."""

    id: int
    target: Target
    sitter_id: int | None
    sitter_active: bool
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """All that a decision may depend on: ids, states and times, never a text or a name."""

    at: datetime
    thread_id: int
    thread_kind: str
    thread_state: str
    number_state: str
    party_role: str
    party_blocked: bool
    # Why the text is the owner's alone whatever the rules say: a reason code, empty for an ordinary text.
    owner_only: str = ""
    windows: tuple[WindowFact, ...] = ()
    overrides: tuple[OverrideFact, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Plain values; `from_json` gives the same facts back."""
        return plain(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Facts:
        """The facts that `as_json` wrote."""
        windows = (times(row, "starts_at", "ends_at") for row in stored["windows"])
        overrides = (times(row, "starts_at", "ends_at") for row in stored["overrides"])
        return cls(
            **{
                **times(stored, "at"),
                "windows": tuple(WindowFact(**row) for row in windows),
                "overrides": tuple(OverrideFact(**row) for row in overrides),
            }
        )

    def digest(self) -> str:
        """The hash of the facts: equal for equal facts, on any machine."""
        return digest(self.as_json())


def decide(facts: Facts) -> Decision:
    """Decide by `facts`. The same facts always give the same decision."""
    return ask(_RULES, facts, ruleset=RULESET)


def _safety(facts: Facts) -> Outcome:
    for broken, reason in (
        (facts.number_state != "active", f"number_{facts.number_state}"),
        (facts.thread_state != "open", "thread_closed"),
        (facts.party_blocked, "party_blocked"),
        (facts.party_role == "unknown", "party_unmapped"),
        (facts.thread_kind == "billing", "billing_thread"),
        (facts.thread_kind == "staff", "staff_thread"),
        (bool(facts.owner_only), facts.owner_only),
    ):
        if broken:
            return Outcome(reason, {}, "owner_inbox")
    return Outcome("safe", {})


def _override(facts: Facts) -> Outcome:
    held = next((o for o in facts.overrides if o.starts_at <= facts.at < o.ends_at), None)
    if held is None:
        return Outcome("no_override", {})
    params: dict[str, Plain] = {"override_id": held.id, "until": iso(held.ends_at)}
    if held.sitter_id is None:
        return Outcome("override_to_owner", params, "owner_inbox", override_id=held.id)
    params["sitter_id"] = held.sitter_id
    if not held.sitter_active:
        return Outcome("override_sitter_inactive", params, "owner_inbox", override_id=held.id)
    return Outcome("override_to_sitter", params, "sitter", held.sitter_id, override_id=held.id)


def _window(facts: Facts) -> Outcome:
    held = next((w for w in facts.windows if w.starts_at <= facts.at < w.ends_at), None)
    if held is None:
        return Outcome("no_window", _next_window(facts))
    params: dict[str, Plain] = {
        "window_id": held.id,
        "sitter_id": held.sitter_id,
        "starts_at": iso(held.starts_at),
        "until": iso(held.ends_at),
    }
    if not held.sitter_active:
        return Outcome("window_sitter_inactive", params, "owner_inbox", window_id=held.id)
    return Outcome("window_in_force", params, "sitter", held.sitter_id, window_id=held.id)


def _fallback(facts: Facts) -> Outcome:
    return Outcome("nobody_assigned", {"at": iso(facts.at), **_next_window(facts)}, "owner_inbox")


_RULES: Rules[Facts] = (
    ("safety", _safety),
    ("override", _override),
    ("window", _window),
    ("fallback", _fallback),
)


def _next_window(facts: Facts) -> dict[str, Plain]:
    later = [w for w in facts.windows if w.starts_at > facts.at]
    if not later:
        return {}
    first = min(later, key=lambda w: (w.starts_at, w.id))
    return {"next_sitter_id": first.sitter_id, "next_starts_at": iso(first.starts_at)}
