"""What a caller hears, and to whom they are put through: a client's call never reaches a sitter's phone, nor the other way round."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from messaging.calls import forwarding, plans, voicemail
from messaging.calls.plans import Plan
from messaging.models import MessageNumber, ProviderAccount
from messaging.models.numbers import CallHandling
from messaging.people import participants
from messaging.providers import twiml
from messaging.providers.webhooks import can_be_called_back, was_taken


def answer(account: ProviderAccount, number: MessageNumber | None, caller: str, at: datetime) -> str:
    """What the provider is to do with a call to `number`, or to one of `account` that nobody has added yet, that comes in at `at`."""
    if participants.is_blocked(account.organization_id, caller):
        return twiml.turn_away()
    to = forwarding.target(number, caller, at) if number is not None else ""
    if number is not None and to:
        return forwarding.answer(number, to)
    return _not_taken(account, number, caller, at)


def after_forwarding(
    account: ProviderAccount, number: MessageNumber | None, params: Mapping[str, str], at: datetime
) -> str:
    """How a forwarded call goes on, by what the provider says of the other phone: over when it was taken, else as with any missed one."""
    return twiml.hang_up() if was_taken(params) else _not_taken(account, number, params.get("From", ""), at)


def after_voicemail() -> str:
    """How a call goes on whose caller has left a message: it is over."""
    return twiml.hang_up()


def _not_taken(account: ProviderAccount, number: MessageNumber | None, caller: str, at: datetime) -> str:
    """They hear the sentence, and can leave a message where the number takes one and somebody could be called back."""
    if number is None:
        return twiml.say(default_sentence(account.organization.name))
    plan = plans.at_moment(number, at)
    said = sentence(account, plan)
    return voicemail.answer(said) if plan.voicemail and can_be_called_back(caller) else twiml.say(said)


def sentence(account: ProviderAccount, plan: Plan) -> str:
    """The number's own sentence, or the one that says to text instead."""
    is_forwarded = plan.handling != CallHandling.SENTENCE
    return plan.sentence or default_sentence(
        account.organization.name, is_forwarded=is_forwarded, takes_voicemail=plan.voicemail
    )


def default_sentence(business: str, *, is_forwarded: bool = False, takes_voicemail: bool = False) -> str:
    """What callers hear as long as the office has not written anything, by what else the number does with calls."""
    if is_forwarded and not takes_voicemail:
        return f"You've reached {business}. We can't take your call right now. Text us here, and we'll text you back."
    if takes_voicemail:
        return f"You've reached {business}. We can't take your call right now. Leave a message after the tone, or text us here."
    return f"You've reached {business}. We can't take calls on this number. Please text us here, and we'll text you back."
