"""The business itself: numbers, provider accounts, people, settings, sign-ins, exports, alerts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.events.base import Event, event

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime


def number_added(*, organization_id: int, number_id: int, role: str) -> Event:
    return event("number.added", organization_id, "number", number_id, role=role)


def number_activated(*, organization_id: int, number_id: int) -> Event:
    return event("number.activated", organization_id, "number", number_id)


def number_quarantined(*, organization_id: int, number_id: int, until: datetime | None = None) -> Event:
    """`until` is the end of the cooldown."""
    return event("number.quarantined", organization_id, "number", number_id, until=until)


def number_retired(*, organization_id: int, number_id: int) -> Event:
    return event("number.retired", organization_id, "number", number_id)


def number_health_changed(
    *, organization_id: int, number_id: int, from_health: str, to_health: str, failed: int
) -> Event:
    """`failed` counts the last 7 days."""
    return event(
        "number.health_changed", organization_id, "number", number_id,
        from_health=from_health, to_health=to_health, failed=failed,
    )  # fmt: skip


def account_circuit_opened(*, organization_id: int, account_id: int, code: str) -> Event:
    """Nothing is sent over this account until it is closed again."""
    return event("account.circuit_opened", organization_id, "account", account_id, code=code)


def account_circuit_paused(*, organization_id: int, account_id: int, troubles: int) -> Event:
    """The provider left `troubles` calls in a row unanswered: nothing is sent until a probe is answered."""
    return event("account.circuit_paused", organization_id, "account", account_id, troubles=troubles)


def account_circuit_closed(*, organization_id: int, account_id: int, code: str) -> Event:
    """Texts leave again. `code` is what stopped them; empty when the provider had only been silent."""
    return event("account.circuit_closed", organization_id, "account", account_id, code=code)


def sitter_onboarded(*, organization_id: int, sitter_id: int, number_id: int | None = None) -> Event:
    return event("sitter.onboarded", organization_id, "sitter", sitter_id, number_id=number_id)


def sitter_offboarded(*, organization_id: int, sitter_id: int) -> Event:
    return event("sitter.offboarded", organization_id, "sitter", sitter_id)


def people_client_created(*, organization_id: int, client_id: int) -> Event:
    return event("people.client_created", organization_id, "client", client_id)


def people_sitter_created(*, organization_id: int, sitter_id: int) -> Event:
    return event("people.sitter_created", organization_id, "sitter", sitter_id)


def settings_changed(*, organization_id: int, fields: Iterable[str]) -> Event:
    """Names of the fields, never their values."""
    return event("settings.changed", organization_id, "organization", organization_id, fields=fields)


def member_created(*, organization_id: int, user_id: int, role: str) -> Event:
    return event("member.created", organization_id, "user", user_id, role=role)


def member_changed(*, organization_id: int, user_id: int, fields: Iterable[str]) -> Event:
    return event("member.changed", organization_id, "user", user_id, fields=fields)


def api_key_issued(*, organization_id: int, key_id: int) -> Event:
    return event("api_key.issued", organization_id, "api_key", key_id)


def api_key_revoked(*, organization_id: int, key_id: int) -> Event:
    return event("api_key.revoked", organization_id, "api_key", key_id)


def auth_signed_in(*, organization_id: int | None, user_id: int) -> Event:
    """Operators have no organization."""
    return event("auth.signed_in", organization_id, "user", user_id)


def auth_sign_in_failed(*, organization_id: int | None = None, user_id: int | None = None) -> Event:
    """The user when the address is one's; the address itself is never kept."""
    return event("auth.sign_in_failed", organization_id, "user", user_id)


def export_made(*, organization_id: int, kind: str, rows: int) -> Event:
    return event("export.made", organization_id, "export", None, kind=kind, rows=rows)


def alert_acknowledged(*, organization_id: int, alert_id: int, thread_id: int | None = None) -> Event:
    return event("alert.acknowledged", organization_id, "alert", alert_id, thread_id)


def alert_resolved(*, organization_id: int, alert_id: int, thread_id: int | None = None) -> Event:
    return event("alert.resolved", organization_id, "alert", alert_id, thread_id)


def alert_dismissed(*, organization_id: int, alert_id: int, thread_id: int | None = None) -> Event:
    return event("alert.dismissed", organization_id, "alert", alert_id, thread_id)
