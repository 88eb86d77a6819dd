"""The rules of routing: facts in, decision out. Pure and deterministic; imports nothing of Django.

Intervals are half open, [start, end): at a handover instant exactly one window holds. The order is safety, override, window,
fallback. Change a rule only together with `RULESET`, so that old decisions keep saying which rules they were made by.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Literal

RULESET = "2026-11.2"

Target = Literal["owner_inbox", "sitter"]
Plain = str | int | bool | None


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
        """Plain values; times in ISO 8601, UTC. `from_json` gives the same facts back."""
        plain: dict[str, Any] = _plain(asdict(self))
        return plain

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Facts:
        """The facts that `as_json` wrote."""
        return cls(
            **{
                **stored,
                "at": datetime.fromisoformat(stored["at"]),
                "windows": tuple(WindowFact(**_times(row)) for row in stored["windows"]),
                "overrides": tuple(OverrideFact(**_times(row)) for row in stored["overrides"]),
            }
        )

    def digest(self) -> str:
        """The hash of the facts: equal for equal facts, on any machine."""
        return digest(self.as_json())


@dataclass(frozen=True, slots=True)
class Step:
    """One rule's outcome. `reason` is a code; `params` hold what its sentence needs (ids and times)."""

    rule: str
    decided: bool
    reason: str
    params: Mapping[str, Plain]

    def as_json(self) -> dict[str, Any]:
        return {
            "rule": self.rule,
            "decided": self.decided,
            "reason": self.reason,
            "params": dict(self.params),
        }


@dataclass(frozen=True, slots=True)
class Decision:
    """Where a text goes and why. `trace` holds every rule asked, in order; its last step decided."""

    target: Target
    sitter_id: int | None
    trace: tuple[Step, ...]
    facts: Facts
    window_id: int | None = None
    override_id: int | None = None
    ruleset: str = RULESET

    @property
    def rule(self) -> str:
        """The rule that decided."""
        return self.trace[-1].rule

    @property
    def reason(self) -> str:
        """Its reason code."""
        return self.trace[-1].reason

    @property
    def params(self) -> Mapping[str, Plain]:
        """What the reason's sentence needs."""
        return self.trace[-1].params


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What one rule said: with a target it decides, without one the next rule is asked."""

    reason: str
    params: Mapping[str, Plain]
    target: Target | None = None
    sitter_id: int | None = None
    window_id: int | None = None
    override_id: int | None = None


def decide(facts: Facts) -> Decision:
    """Decide by `facts`. The same facts always give the same decision."""
    trace: list[Step] = []
    for name, rule in _RULES:
        outcome = rule(facts)
        trace.append(Step(name, outcome.target is not None, outcome.reason, outcome.params))
        if outcome.target is not None:
            return Decision(
                outcome.target,
                outcome.sitter_id,
                tuple(trace),
                facts,
                window_id=outcome.window_id,
                override_id=outcome.override_id,
            )
    raise AssertionError("the fallback rule always decides")


def digest(facts: Mapping[str, Any]) -> str:
    """The hash of facts in their plain form (`Facts.as_json`)."""
    canonical = json.dumps(facts, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def _safety(facts: Facts) -> _Outcome:
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
            return _Outcome(reason, {}, "owner_inbox")
    return _Outcome("safe", {})


def _override(facts: Facts) -> _Outcome:
    held = next((o for o in facts.overrides if o.starts_at <= facts.at < o.ends_at), None)
    if held is None:
        return _Outcome("no_override", {})
    params: dict[str, Plain] = {"override_id": held.id, "until": _iso(held.ends_at)}
    if held.sitter_id is None:
        return _Outcome("override_to_owner", params, "owner_inbox", override_id=held.id)
    params["sitter_id"] = held.sitter_id
    if not held.sitter_active:
        return _Outcome("override_sitter_inactive", params, "owner_inbox", override_id=held.id)
    return _Outcome("override_to_sitter", params, "sitter", held.sitter_id, override_id=held.id)


def _window(facts: Facts) -> _Outcome:
    held = next((w for w in facts.windows if w.starts_at <= facts.at < w.ends_at), None)
    if held is None:
        return _Outcome("no_window", _next_window(facts))
    params: dict[str, Plain] = {
        "window_id": held.id,
        "sitter_id": held.sitter_id,
        "starts_at": _iso(held.starts_at),
        "until": _iso(held.ends_at),
    }
    if not held.sitter_active:
        return _Outcome("window_sitter_inactive", params, "owner_inbox", window_id=held.id)
    return _Outcome("window_in_force", params, "sitter", held.sitter_id, window_id=held.id)


def _fallback(facts: Facts) -> _Outcome:
    return _Outcome("nobody_assigned", {"at": _iso(facts.at), **_next_window(facts)}, "owner_inbox")


_RULES: tuple[tuple[str, Callable[[Facts], _Outcome]], ...] = (
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
    return {"next_sitter_id": first.sitter_id, "next_starts_at": _iso(first.starts_at)}


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return _iso(value)
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value


def _times(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **row,
        "starts_at": datetime.fromisoformat(row["starts_at"]),
        "ends_at": datetime.fromisoformat(row["ends_at"]),
    }
