"""Who broke the rules, what may be an emergency, and that screening does not work.

Titles and details are fixed sentences with counts and codes at most: never a body, a name, a phone or an address.
"""

from __future__ import annotations

from audit.models import Severity
from audit.registry import Wording, alert, wording


@alert("policy.detector_failed", Severity.CRITICAL, subject="organization")
def detector_failed(*, organization_id: int) -> Wording:
    return wording(
        organization_id,
        organization_id,
        title="Screening isn't working",
        detail="Sitters' texts wait for your review until it is. Tell whoever runs SnoutOS for you.",
    )


@alert("policy.repeat", Severity.WARNING, subject="sitter")
def policy_repeat(*, organization_id: int, sitter_id: int, thread_id: int | None = None) -> Wording:
    return wording(
        organization_id,
        sitter_id,
        thread_id,
        title="A sitter shared contact details again",
        detail="That's the second time in 30 days. The third pauses their texts.",
    )


@alert("policy.sitter_locked", Severity.CRITICAL, subject="sitter", solved_by=("lift_lock",))
def sitter_locked(*, organization_id: int, sitter_id: int, thread_id: int | None = None) -> Wording:
    return wording(
        organization_id,
        sitter_id,
        thread_id,
        title="A sitter's texts are paused",
        detail="They shared contact details 3 times in 30 days. Their texts are paused until you unlock them.",
    )


@alert("policy.emergency", Severity.CRITICAL, subject="thread")
def emergency(*, organization_id: int, thread_id: int) -> Wording:
    return wording(
        organization_id,
        thread_id,
        thread_id,
        title="A text may be about an emergency",
        detail="Read the conversation now.",
    )
