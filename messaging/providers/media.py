"""Fetching attachments without being sent elsewhere: the address comes out of a webhook, so it is a
stranger's word.

Only the provider's own hosts are asked, redirects are followed by hand to the provider's storage hosts over
TLS and never to an address that is not public, the credentials go to the provider's API host alone, and
size and time are bounded.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import SplitResult, urljoin, urlsplit, urlunsplit

import requests

from messaging.providers.base import MEDIA_LIMIT_BYTES, Media, MediaRefused, ProviderError
from snoutos.core import http

STORAGE_DOMAINS = (".twilio.com", ".twiliocdn.com", ".amazonaws.com")  # where the provider redirects to
REDIRECTS_MAX = 3
TOTAL_SECONDS = 60.0
_CHUNK = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaFetcher:
    """Fetches from `provider_host`, or from `base_url` in its place (the simulator)."""

    provider_host: str
    base_url: str
    auth: tuple[str, str]
    timeout: tuple[float, float]
    limit: int = MEDIA_LIMIT_BYTES
    resolver: http.Resolver = http.resolve

    def fetch(self, url: str) -> Media:
        """The attachment, whole. `MediaRefused` for good, `ProviderError` with `retry` for later."""
        target, deadline = self._start(url), time.monotonic() + TOTAL_SECONDS
        try:
            with requests.Session() as session:
                session.trust_env = not self.base_url
                return self._follow(session, target, deadline)
        except requests.RequestException as error:
            raise ProviderError("The picture couldn't be downloaded.", retry=True) from error

    def _follow(self, session: requests.Session, target: SplitResult, deadline: float) -> Media:
        for _ in range(REDIRECTS_MAX + 1):
            auth = self.auth if self._is_api(target) else None
            with session.get(
                urlunsplit(target), auth=auth, timeout=self.timeout, stream=True, allow_redirects=False
            ) as response:
                if response.is_redirect:
                    target = self._next(target, response.headers["Location"])
                    continue
                _raise_for(response.status_code)
                content = b"".join(self._chunks(response, deadline))
                return Media(content_type=response.headers.get("Content-Type", ""), content=content)
        raise MediaRefused("The picture's address redirects too often.")

    def _chunks(self, response: requests.Response, deadline: float) -> Iterator[bytes]:
        size = 0
        for chunk in response.iter_content(_CHUNK):
            size += len(chunk)
            if size > self.limit:
                raise MediaRefused("The picture is larger than 10 MB.")
            if time.monotonic() > deadline:
                raise ProviderError("The picture downloaded too slowly.", retry=True)
            yield chunk

    def _start(self, url: str) -> SplitResult:
        """The address to ask first; the provider's own is swapped for `base_url` as for every other call."""
        target = _split(url)
        if self._is_api(target):
            return target
        if target.scheme == "https" and target.netloc == self.provider_host:
            base = urlsplit(self.base_url)
            return target._replace(scheme=base.scheme, netloc=base.netloc) if base.netloc else target
        raise MediaRefused("The provider no longer has the picture.")

    def _is_api(self, target: SplitResult) -> bool:
        """Whether the credentials may go there."""
        base = urlsplit(self.base_url)
        if base.netloc:
            return (target.scheme, target.netloc) == (base.scheme, base.netloc)
        return target.scheme == "https" and target.netloc == self.provider_host

    def _next(self, current: SplitResult, location: str) -> SplitResult:
        target = _split(urljoin(urlunsplit(current), location))
        if self._is_api(target):
            return target
        host = target.hostname or ""
        trusted = target.scheme == "https" and target.port in (None, 443) and host.endswith(STORAGE_DOMAINS)
        if not trusted or not self._is_public(host):
            raise MediaRefused("The picture's address isn't the provider's.")
        return target

    def _is_public(self, host: str) -> bool:
        try:
            addresses = self.resolver(host)
        except OSError:
            return False
        return bool(addresses) and all(http.is_public(one) for one in addresses)


def _split(url: str) -> SplitResult:
    """`url` in parts; refused when it holds credentials or cannot be read."""
    try:
        return http.split(url)
    except http.AddressRefused as error:
        raise MediaRefused("The picture's address is invalid or contains credentials.") from error


def _raise_for(status: int) -> None:
    if status == requests.codes.ok:
        return
    retry = status >= 500 or status in (408, 429)
    raise ProviderError("The picture couldn't be downloaded.", code=status, retry=retry)
