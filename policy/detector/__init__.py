"""The contact-leak detector: finds ways to leave the platform in a text, and says why.

Pure and deterministic: no database, no network, no clock. See docs/detector.md.
"""

from collections.abc import Sequence

from policy.detector.conversation import Conversation, may_be_fragment
from policy.detector.engine import find
from policy.detector.model import RULESET_VERSION, AllowList, Finding, Kind
from policy.detector.redact import redact_until_clean

__all__ = [
    "RULESET_VERSION",
    "AllowList",
    "Conversation",
    "Finding",
    "Kind",
    "find",
    "may_be_fragment",
    "redact",
]


def redact(
    text: str, findings: Sequence[Finding], mark: str = "[removed]", *, allow: AllowList | None = None
) -> str:
    """The text with everything found replaced by `mark`; screening the result again finds nothing.

    Pass the `allow` that the findings were made with, or allowed contacts are removed as well. Intent is
    removed only when one of `findings` is an intent. Without findings the text comes back as it is.
    """
    return redact_until_clean(
        text, findings, mark=mark, allow=allow or AllowList(), find=lambda t, a: find(t, allow=a)
    )
