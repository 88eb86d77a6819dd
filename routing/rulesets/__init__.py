"""Every set of rules that ever decided, each with its own facts, so that what it decided can be decided again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from routing.rulesets import r2026_11_1, r2026_11_2, r2026_11_3
from routing.rulesets.common import Decision


class UnknownRulesetError(LookupError):
    """A decision names a ruleset that this version does not have."""


_AGAIN: Mapping[str, Callable[[Mapping[str, Any]], Decision]] = {
    r2026_11_1.RULESET: lambda facts: r2026_11_1.decide(r2026_11_1.Facts.from_json(facts)),
    r2026_11_2.RULESET: lambda facts: r2026_11_2.decide(r2026_11_2.Facts.from_json(facts)),
    r2026_11_3.RULESET: lambda facts: r2026_11_3.decide(r2026_11_3.Facts.from_json(facts)),
}
NAMES = tuple(_AGAIN)


def decide_again(ruleset: str, facts: Mapping[str, Any]) -> Decision:
    """Decide on stored `facts` by the rules of `ruleset`. Raises UnknownRulesetError for one that is not kept here."""
    again = _AGAIN.get(ruleset)
    if again is None:
        raise UnknownRulesetError(ruleset)
    return again(facts)
