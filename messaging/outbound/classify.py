"""What a provider's answer means for the text: the one table at the edge. Pure.

Two rules decide everything. A retry needs proof that nothing was sent (`Refused`). Without such proof the
outcome is `Unknown`, even where "not sent" is likely: a text that goes out twice is worse than one that an
owner looks at.

Source of the codes: the provider's error dictionary (https://www.twilio.com/docs/api/errors).
"""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from http import HTTPStatus
from types import MappingProxyType

import requests
from twilio.base.exceptions import (  # type: ignore[import-untyped,unused-ignore]
    TwilioRestException,
    TwilioServiceException,
)
from urllib3.exceptions import (
    ConnectTimeoutError,
    NameResolutionError,
    NewConnectionError,
    ProtocolError,
    ReadTimeoutError,
)
from urllib3.exceptions import ProxyError as Urllib3ProxyError

from messaging.providers.base import Outcome, Refused, Rejected, RejectionKind, Unknown, without_numbers


class CodeClass(StrEnum):
    """What an error code asks for, whether it came in a reply or in a status callback."""

    RETRY_LATER = "retry_later"
    OUTCOME_UNKNOWN = "outcome_unknown"
    CREDENTIALS = "credentials"
    OPTED_OUT = "opted_out"
    UNTEXTABLE = "untextable"
    CONFIGURATION = "configuration"
    UNREACHABLE = "unreachable"
    FILTERED = "filtered"
    LIMIT = "limit"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Explanation:
    """An error in an owner's words. `final`: the same text will not go through unless something changes."""

    title: str
    what_to_do: str
    final: bool


_RETRY, _UNKNOWN, _CREDENTIALS = CodeClass.RETRY_LATER, CodeClass.OUTCOME_UNKNOWN, CodeClass.CREDENTIALS
_OPTED_OUT, _UNTEXTABLE, _SETUP = CodeClass.OPTED_OUT, CodeClass.UNTEXTABLE, CodeClass.CONFIGURATION
_UNREACHABLE, _FILTERED, _LIMIT = CodeClass.UNREACHABLE, CodeClass.FILTERED, CodeClass.LIMIT

_WAIT = "Nothing to do: SnoutOS tries again by itself."
_LOOKED_UP = "Nothing to do yet: SnoutOS looks it up and asks you only if it cannot find out."
_ASK_FOR_NUMBER = "Ask the contact for a mobile number that can receive texts, and correct it on their card."
_ACCOUNT = "Sign in to the provider account and see why it was stopped. Texts wait until it is active again."
_NUMBER_SETUP = "Open Numbers, check that this number belongs to the connected account and can send texts."
_REGION = "Allow texting to that country in the provider account's messaging settings, or use another number."
_WORDING = "Look at the wording: links, capitals and advertising are often blocked. Reword and send again."

_TABLE: MappingProxyType[int, tuple[CodeClass, str, str]] = MappingProxyType(
    {
        20429: (_RETRY, "Too many texts at once", _WAIT),
        21611: (_RETRY, "This number's queue is full", _WAIT),
        30001: (_RETRY, "The sending queue is full", _WAIT),
        30022: (_RETRY, "The carrier's sending limit for your business is reached", _WAIT),
        20500: (_UNKNOWN, "The provider had an internal error", _LOOKED_UP),
        20503: (_UNKNOWN, "The provider was unavailable", _LOOKED_UP),
        30410: (_UNKNOWN, "The carrier did not answer in time", _LOOKED_UP),
        20003: (
            _CREDENTIALS,
            "The provider does not accept your credentials",
            "Open Settings → Provider and enter the account's current token. Texts wait until then.",
        ),
        20005: (_CREDENTIALS, "The provider account is not active", _ACCOUNT),
        10001: (_CREDENTIALS, "The provider account is not active", _ACCOUNT),
        30002: (_SETUP, "The provider account was suspended", _ACCOUNT),
        21610: (
            _OPTED_OUT,
            "This contact has opted out with STOP",
            "Do not text them. They can text START to this number to receive texts again.",
        ),
        21211: (_UNTEXTABLE, "This is not a valid phone number", _ASK_FOR_NUMBER),
        21614: (_UNTEXTABLE, "This is not a mobile number", _ASK_FOR_NUMBER),
        21635: (_UNTEXTABLE, "This is a landline", _ASK_FOR_NUMBER),
        30005: (_UNTEXTABLE, "This phone number is not in use", _ASK_FOR_NUMBER),
        30006: (_UNTEXTABLE, "This is a landline or its carrier cannot be reached", _ASK_FOR_NUMBER),
        21212: (_SETUP, "Your sending number is not valid", _NUMBER_SETUP),
        21606: (_SETUP, "Your number cannot send texts to this contact", _NUMBER_SETUP),
        21659: (_SETUP, "Your sending number does not belong to the provider account", _NUMBER_SETUP),
        21408: (_SETUP, "Texting to this country is switched off", _REGION),
        21608: (
            _SETUP,
            "The provider account is still on trial",
            "Upgrade the provider account; a trial account texts only numbers verified there.",
        ),
        21612: (_SETUP, "Your number cannot reach this contact's carrier or country", _REGION),
        30032: (
            _SETUP,
            "Your toll-free number is not verified",
            "Complete the toll-free verification in the provider account, or send from another number.",
        ),
        30034: (
            _SETUP,
            "Your number is not registered for business texting",
            "Add the number to your registered 10DLC campaign in the provider account.",
        ),
        30003: (
            _UNREACHABLE,
            "The phone could not be reached",
            "It may be off or without signal. Try once more later, or call.",
        ),
        30008: (
            _UNREACHABLE,
            "The carrier gave no reason",
            "Try once more later; if it fails again, ask the contact for another number.",
        ),
        30004: (_FILTERED, "The contact's phone or carrier blocks your texts", "Call the contact instead."),
        30007: (_FILTERED, "The carrier filtered this text as unwanted", _WORDING),
        30010: (_LIMIT, "This text costs more than the price limit", "Shorten it, or raise the limit."),
        30036: (_LIMIT, "This text waited too long and expired", "Send it again if it still matters."),
        30019: (_LIMIT, "The attachment is too large for the carrier", "Send a smaller picture."),
        21617: (_LIMIT, "This text is longer than 1,600 characters", "Split it into several texts."),
    }
)

_GENERIC = Explanation(
    "The provider did not take this text",
    "Check the contact's number and the text and send it again. If it repeats, show this code to support.",
    final=True,
)
# In a callback it is a text's end; as the answer to a send it says that nothing was taken and nothing will be.
_SUSPENDED = 30002
_KINDS = MappingProxyType({kind.value: kind for kind in RejectionKind})
_PROVIDER_PREFIX = "Unable to create record: "

KNOWN_CODES = frozenset(_TABLE)


def class_of(code: int | None) -> CodeClass:
    """The class of a provider's error code; a code not in the table is `OTHER`, to be reported and never
    acted on.
    """
    entry = _TABLE.get(code) if code is not None else None
    return entry[0] if entry else CodeClass.OTHER


def explain(code: int | None) -> Explanation:
    """The error in business words, for owners; never empty."""
    entry = _TABLE.get(code) if code is not None else None
    if entry is None:
        return _GENERIC
    waiting = (CodeClass.RETRY_LATER, CodeClass.OUTCOME_UNKNOWN, CodeClass.CREDENTIALS)
    return Explanation(entry[1], entry[2], final=entry[0] not in waiting)


def classify_response(*, http_status: int, code: int | None, message: str = "") -> Outcome:
    """The outcome of a send that was answered with an error.

    `code` is the provider's own, None when the body had none. An answer without one did not come from the
    provider's application (a gateway, a proxy), so it proves nothing, save 401 and 429 which are given
    before processing.
    """
    outcome = _outcome(http_status, code, message)
    return replace(outcome, http_status=http_status)


def _outcome(http_status: int, code: int | None, message: str) -> Refused | Rejected | Unknown:
    found = class_of(code)
    if http_status >= HTTPStatus.INTERNAL_SERVER_ERROR or found is CodeClass.OUTCOME_UNKNOWN:
        return Unknown(f"http_{http_status}" if code is None else f"http_{http_status}_code_{code}")
    no_code = code is None and http_status == HTTPStatus.UNAUTHORIZED
    if found is CodeClass.CREDENTIALS or code == _SUSPENDED or no_code:
        return Refused(code or 20003, "credentials", counts=False, circuit=True)
    if found is CodeClass.RETRY_LATER or http_status == HTTPStatus.TOO_MANY_REQUESTS:
        return Refused(code, "retry_later")
    if code is None or http_status < HTTPStatus.BAD_REQUEST:
        return Unknown(f"http_{http_status}")
    text = without_numbers(message.removeprefix(_PROVIDER_PREFIX))
    return Rejected(code, _KINDS.get(found.value, RejectionKind.OTHER), text or explain(code).title)


def classify_exception(error: BaseException) -> Outcome:
    """The outcome of a send that raised, whatever it raised: what is not proven unsent is `Unknown`."""
    if isinstance(error, TwilioRestException):
        # The library puts the HTTP status where the provider gave no code.
        code = _integer(error.code)
        own = code if code != error.status else None
        return classify_response(http_status=error.status, code=own, message=str(error.msg))
    if isinstance(error, TwilioServiceException):
        status = _integer(error.status) or int(HTTPStatus.INTERNAL_SERVER_ERROR)
        message = str(error.detail or error.title)
        return classify_response(http_status=status, code=_integer(error.code), message=message)
    if isinstance(error, requests.RequestException):
        return _classify_network(error)
    return Unknown(f"odd_reply_{type(error).__name__}"[:60])


_BAD_ADDRESS = (
    requests.exceptions.InvalidURL,
    requests.exceptions.MissingSchema,
    requests.exceptions.InvalidSchema,
)


def _classify_network(error: requests.RequestException) -> Outcome:
    """`requests.ConnectionError` covers "never connected" and "broke in flight": the innermost cause tells
    which.
    """
    if isinstance(error, _BAD_ADDRESS):
        return Refused(None, "address_invalid", counts=False, circuit=True)
    for cause in _causes(error):
        if isinstance(cause, ReadTimeoutError | requests.ReadTimeout):
            return Unknown("read_timeout")
        if isinstance(cause, ProtocolError | ConnectionResetError | BrokenPipeError):
            return Unknown("connection_broke")
        reason = _never_connected(cause)
        if reason:
            return Refused(None, reason)
    return Unknown(f"network_{type(error).__name__}"[:60])


def _never_connected(cause: BaseException) -> str:
    """Why the connection was never made; "" when `cause` does not prove that."""
    if isinstance(cause, NameResolutionError):
        return "name_not_found"
    if isinstance(cause, NewConnectionError):
        return "connection_refused"
    if isinstance(cause, ConnectTimeoutError):
        return "connect_timeout"
    if isinstance(cause, Urllib3ProxyError):
        return "proxy_unreachable"  # urllib3 raises it only before a tunnel stands
    if isinstance(cause, ssl.SSLError) and _is_handshake(cause):
        return "tls_failed"
    return ""


_HANDSHAKE_REASONS = (
    "HANDSHAKE",
    "WRONG_VERSION_NUMBER",
    "UNSUPPORTED_PROTOCOL",
    "NO_PROTOCOLS",
    "UNRECOGNIZED_NAME",
)


def _is_handshake(error: ssl.SSLError) -> bool:
    """Whether TLS failed before a byte of the request could go: later TLS errors (bad record, EOF) prove
    nothing.
    """
    if isinstance(error, ssl.SSLCertVerificationError):
        return True
    return any(word in (error.reason or "") for word in _HANDSHAKE_REASONS)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """`error` and everything it wraps, outermost first: by argument, `reason` or `__cause__`; bounded."""
    waiting, seen = [error], 0
    while waiting and seen < 20:
        current = waiting.pop(0)
        seen += 1
        yield current
        inner = [*current.args, getattr(current, "reason", None), current.__cause__]
        waiting.extend(item for item in inner if isinstance(item, BaseException))


def _integer(value: object) -> int | None:
    """A code of plausible length, else None."""
    text = str(value)
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 9 else None
