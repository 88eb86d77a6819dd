"""Why something of an automation did not happen, in words for owners: one table for every code that steps and executions end with."""

from __future__ import annotations

from collections.abc import Iterator

from messaging.errors import MessagingError

_REASONS: dict[str, str] = {
    # The whole of it.
    "archived": "The automation was archived before it came to this.",
    "paused": "The automation was paused before it came to this.",
    "gone": "What it was about is no longer there.",
    "too_late": "It came due more than an hour before SnoutOS could run it, so nothing was sent.",
    "no_longer_so": "It was no longer so when it came to it: the visit had moved, or the text was answered.",
    "unreadable": "This rule was written for another version of SnoutOS, so nothing was done.",
    # One action.
    "error": "Something went wrong inside SnoutOS, each time it was tried.",
    "template": "The text could not be written here: something it speaks of was missing.",
    "no_conversation": "There is no conversation to do it in.",
    "no_client": "There is no client in this conversation.",
    "no_sitter": "No sitter looked after this conversation.",
    "hourly_limit": "Your automations had texted as much in an hour as you allow.",
    "daily_limit": "The client had got as many automation texts that day as you allow.",
    "held_for_review": "Screening found something in it, so it waits for your review.",
    "nothing_to_change": "There was nothing to change: it was so already.",
    "too_many_tags": "The conversation has as many tags as it can have.",
    "address_refused": "The other system's address is not allowed: it is private, or does not exist.",
    "call_failed": "Whoever called the other system died in the middle, each time it was tried.",
    "no_answer": "The other system did not answer, each time it was tried.",
    "not_now": "The other system said that it could not take it now, each time it was tried.",
    "not_taken": "The other system refused it. Its answer names an error that trying again does not help.",
    "redirected": "The other system sent us elsewhere; calls go only to the address you wrote.",
    "certificate_refused": "The other system could not prove who it is: its certificate is not valid.",
    "mail_failed": "The e-mail could not be handed over, each time it was tried. The alert is on your desk all the same.",
    # What forbids a text.
    "opted_out": "They said STOP, so nothing may be sent to them.",
    "thread_closed": "The conversation was closed.",
    "nobody_there": "Nobody takes part in this conversation any more.",
    "override_overlaps": "Its texts were sent elsewhere already, by an override that holds.",
    "empty_text": "Nothing was left of the text here.",
    "text_too_long": "The text became longer than 1,600 characters.",
}


def reason(code: str) -> str:
    """The sentence for a code; empty for none. What messaging refuses has its own sentence."""
    if not code:
        return ""
    found = _REASONS.get(code) or _refusals().get(code)
    return found or f"{code.replace('_', ' ').capitalize()}."


def is_known(code: str) -> bool:
    """Whether somebody wrote a sentence for it."""
    return code in _REASONS or code in _refusals()


def _refusals() -> dict[str, str]:
    return {kind.code: str(kind.__doc__).strip() for kind in _below(MessagingError)}


def _below(kind: type[MessagingError]) -> Iterator[type[MessagingError]]:
    yield kind
    for one in kind.__subclasses__():
        yield from _below(one)
