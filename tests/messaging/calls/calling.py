"""How the provider tells of a call."""

from __future__ import annotations

import itertools
from typing import Any

from messaging.models import Call
from tests.business import Office

VOICE, VOICE_STATUS = "/webhooks/twilio/voice", "/webhooks/twilio/voice/status"
_sids = itertools.count(1)


def call_params(business: Office, *, sender: str, to: str = "", **more: str) -> dict[str, str]:
    """What the provider posts when a call comes in."""
    return {
        "CallSid": f"CA{next(_sids):032x}",
        "AccountSid": business.account.sid,
        "From": sender,
        "To": to or business.front_desk.e164,
        "CallStatus": "ringing",
        "Direction": "inbound",
        "ApiVersion": "2010-04-01",
        **more,
    }


def ended(params: dict[str, str], *, seconds: int = 7, status: str = "completed") -> dict[str, str]:
    """What it posts when that call is over."""
    return {**params, "CallStatus": status, "CallDuration": str(seconds)}


def called(business: Office, *, sender: str, to: str = "", **more: str) -> Call:
    """A phone calls and listens to the end; the call it became."""
    params = call_params(business, sender=sender, to=to, **more)
    assert business.post(params, path=VOICE).status_code == 200
    assert business.post(ended(params), path=VOICE_STATUS).status_code == 200
    became: Call = (
        Call.objects.of(business.organization).select_related("thread").get(provider_sid=params["CallSid"])
    )
    return became


def answer_to(business: Office, params: dict[str, str], **extra: Any) -> str:
    """What the application answers to a call."""
    return str(business.post(params, path=VOICE, **extra).content.decode())
