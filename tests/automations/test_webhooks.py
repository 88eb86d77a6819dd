"""The action that calls a webhook: signed, once, in time, and only where it may go."""

from __future__ import annotations

import json
import os
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automations.engine import webhooks
from automations.engine.webhooks import AddressRefused, Answer, CallFailed, sign, verify
from snoutos.core.http import PUBLIC, Reach
from tests.snoutos.receiver import HOST, Authority, Receiver, receiver

AT = datetime(2026, 12, 1, 14, 30, tzinfo=UTC)
SECRET = "a secret of theirs"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority.new(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def theirs(authority: Authority) -> Iterator[Receiver]:
    with receiver(authority.certificate()) as one:
        yield one


def reach(authority: Authority | None = None, **changes: Any) -> Reach:
    """As in production, but this machine counts as public and the authority is ours."""
    base = replace(
        PUBLIC,
        ports=None,
        admits=lambda address: address == "127.0.0.1",
        resolver=lambda _host: ["127.0.0.1"],
        seconds=2.0,
    )
    return replace(base, authorities=str(authority.file) if authority else base.authorities, **changes)


def post(url: str, reach: Reach | None, **changes: Any) -> Answer:
    told: dict[str, Any] = {"body": {"event": "x"}, "secret": SECRET, "key": "step-7", "at": AT, **changes}
    return webhooks.post(url=url, reach=reach, **told)


def test_a_call_says_who_speaks(authority: Authority, theirs: Receiver) -> None:
    answer = post(theirs.url("/in?a=b"), reach(authority), body={"name": "Jörg 👩", "n": 1}, depth=2)
    assert answer.status == 200
    assert 0 <= answer.took_ms < 2_000
    heard = theirs.heard
    assert (heard.paths, heard.names) == (["/in?a=b"], [HOST])
    (headers,), (body,) = heard.headers, heard.bodies
    assert json.loads(body) == {"name": "Jörg 👩", "n": 1}
    assert headers["Host"] == f"{HOST}:{theirs.port}"
    assert headers["Content-Type"] == "application/json"
    assert headers["User-Agent"] == "SnoutOS"
    assert headers["SnoutOS-Key"] == "step-7"
    assert headers["SnoutOS-Depth"] == "2"
    assert verify(secret=SECRET, header=headers["SnoutOS-Signature"], body=body, at=AT)
    assert headers["Content-Length"] == str(len(body))


@pytest.mark.parametrize(
    ("status", "code", "retry"),
    [
        *((status, "redirected", False) for status in (300, 301, 302, 303, 307, 308)),
        *((status, "not_taken", False) for status in (400, 401, 403, 404, 410, 422, 199)),
        *((status, "not_now", True) for status in (408, 429, 500, 502, 503, 504, 599)),
    ],
)
def test_an_answer_says_whether_later_may_help(
    authority: Authority, theirs: Receiver, status: int, code: str, retry: bool
) -> None:
    with pytest.raises(CallFailed) as caught:
        post(theirs.url(f"/status/{status}"), reach(authority))
    assert (caught.value.code, caught.value.retry) == (code, retry)
    assert str(status) in caught.value.sentence
    assert len(theirs.heard.paths) == 1, "a redirect was followed or a call repeated"


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_every_yes_is_a_yes(authority: Authority, theirs: Receiver, status: int) -> None:
    assert post(theirs.url(f"/status/{status}"), reach(authority)).status == status


@pytest.mark.parametrize("path", ["/hang", "/slow-head", "/garbage"])
def test_no_answer_in_time_is_for_later(authority: Authority, theirs: Receiver, path: str) -> None:
    begun = time.monotonic()
    with pytest.raises(CallFailed) as caught:
        post(theirs.url(path), reach(authority, seconds=0.5))
    assert time.monotonic() - begun < 1.4
    assert (caught.value.code, caught.value.retry) == ("no_answer", True)


def test_a_slow_body_ends_in_time_and_the_status_counts(authority: Authority, theirs: Receiver) -> None:
    answer = post(theirs.url("/slow-body"), reach(authority, seconds=0.5))
    assert answer.status == 200
    assert answer.took_ms < 1_400


def test_a_huge_body_is_not_read(authority: Authority, theirs: Receiver) -> None:
    assert post(theirs.url("/huge"), reach(authority)).status == 200
    time.sleep(0.1)
    assert theirs.server.sent < 20 * 2**20, "more than what fits into the buffers of the machine"


def test_nobody_there_is_for_later(authority: Authority) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    with pytest.raises(CallFailed) as caught:
        post(f"https://{HOST}:{port}/", reach(authority))
    assert (caught.value.code, caught.value.retry) == ("no_answer", True)


def test_the_next_address_is_tried(authority: Authority, theirs: Receiver) -> None:
    both = reach(authority, admits=lambda _: True, resolver=lambda _: ["127.0.0.2", "127.0.0.1"])
    assert post(theirs.url("/"), both).status == 200


@pytest.mark.parametrize(("host", "days"), [("other.example.com", 30), (HOST, -1), ("example.com", 30)])
def test_a_certificate_for_another_or_of_yesterday_is_refused(
    authority: Authority, host: str, days: int
) -> None:
    with receiver(authority.certificate(host, days=days)) as theirs:
        with pytest.raises(CallFailed) as caught:
            post(theirs.url("/"), reach(authority))
        assert theirs.heard.paths == []
    assert (caught.value.code, caught.value.retry) == ("certificate_refused", False)


def test_the_certificate_is_checked_against_the_name_in_the_address(authority: Authority) -> None:
    with receiver(authority.certificate("other.example.com")) as theirs:
        assert post(theirs.url("/", "other.example.com"), reach(authority)).status == 200
        assert theirs.heard.names == ["other.example.com"]


def test_a_certificate_of_an_unknown_authority_is_refused(theirs: Receiver) -> None:
    with pytest.raises(CallFailed) as caught:
        post(theirs.url("/"), reach())
    assert caught.value.code == "certificate_refused"
    assert theirs.heard.paths == []


def test_a_receiver_without_tls_hears_nothing() -> None:
    with receiver(None) as theirs:
        with pytest.raises(CallFailed):
            post(theirs.url("/"), reach())
        assert theirs.heard.paths == []


def test_the_name_is_looked_up_once_and_the_checked_address_is_called(
    authority: Authority, theirs: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rebinding: the name server's second answer would be an address inside."""
    answers, called = [["127.0.0.1"], ["127.0.0.66"]], []
    connect, look_up = socket.create_connection, socket.getaddrinfo

    def connecting(address: tuple[str, int], *rest: Any) -> socket.socket:
        called.append(address)
        return connect(address, *rest)

    def looking_up(host: str, *rest: Any, **more: Any) -> Any:
        assert host == "127.0.0.1", "a name was looked up again"
        return look_up(host, *rest, **more)

    monkeypatch.setattr(socket, "create_connection", connecting)
    monkeypatch.setattr(socket, "getaddrinfo", looking_up)
    asked: list[str] = []

    def rebinding(host: str) -> list[str]:
        asked.append(host)
        return answers.pop(0)

    assert post(theirs.url("/"), reach(authority, resolver=rebinding)).status == 200
    assert (asked, called) == ([HOST], [("127.0.0.1", theirs.port)])
    with pytest.raises(AddressRefused):
        post(theirs.url("/"), reach(authority, resolver=rebinding))


def test_proxies_of_the_environment_are_not_used(
    authority: Authority, theirs: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "HTTP_PROXY"):
        monkeypatch.setitem(os.environ, name, "http://127.0.0.1:1")
    assert post(theirs.url("/"), reach(authority)).status == 200


def test_production_calls_no_machine_of_its_own(settings: Any, theirs: Receiver) -> None:
    settings.DEBUG = False
    for url in (
        theirs.url("/", "localhost"),
        theirs.url("/", "127.0.0.1", "http"),
        "http://hooks.example.com/",
    ):
        for ask in (webhooks.check, lambda url: post(url, None)):
            with pytest.raises(AddressRefused):
                ask(url)
    webhooks.check("https://hooks.example.com/in")
    assert theirs.heard.paths == []


def test_a_developer_may_call_the_own_machine_and_nothing_else_inside(settings: Any) -> None:
    settings.DEBUG = True
    with receiver(None) as theirs:
        assert post(theirs.url("/a", "127.0.0.1", "http"), None).status == 200
        assert post(theirs.url("/b", "localhost", "http"), None).status == 200
        assert theirs.heard.paths == ["/a", "/b"]
    for url in ("http://10.0.0.1/", "http://169.254.169.254/", "http://redis/", "http://[::1]/"):
        with pytest.raises(AddressRefused):
            post(url, None)
    for address in ("10.0.0.1", "169.254.169.254", "192.168.1.1", "::ffff:127.0.0.1"):
        with pytest.raises(AddressRefused):
            post("http://hooks.example.com/", replace(webhooks.DEVELOPMENT, resolver=_always(address)))


def _always(address: str) -> Callable[[str], list[str]]:
    """A resolver."""
    return lambda _host: [address]


def test_a_signature_is_what_the_documentation_says() -> None:
    header = sign(secret="whsec_1", body=b'{"a":1}', at=datetime(2026, 1, 1, tzinfo=UTC))
    # printf '1767225600.{"a":1}' | openssl dgst -sha256 -hmac whsec_1
    assert header == ("t=1767225600,v1=0988a798ca5f9dd98ca0084e7066d618a8315d0643c4cd56083f0d90afa410c8")


def test_a_signature_holds_for_five_minutes() -> None:
    header = sign(secret=SECRET, body=b"x", at=AT)

    def holds(seconds: int, **tolerance: timedelta) -> bool:
        return verify(
            secret=SECRET, header=header, body=b"x", at=AT + timedelta(seconds=seconds), **tolerance
        )

    assert [holds(seconds) for seconds in (0, 300, -300, 301, -301)] == [True, True, True, False, False]
    assert holds(3_600, tolerance=timedelta(hours=1))


def test_a_changed_call_is_not_genuine() -> None:
    header = sign(secret=SECRET, body=b'{"a":1}', at=AT)
    time_part, _, digest = header.partition(",")
    later = f"t={int(AT.timestamp()) + 1},{digest}"
    for changed, body, secret in [
        (header, b'{"a":2}', SECRET),
        (header, b'{"a":1} ', SECRET),
        (header, b'{"a":1}', SECRET + " "),
        (later, b'{"a":1}', SECRET),
        (header[:-1] + ("0" if header[-1] != "0" else "1"), b'{"a":1}', SECRET),
        (time_part, b'{"a":1}', SECRET),
        (digest, b'{"a":1}', SECRET),
        ("", b'{"a":1}', SECRET),
    ]:
        assert not verify(secret=secret, header=changed, body=body, at=AT)
    assert verify(secret=SECRET, header=header.replace(",", ", "), body=b'{"a":1}', at=AT)


@given(
    st.text()
    | st.text().map(lambda text: f"t={text},v1={text}")
    | st.text().map(lambda text: f"t=1,v1={text}")
)
def test_no_header_makes_verifying_fail(header: str) -> None:
    assert not verify(secret=SECRET, header=header, body=b"x", at=AT)


def test_no_file_of_authorities_is_missing() -> None:
    assert Path(PUBLIC.authorities).is_file()
