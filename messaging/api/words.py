"""Why a text did not arrive, in the owner's words: by the provider's error code, else by our own reason."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from messaging.models import Delivery
from messaging.models.deliveries import DeliveryState
from messaging.outbound.classify import explain as explain_code

_QUIET = {DeliveryState.SENDING, DeliveryState.SENT, DeliveryState.DELIVERED}

_REASONS: dict[str, tuple[str, str]] = {
    "retries_exhausted": (
        "Sending was tried four times without success",
        "Look at the attempts, then retry.",
    ),
    "opted_out": ("The contact does not want texts", "They can text START to agree again."),
    "thread_closed": ("The conversation was closed", "Open it again and write anew."),
    "number_quarantined": ("The number is resting", "Use another number, or take it back into use."),
    "number_retired": ("The number was given back", "Move the conversation to another number."),
    "window_changed": (
        "The sitter's window changed before the text left",
        "Send it yourself if it still holds.",
    ),
    "quiet_hours": ("It waits for the end of the quiet hours", ""),
    "left": ("You left it unsent", ""),
}


def explain(delivery: Delivery) -> dict[str, Any] | None:
    """Title, what to do, and whether it is final; None while nothing is wrong."""
    if delivery.state in _QUIET:
        return None
    if delivery.state == DeliveryState.UNKNOWN:
        title, what_to_do = "It is not known yet whether the text left", "SnoutOS is looking it up."
    elif delivery.state == DeliveryState.PARKED:
        title, what_to_do = "The text was probably not sent", "Send it again or leave it."
    elif delivery.error_code.isdecimal():
        return asdict(explain_code(int(delivery.error_code)))
    elif delivery.reason:
        title, what_to_do = _REASONS.get(delivery.reason, (_plain(delivery.reason), ""))
    else:
        return None
    return {"title": title, "what_to_do": what_to_do, "final": delivery.state == DeliveryState.CANCELED}


def _plain(reason: str) -> str:
    return reason.replace("_", " ").capitalize()
