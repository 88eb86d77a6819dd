"""Files of texts: fetched from the provider in the background, kept as what they are, lent out for half an hour."""

from __future__ import annotations

import time
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone

from messaging.media import fetching, serving, sniffing
from messaging.models import MessageMedia
from messaging.outbound.queue import pictures
from messaging.providers.base import MediaRefused, ProviderError
from tests.business import Business

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 20


class Provider:
    """Gives every file the same answer: bytes, or the error it was made with."""

    def __init__(self, answer: bytes | Exception, content_type: str = "image/png") -> None:
        self.answer, self.content_type = answer, content_type

    def fetch_media(self, url: str) -> Any:
        if isinstance(self.answer, Exception):
            raise self.answer
        return SimpleNamespace(content=self.answer, content_type=self.content_type)


@pytest.fixture
def picture(business: Business) -> MessageMedia:
    message = business.text(
        "Look", NumMedia="1", MediaUrl0="https://api.twilio.test/1", MediaContentType0="image/png"
    )
    found: MessageMedia = message.media.get()
    return found


def fetch(monkeypatch: pytest.MonkeyPatch, answer: bytes | Exception, **more: str) -> int:
    monkeypatch.setattr(fetching, "provider_of", lambda _: Provider(answer, **more))
    MessageMedia.objects.filter(state="listed").update(next_try_at=timezone.now() - timedelta(minutes=1))
    return pictures.fetch_due()


def test_a_copy_is_kept(picture: MessageMedia, monkeypatch: pytest.MonkeyPatch) -> None:
    assert fetch(monkeypatch, PNG) == 1
    picture.refresh_from_db()
    assert (picture.state, picture.size, picture.content_type) == ("kept", len(PNG), "image/png")
    assert picture.file.read() == PNG
    assert fetch(monkeypatch, PNG) == 0


def test_what_the_provider_does_not_serve_is_refused_for_good(
    picture: MessageMedia, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert fetch(monkeypatch, MediaRefused("too large")) == 0
    picture.refresh_from_db()
    assert (picture.state, picture.next_try_at) == ("refused", None)


def test_a_failure_is_tried_again_a_bounded_number_of_times(
    picture: MessageMedia, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(fetching.TRIES):
        picture.refresh_from_db()
        assert picture.state == "listed"
        fetch(monkeypatch, ProviderError("down", retry=True))
    picture.refresh_from_db()
    assert (picture.state, picture.next_try_at) == ("failed", None)


@pytest.mark.parametrize(
    ("claimed", "content", "kept_as"),
    [
        ("image/png", PNG, "image/png"),
        ("IMAGE/PNG; x=1", PNG, "image/png"),
        ("image/png", b"<html>", "application/octet-stream"),
        ("image/jpeg", b"\xff\xd8\xff\xe0", "image/jpeg"),
        ("image/gif", b"GIF89a", "image/gif"),
        ("image/webp", b"RIFF\x00\x00\x00\x00WEBP", "image/webp"),
        ("image/webp", b"RIFF\x00\x00\x00\x00WAVE", "application/octet-stream"),
        ("image/svg+xml", b"<svg onload=x>", "application/octet-stream"),
        ("text/html", b"<html>", "application/octet-stream"),
        ("text/vcard", b"BEGIN:VCARD", "text/vcard"),
        ("video/mp4", b"anything", "video/mp4"),
        ("", b"", "application/octet-stream"),
    ],
)
def test_a_file_is_kept_as_what_it_is(claimed: str, content: bytes, kept_as: str) -> None:
    assert sniffing.sniff(claimed, content) == kept_as


def path_of(picture: MessageMedia) -> str:
    [url] = serving.signed_urls(picture.message_id)
    return url.removeprefix("http://testserver")


def test_the_provider_gets_the_file_as_a_download(
    picture: MessageMedia, business: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetch(monkeypatch, PNG)
    answer: Any = business.browser.get(path_of(picture))
    assert b"".join(answer.streaming_content) == PNG
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_an_address_lives_half_an_hour(
    picture: MessageMedia, business: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetch(monkeypatch, PNG)
    path = path_of(picture)
    later = time.time() + serving.ADDRESS_LIVES.total_seconds() + 1
    monkeypatch.setattr(time, "time", lambda: later)
    assert business.browser.get(path).status_code == 404


@pytest.mark.parametrize("token", ["x", "x:y:z", "00000000-0000-0000-0000-000000000000"])
def test_an_address_that_was_not_signed_shows_nothing(business: Business, token: str) -> None:
    assert business.browser.get(f"/webhooks/twilio/media/{token}").status_code == 404


def test_a_file_that_is_not_kept_has_no_address(picture: MessageMedia) -> None:
    assert serving.signed_urls(picture.message_id) == ()
