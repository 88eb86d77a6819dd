"""What the provider sent us, before it is a text."""

from __future__ import annotations

from audit.registry import About, about, subject, verb

subject("receipt", "messaging.WebhookReceipt", has_page=True)


@verb("webhook.inbound.received", "The provider delivered a text to us.", subject="receipt")
def webhook_inbound_received(
    *,
    organization_id: int,
    receipt_id: int,
    account_id: int,
    thread_id: int | None = None,
    message_id: int | None = None,
) -> About:
    return about(organization_id, receipt_id, thread_id, account_id=account_id, message_id=message_id)


@verb(
    "webhook.inbound.duplicate_rejected",
    "The provider repeated a text; nothing happened twice.",
    subject="receipt",
)
def webhook_inbound_duplicate_rejected(*, organization_id: int, receipt_id: int, account_id: int) -> About:
    """`receipt_id` is the first receipt's: the repeated one is not stored."""
    return about(organization_id, receipt_id, account_id=account_id)


@verb("webhook.inbound.failed", "A text couldn't be processed yet (try {tries}).", subject="receipt")
def webhook_inbound_failed(*, organization_id: int, receipt_id: int, tries: int, error_type: str) -> About:
    """`error_type` is the exception's class name, never its message."""
    return about(organization_id, receipt_id, tries=tries, error_type=error_type)


@verb(
    "webhook.inbound.quarantined",
    "SnoutOS gave up on an incoming text after several tries.",
    subject="receipt",
)
def webhook_inbound_quarantined(*, organization_id: int, receipt_id: int) -> About:
    return about(organization_id, receipt_id)


@verb(
    "webhook.inbound.replayed",
    "An incoming request that was {state} was processed again by hand.",
    subject="receipt",
)
def webhook_inbound_replayed(*, organization_id: int, receipt_id: int, state: str) -> About:
    """Somebody asked for it to be taken in again. `state` is the receipt's before."""
    return about(organization_id, receipt_id, state=state)


@verb(
    "webhook.inbound.unrouted",
    "A text came in for a number you haven't added; it's saved.",
    subject="receipt",
)
def webhook_inbound_unrouted(*, organization_id: int, receipt_id: int) -> About:
    """Its To is no number of the organization yet."""
    return about(organization_id, receipt_id)


@verb(
    "webhook.inbound.unactionable",
    "A call from the provider needs no action ({reason}).",
    subject="receipt",
)
def webhook_inbound_unactionable(*, organization_id: int, receipt_id: int, reason: str) -> About:
    return about(organization_id, receipt_id, reason=reason)


@verb(
    "webhook.inbound.fallback_used",
    "A text came by the backup address (error {code} at the main one).",
    subject="account",
)
def webhook_inbound_fallback_used(*, organization_id: int, account_id: int, code: int | None) -> About:
    """The provider could not hand a text over at the first address (its error `code`) and came to the second."""
    return about(organization_id, account_id, code=code)


@verb(
    "webhook.inbound.missed_found",
    "Texts found in the provider's list that never reached us: {count}.",
    subject="account",
)
def webhook_inbound_missed_found(*, organization_id: int, account_id: int, count: int) -> About:
    """`count` texts never reached us and were found in the provider's list."""
    return about(organization_id, account_id, count=count)


@verb(
    "webhook.signature_rejected",
    "Webhook calls were blocked: {count} ({reason}).",
    subject="account",
)
def webhook_signature_rejected(
    *, organization_id: int | None, account_id: int | None, reason: str, count: int
) -> About:
    """`count` requests since the event before; without an organization when no account could be told."""
    return about(organization_id, account_id, reason=reason, count=count)
