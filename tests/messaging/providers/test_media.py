"""Attachments come from the provider or not at all."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from messaging.providers.base import MediaRefused, ProviderError
from messaging.providers.media import MediaFetcher

AUTH = ("AC1", "secret")


def fetcher(
    base_url: str = "", *, limit: int = 100_000, addresses: tuple[str, ...] = ("52.1.2.3",)
) -> MediaFetcher:
    return MediaFetcher(
        provider_host="api.twilio.com",
        base_url=base_url,
        auth=AUTH,
        timeout=(3, 3),
        limit=limit,
        resolver=lambda _host: list(addresses),
    )


class Handler(BaseHTTPRequestHandler):
    """`/go/<where>` redirects, `/big` never ends well, everything else is a picture."""

    def do_GET(self) -> None:
        where = self.path.removeprefix("/go/")
        if where != self.path:
            self.send_response(307)
            self.send_header("Location", where)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        body = b"x" * 200_000 if self.path == "/big" else b"picture"
        self.send_response(404 if self.path == "/none" else 503 if self.path == "/down" else 200)
        self.send_header("Content-Type", "image/png")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.server.signed_in.append(self.headers.get("Authorization"))  # type: ignore[attr-defined]
        try:
            self.wfile.write(body)
        except OSError:
            self.close_connection = True

    def log_message(self, *args: Any) -> None:
        pass


@contextmanager
def server() -> Iterator[tuple[str, list[str | None]]]:
    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    http.signed_in = []  # type: ignore[attr-defined]
    thread = threading.Thread(target=http.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{http.server_port}", http.signed_in  # type: ignore[attr-defined]
    finally:
        http.shutdown()
        http.server_close()
        thread.join()


def test_a_picture_is_fetched_signed_in_from_the_base_address() -> None:
    with server() as (base, signed_in):
        media = fetcher(base).fetch(f"{base}/picture")
        assert (media.content, media.content_type) == (b"picture", "image/png")
        assert fetcher(base).fetch("https://api.twilio.com/picture").content == b"picture"
    assert all(signed_in)


@pytest.mark.parametrize(
    "url",
    [
        "http://api.twilio.com/x",
        "https://api.twilio.com.evil.example/x",
        "https://api.twilio.com@evil.example/x",
        "https://user:pass@api.twilio.com/x",
        "https://evil.example/api.twilio.com",
        "https://api.twilio.com:8443/x",
        "https://127.0.0.1/x",
        "http://169.254.169.254/latest/meta-data",
        "file:///etc/passwd",
        "ftp://api.twilio.com/x",
        "//api.twilio.com/x",
        "https://[::1/x",
        "https://api.twilio.com:port/x",
        "",
    ],
)
def test_any_other_address_is_refused_without_a_request(url: str) -> None:
    with pytest.raises(MediaRefused):
        fetcher().fetch(url)


@pytest.mark.parametrize(
    ("location", "addresses"),
    [
        ("http://mms.twiliocdn.com/x", ("52.1.2.3",)),
        ("https://evil.example/x", ("52.1.2.3",)),
        ("https://twiliocdn.com.evil.example/x", ("52.1.2.3",)),
        ("https://eviltwiliocdn.com/x", ("52.1.2.3",)),
        ("https://mms.twiliocdn.com:8443/x", ("52.1.2.3",)),
        ("https://mms.twiliocdn.com/x", ("10.0.0.1",)),
        ("https://mms.twiliocdn.com/x", ("52.1.2.3", "127.0.0.1")),
        ("https://mms.twiliocdn.com/x", ("169.254.169.254",)),
        ("https://mms.twiliocdn.com/x", ("::1",)),
        ("https://mms.twiliocdn.com/x", ("fe80::1%eth0",)),
        ("https://mms.twiliocdn.com/x", ("::ffff:10.0.0.1",)),
        ("https://mms.twiliocdn.com/x", ()),
        ("https://x:y@mms.twiliocdn.com/x", ("52.1.2.3",)),
    ],
)
def test_a_redirect_away_from_the_provider_is_refused(location: str, addresses: tuple[str, ...]) -> None:
    with server() as (base, _), pytest.raises(MediaRefused):
        fetcher(base, addresses=addresses).fetch(f"{base}/go/{location}")


def test_redirects_end() -> None:
    with server() as (base, _):
        assert fetcher(base).fetch(f"{base}/go//go//go//picture").content == b"picture"
        with pytest.raises(MediaRefused, match="too often"):
            fetcher(base).fetch(f"{base}/go//go//go//go//go//picture")


def test_too_large_is_refused_while_it_comes() -> None:
    with server() as (base, _), pytest.raises(MediaRefused, match="10 MB"):
        fetcher(base).fetch(f"{base}/big")


@pytest.mark.parametrize(("path", "retry"), [("/none", False), ("/down", True)])
def test_an_error_says_whether_later_may_help(path: str, retry: bool) -> None:
    with server() as (base, _), pytest.raises(ProviderError) as caught:
        fetcher(base).fetch(base + path)
    assert caught.value.retry is retry


def test_nobody_there_is_for_later() -> None:
    with pytest.raises(ProviderError) as caught:
        fetcher("http://127.0.0.1:1").fetch("http://127.0.0.1:1/x")
    assert caught.value.retry
