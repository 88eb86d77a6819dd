"""The Messages resource. Source: https://www.twilio.com/docs/messaging/api/message-resource."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlencode

from messaging.outbound.queue.segments import MAX_CHARACTERS
from snoutos.devtools.twilio_sim.faults import AFTER_ACCEPTING, ON_SEND, Fault, Faults
from snoutos.devtools.twilio_sim.lifecycle import Lifecycle
from snoutos.devtools.twilio_sim.phones import pool_of
from snoutos.devtools.twilio_sim.state import FINAL, Account, Attachment, Text, World
from snoutos.devtools.twilio_sim.wire import ApiError, Reply, Request, json_reply, not_found

E164 = re.compile(r"\+[1-9]\d{6,14}")
PAGE_SIZE_MAX = 1000

# https://www.twilio.com/docs/iam/test-credentials: numbers that always give one answer.
MAGIC_TO = {
    "+15005550001": (21211, "Invalid 'To' Phone Number: {to}"),
    "+15005550002": (
        21612,
        "Message cannot be sent with the current combination of 'To' and 'From' parameters",
    ),
    "+15005550003": (21408, "Permission to send an SMS has not been enabled for the region: {to}"),
    "+15005550004": (21610, "Attempt to send to unsubscribed recipient"),
    "+15005550009": (21614, "'To' number is not a valid mobile number: {to}"),
}
MAGIC_FROM_OK = "+15005550006"
MAGIC_FROM = {
    "+15005550001": (21212, "Invalid From Number: {sender}"),
    "+15005550007": (
        21606,
        "The 'From' phone number {sender} is not a valid, SMS-capable number for your account",
    ),
    "+15005550008": (21611, "This 'From' number has exceeded the maximum number of queued messages"),
}


class Messages:
    """Create, read, list, redact, cancel and delete."""

    def __init__(self, world: World, faults: Faults, lifecycle: Lifecycle) -> None:
        self.world = world
        self.faults = faults
        self.lifecycle = lifecycle

    def create(self, account: Account, request: Request) -> Reply:
        form = dict(request.form)
        fault = self.faults.take(*ON_SEND, to=form.get("To", ""))
        if fault and fault[0] not in AFTER_ACCEPTING:
            return before_accepting(*fault)
        text = self._accept(account, form, [value for name, value in request.form if name == "MediaUrl"])
        self.lifecycle.start(text)
        answer = json_reply(shown(text), 201)
        return after_accepting(*fault, answer) if fault else answer

    def fetch(self, account: Account, sid: str) -> Reply:
        return json_reply(shown(self._own(account, sid)))

    def update(self, account: Account, sid: str, request: Request) -> Reply:
        """Blank the body, or cancel what is scheduled: nothing else can be changed."""
        text, form = self._own(account, sid), dict(request.form)
        if form.get("Status") == "canceled":
            if text.status != "scheduled":
                raise ApiError(400, 30409, "Message is not in a cancelable state")
            self.lifecycle.report(text, "canceled")
        elif form.get("Body") == "":
            if text.status not in FINAL | {"sent"}:
                raise ApiError(409, 20009, "Cannot modify a message before it is complete")
            self.world.change(text, body="")
        else:
            raise ApiError(400, 20001, "Only Body='' and Status=canceled can be set")
        return json_reply(shown(text))

    def delete(self, account: Account, sid: str) -> Reply:
        text = self._own(account, sid)
        if text.status not in FINAL | {"sent"}:
            raise ApiError(409, 20009, "Cannot delete this resource before it is complete")
        with self.world.lock:
            del self.world.texts[sid]
        return Reply(204)

    def listed(self, account: Account, request: Request) -> Reply:
        wanted = request.arguments
        texts = [text for text in self.world.listed(account.sid) if _matches(text, wanted)]
        size = min(max(int(wanted.get("PageSize") or 50), 1), PAGE_SIZE_MAX)
        page = int(wanted.get("Page") or 0)
        if token := wanted.get("PageToken"):  # the last text of the page before: new ones do not shift it
            order = int(token.removeprefix("PA"))
            texts = [text for text in texts if text.order < order]
        shown_now, more = texts[:size], len(texts) > size
        following = {**wanted, "PageSize": size, "Page": page + 1}
        following["PageToken"] = f"PA{shown_now[-1].order}" if more else ""
        uri = f"{request.path}?{request.query}"
        payload = page_of("messages", [shown(text) for text in shown_now], uri=uri, page=page, size=size)
        payload["next_page_uri"] = f"{request.path}?{urlencode(following)}" if more else None
        return json_reply(payload)

    def media(self, account: Account, sid: str, media_sid: str) -> Reply:
        """The picture itself. The real one redirects to its storage; the bytes are the same."""
        for attachment in self._own(account, sid).media:
            if attachment.sid == media_sid and attachment.content:
                return Reply(200, attachment.content, attachment.content_type)
        raise not_found(f"Media/{media_sid}")

    def _own(self, account: Account, sid: str) -> Text:
        text = self.world.texts.get(sid)
        if text is None or text.account_sid != account.sid or text.by_provider:
            raise not_found(f"/2010-04-01/Accounts/{account.sid}/Messages/{sid}.json")
        return text

    def _accept(self, account: Account, form: dict[str, str], media: list[str]) -> Text:
        service = form.get("MessagingServiceSid", "")
        sender = self._sender(account, form)
        self._check(account, form, sender, media)
        scheduled = form.get("ScheduleType") == "fixed"
        return self.world.add_text(
            account_sid=account.sid,
            sender=sender,
            recipient=form["To"],
            body=form.get("Body", ""),
            media=[Attachment(self.world.new_sid("ME"), "image/jpeg", url=url) for url in media],
            direction="outbound-api",
            status="scheduled" if scheduled else "accepted" if service else "queued",
            service_sid=service,
            status_callback=form.get("StatusCallback", ""),
        )

    def _sender(self, account: Account, form: dict[str, str]) -> str:
        """The From named, or of the service's pool the number that this phone knows already, else the
        first.
        """
        sender, service = form.get("From", ""), form.get("MessagingServiceSid", "")
        if service and service not in account.services:
            raise ApiError(400, 21701, f"The Messaging Service resource could not be found: {service}")
        if sender and service and sender not in account.services[service]:
            raise ApiError(400, 21712, f"The 'From' number {sender} is not in the Messaging Service.")
        if sender:
            return sender
        if not service:
            raise ApiError(400, 21603, "A 'From' phone number is required.")
        pool = account.services[service]
        if not pool:
            raise ApiError(400, 21703, "The Messaging Service does not have any phone numbers")
        known = [text.sender for text in self.world.on_phone(form.get("To", "")) if text.sender in pool]
        return known[-1] if known else pool[0]

    def _check(self, account: Account, form: dict[str, str], sender: str, media: list[str]) -> None:
        """Everything the real one refuses in its reply, in its order."""
        recipient, body = form.get("To", ""), form.get("Body", "")
        if not recipient:
            raise ApiError(400, 21604, "A 'To' phone number is required.")
        if not body and not media:
            raise ApiError(400, 21602, "Message body is required.")
        for magic, key in ((MAGIC_TO, recipient), (MAGIC_FROM, sender)):
            if key in magic:
                code, message = magic[key]
                raise ApiError(400, code, message.format(to=recipient, sender=sender))
        if not E164.fullmatch(recipient):
            raise ApiError(400, 21211, f"Invalid 'To' Phone Number: {recipient}")
        if len(body) > MAX_CHARACTERS:
            raise ApiError(400, 21617, "The concatenated message body exceeds the 1600 character limit")
        if len(media) > 10:
            raise ApiError(400, 21623, "Number of media files exceeds allowed limit")
        self._check_sender(account, sender, recipient)

    def _check_sender(self, account: Account, sender: str, recipient: str) -> None:
        number = self.world.numbers.get(sender)
        if sender == recipient:
            raise ApiError(400, 21266, "'To' and 'From' number cannot be the same")
        if number is None and sender != MAGIC_FROM_OK:
            message = f"'From' {sender} is not a Twilio phone number or short code country mismatch"
            raise ApiError(400, 21659, message)
        if number is not None and number.account_sid != account.sid:
            code, message = MAGIC_FROM["+15005550007"]
            raise ApiError(400, code, message.format(sender=sender))
        if any((one, recipient) in self.world.blocks for one in {sender, *pool_of(account, sender)}):
            raise ApiError(400, 21610, "Attempt to send to unsubscribed recipient")


def before_accepting(name: str, fault: Fault) -> Reply:
    """The answer of a fault that leaves nothing behind."""
    if name == "reset_before":
        return Reply(manner="reset")
    if name == "rate429":
        return ApiError(429, 20429, "Too Many Requests").reply()
    if name == "error":
        return ApiError(401 if fault.code == 20003 else 400, fault.code, "A simulated refusal").reply()
    return ApiError(500, 20500, "Internal Server Error").reply()


def after_accepting(name: str, fault: Fault, answer: Reply) -> Reply:
    """The answer of a fault whose text goes out all the same."""
    faulty: dict[str, Callable[[], Reply]] = {
        "fail_after": lambda: ApiError(500, 20500, "Internal Server Error").reply(),
        "hang_after": lambda: Reply(manner="hang", seconds=fault.seconds),
        "reset_after": lambda: Reply(manner="reset"),
        "no_sid": lambda: json_reply({"status": "queued"}, 201),
        "not_json": lambda: Reply(201, b"<html>OK</html>", "text/html"),
        "answer_late": lambda: replace(answer, seconds=fault.seconds),
    }
    return faulty.get(name, lambda: answer)()


def shown(text: Text) -> dict[str, Any]:
    """The resource as the API shows it, with every field of the real one."""
    uri = f"/2010-04-01/Accounts/{text.account_sid}/Messages/{text.sid}"
    undecided = bool(text.service_sid) and text.status in ("accepted", "scheduled")
    return {
        "account_sid": text.account_sid,
        "api_version": "2010-04-01",
        "body": text.body,
        "date_created": _rfc2822(text.created_at),
        "date_sent": _rfc2822(text.sent_at or (text.created_at if text.direction == "inbound" else None)),
        "date_updated": _rfc2822(text.updated_at),
        "direction": text.direction,
        "error_code": text.error_code,
        "error_message": "A simulated failure" if text.error_code else None,
        "from": text.sender,
        "messaging_service_sid": text.service_sid or None,
        "num_media": str(len(text.media)),
        "num_segments": "0" if undecided else str(text.segments),
        "price": None,
        "price_unit": "USD",
        "sid": text.sid,
        "status": text.status,
        "subresource_uris": {"media": f"{uri}/Media.json"},
        "to": text.recipient,
        "uri": f"{uri}.json",
    }


def page_of(
    key: str, rows: list[dict[str, Any]], *, uri: str, page: int = 0, size: int = 50
) -> dict[str, Any]:
    """A list in the provider's envelope, with nothing after it."""
    start = page * size
    envelope = {"first_page_uri": uri, "uri": uri, "next_page_uri": None, "previous_page_uri": None}
    return {key: rows, **envelope, "page": page, "page_size": size, "start": start, "end": start + len(rows)}


def _rfc2822(moment: datetime | None) -> str | None:
    return format_datetime(moment) if moment else None


def _matches(text: Text, wanted: dict[str, str]) -> bool:
    if wanted.get("To", text.recipient) != text.recipient or wanted.get("From", text.sender) != text.sender:
        return False
    dates = [
        (name[len("DateSent") :], value) for name, value in wanted.items() if name.startswith("DateSent")
    ]
    if not dates:
        return True
    sent = text.sent_at or (text.created_at if text.direction == "inbound" else None)
    return sent is not None and all(_compares(sent, sign, value) for sign, value in dates)


def _compares(sent: datetime, sign: str, value: str) -> bool:
    """`DateSent=` names a day, in whatever notation; `DateSent>=` and `DateSent<=` a day's start or a
    moment.
    """
    moment = datetime.fromisoformat(value)
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return {">": sent >= moment, "<": sent <= moment}.get(sign, sent.date() == moment.date())
