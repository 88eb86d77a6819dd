"""What happens when a phone calls a business number: the webhook, what the answer says to do, the report that it ended.

Source: https://www.twilio.com/docs/voice/twiml. Of TwiML it knows the verbs that SnoutOS answers with; another one is an error, as at
the provider one that it does not know.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urljoin
from xml.etree import ElementTree

from snoutos.devtools.twilio_sim.state import Account, Conflict, Number, PhoneCall, World
from snoutos.devtools.twilio_sim.webhooks import Delivery, deliver

# What the provider's voice says when an answer makes no sense; the person hears it.
APPLICATION_ERROR = "We are sorry, an application error has occurred. Goodbye."
# A voice takes about so long for a word.
SECONDS_A_WORD = 0.4
# Source: https://www.twilio.com/docs/voice/twiml/dial
LONGEST_RING = 600
# Source: https://www.twilio.com/docs/voice/twiml/record
LONGEST_RECORDING = 14400
_E164 = re.compile(r"\+[1-9][0-9]{6,14}", re.ASCII)
_OUTCOMES = ("completed", "no-answer", "busy", "failed", "canceled")


class TwimlError(ValueError):
    """The application's answer is nothing that the provider can do."""


@dataclass(frozen=True, slots=True)
class Other:
    """What people do in a call: a phone that it is passed on to (`outcome` in the provider's words; canceled: the caller hangs up
    meanwhile) and for how many seconds they talk; and how many seconds the caller says something after a tone, none when they hang up.
    """

    outcome: str = "no-answer"
    talks: int = 60
    says: int = 0

    def __post_init__(self) -> None:
        if self.outcome not in _OUTCOMES or self.talks < 0 or self.says < 0:
            raise Conflict(f"The other phone can do: {', '.join(_OUTCOMES)}.")


@dataclass(frozen=True, slots=True)
class Dial:
    """The call is to ring another phone."""

    to: str
    caller_id: str
    timeout: int
    action: str


@dataclass(frozen=True, slots=True)
class Record:
    """The caller is to say something after a tone."""

    longest: int
    action: str
    told_at: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What an answer says to do: how the call ends, what is heard, and the phone to ring or what to record after that, if any."""

    status: str
    heard: list[str]
    dial: Dial | None = None
    record: Record | None = None


class Voices:
    """The voice side of the simulated network. Nobody waits: a call is over when `call` returns."""

    def __init__(self, world: World) -> None:
        self.world = world

    def call(
        self, *, caller: str, recipient: str, hangs_up: bool = False, other: Other | None = None
    ) -> dict[str, Any]:
        """A phone calls a business number. Returns the call with what its person heard; one who `hangs_up` hears nothing.

        `other` is what a phone does that it is passed on to. Raises `Conflict` when no account owns `recipient`.
        """
        number = self.world.numbers.get(recipient)
        if number is None:
            raise Conflict("No account here owns the number that was called.")
        account = self.world.accounts[number.account_sid]
        call = self.world.add_call(account_sid=account.sid, caller=caller, recipient=recipient)
        if not number.voice_url:
            self.world.change_call(call, status="failed", heard=[APPLICATION_ERROR], answer="no webhook")
            return asdict(call)
        asked = self._post(account, number.voice_url, call)
        self.world.change_call(call, answer=str(asked.status_code or asked.error))
        if hangs_up:
            self.world.change_call(call, status="canceled")
        else:
            self._go_on(account, number.voice_url, call, asked, other or Other())
        self._report(account, number, call)
        return asdict(call)

    def repeat(self, sid: str) -> dict[str, Any]:
        """Both webhooks of a call that is over once more, as after lost answers."""
        call = self.world.phone_calls.get(sid)
        if call is None:
            raise Conflict("There is no such call.")
        number = self.world.numbers[call.recipient]
        account = self.world.accounts[call.account_sid]
        if number.voice_url:
            self._post(account, number.voice_url, call)
        self._report(account, number, call)
        return asdict(call)

    def _go_on(self, account: Account, url: str, call: PhoneCall, asked: Delivery, other: Other) -> None:
        """Do what each answer says until there is no more to ask."""
        seconds = 0
        while True:
            plan = self._plan(account, asked)
            self.world.change_call(call, status=plan.status, heard=[*call.heard, *plan.heard])
            seconds += round(sum(len(said.split()) for said in plan.heard) * SECONDS_A_WORD)
            if plan.record is not None and other.says:
                said = min(other.says, plan.record.longest)
                asked = self._record(account, url, call, plan.record, said)
                seconds += said
                continue
            if plan.dial is None:
                break
            asked = self._ring(account, url, call, plan.dial, other)
            seconds += other.talks if other.outcome == "completed" else plan.dial.timeout
            if other.outcome == "canceled":
                break
        took = seconds + 1 if call.status == "completed" else 0
        self.world.change_call(call, seconds=took)

    def _plan(self, account: Account, asked: Delivery) -> Plan:
        try:
            if asked.failure:
                raise TwimlError
            plan = perform(asked.body)
            if plan.dial is not None and plan.dial.caller_id not in {
                one.e164 for one in self.world.owned(account.sid)
            }:
                raise TwimlError
        except TwimlError:
            return Plan("completed", [APPLICATION_ERROR])
        return plan

    def _ring(self, account: Account, url: str, call: PhoneCall, dial: Dial, other: Other) -> Delivery:
        """Ring the other phone; what the application answers to what became of that."""
        self.world.change_call(call, rang=dial.to, rang_from=dial.caller_id, taken=other.outcome)
        status = "completed" if other.outcome == "canceled" else "in-progress"
        self.world.change_call(call, status=status)
        extra = {"DialCallStatus": other.outcome, "DialCallSid": self.world.new_sid("CA")}
        if other.outcome == "completed":
            extra["DialCallDuration"] = str(other.talks)
        asked = self._post(account, urljoin(url, dial.action), call, **extra)
        self.world.change_call(call, status="completed")
        return asked

    def _record(self, account: Account, url: str, call: PhoneCall, record: Record, seconds: int) -> Delivery:
        """The caller says something; both requests about it, and what the application answers to the one that asks how to go on."""
        sid = self.world.new_sid("RE")
        self.world.change_call(call, recording=sid, said_seconds=seconds, status="in-progress")
        where = f"https://api.twilio.com/2010-04-01/Accounts/{account.sid}/Recordings/{sid}"
        told = {"RecordingUrl": where, "RecordingDuration": str(seconds)}
        asked = self._post(account, urljoin(url, record.action), call, Digits="hangup", **told)
        status = {
            "AccountSid": account.sid,
            "CallSid": call.sid,
            "RecordingSid": sid,
            "RecordingStatus": "completed",
        }
        status |= {**told, "RecordingChannels": "1", "RecordingSource": "RecordVerb", "ErrorCode": "0"}
        delivery = deliver(url=urljoin(url, record.told_at), params=status, token=account.token)
        self.world.log_webhook({"kind": "voice", "sid": call.sid, "params": status, **asdict(delivery)})
        return asked

    def _report(self, account: Account, number: Number, call: PhoneCall) -> None:
        if number.status_callback:
            extra = {"CallDuration": str(call.seconds)} if call.status == "completed" else {}
            self._post(account, number.status_callback, call, **extra)

    def _post(self, account: Account, url: str, call: PhoneCall, **extra: str) -> Delivery:
        params = {
            "CallSid": call.sid,
            "AccountSid": call.account_sid,
            "From": call.caller,
            "To": call.recipient,
        }
        params |= {"Caller": call.caller, "Called": call.recipient, "CallStatus": call.status}
        params |= {
            "Direction": "inbound",
            "ApiVersion": "2010-04-01",
            "FromCity": "",
            "FromCountry": "US",
            **extra,
        }
        delivery = deliver(url=url, params=params, token=account.token)
        self.world.log_webhook({"kind": "voice", "sid": call.sid, "params": params, **asdict(delivery)})
        return delivery


def perform(twiml: str) -> Plan:
    """What an answer says to do. Raises `TwimlError`."""
    try:
        response = ElementTree.fromstring(twiml)  # noqa: S314  (our own application's answer)
    except ElementTree.ParseError as error:
        raise TwimlError from error
    if response.tag != "Response":
        raise TwimlError
    heard: list[str] = []
    for verb in response:
        if verb.tag == "Reject" and not heard:
            return Plan("busy" if verb.get("reason") == "busy" else "no-answer", [])
        if verb.tag == "Hangup":
            break
        if verb.tag == "Record":
            return Plan("completed", heard, record=_record(verb))
        if verb.tag == "Dial":
            return Plan("in-progress", heard, _dial(verb))
        if verb.tag != "Say" or not (verb.text or "").strip() or len(verb.text or "") > 4096:
            raise TwimlError
        heard.append(str(verb.text))
    return Plan("completed", heard)


def _dial(verb: ElementTree.Element) -> Dial:
    """One number to ring, with what SnoutOS says about it; another attribute or noun is an error."""
    known = {"callerId", "timeout", "action", "method", "answerOnBridge"}
    nouns = list(verb)
    timeout = verb.get("timeout", "30")
    is_well_formed = (
        set(verb.attrib) <= known
        and [noun.tag for noun in nouns] == ["Number"]
        and _E164.fullmatch(nouns[0].text or "") is not None
        and timeout.isdigit()
        and 0 < int(timeout) <= LONGEST_RING
        and bool(verb.get("action"))
    )
    if not is_well_formed:
        raise TwimlError
    return Dial(str(nouns[0].text), verb.get("callerId", ""), int(timeout), str(verb.get("action")))


def _record(verb: ElementTree.Element) -> Record:
    """A message to record, with what SnoutOS says about it; another attribute is an error."""
    known = {
        "action", "method", "maxLength", "timeout", "playBeep", "recordingStatusCallback", "recordingStatusCallbackMethod",
    }  # fmt: skip
    longest = verb.get("maxLength", "3600")
    is_well_formed = (
        set(verb.attrib) <= known
        and not list(verb)
        and longest.isdigit()
        and 0 < int(longest) <= LONGEST_RECORDING
        and verb.get("timeout", "5").isdigit()
        and bool(verb.get("action"))
        and bool(verb.get("recordingStatusCallback"))
    )
    if not is_well_formed:
        raise TwimlError
    return Record(int(longest), str(verb.get("action")), str(verb.get("recordingStatusCallback")))


def recording(seconds: int) -> bytes:
    """What a caller said, as the provider keeps it as MP3: so many seconds of silence, in frames of MPEG-2 layer III (8 kbit/s, 24 kHz)."""
    frame = b"\xff\xf3\x14\xc4" + bytes(20)
    return frame * round(seconds * 24000 / 576)
