"""What happens when a phone texts a business number: opt-out words, the books, the webhook.

Source: https://www.twilio.com/docs/messaging/guides/webhook-request and Twilio's handling of opt-out
keywords for long codes. The provider blocks the one number (with a messaging service: its whole pool),
answers by itself and calls the webhook all the same.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from snoutos.devtools.twilio_sim.faults import Faults
from snoutos.devtools.twilio_sim.state import Account, Attachment, Conflict, Number, Text, World
from snoutos.devtools.twilio_sim.webhooks import Delivery, deliver

STOP = frozenset({"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"})
START = frozenset({"START", "YES", "UNSTOP"})
HELP = frozenset({"HELP", "INFO"})

STOP_ANSWER = (
    "You have successfully been unsubscribed. You will not receive any more messages from this number. "
    "Reply START to resubscribe."
)
START_ANSWER = (
    "You have successfully been re-subscribed to messages from this number. Reply HELP for help. "
    "Reply STOP to unsubscribe. Msg&Data Rates May Apply."
)
HELP_ANSWER = "Reply STOP to unsubscribe. Msg&Data Rates May Apply."


class Phones:
    """The phones' side of the simulated network."""

    def __init__(self, world: World, faults: Faults, *, public_base: str) -> None:
        self.world = world
        self.faults = faults
        self.public_base = public_base

    def text(self, *, sender: str, recipient: str, body: str, media: list[Attachment]) -> dict[str, Any]:
        """A phone texts a business number. Returns the SID and what the application answered.

        Raises `Conflict` when no account owns `recipient`.
        """
        number = self.world.numbers.get(recipient)
        if number is None:
            raise Conflict("No account here owns the number that was texted.")
        account = self.world.accounts[number.account_sid]
        text = self.world.add_text(
            account_sid=account.sid,
            sender=sender,
            recipient=recipient,
            body=body,
            media=media,
            direction="inbound",
            status="received",
            service_sid=service_of(account, recipient),
        )
        word = self._opt(account, text)
        return self._announce(account, number, text, word)

    def arrive(self, text: Text) -> None:
        """A text between two numbers of the provider's comes in at the second one."""
        if text.recipient in self.world.numbers:
            self.text(sender=text.sender, recipient=text.recipient, body=text.body, media=[])

    def resend(self, sid: str) -> dict[str, Any]:
        """The same webhook once more, as after a lost answer."""
        text = self.world.texts.get(sid)
        if text is None or text.direction != "inbound":
            raise Conflict("There is no such text from a phone.")
        number = self.world.numbers[text.recipient]
        account = self.world.accounts[text.account_sid]
        return self._announce(account, number, text, opt_word(text.body))

    def _announce(self, account: Account, number: Number, text: Text, word: str) -> dict[str, Any]:
        params = inbound_params(text, public_base=self.public_base)
        if word and account.advanced_opt_out and text.service_sid:
            params["OptOutType"] = word
        settings = account.settings_of(text.service_sid)
        by_service = bool(text.service_sid) and not settings.by_number
        url = settings.inbound_url if by_service else number.sms_url or self.world.webhook_url
        fallback = settings.fallback_url if by_service else number.sms_fallback_url
        if not url or self.faults.fires("webhook_lost", to=text.sender):
            error = "lost" if url else "no webhook"
            self.world.change(text, answer=error)
            return {"sid": text.sid, "delivered": False, "error": error}
        if self.faults.fires("webhook_doubled", to=text.sender):
            self._post(account, url, params, text.sid)
        delivery = self._post(account, url, params, text.sid)
        if delivery.failure and fallback:
            extra = {"ErrorCode": "11200", "ErrorUrl": delivery.url}
            delivery = self._post(account, fallback, {**params, **extra}, text.sid)
        self.world.change(text, answer=str(delivery.status_code or delivery.error))
        return {"sid": text.sid, "delivered": not delivery.failure, **asdict(delivery)}

    def _post(self, account: Account, url: str, params: dict[str, str], sid: str) -> Delivery:
        delivery = deliver(url=url, params=params, token=account.token)
        self.world.log_webhook({"kind": "inbound", "sid": sid, "params": params, **asdict(delivery)})
        return delivery

    def _opt(self, account: Account, text: Text) -> str:
        """Act on an opt-out word as the provider does; which kind it was, "" for any other text."""
        word = opt_word(text.body)
        pairs = {(number, text.sender) for number in pool_of(account, text.recipient)}
        blocked = (text.recipient, text.sender) in self.world.blocks
        if word == "STOP" and not blocked:
            self.world.blocks |= pairs
            self._answer(text, STOP_ANSWER)
        elif word == "START" and blocked:
            self.world.blocks -= pairs
            self._answer(text, START_ANSWER)
        elif word == "HELP":
            self._answer(text, HELP_ANSWER)
        return word

    def _answer(self, text: Text, body: str) -> None:
        self.world.add_text(
            account_sid=text.account_sid,
            sender=text.recipient,
            recipient=text.sender,
            body=body,
            direction="outbound-reply",
            status="delivered",
            by_provider=True,
        )


def opt_word(body: str) -> str:
    """ "STOP", "START" or "HELP" when the whole text is one of its words in any case; else ""."""
    word = body.strip().upper()
    for kind, words in (("STOP", STOP), ("START", START), ("HELP", HELP)):
        if word in words:
            return kind
    return ""


def service_of(account: Account, e164: str) -> str:
    """The messaging service whose pool holds the number, "" for none."""
    return next((sid for sid, numbers in account.services.items() if e164 in numbers), "")


def pool_of(account: Account, e164: str) -> set[str]:
    """The numbers that an opt-out towards `e164` covers: itself and, in a messaging service, the whole
    pool.
    """
    return {e164, *account.services.get(service_of(account, e164), ())}


def media_url(text: Text, attachment: Attachment, *, public_base: str) -> str:
    path = f"/2010-04-01/Accounts/{text.account_sid}/Messages/{text.sid}/Media/{attachment.sid}"
    return attachment.url or f"{public_base}{path}"


def inbound_params(text: Text, *, public_base: str) -> dict[str, str]:
    """The form fields of an inbound webhook, the often empty ones included."""
    params = {"MessageSid": text.sid, "SmsSid": text.sid, "SmsMessageSid": text.sid}
    params |= {"AccountSid": text.account_sid, "From": text.sender, "To": text.recipient, "Body": text.body}
    params |= {"NumMedia": str(len(text.media)), "NumSegments": str(text.segments)}
    params |= {"SmsStatus": "received", "ApiVersion": "2010-04-01"}
    places = {"City": "", "State": "CA", "Zip": "", "Country": "US"}
    params |= {f"{side}{name}": value for side in ("From", "To") for name, value in places.items()}
    if text.service_sid:
        params["MessagingServiceSid"] = text.service_sid
    for index, attachment in enumerate(text.media):
        params[f"MediaUrl{index}"] = media_url(text, attachment, public_base=public_base)
        params[f"MediaContentType{index}"] = attachment.content_type
    return params
