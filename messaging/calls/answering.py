"""What a caller hears, and to whom they are put through: a client's call never reaches a sitter's phone, nor the other way round."""

from __future__ import annotations

from collections.abc import Mapping

from messaging.calls import forwarding
from messaging.models import MessageNumber, ProviderAccount
from messaging.people import participants
from messaging.providers import twiml
from messaging.providers.webhooks import was_taken


def answer(account: ProviderAccount, number: MessageNumber | None, caller: str) -> str:
    """What the provider is to do with a call to `number`, or to one of `account` that nobody has added yet."""
    if participants.is_blocked(account.organization_id, caller):
        return twiml.turn_away()
    to = forwarding.target(number, caller) if number is not None else ""
    if number is not None and to:
        return forwarding.answer(number, to)
    return twiml.say(sentence(account, number))


def after_forwarding(
    account: ProviderAccount, number: MessageNumber | None, params: Mapping[str, str]
) -> str:
    """How a forwarded call goes on, by what the provider says of the other phone: over when it was taken, else they hear the sentence."""
    return twiml.hang_up() if was_taken(params) else twiml.say(sentence(account, number))


def sentence(account: ProviderAccount, number: MessageNumber | None) -> str:
    """The number's own sentence, or the one that says to text instead."""
    own = number.call_sentence.strip() if number is not None else ""
    return own or default_sentence(account.organization.name)


def default_sentence(business: str) -> str:
    """What callers hear as long as the office has not written anything."""
    return f"You've reached {business}. We can't take calls on this number. Please text us here, and we'll text you back."
