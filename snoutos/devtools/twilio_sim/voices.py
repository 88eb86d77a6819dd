"""What happens when a phone calls a business number: the webhook, what the answer says to do, the report that it ended.

Source: https://www.twilio.com/docs/voice/twiml. Of TwiML it knows the verbs that SnoutOS answers with; another one is an error, as at
the provider one that it does not know.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from xml.etree import ElementTree

from snoutos.devtools.twilio_sim.state import Account, Conflict, Number, PhoneCall, World
from snoutos.devtools.twilio_sim.webhooks import Delivery, deliver

# What the provider's voice says when an answer makes no sense; the person hears it.
APPLICATION_ERROR = "We are sorry, an application error has occurred. Goodbye."
# A voice takes about so long for a word.
SECONDS_A_WORD = 0.4


class TwimlError(ValueError):
    """The application's answer is nothing that the provider can do."""


class Voices:
    """The voice side of the simulated network. Nobody waits: a call is over when `call` returns."""

    def __init__(self, world: World) -> None:
        self.world = world

    def call(self, *, caller: str, recipient: str, hangs_up: bool = False) -> dict[str, Any]:
        """A phone calls a business number. Returns the call with what its person heard; one who `hangs_up` hears nothing.

        Raises `Conflict` when no account owns `recipient`.
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
        self._go_on(call, asked, hangs_up=hangs_up)
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

    def _go_on(self, call: PhoneCall, asked: Delivery, *, hangs_up: bool) -> None:
        if hangs_up:
            self.world.change_call(call, status="canceled")
            return
        try:
            if asked.failure:
                raise TwimlError
            status, heard = perform(asked.body)
        except TwimlError:
            status, heard = "completed", [APPLICATION_ERROR]
        words = sum(len(said.split()) for said in heard)
        seconds = round(words * SECONDS_A_WORD) + 1 if status == "completed" else 0
        self.world.change_call(call, status=status, heard=heard, seconds=seconds)

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


def perform(twiml: str) -> tuple[str, list[str]]:
    """How a call ends that is answered so, and what its person hears. Raises `TwimlError`."""
    try:
        response = ElementTree.fromstring(twiml)  # noqa: S314  (our own application's answer)
    except ElementTree.ParseError as error:
        raise TwimlError from error
    if response.tag != "Response":
        raise TwimlError
    heard: list[str] = []
    for verb in response:
        if verb.tag == "Reject" and not heard:
            return "busy" if verb.get("reason") == "busy" else "no-answer", []
        if verb.tag == "Hangup":
            break
        if verb.tag != "Say" or not (verb.text or "").strip() or len(verb.text or "") > 4096:
            raise TwimlError
        heard.append(str(verb.text))
    return "completed", heard
