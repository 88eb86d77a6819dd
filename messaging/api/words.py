"""Why a text did not arrive, in the owner's words: by the provider's error code, else by our own reason."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from messaging.models import Delivery
from messaging.models.deliveries import DeliveryState
from messaging.outbound.classify import explain as explain_code

_QUIET = {DeliveryState.SENDING, DeliveryState.SENT, DeliveryState.DELIVERED}

_REASONS: dict[str, tuple[str, str]] = {
    "opted_out": ("The contact does not want texts", "They can text START to agree again."),
    "party_blocked": ("This phone is blocked", "Unblock it to write."),
    "party_left": ("They are no longer in this conversation", "Write to them in their present conversation."),
    "thread_closed": ("The conversation was closed", "Reopen it and write anew."),
    "number_quarantined": ("The number is resting", "Use another number, or take it back into use."),
    "number_retired": ("The number was given back", "Move the conversation to another number."),
    "window_changed": (
        "The sitter's window changed before the text left",
        "Send it yourself if it still holds.",
    ),
    "left_by_owner": ("You left it unsent", ""),
}
# After the last retry, the error's own advice to wait would be wrong.
_GIVEN_UP = "Every retry was used up. Retry by hand once the cause is gone."


def explain(delivery: Delivery) -> dict[str, Any] | None:
    """Title, what to do, and whether it is final; None while nothing is wrong."""
    if delivery.is_unconfirmed:
        return _said("It was sent, and nobody confirmed that it arrived", "Ask the contact if it matters.")
    if delivery.state in _QUIET:
        return None
    if delivery.state == DeliveryState.UNKNOWN:
        return _said("It is not known yet whether the text left", "SnoutOS is looking it up.")
    if delivery.state == DeliveryState.PARKED:
        return _said("The text was probably not sent", "Send it again or leave it.")
    if delivery.is_dead_letter:
        return _said(explain_code(_code(delivery)).title, _GIVEN_UP)
    if delivery.error_code.isdecimal():
        return asdict(explain_code(_code(delivery)))
    if not delivery.reason:
        return None
    title, what_to_do = _REASONS.get(delivery.reason, (_plain(delivery.reason), ""))
    return _said(title, what_to_do, final=delivery.state == DeliveryState.CANCELED)


def _code(delivery: Delivery) -> int | None:
    return int(delivery.error_code) if delivery.error_code.isdecimal() else None


def _said(title: str, what_to_do: str, *, final: bool = False) -> dict[str, Any]:
    return {"title": title, "what_to_do": what_to_do, "final": final}


def _plain(reason: str) -> str:
    return reason.replace("_", " ").capitalize()
