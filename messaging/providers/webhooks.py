"""Twilio's webhook parameters, read into frozen types. What cannot be read is said in one sentence.

Source: https://www.twilio.com/docs/messaging/guides/webhook-request (inbound),
https://www.twilio.com/docs/messaging/guides/track-outbound-message-status (status) and
https://www.twilio.com/docs/voice/twiml#request-parameters (calls). Parameters are added
there without notice, so unknown ones are never an error.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

MEDIA_MAX = 10  # the provider's documented limit per message
URL_MAX = 480  # a column must hold it, and the ending that names a format
IDENTIFIER_MAX = 64  # the longest real one has 34 characters; a column must hold it
_SID = re.compile(r"(SM|MM)[0-9a-zA-Z]{8,62}")
_CALL_SID = re.compile(r"CA[0-9a-zA-Z]{8,62}")
_PHONE = re.compile(r"\+[1-9][0-9]{6,14}")
# What stands for a caller who hides their number: words on a keypad (RESTRICTED, BLOCKED, UNKNOWN, ANONYMOUS, UNAVAILABLE).
_HIDDEN = frozenset({"+7378742833", "+2562533", "+8656696", "+266696687", "+86282452253"})
# The other phone took it. Source: https://www.twilio.com/docs/voice/twiml/dial#dialcallstatus
_TAKEN = frozenset({"completed", "answered"})
# A call that has these is over. Source: https://www.twilio.com/docs/voice/api/call-resource#call-status-values
CALL_ENDED = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})
_NUL, _REPLACEMENT = "\x00", "\ufffd"


class BadWebhook(ValueError):  # noqa: N818 -- the name says what it is
    """The parameters are not what the provider sends; `str()` is a sentence without personal data."""


class Unactionable(BadWebhook):
    """Well-formed, yet nothing can ever be done with it: keep it and answer 200."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundText:
    """A text somebody sent to one of our numbers, as the provider told it.

    `body` is exactly what was sent, save that NUL, which PostgreSQL cannot hold, became U+FFFD (`had_nul`).
    Of more than ten media the first ten are kept (`media_dropped` counts the rest). `segments` is None when
    not told.
    """

    provider_sid: str
    account_sid: str
    sender: str = field(repr=False)
    recipient: str = field(repr=False)
    body: str = field(repr=False)
    media: tuple[tuple[str, str], ...] = field(default=(), repr=False)  # (url, content type)
    opt_out_type: str = ""  # "STOP", "START", "HELP" with the provider's Advanced Opt-Out
    status: str = ""
    messaging_service_sid: str = ""
    segments: int | None = None
    had_nul: bool = False
    media_dropped: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusReport:
    """One status the provider reports for a text of ours. `status` is its own word, lower case."""

    sid: str
    status: str
    account_sid: str
    error_code: int | None = None
    sender: str = field(default="", repr=False)
    recipient: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundCall:
    """A call to one of our numbers, as one request told it: that it came in, what became of it, or whether the phone that it was forwarded
    to took it (`was_taken`, None in other requests) and for how long (`talked`). `seconds` is None while it goes on.
    """

    sid: str
    account_sid: str
    caller: str = field(repr=False)
    recipient: str = field(repr=False)
    has_ended: bool = False
    seconds: int | None = None
    was_taken: bool | None = None
    talked: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """What a caller said after the tone, and where the provider has it."""

    call_sid: str
    url: str = field(repr=False)
    seconds: int


def parse_inbound(params: Mapping[str, str]) -> InboundText:
    """Read an inbound text. Raises `BadWebhook`, or `Unactionable` when nobody sent it."""
    body = params.get("Body", "")
    count = _count(params.get("NumMedia", ""), name="NumMedia") or 0
    text = InboundText(
        provider_sid=_sid(params),
        account_sid=_required(params, "AccountSid"),
        sender=_clean(params.get("From", "")).strip(),
        recipient=_required(params, "To").strip(),
        body=body.replace(_NUL, _REPLACEMENT),
        media=_media(params, min(count, MEDIA_MAX)),
        opt_out_type=_optional(params, "OptOutType").upper(),
        status=_optional(params, "SmsStatus"),
        messaging_service_sid=_optional(params, "MessagingServiceSid"),
        segments=_count(params.get("NumSegments", ""), name="NumSegments"),
        had_nul=_NUL in body,
        media_dropped=max(0, count - MEDIA_MAX),
    )
    if not text.sender:
        raise Unactionable("The text has no sender, so no one could be answered.")
    if len(text.sender) > IDENTIFIER_MAX:
        raise Unactionable("The sender isn't a phone, so no one could be answered.")
    return text


def parse_status(params: Mapping[str, str]) -> StatusReport:
    """Read a status callback. Raises `BadWebhook`."""
    return StatusReport(
        sid=_sid(params),
        status=_required(params, "MessageStatus", "SmsStatus").lower(),
        account_sid=_required(params, "AccountSid"),
        error_code=_error_code(params.get("ErrorCode", "")),
        sender=_optional(params, "From"),
        recipient=_optional(params, "To"),
    )


def parse_call(params: Mapping[str, str]) -> InboundCall:
    """Read a call. Raises `BadWebhook`, or `Unactionable` when the caller has no phone that could be called or texted back."""
    sid = _required(params, "CallSid")
    if not _CALL_SID.fullmatch(sid):
        raise BadWebhook("CallSid isn't a call ID.")
    has_ended = _required(params, "CallStatus").lower() in CALL_ENDED
    call = InboundCall(
        sid=sid,
        account_sid=_required(params, "AccountSid"),
        caller=_clean(params.get("From", "")).strip(),
        recipient=_required(params, "To").strip(),
        has_ended=has_ended,
        seconds=_seconds(params.get("CallDuration", "")) if has_ended else None,
    )
    if not can_be_called_back(call.caller):
        raise Unactionable("The caller has no number that could be called or texted back.")
    return call


def parse_forwarded(params: Mapping[str, str]) -> InboundCall:
    """Read what became of a call that was forwarded. Raises as `parse_call`. It says nothing of the end: that is told by itself."""
    call = parse_call(params)
    _required(params, "DialCallStatus")
    taken = was_taken(params)
    talked = _seconds(params.get("DialCallDuration", "")) if taken else 0
    return replace(call, has_ended=False, seconds=None, was_taken=taken, talked=talked)


def parse_recording(params: Mapping[str, str]) -> Recording | None:
    """Read what a caller said after the tone; None for silence, and for what the provider could not record. Raises `BadWebhook`."""
    call_sid = _required(params, "CallSid")
    if not _CALL_SID.fullmatch(call_sid):
        raise BadWebhook("CallSid isn't a call ID.")
    seconds = _seconds(params.get("RecordingDuration", ""))
    is_there = params.get("RecordingStatus", "completed").lower() == "completed"
    if not is_there or not seconds:
        return None
    url = _clean(params.get("RecordingUrl", ""))
    if not url or len(url) > URL_MAX:
        raise BadWebhook("RecordingUrl isn't an address.")
    return Recording(call_sid=call_sid, url=url, seconds=seconds)


def can_be_called_back(caller: str) -> bool:
    """Whether `caller`, as the provider named them, is a phone: no hidden number, and no other kind of address."""
    return caller not in _HIDDEN and _PHONE.fullmatch(caller) is not None


def was_taken(params: Mapping[str, str]) -> bool:
    """Whether the phone that a call was forwarded to took it; not when nobody says so."""
    return params.get("DialCallStatus", "").lower() in _TAKEN


def _seconds(value: str) -> int:
    """How long it took; 0 when nobody said, or said what is no number."""
    return int(value) if value.isascii() and value.isdigit() and len(value) <= 6 else 0


def _sid(params: Mapping[str, str]) -> str:
    sid = _required(params, "MessageSid", "SmsSid", "SmsMessageSid")
    if not _SID.fullmatch(sid):
        raise BadWebhook("MessageSid isn't a message ID.")
    return sid


def _required(params: Mapping[str, str], *names: str) -> str:
    """The first of `names` that has a value."""
    for name in names:
        value = params.get(name, "")
        if len(value) > IDENTIFIER_MAX or _NUL in value:
            raise BadWebhook(f"The parameter {name} isn't an ID.")
        if value:
            return value
    raise BadWebhook(f"The parameter {names[0]} is missing.")


def _optional(params: Mapping[str, str], name: str) -> str:
    return _clean(params.get(name, ""))[:IDENTIFIER_MAX]


def _media(params: Mapping[str, str], count: int) -> tuple[tuple[str, str], ...]:
    """The media that have an address; a hole in the numbering is skipped, not an error."""
    found = ((params.get(f"MediaUrl{i}", ""), params.get(f"MediaContentType{i}", "")) for i in range(count))
    return tuple((_clean(url), _clean(content_type)[:100]) for url, content_type in found if url)


def _count(value: str, *, name: str) -> int | None:
    if not value:
        return None
    if not (value.isascii() and value.isdigit() and len(value) <= 4):
        raise BadWebhook(f"{name} isn't a count.")
    return int(value)


def _error_code(value: str) -> int | None:
    """An error code, or None: one that is no number is dropped rather than losing the status with it."""
    return int(value) if value.isascii() and value.isdigit() and len(value) <= 9 else None


def _clean(value: str) -> str:
    return value.replace(_NUL, _REPLACEMENT)
