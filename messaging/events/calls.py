"""Calls to a business number."""

from __future__ import annotations

from audit.registry import About, about, subject, verb

subject("call", "messaging.Call")


@verb("call.received", "Someone called ({state}).", subject="call")
def call_received(
    *, organization_id: int, thread_id: int, call_id: int, number_id: int, state: str, role: str
) -> About:
    """`state` is what became of it, `role` who called."""
    return about(organization_id, call_id, thread_id, number_id=number_id, state=state, role=role)


@verb("call.forwarded", "A forwarded call: {state}.", subject="call")
def call_forwarded(*, organization_id: int, thread_id: int, call_id: int, state: str) -> About:
    """`state` is what became of it: answered, or missed when the other phone did not take it."""
    return about(organization_id, call_id, thread_id, state=state)


@verb("call.voicemail_left", "A caller left a voicemail of {seconds} seconds.", subject="call")
def call_voicemail_left(*, organization_id: int, thread_id: int, call_id: int, seconds: int) -> About:
    return about(organization_id, call_id, thread_id, seconds=seconds)


@verb("access.voicemail_opened", "Someone listened to a voicemail.", subject="call")
def access_voicemail_opened(*, organization_id: int, thread_id: int, call_id: int) -> About:
    """As `access_conversation_opened`, of one voicemail."""
    return about(organization_id, call_id, thread_id)


@verb("call.ended", "A call ended after {seconds} seconds.", subject="call")
def call_ended(*, organization_id: int, thread_id: int, call_id: int, seconds: int) -> About:
    return about(organization_id, call_id, thread_id, seconds=seconds)


@verb("number.call_sentence_set", "What callers of a number hear was changed.", subject="number")
def number_call_sentence_set(*, organization_id: int, number_id: int, is_own: bool) -> About:
    """`is_own`: they hear the business' own sentence, not the one that SnoutOS says otherwise."""
    return about(organization_id, number_id, is_own=is_own)


@verb("number.calls_set", "What happens with calls to a number was changed ({handling}).", subject="number")
def number_calls_set(
    *, organization_id: int, number_id: int, handling: str, records: bool, user_id: int | None
) -> About:
    """`records`: who is not put through can leave a message. `user_id`: the member whose phone they are forwarded to, if it is one's."""
    return about(organization_id, number_id, handling=handling, records=records, user_id=user_id)


@verb("call.texted_back", "A caller whom no one took was texted.", subject="call")
def call_texted_back(*, organization_id: int, thread_id: int, call_id: int, message_id: int) -> About:
    """By itself, as the number says; the text may still be held or never arrive."""
    return about(organization_id, call_id, thread_id, message_id=message_id)


@verb("number.missed_call_text_set", "The text to callers whom no one takes was changed.", subject="number")
def number_missed_call_text_set(*, organization_id: int, number_id: int, is_on: bool) -> About:
    """`is_on`: they are texted, otherwise no longer."""
    return about(organization_id, number_id, is_on=is_on)


@verb(
    "number.closed_calls_set",
    "What happens with calls to a number outside business hours was changed ({handling}).",
    subject="number",
)
def number_closed_calls_set(
    *, organization_id: int, number_id: int, handling: str, user_id: int | None
) -> About:
    """`user_id`: the member whose phone they are forwarded to then, if it is one's."""
    return about(organization_id, number_id, handling=handling, user_id=user_id)
