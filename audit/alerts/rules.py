"""What automations want the owner to look at, and what went wrong with them."""

from __future__ import annotations

from audit.alerts.notice import Notice
from audit.models import Severity


def automation_notice(
    *,
    organization_id: int,
    automation_id: int,
    thread_id: int | None,
    severity: Severity,
    say: str,
) -> Notice:
    """`say` is the owner's own sentence, fixed when the rule was made; one alert stands for each rule and conversation."""
    return Notice(
        organization_id=organization_id,
        kind=f"automation.notice.{automation_id}",
        severity=severity,
        subject_kind="thread" if thread_id else "automation",
        subject_id=thread_id or automation_id,
        thread_id=thread_id,
        title=say,
        detail="One of your automations asks you to look.",
    )


def automation_paused(*, organization_id: int, automation_id: int, failures: int) -> Notice:
    return Notice(
        organization_id=organization_id,
        kind="automation.paused",
        severity=Severity.CRITICAL,
        subject_kind="automation",
        subject_id=automation_id,
        title="An automation was paused because it kept failing",
        detail=f"It failed {failures} times in a row. Its log says why; switch it on again once that is repaired.",
    )


def automation_unreadable(*, organization_id: int, automation_id: int) -> Notice:
    return Notice(
        organization_id=organization_id,
        kind="automation.unreadable",
        severity=Severity.CRITICAL,
        subject_kind="automation",
        subject_id=automation_id,
        title="An automation was paused because this version of SnoutOS cannot read it",
        detail="Open it, change it so that it says what you want, test it and switch it on again.",
    )


def automation_skipped_late(*, organization_id: int, automation_id: int) -> Notice:
    return Notice(
        organization_id=organization_id,
        kind="automation.skipped_late",
        severity=Severity.WARNING,
        subject_kind="automation",
        subject_id=automation_id,
        title="An automation was skipped because it was too late",
        detail="It came due over an hour before SnoutOS could run it. Its log says for whom; nothing was sent.",
    )


def automation_limit_reached(*, organization_id: int, automation_id: int, per_client: bool) -> Notice:
    return Notice(
        organization_id=organization_id,
        kind="automation.limit_reached",
        severity=Severity.WARNING,
        subject_kind="automation",
        subject_id=automation_id,
        title="An automation's text was not sent: the limit is reached",
        detail=(
            "One client would have got more texts in a day than you allow."
            if per_client
            else "Your automations would have sent more texts in an hour than you allow."
        ),
    )


def automation_occurrence_given_up(*, organization_id: int, occurrence_id: int) -> Notice:
    return Notice(
        organization_id=organization_id,
        kind="automation.occurrence_given_up",
        severity=Severity.CRITICAL,
        subject_kind="occurrence",
        subject_id=occurrence_id,
        title="Automations could not look at something that happened",
        detail="No automation reacted to it. Tell whoever runs this installation.",
    )
