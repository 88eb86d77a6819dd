"""Where a text went and why, told once for decisions that say the same."""

from __future__ import annotations

import json
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from routing import sentences
from routing.models import RoutingDecision


@dataclass(frozen=True, slots=True)
class Step:
    """One rule that was asked, and its answer."""

    rule: str
    decided: bool
    sentence: str


@dataclass(frozen=True, slots=True)
class Told:
    """A decision in one sentence, and all that led to it."""

    sentence: str
    steps: list[Step]
    ruleset: str


class Teller:
    """Tells the decisions of one page. Sentences look names up; equal ones are asked for once."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone
        self._known: dict[str, Told] = {}

    def told(self, decision: RoutingDecision) -> Told:
        """What `decision` did and why."""
        today = decision.at.astimezone(self._zone).date()
        key = json.dumps(
            [str(today), decision.trace, decision.ruleset, decision.reason, decision.params], sort_keys=True
        )
        if key not in self._known:
            self._known[key] = Told(
                sentences.sentence(decision, self._zone),
                [
                    Step(sentences.RULES.get(rule, rule.replace("_", " ").capitalize()), decided, sentence)
                    for rule, decided, sentence in sentences.steps(decision, self._zone)
                ],
                decision.ruleset,
            )
        return self._known[key]
