"""What automations want the owner to look at, and what went wrong with them.

Titles and details are fixed sentences with counts and codes at most: never a body, a name, a phone or an address.
"""

from __future__ import annotations

from audit.models import Severity
from audit.registry import Wording, alert, wording


@alert("automation.notice", Severity.WARNING, subject="automation")
def automation_notice(
    *, organization_id: int, automation_id: int, thread_id: int | None, severity: Severity, say: str
) -> Wording:
    """`say` is the owner's own sentence, fixed when the rule was made; one alert stands for each rule and conversation."""
    return wording(
        organization_id,
        thread_id or automation_id,
        thread_id,
        title=say,
        number=automation_id,
        severity=severity,
        subject="thread" if thread_id else "automation",
        detail="One of your automations asks you to take a look.",
    )


@alert("automation.paused", Severity.CRITICAL, subject="automation")
def automation_paused(*, organization_id: int, automation_id: int, failures: int) -> Wording:
    return wording(
        organization_id,
        automation_id,
        title="An automation was paused because it kept failing",
        detail=f"It failed {failures} times in a row. Its log says why; resume it once that's fixed.",
    )


@alert("automation.unreadable", Severity.CRITICAL, subject="automation")
def automation_unreadable(*, organization_id: int, automation_id: int) -> Wording:
    return wording(
        organization_id,
        automation_id,
        title="An automation was paused because this version of SnoutOS can't read it",
        detail="Open it, edit it, test it and turn it on again.",
    )


@alert("automation.skipped_late", Severity.WARNING, subject="automation")
def automation_skipped_late(*, organization_id: int, automation_id: int) -> Wording:
    return wording(
        organization_id,
        automation_id,
        title="An automation was skipped because it was too late",
        detail="It was over an hour late, so nothing was sent. Its log says for whom.",
    )


@alert("automation.limit_reached", Severity.WARNING, subject="automation")
def automation_limit_reached(*, organization_id: int, automation_id: int, per_client: bool) -> Wording:
    return wording(
        organization_id,
        automation_id,
        title="An automation's text wasn't sent: limit reached",
        detail="It would have been more texts to one client in a day than you allow."
        if per_client
        else "It would have been more automation texts in an hour than you allow.",
    )


@alert("automation.occurrence_given_up", Severity.CRITICAL, subject="occurrence")
def automation_occurrence_given_up(*, organization_id: int, occurrence_id: int) -> Wording:
    return wording(
        organization_id,
        occurrence_id,
        title="Automations missed something that happened",
        detail="No automation ran on it. Tell whoever runs SnoutOS for you.",
    )
