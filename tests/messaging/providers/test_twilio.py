"""The Twilio adapter, on the real library, against the simulator over HTTP."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from messaging.providers.base import (
    Accepted,
    AccountFault,
    Credentials,
    OutgoingText,
    Provider,
    ProviderError,
    Refused,
    RegistrationState,
    Rejected,
    RejectionKind,
    Unknown,
)
from messaging.providers.twilio import TwilioProvider
from messaging.providers.twilio_registrations import BRANDS, CAMPAIGNS
from snoutos.devtools.twilio_sim.testing import SimulatorClient, running_simulator
from tests.messaging.providers.conformance import CLIENT, ProviderConformance

ACCOUNT, TOKEN, SERVICE = "AC" + "a" * 32, "t" * 32, "MG" + "5" * 32
NUMBER, POOLED = "+14155550100", "+14155550101"
SPARE = "+14155550102"


def provider_at(
    base_url: str, *, token: str = TOKEN, read_timeout: float = 1.5, **key: str
) -> TwilioProvider:
    credentials = Credentials(account_sid=ACCOUNT, auth_token=token, base_url=base_url, **key)
    return TwilioProvider(credentials, connect_timeout=3, read_timeout=read_timeout)


class TwilioWorld:
    """The conformance suite's other side."""

    number = NUMBER
    service = SERVICE

    def __init__(self, sim: SimulatorClient) -> None:
        self.sim = sim
        self.provider: Provider = provider_at(sim.base_url)

    def misbehave(self, fault: str, *, code: int = 0) -> None:
        self.sim.set_faults(**{fault: {"count": 1, "code": code, "seconds": 5}})

    def sent_to(self, phone: str) -> list[str]:
        return [text.body for text in self.sim.phone_texts(phone) if text.direction == "outbound-api"]

    def text_in(self, *, sender: str, body: str) -> str:
        return self.sim.send_text(sender=sender, recipient=NUMBER, body=body).sid

    def settle(self) -> None:
        assert self.sim.wait_idle()

    def with_wrong_credentials(self) -> Provider:
        return provider_at(self.sim.base_url, token="wrong")

    def with_key(self, *, works: bool) -> Provider:
        secret = "key-secret" if works else "wrong"
        return provider_at(self.sim.base_url, api_key_sid="SK" + "1" * 32, api_key_secret=secret)

    def shut_account(self, fault: AccountFault) -> None:
        self.sim.add_account(sid=ACCOUNT, token=TOKEN, status=fault.value)

    def answer_elsewhere(self, number: str) -> None:
        numbers = [{"e164": number, "sms_application_sid": "AP" + "2" * 32}]
        self.sim.add_account(sid=ACCOUNT, token=TOKEN, numbers=numbers)

    def register(self, brand: RegistrationState, campaign: RegistrationState) -> None:
        """In the provider's words; no campaign at all where there is none."""
        brands, campaigns = ({state: word for word, state in words.items()} for words in (BRANDS, CAMPAIGNS))
        none = RegistrationState.UNREGISTERED
        self.sim.add_account(
            sid=ACCOUNT,
            token=TOKEN,
            brand_status=brands[brand],
            campaign_status="" if campaign == none else campaigns[campaign],
        )

    def unreachable(self) -> Provider:
        return provider_at("http://127.0.0.1:1")

    def media_address(self) -> str:
        self.sim.send_text(sender=CLIENT, recipient=NUMBER, media=["photo"])
        return self.sim.phone_texts(CLIENT)[-1].media[0]


@pytest.fixture(scope="module")
def simulator() -> Iterator[SimulatorClient]:
    with running_simulator(step_seconds=0.005) as sim:
        yield sim


@pytest.fixture
def sim(simulator: SimulatorClient) -> SimulatorClient:
    simulator.reset(keep_accounts=False)
    simulator.add_account(
        sid=ACCOUNT,
        token=TOKEN,
        numbers=[NUMBER, POOLED, SPARE],
        services={SERVICE: [POOLED]},
        api_keys={"SK" + "1" * 32: "key-secret"},
    )
    return simulator


@pytest.fixture
def world(sim: SimulatorClient) -> TwilioWorld:
    return TwilioWorld(sim)


@pytest.fixture
def provider(sim: SimulatorClient) -> TwilioProvider:
    return provider_at(sim.base_url)


class TestConformance(ProviderConformance):
    """Every rule of `base.Provider`, kept by this adapter."""


class _Quiet(ThreadingHTTPServer):
    """Connections that end early are what these tests are about."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass


@contextmanager
def serving(handler: type[BaseHTTPRequestHandler]) -> Iterator[ThreadingHTTPServer]:
    http = _Quiet(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=http.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield http
    finally:
        http.shutdown()
        http.server_close()
        thread.join()


def text_to(recipient: str, **more: Any) -> OutgoingText:
    return OutgoingText(**{"sender": NUMBER, "recipient": recipient, "body": "Hi", **more})


@pytest.mark.parametrize(
    ("recipient", "code", "kind"),
    [
        ("+15005550001", 21211, RejectionKind.UNTEXTABLE),
        ("+15005550002", 21612, RejectionKind.CONFIGURATION),
        ("+15005550003", 21408, RejectionKind.CONFIGURATION),
        ("+15005550004", 21610, RejectionKind.OPTED_OUT),
        ("+15005550009", 21614, RejectionKind.UNTEXTABLE),
    ],
)
def test_the_providers_test_recipients(
    provider: TwilioProvider, recipient: str, code: int, kind: RejectionKind
) -> None:
    outcome = provider.send(text_to(recipient))
    assert isinstance(outcome, Rejected)
    assert (outcome.code, outcome.reason) == (code, kind)
    assert recipient not in outcome.message


def test_the_providers_test_senders(provider: TwilioProvider) -> None:
    assert isinstance(provider.send(text_to(CLIENT, sender="+15005550006")), Accepted)
    assert provider.send(text_to(CLIENT, sender="+15005550008")) == Refused(21611, "retry_later")
    for sender, code in (("+15005550001", 21212), ("+15005550007", 21606), ("+14155559999", 21659)):
        outcome = provider.send(text_to(CLIENT, sender=sender))
        assert isinstance(outcome, Rejected)
        assert (outcome.code, outcome.reason) == (code, RejectionKind.CONFIGURATION)


def test_a_text_of_1601_characters_is_final(provider: TwilioProvider) -> None:
    outcome = provider.send(text_to(CLIENT, body="a" * 1601))
    assert isinstance(outcome, Rejected)
    assert (outcome.code, outcome.reason) == (21617, RejectionKind.LIMIT)


def test_a_messaging_service_keeps_the_sender_it_is_given(
    provider: TwilioProvider, sim: SimulatorClient
) -> None:
    outcome = provider.send(text_to(CLIENT, sender=POOLED, messaging_service_sid=SERVICE))
    assert isinstance(outcome, Accepted)
    assert (outcome.status, outcome.segments) == ("accepted", 0)
    assert sim.phone_texts(CLIENT)[-1].sender == POOLED


def test_the_form_holds_only_what_was_given(provider: TwilioProvider, sim: SimulatorClient) -> None:
    provider.send(text_to(CLIENT, status_callback="http://127.0.0.1:1/status/token"))
    (call,) = sim.calls("/Messages.json")
    assert call["params"] == {
        "To": CLIENT,
        "From": NUMBER,
        "Body": "Hi",
        "StatusCallback": "http://127.0.0.1:1/status/token",
    }


def test_an_api_key_signs_in(sim: SimulatorClient) -> None:
    keyed = provider_at(
        sim.base_url, token="not used", api_key_sid="SK" + "1" * 32, api_key_secret="key-secret"
    )
    assert isinstance(keyed.send(text_to(CLIENT)), Accepted)
    wrong = provider_at(sim.base_url, token=TOKEN, api_key_sid="SK" + "1" * 32, api_key_secret="wrong")
    assert isinstance(wrong.send(text_to(CLIENT)), Refused)


def test_a_suspended_account_stops_the_line(provider: TwilioProvider, sim: SimulatorClient) -> None:
    sim.add_account(sid=ACCOUNT, token=TOKEN, status="suspended")
    assert provider.send(text_to(CLIENT)) == Refused(20005, "credentials", counts=False, circuit=True)
    check = provider.check_credentials()
    assert (check.works, check.status) == (False, "suspended")


def test_all_pages_are_read(
    provider: TwilioProvider, sim: SimulatorClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("messaging.providers.twilio.PAGE_SIZE", 4)
    for number in range(10):
        provider.send(text_to(CLIENT, body=f"n{number}"))
    assert [text.body for text in provider.list_texts(limit=9)] == [
        f"n{number}" for number in range(9, 0, -1)
    ]
    pages = [call for call in sim.calls("/Messages.json") if call["method"] == "GET"]
    assert len(pages) == 3
    sim.set_faults(unavailable={"count": 1})
    with pytest.raises(ProviderError) as caught:
        provider.list_texts()
    assert caught.value.retry
    assert caught.value.read == ()
    monkeypatch.setattr("messaging.providers.twilio.PAGE_SIZE", 1)
    assert len(provider.list_numbers()) == 3


def test_the_pages_before_one_that_fails_come_with_the_error(
    provider: TwilioProvider, sim: SimulatorClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("messaging.providers.twilio.PAGE_SIZE", 4)
    for number in range(10):
        provider.send(text_to(CLIENT, body=f"n{number}"))
    client, read = provider._client.http_client, []
    work = client.request

    def fail_at_the_third(*args: object, **kwargs: object) -> object:
        read.append(1)
        if len(read) == 3:
            raise requests.ConnectionError
        return work(*args, **kwargs)

    monkeypatch.setattr(client, "request", fail_at_the_third)
    with pytest.raises(ProviderError) as caught:
        provider.list_texts()
    assert [text.body for text in caught.value.read] == [f"n{number}" for number in range(9, 1, -1)]


def test_redacting_too_soon_is_for_later(provider: TwilioProvider, sim: SimulatorClient) -> None:
    sim.set_faults(silent={"count": 1})
    outcome = provider.send(text_to(CLIENT))
    assert isinstance(outcome, Accepted)
    sim.wait_idle()
    sim.report_status(outcome.sid, "queued")
    with pytest.raises(ProviderError) as caught:
        provider.redact(outcome.sid)
    assert (caught.value.code, caught.value.retry) == (20009, True)


def test_tls_that_fails_is_certainly_not_sent(sim: SimulatorClient) -> None:
    outcome = provider_at(sim.base_url.replace("http:", "https:")).send(text_to(CLIENT))
    assert outcome == Refused(None, "tls_failed")


@pytest.fixture
def self_signed(tmp_path: Path) -> Iterator[str]:
    """An HTTPS server whose certificate nobody trusts."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    start = datetime(2020, 1, 1, tzinfo=UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, start, start.replace(year=2120))
    certificate = builder.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM)
    file = tmp_path / "server.pem"
    file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) + certificate)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    with serving(BaseHTTPRequestHandler) as http:
        http.socket = context.wrap_socket(http.socket, server_side=True)
        yield f"https://127.0.0.1:{http.server_port}"


def test_a_certificate_nobody_trusts_is_certainly_not_sent(self_signed: str) -> None:
    assert provider_at(self_signed).send(text_to(CLIENT)) == Refused(None, "tls_failed")


def test_a_name_that_is_not_found_is_certainly_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    def not_found(*_: Any, **__: Any) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", not_found)
    assert provider_at("http://nowhere.invalid").send(text_to(CLIENT)) == Refused(None, "name_not_found")


def test_a_proxy_that_is_down_is_certainly_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    """On the way to the provider's own address the environment's proxy is used."""
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("NO_PROXY", "")
    assert provider_at("").send(text_to(CLIENT)) == Refused(None, "proxy_unreachable")


@pytest.mark.parametrize(
    "address", ["http://", "nonsense", "localhost:8010", "gopher://127.0.0.1", "//x", "https://:1"]
)
def test_a_base_address_that_is_none_never_leads_to_the_real_provider(address: str) -> None:
    with pytest.raises(ValueError, match="must start with http"):
        provider_at(address)


def test_an_address_that_cannot_be_called_stops_the_line() -> None:
    outcome = provider_at("http://127.0.0.1:99999").send(text_to(CLIENT))
    assert outcome == Refused(None, "address_invalid", counts=False, circuit=True)


def test_the_environment_cannot_redirect_calls(sim: SimulatorClient, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (
        ("TWILIO_REGION", "au1"),
        ("TWILIO_EDGE", "sydney"),
        ("HTTP_PROXY", "http://127.0.0.1:1"),
    ):
        monkeypatch.setenv(name, value)
    provider = provider_at(sim.base_url)
    assert isinstance(provider.send(text_to(CLIENT)), Accepted)
    assert provider._client.region in ("", None)
    assert provider._client.edge in ("", None)


class _Rude(BaseHTTPRequestHandler):
    """Answers what no provider should; the path's account says what."""

    answers: dict[str, bytes] = {
        "closes": b"",
        "garbage": b"not http at all\r\n\r\n",
        "half": b"HTTP/1.1 201 Created\r\nContent-Length: 1000\r\n\r\n{",
        "list": b"HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\n[]",
        "null": b"HTTP/1.1 201 Created\r\nContent-Length: 4\r\n\r\nnull",
        "redirect": b"HTTP/1.1 307 Moved\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n",
        "gateway": b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 4\r\n\r\noops",
        "page404": b"HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\noops",
        "strange": b'HTTP/1.1 400 Bad Request\r\nContent-Length: 13\r\n\r\n{"code":"x1"}',
    }

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.wfile.write(self.answers[self.path.split("/")[3]])
        self.close_connection = True

    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture(scope="module")
def rude() -> Iterator[str]:
    with serving(_Rude) as http:
        yield f"http://127.0.0.1:{http.server_port}"


@pytest.mark.parametrize("manner", sorted(_Rude.answers))
def test_an_odd_answer_is_an_unknown_outcome(rude: str, manner: str) -> None:
    provider = TwilioProvider(Credentials(account_sid=manner, auth_token="t", base_url=rude), read_timeout=1)
    assert isinstance(provider.send(text_to(CLIENT)), Unknown)
