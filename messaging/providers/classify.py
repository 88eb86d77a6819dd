"""What a provider's answer means for the text: the one table at the edge. Pure.

Two rules decide everything. A retry needs proof that nothing was sent (`Refused`). Without such proof the
outcome is `Unknown`, even where "not sent" is likely: a text that goes out twice is worse than one that an
owner looks at.

The codes themselves stand in `messaging.wording.codes`.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from dataclasses import replace
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

from messaging.providers.base import (
    NotBought,
    Outcome,
    PurchaseRefusal,
    PurchaseUnknown,
    Refused,
    Rejected,
    RejectionKind,
    Unknown,
    without_numbers,
)
from messaging.wording.codes import CodeClass, class_of, title_of

# In a callback it is a text's end; as the answer to a send it says that nothing was taken and nothing will be.
_SUSPENDED = 30002
_KINDS = MappingProxyType({kind.value: kind for kind in RejectionKind})
_PROVIDER_PREFIX = "Unable to create record: "

# Of a text that was taken: the provider's queue ran over, or the carrier's limit for the business was reached before it was handed on.
UNSENT_CODES = frozenset({30001, 30022})
_ENDS_UNSENT = frozenset({"failed", "undelivered"})


def proves_unsent(status: str, code: int | None) -> bool:
    """Whether a reported status with its code says that the text never left the provider: it may be sent once more."""
    return status in _ENDS_UNSENT and code in UNSENT_CODES


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
    return Rejected(code, _KINDS.get(found.value, RejectionKind.OTHER), text or title_of(code))


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


# Source: the provider's error dictionary. A code that is not here is told in the provider's own words.
_NOT_BOUGHT = MappingProxyType(
    {
        21404: PurchaseRefusal.TRIAL,
        21421: PurchaseRefusal.GONE,
        21422: PurchaseRefusal.GONE,
        21615: PurchaseRefusal.PAPERS,
        21631: PurchaseRefusal.PAPERS,
        21632: PurchaseRefusal.PAPERS,
        21649: PurchaseRefusal.PAPERS,
        21651: PurchaseRefusal.PAPERS,
    }
)


def purchase_of(outcome: Outcome) -> NotBought | PurchaseUnknown:
    """What the outcome of a failed call means when the call was to buy a number."""
    if isinstance(outcome, Rejected):
        if outcome.http_status == HTTPStatus.PAYMENT_REQUIRED:
            return NotBought(PurchaseRefusal.BALANCE)
        if outcome.http_status == HTTPStatus.FORBIDDEN:
            return NotBought(PurchaseRefusal.PERMISSION)
        return NotBought(_NOT_BOUGHT.get(outcome.code or 0, PurchaseRefusal.OTHER), outcome.message)
    if isinstance(outcome, Refused):
        return NotBought(PurchaseRefusal.PERMISSION if outcome.circuit else PurchaseRefusal.LATER)
    return PurchaseUnknown(outcome.reason if isinstance(outcome, Unknown) else "odd_reply")


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
