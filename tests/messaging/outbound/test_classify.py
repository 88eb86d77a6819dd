"""The table at the edge: what an answer, or none, means for a text."""

from __future__ import annotations

import socket
import ssl

import pytest
import requests
from twilio.base.exceptions import (  # type: ignore[import-untyped,unused-ignore]
    TwilioException,
    TwilioRestException,
    TwilioServiceException,
)
from urllib3 import HTTPConnectionPool
from urllib3.connection import HTTPConnection
from urllib3.exceptions import (
    ConnectTimeoutError,
    MaxRetryError,
    NameResolutionError,
    NewConnectionError,
    ProtocolError,
    ProxyError,
    ReadTimeoutError,
    SSLError,
)

from messaging.providers.base import Accepted, Outcome, Refused, Rejected, RejectionKind, Unknown
from messaging.providers.classify import classify_exception, classify_response, proves_unsent
from messaging.wording.codes import KNOWN_CODES, CodeClass, cause, class_of, title_of

CLASSES = {
    CodeClass.RETRY_LATER: (20429, 21611, 30001, 30022),
    CodeClass.OUTCOME_UNKNOWN: (20500, 20503, 30410),
    CodeClass.CREDENTIALS: (20003, 20005, 10001),
    CodeClass.OPTED_OUT: (21610,),
    CodeClass.UNTEXTABLE: (21211, 21614, 21635, 30005, 30006),
    CodeClass.CONFIGURATION: (21212, 21606, 21659, 21408, 21608, 21612, 30032, 30034, 30002),
    CodeClass.UNREACHABLE: (30003, 30008),
    CodeClass.FILTERED: (30004, 30007),
    CodeClass.LIMIT: (30010, 30036, 30019, 21617),
}
LISTED = [(code, found) for found, codes in CLASSES.items() for code in codes]


@pytest.mark.parametrize(("code", "found"), LISTED)
def test_every_listed_code_has_its_class_and_an_explanation_of_its_own(code: int, found: CodeClass) -> None:
    assert class_of(code) is found
    why = cause(code)
    assert why is not None
    assert why.title
    assert why.repair.endswith(".")
    assert title_of(code) != title_of(99999)


def test_no_code_of_the_table_is_untested() -> None:
    assert {code for code, _ in LISTED} == KNOWN_CODES


@pytest.mark.parametrize("code", [None, 0, 12345, 99999])
def test_a_code_nobody_knows_is_reported_in_general_words(code: int | None) -> None:
    assert class_of(code) is CodeClass.OTHER
    assert cause(code) is None
    assert title_of(code)


@pytest.mark.parametrize(
    "status", ["queued", "sent", "delivered", "undelivered", "failed", "canceled", "partially_delivered"]
)
@pytest.mark.parametrize("code", [None, 99999, *sorted(KNOWN_CODES)])
def test_only_a_full_queue_or_a_reached_limit_proves_a_taken_text_unsent(
    status: str, code: int | None
) -> None:
    assert proves_unsent(status, code) is (status in ("failed", "undelivered") and code in (30001, 30022))


CREDENTIALS = Refused(20003, "credentials", counts=False, circuit=True)


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        (429, None, Refused(None, "retry_later")),
        (429, 20429, Refused(20429, "retry_later")),
        (429, 21610, Refused(21610, "retry_later")),  # a 429 is never processed
        (400, 21611, Refused(21611, "retry_later")),
        (400, 20429, Refused(20429, "retry_later")),
        (401, 20003, CREDENTIALS),
        (401, None, CREDENTIALS),
        (403, 20003, CREDENTIALS),
        (403, 20005, Refused(20005, "credentials", counts=False, circuit=True)),
        (403, 10001, Refused(10001, "credentials", counts=False, circuit=True)),
        (403, 30002, Refused(30002, "credentials", counts=False, circuit=True)),
        (400, 21610, Rejected(21610, RejectionKind.OPTED_OUT, "They texted STOP")),
        (400, 99999, Rejected(99999, RejectionKind.OTHER, "The provider didn't accept this text")),
        (404, 20404, Rejected(20404, RejectionKind.OTHER, "The provider didn't accept this text")),
        (500, 20500, Unknown("http_500_code_20500")),
        (400, 20500, Unknown("http_400_code_20500")),
        (502, None, Unknown("http_502")),
        (503, 21211, Unknown("http_503_code_21211")),  # a 5xx proves nothing, whatever its body says
        (400, None, Unknown("http_400")),  # a gateway's page: not the provider's word
        (404, None, Unknown("http_404")),
        (408, None, Unknown("http_408")),
        (302, None, Unknown("http_302")),
        (302, 21211, Unknown("http_302")),
    ],
)
def test_answers(status: int, code: int | None, expected: Outcome) -> None:
    outcome = classify_response(http_status=status, code=code)
    assert outcome == expected
    assert not isinstance(outcome, Accepted)
    assert outcome.http_status == status


def test_the_providers_sentence_is_kept_without_phone_numbers_and_bounded() -> None:
    said = "Unable to create record: The 'To' number +1 (415) 555-0111 is not valid. " + "x" * 500
    outcome = classify_response(http_status=400, code=21211, message=said)
    assert isinstance(outcome, Rejected)
    assert outcome.message.startswith("The 'To' number [number] is not valid.")
    assert len(outcome.message) <= 300


def test_the_librarys_exceptions() -> None:
    rest = TwilioRestException(400, "/x", "Unable to create record: no", 21614)
    assert classify_exception(rest) == Rejected(21614, RejectionKind.UNTEXTABLE, "no")
    without_code = TwilioRestException(404, "/x", "", 404)  # the library repeats the status where no code is
    assert classify_exception(without_code) == Unknown("http_404")
    null_code = TwilioRestException(400, "/x", "", None)
    assert classify_exception(null_code) == Unknown("http_400")
    absurd = TwilioRestException(400, "/x", "", 10**40)
    assert classify_exception(absurd) == Unknown("http_400")
    problem = TwilioServiceException("about:blank", "Gone", 400, 21610)
    assert classify_exception(problem) == Rejected(21610, RejectionKind.OPTED_OUT, "Gone")
    odd = TwilioServiceException("about:blank", "?", "soon", 21610)
    assert classify_exception(odd) == Unknown("http_500_code_21610")
    assert classify_exception(TwilioException("what?")) == Unknown("odd_reply_TwilioException")
    assert classify_exception(KeyError("sid")) == Unknown("odd_reply_KeyError")


POOL, CONNECTION = HTTPConnectionPool("provider.example"), HTTPConnection("provider.example")


def wrapped(reason: Exception) -> MaxRetryError:
    return MaxRetryError(POOL, "/x", reason)


def tls(reason: str) -> requests.exceptions.SSLError:
    error = ssl.SSLError(1, f"[SSL: {reason}]")
    error.reason = reason
    return requests.exceptions.SSLError(wrapped(SSLError(error)))


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (wrapped(NewConnectionError(CONNECTION, "refused")), Refused(None, "connection_refused")),
        (
            wrapped(NameResolutionError("provider.example", CONNECTION, socket.gaierror())),
            Refused(None, "name_not_found"),
        ),
        (wrapped(ConnectTimeoutError()), Refused(None, "connect_timeout")),
        (wrapped(ProxyError("no way", OSError())), Refused(None, "proxy_unreachable")),
        (ProtocolError("Connection aborted.", ConnectionResetError(104)), Unknown("connection_broke")),
        (ProtocolError("Connection aborted.", BrokenPipeError(32)), Unknown("connection_broke")),
        (OSError("something"), Unknown("network_ConnectionError")),
        (wrapped(ReadTimeoutError(POOL, "/x", "")), Unknown("read_timeout")),
    ],
)
def test_connection_errors_by_their_innermost_cause(error: Exception, expected: Outcome) -> None:
    assert classify_exception(requests.ConnectionError(error)) == expected


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (requests.ReadTimeout(ReadTimeoutError(POOL, "/x", "")), Unknown("read_timeout")),
        (requests.ReadTimeout(), Unknown("read_timeout")),
        (requests.ConnectTimeout(wrapped(ConnectTimeoutError())), Refused(None, "connect_timeout")),
        (requests.exceptions.ChunkedEncodingError(ProtocolError("cut")), Unknown("connection_broke")),
        (tls("WRONG_VERSION_NUMBER"), Refused(None, "tls_failed")),
        (tls("SSLV3_ALERT_HANDSHAKE_FAILURE"), Refused(None, "tls_failed")),
        (tls("DECRYPTION_FAILED_OR_BAD_RECORD_MAC"), Unknown("network_SSLError")),
        (tls("UNEXPECTED_EOF_WHILE_READING"), Unknown("network_SSLError")),
        (requests.exceptions.InvalidURL("?"), Refused(None, "address_invalid", counts=False, circuit=True)),
        (requests.TooManyRedirects(), Unknown("network_TooManyRedirects")),
    ],
)
def test_other_network_faults(error: Exception, expected: Outcome) -> None:
    assert classify_exception(error) == expected


def test_a_certificate_that_does_not_verify_is_a_connection_never_made() -> None:
    cause = SSLError(ssl.SSLCertVerificationError(1, "self-signed certificate"))
    error = requests.exceptions.SSLError(wrapped(cause))
    assert classify_exception(error) == Refused(None, "tls_failed")


def test_errors_that_wrap_themselves_end() -> None:
    error = requests.ConnectionError("loop")
    error.args = (error,)
    assert classify_exception(error) == Unknown("network_ConnectionError")
