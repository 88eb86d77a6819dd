"""What the provider is told to do with a call, in its own language. Source: https://www.twilio.com/docs/voice/twiml"""

from __future__ import annotations

from twilio.twiml.voice_response import VoiceResponse  # type: ignore[import-untyped,unused-ignore]


def say(sentence: str) -> str:
    """Say it and hang up."""
    response = VoiceResponse()
    response.say(sentence)
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
