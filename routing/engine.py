"""The rules that decide now, by one name: a new ruleset is a new file in `routing.rulesets`, and a change of these imports.

Facts in, decision out; imports nothing of Django.
"""

from routing.rulesets.common import Decision, Plain, Step, Target, digest
from routing.rulesets.r2026_11_3 import (
    APP_REACHES,
    RULESET,
    Duty,
    Facts,
    OverrideFact,
    Phone,
    SitterFact,
    WindowFact,
    can_be_reached,
    decide,
    on_duty,
)

__all__ = [
    "APP_REACHES",
    "RULESET",
    "Decision",
    "Duty",
    "Facts",
    "OverrideFact",
    "Phone",
    "Plain",
    "SitterFact",
    "Step",
    "Target",
    "WindowFact",
    "can_be_reached",
    "decide",
    "digest",
    "on_duty",
]
