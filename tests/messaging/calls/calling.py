"""How the provider tells of a call."""

from __future__ import annotations

import itertools
from typing import Any
from xml.etree import ElementTree

from django.core.files.base import ContentFile
from django.utils import timezone

from messaging.calls import settings
from messaging.calls.settings import Calls, ClosedCalls
from messaging.models import Call, Voicemail
from messaging.models.numbers import CallHandling, ClosedHandling
from messaging.phones import members
from snoutos.accounts.models import Organization, User
from snoutos.devtools.twilio_sim import voices
from tests.business import Office, new_phone
from tests.factories import UserFactory

VOICE, VOICE_STATUS = "/webhooks/twilio/voice", "/webhooks/twilio/voice/status"
FORWARDED = "/webhooks/twilio/voice/forwarded"
RECORDED, RECORDING = "/webhooks/twilio/voice/recorded", "/webhooks/twilio/voice/recording"
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


def put_through_after_hours(business: Office, member: User) -> None:
    """Calls to the front desk ring the member's phone when the business is closed."""
    chosen = ClosedCalls(handling=ClosedHandling.MEMBER, member=member)
    settings.set_closed_calls(business.front_desk, chosen, by=business.owner, at=timezone.now())


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


def take_voicemails(business: Office) -> None:
    """Callers of the front desk can leave a voicemail from now on."""
    settings.set_calls(business.front_desk, Calls(voicemail=True), by=business.owner, at=timezone.now())


def recording(params: dict[str, str], *, seconds: int = 42, status: str = "completed") -> dict[str, str]:
    """What the provider posts when it has what a caller said: neither phone is named."""
    sid = params["CallSid"].replace("CA", "RE", 1)
    return {
        "AccountSid": params["AccountSid"],
        "CallSid": params["CallSid"],
        "RecordingSid": sid,
        "RecordingUrl": f"https://api.twilio.com/2010-04-01/Accounts/{params['AccountSid']}/Recordings/{sid}",
        "RecordingStatus": status,
        "RecordingDuration": str(seconds),
        "RecordingChannels": "1",
        "RecordingSource": "RecordVerb",
        "ErrorCode": "0",
    }


def recorded(params: dict[str, str], *, seconds: int = 42) -> dict[str, str]:
    """What it posts when they have hung up after the tone, to ask how to go on."""
    said = recording(params, seconds=seconds)
    names = ("RecordingUrl", "RecordingDuration")
    return {**params, "CallStatus": "completed", "Digits": "hangup", **{name: said[name] for name in names}}


def voicemail_of(business: Office, *, sender: str, seconds: int = 42) -> Voicemail:
    """Somebody calls the front desk and leaves a message, which is not fetched yet."""
    take_voicemails(business)
    params = call_params(business, sender=sender)
    business.post(params, path=VOICE)
    business.post(recording(params, seconds=seconds), path=RECORDING)
    business.post(ended(params), path=VOICE_STATUS)
    left: Voicemail = Voicemail.objects.select_related("call__thread").get(
        call__provider_sid=params["CallSid"]
    )
    return left


def with_recording(left: Voicemail, content: bytes = b"") -> Voicemail:
    """The same when its copy is here."""
    said = content or voices.recording(left.seconds)
    left.file.save(str(left.public_id), ContentFile(said), save=False)
    left.state, left.size, left.next_try_at = "kept", len(said), None
    left.save()
    return left


def is_always(business: Office, *, open_: bool) -> None:
    """The business is open around the clock, or never."""
    day = "00:00-24:00" if open_ else ""
    Organization.objects.filter(pk=business.organization.pk).update(opening_hours=[day] * 7)
