"""What every ruleset is made of: steps, outcomes, decisions, and facts in their plain form. Pure; imports nothing of Django."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Literal, Protocol, TypeVar

Target = Literal["owner_inbox", "sitter"]
Plain = str | int | bool | None


class AnyFacts(Protocol):
    """The facts of a ruleset, whichever it is."""

    @property
    def at(self) -> datetime: ...

    def as_json(self) -> dict[str, Any]: ...

    def digest(self) -> str: ...


FactsType = TypeVar("FactsType", bound=AnyFacts)


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
class Outcome:
    """What one rule said: with a target it decides, without one the next rule is asked."""

    reason: str
    params: Mapping[str, Plain]
    target: Target | None = None
    sitter_id: int | None = None
    window_id: int | None = None
    override_id: int | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """Where a text goes and why. `trace` holds every rule asked, in order; its last step decided."""

    target: Target
    sitter_id: int | None
    trace: tuple[Step, ...]
    facts: AnyFacts
    ruleset: str
    window_id: int | None = None
    override_id: int | None = None

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


Rules = Sequence[tuple[str, Callable[[FactsType], Outcome]]]


def ask(rules: Rules[FactsType], facts: FactsType, *, ruleset: str) -> Decision:
    """Ask `rules` in order until one decides; the last one always does."""
    trace: list[Step] = []
    for name, rule in rules:
        outcome = rule(facts)
        trace.append(Step(name, outcome.target is not None, outcome.reason, outcome.params))
        if outcome.target is not None:
            return Decision(
                outcome.target,
                outcome.sitter_id,
                tuple(trace),
                facts,
                ruleset,
                window_id=outcome.window_id,
                override_id=outcome.override_id,
            )
    raise AssertionError("the last rule always decides")


def digest(facts: Mapping[str, Any]) -> str:
    """The hash of facts in their plain form (`Facts.as_json`)."""
    canonical = json.dumps(facts, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def iso(moment: datetime) -> str:
    """ISO 8601, UTC."""
    return moment.astimezone(UTC).isoformat()


def plain(facts: Any) -> dict[str, Any]:
    """A dataclass of facts as plain values, times in ISO 8601, UTC."""
    found: dict[str, Any] = _plain(asdict(facts))
    return found


def times(row: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """`row` with the times of these names read back."""
    read = {name: datetime.fromisoformat(row[name]) for name in names if row[name] is not None}
    return {**row, **read}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return iso(value)
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value
