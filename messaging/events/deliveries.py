"""Texts on their way out: the delivery, its attempts, what the provider reported."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from audit.registry import About, about, subject, verb

subject("delivery", "messaging.Delivery", has_page=True)


@verb("message.outbound.queued", "A text was queued.", subject="delivery")
def message_outbound_queued(
    *, organization_id: int, thread_id: int, message_id: int, delivery_id: int
) -> About:
    return about(organization_id, delivery_id, thread_id, message_id=message_id)


@verb("message.outbound.sent", "The provider accepted the text.", subject="delivery")
def message_outbound_sent(
    *, organization_id: int, thread_id: int, message_id: int, delivery_id: int, attempt_id: int
) -> About:
    """The provider has accepted it."""
    return about(organization_id, delivery_id, thread_id, message_id=message_id, attempt_id=attempt_id)


@verb("message.outbound.held", "A text was held for review ({reason}).", subject="message")
def message_outbound_held(*, organization_id: int, thread_id: int, message_id: int, reason: str) -> About:
    """It waits for review."""
    return about(organization_id, message_id, thread_id, reason=reason)


@verb("message.outbound.warned", "A text went out with a warning ({kinds}).", subject="message")
def message_outbound_warned(
    *, organization_id: int, thread_id: int, message_id: int, kinds: Iterable[str]
) -> About:
    """An owner's text goes out although something was found in it."""
    return about(organization_id, message_id, thread_id, kinds=kinds)


@verb("message.outbound.canceled", "A text was canceled before it was sent ({reason}).", subject="delivery")
def message_outbound_canceled(
    *, organization_id: int, thread_id: int, message_id: int, delivery_id: int, reason: str
) -> About:
    return about(organization_id, delivery_id, thread_id, message_id=message_id, reason=reason)


@verb(
    "message.outbound.retry_attempted",
    "Try {attempt_number} didn't go through (error {code}).",
    subject="delivery",
)
def message_outbound_retry_attempted(
    *,
    organization_id: int,
    thread_id: int,
    message_id: int,
    delivery_id: int,
    attempt_number: int,
    next_attempt_at: datetime | None,
    code: str,
) -> About:
    """Attempt `attempt_number` is proven not sent; the next is due then (None: as soon as possible)."""
    return about(
        organization_id,
        delivery_id,
        thread_id,
        message_id=message_id,
        attempt_number=attempt_number,
        next_attempt_at=next_attempt_at,
        code=code,
    )


@verb(
    "message.outbound.dead_lettered",
    "Sending failed after {attempts} tries (error {code}).",
    subject="delivery",
)
def message_outbound_dead_lettered(
    *, organization_id: int, thread_id: int, message_id: int, delivery_id: int, attempts: int, code: str
) -> About:
    return about(organization_id, delivery_id, thread_id, message_id=message_id, attempts=attempts, code=code)


@verb(
    "message.outbound.failed", "The provider refused the text: {reason} (error {code}).", subject="delivery"
)
def message_outbound_failed(
    *, organization_id: int, thread_id: int, message_id: int, delivery_id: int, code: str, reason: str
) -> About:
    """Refused for good."""
    return about(organization_id, delivery_id, thread_id, message_id=message_id, code=code, reason=reason)


@verb(
    "message.outbound.unknown",
    "It's not known yet if the text was sent; SnoutOS is checking.",
    subject="delivery",
)
def message_outbound_unknown(
    *, organization_id: int, thread_id: int, message_id: int, delivery_id: int, attempt_id: int
) -> About:
    """Nobody knows yet whether it left; it is looked up, never resent blindly."""
    return about(organization_id, delivery_id, thread_id, message_id=message_id, attempt_id=attempt_id)


@verb(
    "message.outbound.parked",
    "The text probably wasn't sent; it's waiting for a decision.",
    subject="delivery",
)
def message_outbound_parked(
    *, organization_id: int, thread_id: int, message_id: int, delivery_id: int
) -> About:
    """Not found at the provider: the owner decides."""
    return about(organization_id, delivery_id, thread_id, message_id=message_id)


@verb("message.outbound.released", "A text that probably wasn't sent was sent again.", subject="delivery")
def message_outbound_released(
    *, organization_id: int, thread_id: int, message_id: int, delivery_id: int
) -> About:
    """A parked text is sent again."""
    return about(organization_id, delivery_id, thread_id, message_id=message_id)


@verb("message.outbound.left", "A text that probably wasn't sent was left unsent.", subject="delivery")
def message_outbound_left(
    *, organization_id: int, thread_id: int, message_id: int, delivery_id: int
) -> About:
    """A parked text is left unsent."""
    return about(organization_id, delivery_id, thread_id, message_id=message_id)


@verb("message.delivery.status_updated", "Delivery went from {from_state} to {to_state}.", subject="delivery")
def message_delivery_status_updated(
    *,
    organization_id: int,
    thread_id: int,
    message_id: int,
    delivery_id: int,
    from_state: str,
    to_state: str,
    provider_status: str,
    error_code: str | None,
) -> About:
    return about(
        organization_id,
        delivery_id,
        thread_id,
        message_id=message_id,
        from_state=from_state,
        to_state=to_state,
        provider_status=provider_status,
        error_code=error_code,
    )


@verb("message.delivery.unconfirmed", "No carrier confirmed the text within a day.", subject="delivery")
def message_delivery_unconfirmed(
    *, organization_id: int, thread_id: int, message_id: int, delivery_id: int
) -> About:
    """Accepted a day ago, and nobody ever said what became of it, though the provider was asked."""
    return about(organization_id, delivery_id, thread_id, message_id=message_id)


@verb("message.relayed", "The text was passed on to the sitter.", subject="delivery")
def message_relayed(
    *, organization_id: int, thread_id: int, message_id: int, delivery_id: int, sitter_id: int
) -> About:
    """A client's text goes on to the sitter's phone, redacted where needed."""
    return about(organization_id, delivery_id, thread_id, message_id=message_id, sitter_id=sitter_id)
