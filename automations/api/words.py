"""Why a reaction or a step of it ended as it did, as a sentence for whoever reads the log."""

from __future__ import annotations

import inspect

from messaging import errors

_SENTENCES = {
    "address_refused": "The address is not one that may be called.",
    "archived": "The automation was archived before it had finished.",
    "call_failed": "The other system did not take the call.",
    "daily_limit": "The client had as many automation texts that day as you allow.",
    "error": "Something unexpected went wrong, several times over.",
    "gone": "What it was about is no longer there.",
    "held_for_review": "Screening found something: the text waits for review.",
    "hourly_limit": "Your automations had sent as many texts in that hour as you allow.",
    "mail_failed": "The mail server did not take the e-mail. The alert stands in the desk all the same.",
    "no_client": "There was no client to text.",
    "no_conversation": "There was no conversation.",
    "no_longer_so": "What set it off was no longer so when its turn came.",
    "no_sitter": "No sitter was in charge.",
    "nothing_to_change": "It was so already.",
    "paused": "The automation was paused before it had finished.",
    "template": "A text of it could not be written there: a name it uses was missing.",
    "too_late": "It was late by more than an hour, so it was left out.",
    "too_many_tags": "The conversation has as many tags as it can have.",
}
# What forbade a text says so itself.
_OF_MESSAGING = {
    error.code: " ".join((error.__doc__ or "").split())
    for _, error in inspect.getmembers(errors, inspect.isclass)
    if issubclass(error, errors.MessagingError)
}


def explain(reason: str) -> str:
    """The sentence for a code; empty without one."""
    return _SENTENCES.get(reason) or _OF_MESSAGING.get(reason) or reason.replace("_", " ").capitalize()
