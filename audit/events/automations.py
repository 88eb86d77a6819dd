"""Rules the owner makes, and what they did."""

from __future__ import annotations

from audit.events.base import Event, event


def _automation(verb: str, organization_id: int, automation_id: int, **data: int | str | None) -> Event:
    return event(verb, organization_id, "automation", automation_id, None, **data)


def automation_created(*, organization_id: int, automation_id: int, version: int) -> Event:
    return _automation("automation.created", organization_id, automation_id, version=version)


def automation_changed(*, organization_id: int, automation_id: int, version: int) -> Event:
    """A draft was written or rewritten; what is active runs on."""
    return _automation("automation.changed", organization_id, automation_id, version=version)


def automation_tested(*, organization_id: int, automation_id: int, version: int) -> Event:
    return _automation("automation.tested", organization_id, automation_id, version=version)


def automation_activated(*, organization_id: int, automation_id: int, version: int) -> Event:
    return _automation("automation.activated", organization_id, automation_id, version=version)


def automation_paused(*, organization_id: int, automation_id: int, version: int, reason: str) -> Event:
    """`reason` is a code: owner, failures."""
    return _automation("automation.paused", organization_id, automation_id, version=version, reason=reason)


def automation_archived(*, organization_id: int, automation_id: int) -> Event:
    return _automation("automation.archived", organization_id, automation_id)


def automation_secret_changed(*, organization_id: int, automation_id: int) -> Event:
    return _automation("automation.secret_changed", organization_id, automation_id)


def automation_limits_changed(*, organization_id: int) -> Event:
    return event("automation.limits_changed", organization_id, "organization", organization_id)


def automation_ran(
    *,
    organization_id: int,
    automation_id: int,
    execution_id: int,
    thread_id: int | None,
    state: str,
    reason: str,
) -> Event:
    """One reaction ended: done, skipped, failed or canceled. Conditions that were not met are no event."""
    return event(
        "automation.ran",
        organization_id,
        "execution",
        execution_id,
        thread_id,
        automation_id=automation_id,
        state=state,
        reason=reason or None,
    )


def automation_occurrence_given_up(
    *, organization_id: int, occurrence_id: int, kind: str, tries: int
) -> Event:
    return event(
        "automation.occurrence_given_up",
        organization_id,
        "occurrence",
        occurrence_id,
        None,
        kind=kind,
        tries=tries,
    )


def automation_event_reported(
    *, organization_id: int, event_id: int, thread_id: int | None, event_kind: str
) -> Event:
    """Another system reported something. `event_kind` is the event's dotted name."""
    return event(
        "automation.event_reported",
        organization_id,
        "external_event",
        event_id,
        thread_id,
        event_kind=event_kind,
    )


def thread_tagged(*, organization_id: int, thread_id: int, removed: bool) -> Event:
    """A tag was put on a conversation or taken off; which one is the owner's word and stays with the row."""
    return event("thread.tagged", organization_id, "thread", thread_id, thread_id, removed=removed)
