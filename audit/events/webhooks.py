"""What the provider sent us, before it is a text."""

from __future__ import annotations

from audit.events.base import Event, event


def webhook_inbound_received(
    *,
    organization_id: int,
    receipt_id: int,
    account_id: int,
    thread_id: int | None = None,
    message_id: int | None = None,
) -> Event:
    return event(
        "webhook.inbound.received", organization_id, "receipt", receipt_id, thread_id,
        account_id=account_id, message_id=message_id,
    )  # fmt: skip


def webhook_inbound_duplicate_rejected(*, organization_id: int, receipt_id: int, account_id: int) -> Event:
    """`receipt_id` is the first receipt's: the repeated one is not stored."""
    return event(
        "webhook.inbound.duplicate_rejected", organization_id, "receipt", receipt_id, account_id=account_id
    )


def webhook_inbound_failed(*, organization_id: int, receipt_id: int, tries: int, error_type: str) -> Event:
    """`error_type` is the exception's class name, never its message."""
    return event(
        "webhook.inbound.failed", organization_id, "receipt", receipt_id, tries=tries, error_type=error_type
    )


def webhook_inbound_quarantined(*, organization_id: int, receipt_id: int) -> Event:
    return event("webhook.inbound.quarantined", organization_id, "receipt", receipt_id)


def webhook_inbound_replayed(*, organization_id: int, receipt_id: int, state: str) -> Event:
    """Somebody asked for it to be taken in again. `state` is the receipt's before."""
    return event("webhook.inbound.replayed", organization_id, "receipt", receipt_id, state=state)


def webhook_inbound_unrouted(*, organization_id: int, receipt_id: int) -> Event:
    """Its To is no number of the organization yet."""
    return event("webhook.inbound.unrouted", organization_id, "receipt", receipt_id)


def webhook_inbound_unactionable(*, organization_id: int, receipt_id: int, reason: str) -> Event:
    return event("webhook.inbound.unactionable", organization_id, "receipt", receipt_id, reason=reason)


def webhook_inbound_fallback_used(*, organization_id: int, account_id: int, code: int | None) -> Event:
    """The provider could not hand a text over at the first address (its error `code`) and came to the second."""
    return event("webhook.inbound.fallback_used", organization_id, "account", account_id, code=code)


def webhook_inbound_missed_found(*, organization_id: int, account_id: int, count: int) -> Event:
    """`count` texts never reached us and were found in the provider's list."""
    return event("webhook.inbound.missed_found", organization_id, "account", account_id, count=count)


def webhook_signature_rejected(
    *, organization_id: int | None, account_id: int | None, reason: str, count: int
) -> Event:
    """`count` requests since the event before; without an organization when no account could be told."""
    return event(
        "webhook.signature_rejected", organization_id, "account", account_id, reason=reason, count=count
    )
