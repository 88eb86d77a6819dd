"""The action "call a webhook": one signed POST of JSON to an address the owner wrote.

The receiver can tell who speaks (`verify`), that a repeated call is the same one (`SnoutOS-Key`), and how many
automations stand behind it (`SnoutOS-Depth`): see `snoutos.core.http` for where a call may go.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address

from django.conf import settings

from snoutos.core import http
from snoutos.core.http import PUBLIC, AddressRefused, CallFailed, Reach

__all__ = ["AddressRefused", "Answer", "CallFailed", "check", "post", "sign", "verify"]

TOLERANCE = timedelta(minutes=5)


def _admits(address: str) -> bool:
    return http.is_public(address) or ip_address(address).is_loopback


# A developer's own receiver on the same machine. Production refuses DEBUG (snoutos.E006).
DEVELOPMENT = Reach(
    schemes=frozenset({"https", "http"}),
    ports=None,
    hosts=frozenset({"localhost", "127.0.0.1"}),
    admits=_admits,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The receiver took it: `status` is 200 to 299. `took_ms` counts from the look-up of its name."""

    status: int
    took_ms: int


def check(url: str) -> None:
    """Whether `url` may be saved. Raises `AddressRefused`; asks no name server, so that a call may still refuse it."""
    http.target(url, reach=_reach())


def post(
    *,
    url: str,
    body: Mapping[str, object],
    secret: str,
    key: str,
    at: datetime,
    depth: int = 0,
    reach: Reach | None = None,
) -> Answer:
    """Calls once, for 10 seconds at most. `key` stays the same over the retries of one step; `reach` is for tests.

    Raises `AddressRefused` (never again), and `CallFailed`, whose `retry` is true when nobody answered, for
    408, 429 and 5xx, and false for redirects, for other answers, and for a certificate that is not valid. No
    answer does not prove that nothing arrived: the key is what tells.
    """
    reach = reach or _reach()
    content = json.dumps(body, allow_nan=False, separators=(",", ":")).encode()
    begun = time.monotonic()
    status = http.post(
        http.target(url, reach=reach),
        body=content,
        headers={
            "Content-Type": "application/json",
            "User-Agent": "SnoutOS",
            "SnoutOS-Key": key,
            "SnoutOS-Depth": str(depth),
            "SnoutOS-Signature": sign(secret=secret, body=content, at=at),
        },
        reach=reach,
    )
    _raise_for(status)
    return Answer(status=status, took_ms=round((time.monotonic() - begun) * 1000))


def sign(*, secret: str, body: bytes, at: datetime) -> str:
    """`t=<unix seconds>,v1=<hex HMAC-SHA256 of "t.body">`."""
    seconds = int(at.timestamp())
    return f"t={seconds},v1={_digest(secret, str(seconds), body)}"


def verify(*, secret: str, header: str, body: bytes, at: datetime, tolerance: timedelta = TOLERANCE) -> bool:
    """Whether `header` signs exactly these bytes and is not older, or newer, than `tolerance`. Never raises."""
    parts = dict(part.strip().split("=", 1) for part in header.split(",") if "=" in part)
    seconds, given = parts.get("t", ""), parts.get("v1", "")
    if not (seconds.isascii() and seconds.isdigit() and len(seconds) <= 12):
        return False
    genuine = hmac.compare_digest(_digest(secret, seconds, body).encode(), given.encode(errors="replace"))
    return genuine and abs(at.timestamp() - int(seconds)) <= tolerance.total_seconds()


def _digest(secret: str, seconds: str, body: bytes) -> str:
    return hmac.new(secret.encode(), seconds.encode() + b"." + body, hashlib.sha256).hexdigest()


def _reach() -> Reach:
    return DEVELOPMENT if settings.DEBUG else PUBLIC


def _raise_for(status: int) -> None:
    if 200 <= status < 300:
        return
    if 300 <= status < 400:
        raise CallFailed(
            f"The address answered {status} and redirects. Enter the address it redirects to.",
            code="redirected",
            retry=False,
        )
    if status in (408, 429) or status >= 500:
        raise CallFailed(f"The address answered {status}: not now.", code="not_now", retry=True)
    raise CallFailed(f"The address answered {status} and rejected the call.", code="not_taken", retry=False)
