"""One automation as its page shows it: what is in force, the draft beside it, and what can be done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from automations import matching, verbs
from automations.content import Content
from automations.models import Automation, AutomationVersion, Execution, VersionState
from automations.params import ContentError
from snoutos.desk import moments
from snoutos.desk.automations import log, scenes
from snoutos.desk.visit import Visit

UNREADABLE = "This rule was written for another version of SnoutOS. Change it to use it again."
_TONES = {"active": "ok", "paused": "warning", "tested": "info", "draft": "plain", "archived": "plain"}
PAUSED_BECAUSE = {
    "failures": "It was paused because it failed five times in a row.",
    "unreadable": "It was paused because this version of SnoutOS cannot read it.",
}
SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A version in words."""

    number: int
    state: str
    label: str
    tone: str
    sentence: str
    steps: tuple[str, ...]
    is_urgent: bool
    urgent_reason: str
    lane: str
    paused_because: str


def content_of(version: AutomationVersion) -> Content | None:
    """What it does; None when this release cannot read it."""
    try:
        return matching.content_of(version)
    except ContentError:
        return None


def sentence_of(version: AutomationVersion) -> str:
    """The whole rule in one sentence."""
    content = content_of(version)
    return content.sentence if content is not None else UNREADABLE


def rule(version: AutomationVersion) -> Rule:
    """The version in words."""
    content = content_of(version)
    return Rule(
        number=version.number,
        state=version.state,
        label=VersionState(version.state).label,
        tone=_TONES[version.state],
        sentence=sentence_of(version),
        steps=tuple(spec.sentence for spec in content.actions) if content else (),
        is_urgent=version.is_urgent,
        urgent_reason=version.urgent_reason,
        lane=version.get_lane_display(),
        paused_because=PAUSED_BECAUSE.get(version.paused_reason, ""),
    )


def page(visit: Visit, automation: Automation) -> dict[str, Any]:
    """What the page of `automation` shows. A fixed number of queries."""
    draft, in_force = verbs.draft_of(automation), verbs.in_force(automation)
    first = draft or in_force
    played = content_of(first) if first is not None else None
    recent = Execution.objects.of(visit.organization).filter(automation=automation)
    return {
        "automation": automation,
        "draft": rule(draft) if draft else None,
        "in_force": rule(in_force) if in_force else None,
        "is_tested": draft is not None and draft.tested_digest == draft.digest,
        "tested_when": moments.full(draft.tested_at, visit.zone) if draft and draft.tested_at else "",
        "content": played,
        "asks_text": played is not None and "message" in played.trigger.groups,
        "asks_event": played is not None and played.trigger.kind == "event",
        "calls_out": played is not None and any(one.kind == "call_webhook" for one in played.actions),
        "scenes": scenes.offered(visit, played) if draft else [],
        "ran": log.rows(visit, recent, most=SHOWN),
        "is_owner": visit.user.is_owner,
        "typed": visit.request.POST.dict(),
    }
