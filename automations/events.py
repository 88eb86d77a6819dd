"""Rules the owner makes, and what they did."""

from __future__ import annotations

from audit.registry import About, about, subject, verb

subject("automation", "automations.Automation", has_page=True)
subject("execution", "automations.Execution", has_page=True)
subject("external_event", "automations.ExternalEvent")


@verb("automation.created", "An automation was created.", subject="automation")
def automation_created(*, organization_id: int, automation_id: int, version: int) -> About:
    return about(organization_id, automation_id, version=version)


@verb("automation.changed", "An automation was changed; version {version} is a draft.", subject="automation")
def automation_changed(*, organization_id: int, automation_id: int, version: int) -> About:
    """A draft was written or rewritten; what is active runs on."""
    return about(organization_id, automation_id, version=version)


@verb("automation.tested", "An automation was tested (version {version}).", subject="automation")
def automation_tested(*, organization_id: int, automation_id: int, version: int) -> About:
    return about(organization_id, automation_id, version=version)


@verb("automation.activated", "An automation was turned on (version {version}).", subject="automation")
def automation_activated(*, organization_id: int, automation_id: int, version: int) -> About:
    return about(organization_id, automation_id, version=version)


@verb("automation.paused", "An automation was paused ({reason}).", subject="automation")
def automation_paused(*, organization_id: int, automation_id: int, version: int, reason: str) -> About:
    """`reason` is a code: owner, failures."""
    return about(organization_id, automation_id, version=version, reason=reason)


@verb("automation.archived", "An automation was archived.", subject="automation")
def automation_archived(*, organization_id: int, automation_id: int) -> About:
    return about(organization_id, automation_id)


@verb("automation.secret_changed", "An automation's webhook signing key was changed.", subject="automation")
def automation_secret_changed(*, organization_id: int, automation_id: int) -> About:
    return about(organization_id, automation_id)


@verb("automation.limits_changed", "The limits of automations were changed.", subject="organization")
def automation_limits_changed(*, organization_id: int) -> About:
    return about(organization_id, organization_id)


@verb("automation.ran", "{automation} ran: {state} ({reason}).", subject="execution")
def automation_ran(
    *,
    organization_id: int,
    automation_id: int,
    execution_id: int,
    thread_id: int | None,
    state: str,
    reason: str,
) -> About:
    """One reaction ended: done, skipped, failed or canceled. Conditions that were not met are no event."""
    return about(
        organization_id,
        execution_id,
        thread_id,
        automation_id=automation_id,
        state=state,
        reason=reason or None,
    )


@verb(
    "automation.occurrence_given_up",
    "Automations missed something that happened ({kind}, {tries} tries).",
    subject="occurrence",
)
def automation_occurrence_given_up(
    *, organization_id: int, occurrence_id: int, kind: str, tries: int
) -> About:
    return about(organization_id, occurrence_id, kind=kind, tries=tries)


@verb("automation.event_reported", "Another system sent {event_kind}.", subject="external_event")
def automation_event_reported(
    *, organization_id: int, event_id: int, thread_id: int | None, event_kind: str
) -> About:
    """Another system reported something. `event_kind` is the event's dotted name."""
    return about(organization_id, event_id, thread_id, event_kind=event_kind)
