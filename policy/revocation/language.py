"""What one language says it by."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """Phrases that ask for no more texts, and what takes them back. Every pattern reads a line in the one spelling that ends with a blank.

    `requests` ask for an end ("stop texting me"), `forbidding` says it the other way ("don't text me"), `refusals` say what is not wanted
    ("I don't want texts"), `statements` tell why there must be none ("wrong number"). What `before_…` finds right before a phrase, `after`
    behind it, or `anywhere` in a statement's line takes it back.
    """

    # As ISO 639-1 has it.
    code: str
    # One of these words is in whatever it says; a text without any is looked at no further.
    hints: re.Pattern[str]
    requests: re.Pattern[str]
    forbidding: re.Pattern[str]
    refusals: re.Pattern[str]
    statements: re.Pattern[str]
    # Denied, told of others, a condition, or a question about what was.
    before_request: re.Pattern[str]
    before_forbidding: re.Pattern[str]
    before_refusal: re.Pattern[str]
    before_statement: re.Pattern[str]
    # Only at night, only today: not of texts altogether.
    after: re.Pattern[str]
    # The writer's own mistake.
    anywhere: re.Pattern[str]
    # What asks for it with nothing but courtesies around, and what may stand in the text beside such a sentence.
    alone: re.Pattern[str]
    courtesies: frozenset[str]
    # As `alone`, but only where something beside it speaks of texts.
    demands: re.Pattern[str]
    beside: frozenset[str]
    please: frozenset[str]
    # Words of what else may be asked to stop.
    elsewhere: frozenset[str]
