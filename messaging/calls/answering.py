"""What a caller hears. Nobody is put through: a client's call never reaches a sitter's phone, nor the other way round."""

from __future__ import annotations

from messaging.models import MessageNumber, ProviderAccount
from messaging.people import participants
from messaging.providers import twiml


def answer(account: ProviderAccount, number: MessageNumber | None, caller: str) -> str:
    """What the provider is to do with a call to `number`, or to one of `account` that nobody has added yet."""
    if participants.is_blocked(account.organization_id, caller):
        return twiml.turn_away()
    return twiml.say(sentence(account, number))


def sentence(account: ProviderAccount, number: MessageNumber | None) -> str:
    """The number's own sentence, or the one that says to text instead."""
    own = number.call_sentence.strip() if number is not None else ""
    return own or default_sentence(account.organization.name)


def default_sentence(business: str) -> str:
    """What callers hear as long as the office has not written anything."""
    return f"You've reached {business}. We can't take calls on this number. Please text us here, and we'll text you back."
