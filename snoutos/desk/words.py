"""States in the words of the business: what happened to a text, and what the owner can do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from messaging.media import fetching
from messaging.models import Delivery
from messaging.models.deliveries import DeliveryState
from messaging.models.messages import HeldReason
from messaging.wording import deliveries as wording
from messaging.wording.deliveries import ByItself, Words
from snoutos.core import timefmt

_TONES: dict[str, str] = {
    DeliveryState.QUEUED: "wait",
    DeliveryState.SENDING: "wait",
    DeliveryState.SENT: "wait",
    DeliveryState.DELIVERED: "ok",
    DeliveryState.UNDELIVERED: "danger",
    DeliveryState.FAILED: "danger",
    DeliveryState.UNKNOWN: "wait",
    DeliveryState.PARKED: "warning",
    DeliveryState.CANCELED: "plain",
}


@dataclass(frozen=True, slots=True)
class Saying:
    """`label` in a few words, `detail` with what to do; `tone` is ok, wait, danger, warning or plain."""

    label: str
    detail: str
    tone: str


def held_reason(code: str) -> str:
    """Why a text waits for review."""
    return str(HeldReason(code).label) if code in HeldReason.values else "Waiting for your review"


def delivery(of: Delivery, zone: ZoneInfo, at: datetime) -> Saying:
    """Where a text is on its way to one phone. `of.account` must be loaded."""
    said = wording.of(of)
    if of.state == DeliveryState.QUEUED:
        return _queued(of, said, zone, at)
    if of.is_unconfirmed and said is not None:
        return Saying(said.title, said.next_step, "plain")
    state = DeliveryState(of.state)
    label = "Not sent" if state == DeliveryState.CANCELED else str(state.label)
    return Saying(label, _detail(said, label, of.error_code), _TONES[state])


def _queued(of: Delivery, said: Words | None, zone: ZoneInfo, at: datetime) -> Saying:
    """Why it waits."""
    label, detail = str(DeliveryState.QUEUED.label), _detail(said, "", of.error_code)
    if said is not None and said.by_itself is ByItself.WAITS_FOR_ACCOUNT:
        return Saying(label, said.sentence, "wait")
    if not of.ready and of.media_count and not of.body and fetching.are_awaited(of.message_id):
        return Saying("Downloading picture", "", "wait")
    if of.next_attempt_at is not None and of.next_attempt_at > at:
        when = timefmt.until(of.next_attempt_at, zone, at)
        return Saying(f"{'Will try again' if said else 'Goes out'} at {when}", detail, "wait")
    return Saying(label, detail, "wait")


def _detail(said: Words | None, label: str, code: str) -> str:
    """Why, with the code for whoever asks for it, and what to do; without saying the label twice."""
    if said is None:
        return ""
    if said.title == label:
        return said.next_step
    return said.with_code(code)
