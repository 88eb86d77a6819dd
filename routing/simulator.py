"""What would happen: a decision for a thread and a time, with a "what if". Writes nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from messaging.models import Participant, Sitter, Thread
from routing import engine, loader
from routing.engine import Decision, OverrideFact, Target, WindowFact

_IMAGINED = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIf:
    """An imagined window or override in force at the time asked. `sitter` None sends to the owner inbox (override only)."""

    kind: str  # "window" or "override"
    sitter: Sitter | None
    starts_at: datetime
    ends_at: datetime


def simulate(thread: Thread, at: datetime, *, what_if: WhatIf | None = None) -> Decision:
    """The decision for a text of the thread's outside party at `at`.

    Raises Participant.DoesNotExist when nobody outside takes part in the thread any more, ValueError for a window without sitter.
    """
    party = Participant.objects.select_related("number").get(
        thread=thread, left_at__isnull=True, role__in=["client", "unknown"]
    )
    facts = loader.load(thread, party, at)
    if what_if is None:
        return engine.decide(facts)
    if what_if.kind == "override":
        return engine.decide(replace(facts, overrides=(_override(what_if),)))
    return engine.decide(replace(facts, windows=(_window(what_if), *facts.windows)))


def _override(what_if: WhatIf) -> OverrideFact:
    target: Target = "sitter" if what_if.sitter else "owner_inbox"
    return OverrideFact(
        id=_IMAGINED,
        target=target,
        sitter_id=what_if.sitter.pk if what_if.sitter else None,
        sitter_active=bool(what_if.sitter and what_if.sitter.is_active),
        starts_at=what_if.starts_at,
        ends_at=what_if.ends_at,
    )


def _window(what_if: WhatIf) -> WindowFact:
    if what_if.sitter is None:
        raise ValueError("An imagined window needs a sitter.")
    return WindowFact(
        id=_IMAGINED,
        sitter_id=what_if.sitter.pk,
        sitter_active=what_if.sitter.is_active,
        starts_at=what_if.starts_at,
        ends_at=what_if.ends_at,
    )
