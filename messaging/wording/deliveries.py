"""What became of a text, in the owner's words: why, what to do, and whether anything happens by itself.

Decided by what happens to this delivery, then by the code and by how we heard of it. A code alone promises nothing: the same one may mean a
retry in a minute or the end.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from messaging.models import Delivery
from messaging.models.deliveries import DeliveryState
from messaging.models.numbers import LineState
from messaging.models.reasons import CancelReason
from messaging.wording.codes import Cause, CodeClass, cause


class ByItself(StrEnum):
    """What happens to the delivery when nobody does anything."""

    NOTHING = "nothing"
    GOES_ON = "goes_on"  # as any text that is on its way
    TRIES_AGAIN = "tries_again"
    WAITS_FOR_ACCOUNT = "waits_for_account"
    IS_CHECKED = "is_checked"


class Channel(StrEnum):
    """How we heard what became of it: the answer to our call, or a report about a text that the provider had taken."""

    ANSWER = "answer"
    REPORT = "report"


@dataclass(frozen=True, slots=True)
class Words:
    """`title` says what happened or why, `next_step` what the owner can do ("" when there is nothing to do)."""

    title: str
    next_step: str
    by_itself: ByItself

    @property
    def sentence(self) -> str:
        """Both, as one can read them on."""
        return self.with_code("")

    def with_code(self, code: str) -> str:
        """The sentence with the provider's code, which an owner may be asked for; `code` may be empty."""
        known = f" (error {code})" if code else ""
        return f"{self.title}{known}. {self.next_step}".strip()


_ENDED_BADLY = (DeliveryState.FAILED, DeliveryState.UNDELIVERED)
_NO_PROBLEM = (DeliveryState.QUEUED, DeliveryState.SENDING, DeliveryState.SENT, DeliveryState.DELIVERED)

UNCONFIRMED = Words(
    "Sent, but not confirmed",
    "No carrier confirmed it within a day. It most likely arrived; ask if it matters.",
    ByItself.NOTHING,
)
CHECKING = Words(
    "We don't know yet if it was sent",
    "Nothing to do yet: SnoutOS is checking with the provider and will ask you only if it can't find out.",
    ByItself.IS_CHECKED,
)
PARKED = Words(
    "Probably not sent", "The provider doesn't know this text. Send it again or leave it.", ByItself.NOTHING
)
_TRIES_AGAIN = "Nothing to do: SnoutOS will try again."
_BUSY = "The provider couldn't be reached or was too busy"
_GIVEN_UP = "Every try failed. Try again once the cause is fixed."
_GIVEN_UP_BUSY = "Every try failed. Try again later."
_CHECK = "Check the phone number and the text, then try again. If it fails again, give this code to support."
_CALL = "Try again; if it fails again, call them."
# No code, or one that nobody knows: then how we heard of it says most.
_UNEXPLAINED = MappingProxyType(
    {
        Channel.ANSWER: ("The provider didn't accept this text", _CHECK),
        Channel.REPORT: ("The provider says it didn't arrive", _CALL),
    }
)
# What a report says by itself, without a code.
_REPORTED = MappingProxyType(
    {
        "provider_failed": ("The provider couldn't send it and gave no reason", _CALL),
        "provider_undelivered": ("It wasn't delivered and the carrier gave no reason", _CALL),
        "provider_partially_delivered": ("Only part of it was delivered", "Ask what they got, or call them."),
        "provider_canceled": ("It was canceled at the provider", "Try again if it still matters."),
    }
)
_WAITS = MappingProxyType(
    {
        LineState.STOPPED: (
            "The provider rejects your account",
            "It goes out once the account works again; see Alerts.",
        ),
        LineState.PAUSED: ("The provider isn't answering", "Nothing to do: it goes out once it does."),
    }
)
_INSTEAD = MappingProxyType(
    {
        CancelReason.OPTED_OUT: "They can text START to get texts again.",
        CancelReason.CONFIRMED_OTHERWISE: "They said START, or the provider confirmed it.",
        CancelReason.REVOCATION_OPEN: "Decide under Review.",
        CancelReason.CONSENT_NEEDED: "If they agreed, record their consent.",
        CancelReason.NO_CONSENT_TO_OFFERS: "If they did, record their consent.",
        CancelReason.NO_RECENT_DEALINGS: "Text them yourself, or record their consent.",
        CancelReason.PARTY_BLOCKED: "Unblock them on their card if they should get texts.",
        CancelReason.PARTY_LEFT: "Text them in their current conversation.",
        CancelReason.THREAD_CLOSED: "Reopen it and send a new text.",
        CancelReason.NUMBER_QUARANTINED: "Text them from another of your numbers.",
        CancelReason.NUMBER_FILTERED: "Send it yourself in other words, if it still matters.",
        CancelReason.NUMBER_UNREGISTERED: "See what to do on the number's page, then send it again.",
        CancelReason.NUMBER_RETIRED: "Text them from another of your numbers.",
        CancelReason.WINDOW_CHANGED: "Send it yourself if it still applies.",
        CancelReason.SITTER_OFFBOARDED: "Send it to whoever has the visit now, if they need it.",
        CancelReason.PHONE_REPLACED: "Send it again: it goes to the new phone.",
        CancelReason.PHONE_REMOVED: "Write to the client on another phone.",
        CancelReason.PHONE_RECYCLED: "Write to the client on another phone.",
        CancelReason.CONVERSATION_MOVED: "It goes out from there.",
        CancelReason.CONVERSATION_JOINED: "Write it there if it still applies.",
        CancelReason.LEFT_BY_OWNER: "",
        CancelReason.ALERT_OVER: "",
        CancelReason.ALERT_PHONE_CHANGED: "",
        CancelReason.PICTURE_MISSING: "Ask for it again.",
        CancelReason.FILE_NEEDS_LOOK: "Check it, then send it yourself or leave it.",
    }
)


def of(delivery: Delivery) -> Words | None:
    """What to say of `delivery`; None while nothing is wrong. `delivery.account` is read while it is queued."""
    state = DeliveryState(delivery.state)
    if delivery.is_unconfirmed:
        return UNCONFIRMED
    if state == DeliveryState.CANCELED:
        return canceled(delivery.reason)
    if state == DeliveryState.QUEUED:
        return _queued(delivery)
    if state in _ENDED_BADLY:
        return ended(state, delivery.reason, delivery.error_code)
    return said(state, _code(delivery.error_code), channel_of(delivery.reason))


def said(
    state: DeliveryState, code: int | None, channel: Channel, *, exhausted: bool = False
) -> Words | None:
    """What to say of a delivery in `state` after the news `code` by `channel`; None when the state is no problem.

    `exhausted`: it failed because every retry was used up. A queued one is said to have been refused: one that only waits its turn
    has nothing to be said of.
    """
    why = cause(code)
    if state == DeliveryState.QUEUED:
        return Words(_busy(why), _TRIES_AGAIN, ByItself.TRIES_AGAIN)
    if state == DeliveryState.UNKNOWN:
        return CHECKING
    if state == DeliveryState.PARKED:
        return PARKED
    if state not in _ENDED_BADLY:
        return None
    if exhausted:
        return Words(_busy(why), _GIVEN_UP_BUSY if why else _GIVEN_UP, ByItself.NOTHING)
    title, repair = (why.title, why.repair) if why else _UNEXPLAINED[channel]
    return Words(title, repair, ByItself.NOTHING)


def ended(state: DeliveryState, reason: str, code: str) -> Words:
    """What to say of a delivery that failed or was not delivered, for `reason` and with `code` ("" for none)."""
    number = _code(code)
    if number is None and reason in _REPORTED:
        return Words(*_REPORTED[reason], ByItself.NOTHING)
    words = said(state, number, channel_of(reason), exhausted=reason == Delivery.EXHAUSTED)
    if words is None:
        raise ValueError(f"A delivery does not end as {state}.")
    return words


def canceled(reason: str) -> Words:
    """What to say of a delivery that was taken back for `reason`."""
    if reason not in CancelReason.values:
        return Words(
            "It was stopped before it went out", "Write it again if it still matters.", ByItself.NOTHING
        )
    known = CancelReason(reason)
    return Words(str(known.label), _INSTEAD[known], ByItself.NOTHING)


def waiting(line_state: str) -> Words | None:
    """Why the texts of an account wait; None while they go out."""
    found = _WAITS.get(LineState(line_state))
    return Words(*found, ByItself.WAITS_FOR_ACCOUNT) if found else None


def channel_of(reason: str) -> Channel:
    """How we heard of a failure, by the reason it left at its delivery."""
    return Channel.REPORT if reason.startswith("provider_") else Channel.ANSWER


def _queued(delivery: Delivery) -> Words | None:
    shut = waiting(delivery.account.line_state)
    if shut is not None or not delivery.retries:
        return shut
    return said(DeliveryState.QUEUED, _code(delivery.error_code), Channel.ANSWER)


def _busy(why: Cause | None) -> str:
    """Why a text that was proven unsent was refused: no other code speaks of the text itself."""
    return why.title if why and why.kind is CodeClass.RETRY_LATER else _BUSY


def _code(code: str) -> int | None:
    return int(code) if code.isascii() and code.isdecimal() else None
