"""What the provider is told to do with a call, in its own language. Source: https://www.twilio.com/docs/voice/twiml"""

from __future__ import annotations

from twilio.twiml.voice_response import VoiceResponse  # type: ignore[import-untyped,unused-ignore]

# Who says nothing for so long has finished.
_SILENCE_SECONDS = 6


def say(sentence: str) -> str:
    """Say it and hang up."""
    response = VoiceResponse()
    response.say(sentence)
    response.hangup()
    return str(response)


def say_and_record(sentence: str, *, longest: int, then: str, told_at: str) -> str:
    """Say it, and record what they say after the tone, for `longest` seconds at most; `told_at` hears of the recording, and `then` too,
    which says how to go on. Silence ends it.
    """
    response = VoiceResponse()
    response.say(sentence)
    response.record(
        action=then,
        method="POST",
        max_length=longest,
        timeout=_SILENCE_SECONDS,
        play_beep=True,
        recording_status_callback=told_at,
        recording_status_callback_method="POST",
    )
    response.hangup()
    return str(response)


def forward(to: str, *, caller_id: str, ring_seconds: int, then: str) -> str:
    """Ring the phone `to` for so long, which sees the call come from `caller_id`; ask at the address `then` how to go on afterwards.

    The caller hears it ring, and is not counted as answered before the other phone is.
    """
    response = VoiceResponse()
    dial = response.dial(
        caller_id=caller_id, timeout=ring_seconds, action=then, method="POST", answer_on_bridge=True
    )
    dial.number(to)
    return str(response)


def hang_up() -> str:
    """End it."""
    response = VoiceResponse()
    response.hangup()
    return str(response)


def turn_away() -> str:
    """Do not answer: it rings busy, and costs nothing."""
    response = VoiceResponse()
    response.reject(reason="busy")
    return str(response)
