"""States in the words of the business: what happened to a text, and what the owner can do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from messaging.models import Delivery
from messaging.models.deliveries import DeliveryState
from messaging.models.numbers import LineState
from messaging.outbound.classify import explain
from snoutos.desk import moments

HELD: dict[str, str] = {
    "finding": "Screening found something in it",
    "detector_failed": "Screening did not work",
    "media": "A picture or file that needs your look",
}
CANCELED: dict[str, str] = {
    "opted_out": "they said STOP",
    "window_changed": "the sitter's time changed",
    "number_quarantined": "the number is resting",
    "number_retired": "the number was given back",
    "party_blocked": "this phone is blocked",
    "thread_closed": "the conversation was closed",
    "left_by_owner": "you left it unsent",
    "party_left": "they are no longer in this conversation",
}
SHUT: dict[str, str] = {
    LineState.STOPPED: "The provider refuses your account. It leaves by itself once the account works again; see Alerts.",
    LineState.PAUSED: "The provider does not answer. It leaves by itself as soon as it does.",
}
FAILED: dict[str, str] = {"retries_exhausted": "Every retry failed"}


@dataclass(frozen=True, slots=True)
class Saying:
    """`label` in a few words, `detail` with what to do; `tone` is ok, wait, danger, warning or plain."""

    label: str
    detail: str
    tone: str


def plain(code: str) -> str:
    """A code nobody wrote a sentence for yet, readable all the same."""
    return code.replace("_", " ").replace(".", " ").strip()


def held_reason(code: str) -> str:
    """Why a text waits for review."""
    return HELD.get(code) or plain(code).capitalize() or "Waits for your review"


def delivery(of: Delivery, zone: ZoneInfo, at: datetime) -> Saying:
    """Where a text is on its way to one phone."""
    state = of.state
    if state == DeliveryState.QUEUED:
        return _queued(of, zone, at)
    if state == DeliveryState.CANCELED:
        return Saying("Not sent", f"Stopped because {CANCELED.get(of.reason) or plain(of.reason)}.", "plain")
    if state in (DeliveryState.FAILED, DeliveryState.UNDELIVERED):
        return _failed(of)
    return {
        DeliveryState.SENDING: Saying("Sending", "", "wait"),
        DeliveryState.SENT: _sent(of),
        DeliveryState.DELIVERED: Saying("Delivered", "", "ok"),
        DeliveryState.UNKNOWN: Saying(
            "Being checked", "The connection broke. We are asking the provider whether it was sent.", "wait"
        ),
        DeliveryState.PARKED: Saying(
            "Probably not sent", "The provider does not know this text. Send it again or leave it.", "warning"
        ),
    }[DeliveryState(state)]


def _sent(of: Delivery) -> Saying:
    if of.is_unconfirmed:
        return Saying(
            "Sent, but unconfirmed",
            "The provider sent it, and nobody said within a day whether it arrived. It mostly did; ask them if it matters.",
            "plain",
        )
    return Saying("Sent", "", "wait")


def _queued(of: Delivery, zone: ZoneInfo, at: datetime) -> Saying:
    """Why it waits. `of.account` must be loaded."""
    if of.account.line_state != LineState.OPEN:
        return Saying("Waiting to be sent", SHUT[of.account.line_state], "wait")
    if of.next_attempt_at is not None and of.next_attempt_at > at:
        when = moments.until(of.next_attempt_at, zone, at)
        label = "Will try again" if of.retries else "Waits"
        return Saying(f"{label} at {when}", "", "wait")
    return Saying("Waiting to be sent", "", "wait")


def _failed(of: Delivery) -> Saying:
    label = "Not delivered" if of.state == DeliveryState.UNDELIVERED else "Not sent"
    told = explain(int(of.error_code) if of.error_code.isdigit() else None)
    title = told.title if of.error_code.isdigit() else FAILED.get(of.reason, told.title)
    code = f" (error {of.error_code})" if of.error_code else ""
    return Saying(label, f"{title}{code}. {told.what_to_do}", "danger")
