"""The present ruleset: who is on duty, and who receives the next text. Pure and deterministic; imports nothing of Django.

Intervals are half open, [start, end): at a handover instant exactly one window holds. Change a rule only together with a new ruleset in
a file of its own, so that what was decided by this one can be decided again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from routing.rulesets.common import Decision, Outcome, Plain, Rules, Target, ask, digest, iso, plain, times

RULESET = "2026-11.3"

# A sitter who used the app so lately sees new texts there.
APP_REACHES = timedelta(hours=24)

# `ready`: not opted out, and a business number is there for the thread; otherwise what is missing.
Phone = Literal["ready", "no_phone", "opted_out", "no_line"]
# `just_over`: it ended by itself, and the client's first text after that asks the owner whether it goes on.
Private = Literal["", "going_on", "just_over"]


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowFact:
    """A window that is not over: as entered, and the time on duty that follows from it."""

    id: int
    sitter_id: int
    starts_at: datetime
    ends_at: datetime
    duty_starts_at: datetime
    duty_ends_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OverrideFact:
    """An override that is not over. `sitter_id` is None when its target is the owner inbox."""

    id: int
    target: Target
    sitter_id: int | None
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SitterFact:
    """A sitter whom a window or override in force names: whether they are active, and how they can be reached."""

    id: int
    is_active: bool
    phone: Phone
    app_used_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """All that a decision may depend on: ids, states and times, never a text or a name.

    `party_role` is `nobody` when no phone outside takes part any more. `asks` is `receives` for where a text from outside goes, and
    `writes` for whether a sitter may write, which being on duty alone decides.
    """

    at: datetime
    thread_id: int
    thread_kind: str
    thread_state: str
    number_state: str
    party_role: str
    party_blocked: bool
    asks: Literal["receives", "writes"] = "receives"
    # Why the text is the owner's alone whatever the rules say: a reason code, empty for an ordinary text.
    owner_only: str = ""
    private: Private = ""
    windows: tuple[WindowFact, ...] = ()
    overrides: tuple[OverrideFact, ...] = ()
    sitters: tuple[SitterFact, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Plain values; `from_json` gives the same facts back."""
        return plain(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Facts:
        """The facts that `as_json` wrote."""
        spans = ("starts_at", "ends_at")
        windows = (times(row, *spans, "duty_starts_at", "duty_ends_at") for row in stored["windows"])
        overrides = (times(row, *spans) for row in stored["overrides"])
        sitters = (times(row, "app_used_at") for row in stored["sitters"])
        return cls(
            **{
                **times(stored, "at"),
                "windows": tuple(WindowFact(**row) for row in windows),
                "overrides": tuple(OverrideFact(**row) for row in overrides),
                "sitters": tuple(SitterFact(**row) for row in sitters),
            }
        )

    def digest(self) -> str:
        """The hash of the facts: equal for equal facts, on any machine."""
        return digest(self.as_json())

    def sitter(self, sitter_id: int) -> SitterFact | None:
        """What is known of a sitter in force."""
        return next((one for one in self.sitters if one.id == sitter_id), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """Who may read and write a thread now, by which window or override, until when; nobody when `sitter_id` is None. `reason` says why."""

    reason: str
    params: Mapping[str, Plain] = field(default_factory=dict)
    sitter_id: int | None = None
    until: datetime | None = None
    window_id: int | None = None
    override_id: int | None = None


def on_duty(facts: Facts) -> Duty:
    """Who is on duty: an override to a sitter in force, else the window whose duty time holds.

    Their sitter must be active, the party known and not blocked, the thread one of care. `routing.duty.on_duty` says the same of many
    threads in the database.
    """
    for nobodys, reason in (
        (facts.thread_kind != "care", f"{facts.thread_kind}_thread"),
        (facts.party_role == "nobody", "nobody_there"),
        (facts.party_role != "client", "party_unmapped"),
        (facts.party_blocked, "party_blocked"),
    ):
        if nobodys:
            return Duty(reason=reason)
    redirected = next((one for one in _in_force(facts) if one.sitter_id is not None), None)
    return _by_override(facts, redirected) if redirected is not None else _by_window(facts)


def can_be_reached(sitter: SitterFact, at: datetime) -> bool:
    """Whether a text to `sitter` would be seen: by text to their phone, or in the app they used within a day."""
    if sitter.phone == "ready":
        return True
    return sitter.app_used_at is not None and at - sitter.app_used_at < APP_REACHES


def decide(facts: Facts) -> Decision:
    """Decide by `facts`. The same facts always give the same decision."""
    return ask(_WRITES if facts.asks == "writes" else _RECEIVES, facts, ruleset=RULESET)


def _safety(facts: Facts) -> Outcome:
    for broken, reason in (
        (facts.number_state != "active", f"number_{facts.number_state}"),
        (facts.thread_state != "open", "thread_closed"),
        (facts.party_blocked, "party_blocked"),
        (facts.party_role == "nobody", "nobody_there"),
        (facts.party_role == "unknown", "party_unmapped"),
        (facts.thread_kind == "billing", "billing_thread"),
        (facts.thread_kind == "staff", "staff_thread"),
        (bool(facts.owner_only), facts.owner_only),
    ):
        if broken:
            return Outcome(reason, {}, "owner_inbox")
    return Outcome("safe", {})


def _private(facts: Facts) -> Outcome:
    if not facts.private:
        return Outcome("not_private", {})
    return Outcome(
        "private_exchange" if facts.private == "going_on" else "private_just_over", {}, "owner_inbox"
    )


def _override(facts: Facts) -> Outcome:
    to_owner = next((one for one in _in_force(facts) if one.sitter_id is None), None)
    if to_owner is None:
        return Outcome("no_override", {})
    params: dict[str, Plain] = {"override_id": to_owner.id, "until": iso(to_owner.ends_at)}
    return Outcome("override_to_owner", params, "owner_inbox", override_id=to_owner.id)


def _reach(facts: Facts) -> Outcome:
    duty = on_duty(facts)
    sitter = facts.sitter(duty.sitter_id) if duty.sitter_id is not None else None
    if sitter is None:
        return Outcome("nobody_to_reach", {})
    params: dict[str, Plain] = {"sitter_id": sitter.id, "phone": sitter.phone}
    if can_be_reached(sitter, facts.at):
        return Outcome("sitter_reachable", params)
    return Outcome(
        "sitter_unreachable",
        params,
        "owner_inbox",
        window_id=duty.window_id,
        override_id=duty.override_id,
    )


def _duty(facts: Facts) -> Outcome:
    duty = on_duty(facts)
    target: Target | None = "sitter" if duty.sitter_id is not None else None
    if duty.reason in _INACTIVE:
        target = "owner_inbox"
    return Outcome(duty.reason, duty.params, target, duty.sitter_id, duty.window_id, duty.override_id)


def _fallback(facts: Facts) -> Outcome:
    return Outcome("nobody_assigned", {"at": iso(facts.at), **_next_window(facts)}, "owner_inbox")


_RECEIVES: Rules[Facts] = (
    ("safety", _safety),
    ("private", _private),
    ("override", _override),
    ("reach", _reach),
    ("duty", _duty),
    ("fallback", _fallback),
)
_WRITES: Rules[Facts] = (("duty", _duty), ("fallback", _fallback))
_INACTIVE = ("override_sitter_inactive", "window_sitter_inactive")


def _in_force(facts: Facts) -> list[OverrideFact]:
    return [one for one in facts.overrides if one.starts_at <= facts.at < one.ends_at]


def _by_override(facts: Facts, held: OverrideFact) -> Duty:
    params: dict[str, Plain] = {
        "override_id": held.id,
        "sitter_id": held.sitter_id,
        "until": iso(held.ends_at),
    }
    if not _is_active(facts, held.sitter_id):
        return Duty(reason="override_sitter_inactive", params=params, override_id=held.id)
    return Duty(
        reason="override_to_sitter",
        params=params,
        sitter_id=held.sitter_id,
        until=held.ends_at,
        override_id=held.id,
    )


def _by_window(facts: Facts) -> Duty:
    held = next((one for one in facts.windows if one.duty_starts_at <= facts.at < one.duty_ends_at), None)
    if held is None:
        return Duty(reason="no_window", params=_next_window(facts))
    params: dict[str, Plain] = {
        "window_id": held.id,
        "sitter_id": held.sitter_id,
        "starts_at": iso(held.starts_at),
        "until": iso(held.duty_ends_at),
    }
    if not _is_active(facts, held.sitter_id):
        return Duty(reason="window_sitter_inactive", params=params, window_id=held.id)
    return Duty(
        reason="window_in_force",
        params=params,
        sitter_id=held.sitter_id,
        until=held.duty_ends_at,
        window_id=held.id,
    )


def _is_active(facts: Facts, sitter_id: int | None) -> bool:
    known = facts.sitter(sitter_id) if sitter_id is not None else None
    return known is not None and known.is_active


def _next_window(facts: Facts) -> dict[str, Plain]:
    later = [one for one in facts.windows if one.duty_starts_at > facts.at]
    if not later:
        return {}
    first = min(later, key=lambda one: (one.duty_starts_at, one.id))
    return {"next_sitter_id": first.sitter_id, "next_starts_at": iso(first.starts_at)}
