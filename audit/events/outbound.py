"""Texts on their way out: the delivery, its attempts, what the provider reported."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.events.base import Event, event

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from audit.facts import Value


def _message(verb: str, organization_id: int, thread_id: int, message_id: int, **data: Value) -> Event:
    return event(verb, organization_id, "message", message_id, thread_id, **data)


def _delivery(
    verb: str, organization_id: int, thread_id: int, message_id: int, delivery_id: int, **data: Value
) -> Event:
    return event(verb, organization_id, "delivery", delivery_id, thread_id, message_id=message_id, **data)


def message_outbound_queued(
    *, organization_id: int, thread_id: int, message_id: int, delivery_id: int
) -> Event:
    return _delivery("message.outbound.queued", organization_id, thread_id, message_id, delivery_id)


def message_outbound_sent(
    *, organization_id: int, thread_id: int, message_id: int, delivery_id: int, attempt_id: int
) -> Event:
    """The provider has accepted it."""
    return _delivery(
        "message.outbound.sent", organization_id, thread_id, message_id, delivery_id, attempt_id=attempt_id
    )


def message_outbound_held(*, organization_id: int, thread_id: int, message_id: int, reason: str) -> Event:
    """It waits for review."""
    return _message("message.outbound.held", organization_id, thread_id, message_id, reason=reason)


def message_outbound_blocked(*, organization_id: int, thread_id: int, message_id: int, reason: str) -> Event:
    """It was not taken on at all: an opt-out, a closed thread, a quarantined number."""
    return _message("message.outbound.blocked", organization_id, thread_id, message_id, reason=reason)


def message_outbound_warned(
    *, organization_id: int, thread_id: int, message_id: int, kinds: Iterable[str]
) -> Event:
    """An owner's text goes out although something was found in it."""
    return _message("message.outbound.warned", organization_id, thread_id, message_id, kinds=kinds)


def message_outbound_canceled(
    *, organization_id: int, thread_id: int, message_id: int, delivery_id: int, reason: str
) -> Event:
    return _delivery(
        "message.outbound.canceled", organization_id, thread_id, message_id, delivery_id, reason=reason
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
) -> Event:
    """Attempt `attempt_number` is proven not sent; the next is due then (None: as soon as possible)."""
    return _delivery(
        "message.outbound.retry_attempted", organization_id, thread_id, message_id, delivery_id,
        attempt_number=attempt_number, next_attempt_at=next_attempt_at, code=code,
    )  # fmt: skip


def message_outbound_dead_lettered(
    *, organization_id: int, thread_id: int, message_id: int, delivery_id: int, attempts: int, code: str
) -> Event:
    return _delivery(
        "message.outbound.dead_lettered", organization_id, thread_id, message_id, delivery_id,
        attempts=attempts, code=code,
    )  # fmt: skip


def message_outbound_failed(
    *, organization_id: int, thread_id: int, message_id: int, delivery_id: int, code: str, reason: str
) -> Event:
    """Refused for good."""
    return _delivery(
        "message.outbound.failed",
        organization_id,
        thread_id,
        message_id,
        delivery_id,
        code=code,
        reason=reason,
    )


def message_outbound_unknown(
    *, organization_id: int, thread_id: int, message_id: int, delivery_id: int, attempt_id: int
) -> Event:
    """Nobody knows yet whether it left; it is looked up, never resent blindly."""
    return _delivery(
        "message.outbound.unknown", organization_id, thread_id, message_id, delivery_id, attempt_id=attempt_id
    )


def message_outbound_parked(
    *, organization_id: int, thread_id: int, message_id: int, delivery_id: int
) -> Event:
    """Not found at the provider: the owner decides."""
    return _delivery("message.outbound.parked", organization_id, thread_id, message_id, delivery_id)


def message_outbound_released(
    *, organization_id: int, thread_id: int, message_id: int, delivery_id: int
) -> Event:
    """A parked text is sent again."""
    return _delivery("message.outbound.released", organization_id, thread_id, message_id, delivery_id)


def message_outbound_left(
    *, organization_id: int, thread_id: int, message_id: int, delivery_id: int
) -> Event:
    """A parked text is left unsent."""
    return _delivery("message.outbound.left", organization_id, thread_id, message_id, delivery_id)


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
) -> Event:
    return _delivery(
        "message.delivery.status_updated", organization_id, thread_id, message_id, delivery_id,
        from_state=from_state, to_state=to_state, provider_status=provider_status, error_code=error_code,
    )  # fmt: skip


def message_delivery_unconfirmed(
    *, organization_id: int, thread_id: int, message_id: int, delivery_id: int
) -> Event:
    """Accepted a day ago, and nobody ever said what became of it, though the provider was asked."""
    return _delivery("message.delivery.unconfirmed", organization_id, thread_id, message_id, delivery_id)


def message_relayed(
    *, organization_id: int, thread_id: int, message_id: int, delivery_id: int, sitter_id: int
) -> Event:
    """A client's text goes on to the sitter's phone, redacted where needed."""
    return _delivery(
        "message.relayed", organization_id, thread_id, message_id, delivery_id, sitter_id=sitter_id
    )
