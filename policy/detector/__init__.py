"""The contact-leak detector: finds ways to leave the platform in a text, and says why.

Pure and deterministic: no database, no network, no clock. See docs/detector.md.
"""

from collections.abc import Sequence

from policy.detector.conversation import DEPTH, WINDOW, Conversation, may_be_fragment
from policy.detector.engine import find
from policy.detector.languages import EVERY_LANGUAGE
from policy.detector.model import RULESET_VERSION, AllowList, Finding, Kind
from policy.detector.redact import redact_until_clean

__all__ = [
    "DEPTH",
    "RULESET_VERSION",
    "WINDOW",
    "AllowList",
    "Conversation",
    "Finding",
    "Kind",
    "find",
    "may_be_fragment",
    "redact",
]


def redact(
    text: str,
    findings: Sequence[Finding],
    mark: str = "[removed]",
    *,
    allow: AllowList | None = None,
    languages: frozenset[str] = EVERY_LANGUAGE,
) -> str:
    """The text with everything found replaced by `mark`; screening the result again finds nothing.

    Pass the `allow` and `languages` that the findings were made with, or more is removed than was found. Intent is
    removed only when one of `findings` is an intent. Without findings the text comes back as it is.
    """
    return redact_until_clean(
        text,
        findings,
        mark=mark,
        allow=allow or AllowList(),
        find=lambda t, a: find(t, allow=a, languages=languages),
    )
