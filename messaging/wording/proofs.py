"""What to do while nothing proves yet that the provider reaches us for a number."""

from __future__ import annotations

from messaging.models.numbers import Proof

_BY_PHONE = "Text this number from your own phone: when that text arrives, it's proven."
_BY_BUTTON = "“Prove it” texts this number from another of yours; the provider charges for one text each way."


def what_to_do(proof: Proof, *, can_ask: bool) -> str:
    """For the number's page. `can_ask`: another number of the account could text it."""
    if proof == Proof.PROVEN:
        return "A text has arrived since the webhooks were set."
    if proof == Proof.WAITING:
        return "It should be here within a minute. Reload this page."
    if proof == Proof.NOT_ARRIVED:
        return (
            "“Set webhooks”, then try again. If it still doesn't arrive, look under Blocked webhook calls, and ask whoever runs SnoutOS "
            f"for you whether its address can be reached from the internet. Or: {_BY_PHONE[0].lower()}{_BY_PHONE[1:]}"
        )
    return f"{_BY_BUTTON} Or: {_BY_PHONE[0].lower()}{_BY_PHONE[1:]}" if can_ask else _BY_PHONE
