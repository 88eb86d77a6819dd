"""Consent, assignment windows and overrides: who may be written to, and by whom."""

from __future__ import annotations

from audit.events.base import Event, event


def consent_opted_out(*, organization_id: int, opt_out_id: int, thread_id: int | None, source: str) -> Event:
    """`source` is a code: keyword, provider, review, import."""
    return event("consent.opted_out", organization_id, "opt_out", opt_out_id, thread_id, source=source)


def consent_opted_in(*, organization_id: int, opt_out_id: int, thread_id: int | None, source: str) -> Event:
    return event("consent.opted_in", organization_id, "opt_out", opt_out_id, thread_id, source=source)


def consent_help_requested(
    *, organization_id: int, opt_out_id: int | None, thread_id: int | None, source: str
) -> Event:
    """There is an opt-out only if that phone had one before."""
    return event("consent.help_requested", organization_id, "opt_out", opt_out_id, thread_id, source=source)


def consent_revocation_suspected(*, organization_id: int, thread_id: int, message_id: int) -> Event:
    """“Please stop texting me” in own words: a person decides within ten business days."""
    return event("consent.revocation_suspected", organization_id, "message", message_id, thread_id)


def _window(verb: str, organization_id: int, thread_id: int, window_id: int, sitter_id: int) -> Event:
    return event(verb, organization_id, "window", window_id, thread_id, sitter_id=sitter_id)


def assignment_window_created(
    *, organization_id: int, thread_id: int, window_id: int, sitter_id: int
) -> Event:
    return _window("assignment.window_created", organization_id, thread_id, window_id, sitter_id)


def assignment_window_changed(
    *, organization_id: int, thread_id: int, window_id: int, sitter_id: int
) -> Event:
    return _window("assignment.window_changed", organization_id, thread_id, window_id, sitter_id)


def assignment_window_canceled(
    *, organization_id: int, thread_id: int, window_id: int, sitter_id: int
) -> Event:
    return _window("assignment.window_canceled", organization_id, thread_id, window_id, sitter_id)


def assignment_window_ended(*, organization_id: int, thread_id: int, window_id: int, sitter_id: int) -> Event:
    return _window("assignment.window_ended", organization_id, thread_id, window_id, sitter_id)


def _override(verb: str, organization_id: int, thread_id: int, override_id: int, target_kind: str) -> Event:
    return event(verb, organization_id, "override", override_id, thread_id, target_kind=target_kind)


def assignment_override_set(
    *, organization_id: int, thread_id: int, override_id: int, target_kind: str
) -> Event:
    return _override("assignment.override_set", organization_id, thread_id, override_id, target_kind)


def assignment_override_removed(
    *, organization_id: int, thread_id: int, override_id: int, target_kind: str
) -> Event:
    return _override("assignment.override_removed", organization_id, thread_id, override_id, target_kind)


def assignment_override_expired(
    *, organization_id: int, thread_id: int, override_id: int, target_kind: str
) -> Event:
    return _override("assignment.override_expired", organization_id, thread_id, override_id, target_kind)
