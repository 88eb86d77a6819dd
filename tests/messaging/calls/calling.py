"""How the provider tells of a call."""

from __future__ import annotations

import itertools
from typing import Any
from xml.etree import ElementTree

from django.utils import timezone

from messaging.calls import settings
from messaging.calls.settings import Calls
from messaging.models import Call
from messaging.models.numbers import CallHandling
from messaging.phones import members
from snoutos.accounts.models import User
from tests.business import Office, new_phone
from tests.factories import UserFactory

VOICE, VOICE_STATUS = "/webhooks/twilio/voice", "/webhooks/twilio/voice/status"
FORWARDED = "/webhooks/twilio/voice/forwarded"
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


def forwarded(params: dict[str, str], *, outcome: str = "completed", talked: int = 75) -> dict[str, str]:
    """What it posts when the other phone of a forwarded call has been hung up, or was not taken."""
    took = {"DialCallDuration": str(talked)} if outcome == "completed" else {}
    return {
        **params,
        "CallStatus": "in-progress",
        "DialCallStatus": outcome,
        "DialCallSid": f"CA{next(_sids):032x}",
        **took,
    }


def put_through_to(business: Office, phone: str) -> None:
    """Calls to the front desk ring the office's `phone` from now on."""
    chosen = Calls(handling=CallHandling.OFFICE_PHONE, phone=phone)
    settings.set_calls(business.front_desk, chosen, by=business.owner, at=timezone.now())


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


def colleague(business: Office, name: str = "Ben", *, phone: str = "") -> User:
    """A member of the staff with a phone."""
    made: User = UserFactory(organization=business.organization, role="staff", name=name)
    return members.change_phone(made, new=phone or new_phone("415"), by=business.owner, at=timezone.now())


def put_through_to_member(business: Office, member: User) -> None:
    """Calls to the front desk ring the member's phone from now on."""
    chosen = Calls(handling=CallHandling.MEMBER, member=member)
    settings.set_calls(business.front_desk, chosen, by=business.owner, at=timezone.now())


def rings(said: str) -> str:
    """The phone that an answer rings; empty when it rings none."""
    number = ElementTree.fromstring(said).find("./Dial/Number")
    return "" if number is None else str(number.text)


def put_through(business: Office, *, sender: str, outcome: str = "completed", talked: int = 75) -> Call:
    """A whole call that is forwarded; the call it became."""
    params = call_params(business, sender=sender)
    business.post(params, path=VOICE)
    business.post(forwarded(params, outcome=outcome, talked=talked), path=FORWARDED)
    business.post(ended(params), path=VOICE_STATUS)
    became: Call = Call.objects.select_related("thread").get(provider_sid=params["CallSid"])
    return became
