"""What the provider is told to do with a call, in its own language. Source: https://www.twilio.com/docs/voice/twiml"""

from __future__ import annotations

from twilio.twiml.voice_response import VoiceResponse  # type: ignore[import-untyped,unused-ignore]


def say(sentence: str) -> str:
    """Say it and hang up."""
    response = VoiceResponse()
    response.say(sentence)
    response.hangup()
    return str(response)


def turn_away() -> str:
    """Do not answer: it rings busy, and costs nothing."""
    response = VoiceResponse()
    response.reject(reason="busy")
    return str(response)
