"""One automation as its page shows it: what is in force, the draft beside it, and what can be done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from automations import lifecycle
from automations.content import Content
from automations.content.params import ContentError
from automations.engine import match
from automations.models import Automation, AutomationVersion, Execution, VersionState
from automations.permissions import CHANGE_SECRET
from snoutos.core import timefmt
from snoutos.desk.automations import log, trial_threads
from snoutos.desk.request import DeskRequest

UNREADABLE = "This rule was made for another version of SnoutOS. Edit it to use it again."
_TONES = {"active": "ok", "paused": "warning", "tested": "info", "draft": "plain", "archived": "plain"}
PAUSED_BECAUSE = {
    "failures": "Paused: it failed five times in a row.",
    "unreadable": "Paused: this version of SnoutOS can't read it.",
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
        return match.content_of(version)
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


def page(desk: DeskRequest, automation: Automation) -> dict[str, Any]:
    """What the page of `automation` shows. A fixed number of queries."""
    draft, in_force = lifecycle.draft_of(automation), lifecycle.in_force(automation)
    first = draft or in_force
    played = content_of(first) if first is not None else None
    recent = Execution.objects.of(desk.organization).filter(automation=automation)
    return {
        "automation": automation,
        "draft": rule(draft) if draft else None,
        "in_force": rule(in_force) if in_force else None,
        "is_tested": draft is not None and draft.tested_digest == draft.digest,
        "tested_when": timefmt.full(draft.tested_at, desk.zone) if draft and draft.tested_at else "",
        "content": played,
        "asks_text": played is not None and "message" in played.trigger.groups,
        "asks_event": played is not None and played.trigger.kind == "event",
        "calls_out": played is not None and any(one.kind == "call_webhook" for one in played.actions),
        "scenes": trial_threads.offered(desk, played) if draft else [],
        "ran": log.rows(desk, recent, most=SHOWN),
        "may_change_secret": desk.may(CHANGE_SECRET),
        "typed": desk.request.POST.dict(),
    }
