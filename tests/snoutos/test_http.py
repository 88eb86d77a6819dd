"""No address that somebody wrote leads a call where nobody outside may go."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from snoutos.core import http
from snoutos.core.http import PUBLIC, AddressRefused, CallFailed, is_public, target
from tests.searching import searched
from tests.snoutos.addresses import OPEN, PRIVATE, SPELLINGS


@pytest.fixture(autouse=True)
def _no_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: Any, **kwargs: Any) -> socket.socket:
        raise AssertionError("a connection was tried")

    monkeypatch.setattr(socket, "create_connection", refuse)


def call(url: str, *addresses: str) -> int:
    reach = replace(PUBLIC, resolver=lambda _host: list(addresses))
    return http.post(target(url, reach=reach), body=b"{}", headers={}, reach=reach)


def test_the_lists_are_long_enough() -> None:
    assert len(set(SPELLINGS)) >= 60
    assert len(set(PRIVATE)) >= 40


@pytest.mark.parametrize("url", SPELLINGS, ids=range(len(SPELLINGS)))
def test_a_spelling_is_refused_before_any_name_server_is_asked(url: str) -> None:
    with pytest.raises(AddressRefused) as caught:
        target(url)
    assert caught.value.sentence
    assert not caught.value.retry


@pytest.mark.parametrize("address", PRIVATE)
def test_a_name_that_leads_inside_is_refused(address: str) -> None:
    assert not is_public(address)
    with pytest.raises(AddressRefused, match="private network"):
        call("https://hooks.example.com/", address)


@pytest.mark.parametrize("address", OPEN)
def test_one_bad_address_among_good_ones_is_enough(address: str) -> None:
    assert is_public(address)
    with pytest.raises(AddressRefused, match="private network"):
        call("https://hooks.example.com/", address, "127.0.0.1")


@pytest.mark.parametrize(
    ("url", "host", "port", "path", "header"),
    [
        ("https://hooks.example.com", "hooks.example.com", 443, "/", "hooks.example.com"),
        ("https://HOOKS.example.com:443/a?b=c#d", "hooks.example.com", 443, "/a?b=c", "hooks.example.com"),
        ("https://hooks.example.com:8443?x", "hooks.example.com", 8443, "/?x", "hooks.example.com:8443"),
        ("https://xn--bcher-kva.example/%20", "xn--bcher-kva.example", 443, "/%20", "xn--bcher-kva.example"),
        (
            "https://1.2.3.4.example.xn--p1ai/",
            "1.2.3.4.example.xn--p1ai",
            443,
            "/",
            "1.2.3.4.example.xn--p1ai",
        ),
    ],
)
def test_a_good_address_is_taken_apart(url: str, host: str, port: int, path: str, header: str) -> None:
    found = target(url)
    assert (found.host, found.port, found.path, found.host_header) == (host, port, path, header)


def test_a_name_without_addresses_is_for_later() -> None:
    def nobody(_host: str) -> list[str]:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    resolvers: list[Callable[[str], list[str]]] = [nobody, lambda _host: []]
    for resolver in resolvers:
        reach = replace(PUBLIC, resolver=resolver)
        with pytest.raises(CallFailed) as caught:
            http.post(target("https://hooks.example.com/"), body=b"", headers={}, reach=reach)
        assert (caught.value.code, caught.value.retry) == ("no_answer", True)


def test_a_name_server_may_not_take_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "CONNECT_SECONDS", 0.05)
    done = threading.Event()

    def slow(_host: str) -> list[str]:
        done.wait(5)
        return ["8.8.8.8"]

    with pytest.raises(CallFailed, match="didn't answer"):
        http.post(
            target("https://hooks.example.com/"), body=b"", headers={}, reach=replace(PUBLIC, resolver=slow)
        )
    done.set()


@given(
    st.text()
    | st.text().map(lambda text: f"https://{text}")
    | st.text().map(lambda text: f"https://a.example.com{text}")
)
@searched(500)
def test_any_text_is_taken_apart_or_refused(url: str) -> None:
    try:
        found = target(url)
    except AddressRefused:
        return
    assert found.host.isascii()
    assert "." in found.host
    assert found.port in (443, 8443)
    assert found.path.isascii()
    assert found.path.isprintable()


@given(
    st.ip_addresses(v=6) | st.integers(0, 2**32 - 1).map(lambda low: f"::ffff:{low >> 16:x}:{low & 0xFFFF:x}")
)
def test_only_global_unicast_of_version_6_is_public(address: Any) -> None:
    if is_public(str(address)):
        assert str(address)[0] in "23"
