"""What would happen: a decision for a thread and a time, with a "what if". Writes nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from messaging.models import Participant, Sitter, Thread
from routing import engine, loader
from routing.engine import Decision, Facts, OverrideFact, SitterFact, WindowFact

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
    facts = _with_sitter(facts, thread, what_if)
    if what_if.kind == "override":
        return engine.decide(replace(facts, overrides=(_override(what_if),)))
    return engine.decide(replace(facts, windows=(_window(what_if), *facts.windows)))


def _with_sitter(facts: Facts, thread: Thread, what_if: WhatIf) -> Facts:
    """`facts` with how the imagined sitter could be reached."""
    if what_if.sitter is None:
        return facts
    imagined = loader.sitter_fact(thread, what_if.sitter, facts.at)
    others: list[SitterFact] = [one for one in facts.sitters if one.id != imagined.id]
    return replace(facts, sitters=tuple(sorted((*others, imagined), key=lambda one: one.id)))


def _override(what_if: WhatIf) -> OverrideFact:
    return OverrideFact(
        id=_IMAGINED,
        target="sitter" if what_if.sitter else "owner_inbox",
        sitter_id=what_if.sitter.pk if what_if.sitter else None,
        starts_at=what_if.starts_at,
        ends_at=what_if.ends_at,
    )


def _window(what_if: WhatIf) -> WindowFact:
    if what_if.sitter is None:
        raise ValueError("A what-if visit needs a sitter.")
    return WindowFact(
        id=_IMAGINED,
        sitter_id=what_if.sitter.pk,
        starts_at=what_if.starts_at,
        ends_at=what_if.ends_at,
        duty_starts_at=what_if.starts_at,
        duty_ends_at=what_if.ends_at,
    )
