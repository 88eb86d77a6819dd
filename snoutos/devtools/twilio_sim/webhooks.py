"""Calling the application as Twilio does: signed, form-encoded, with its retry rules.

Source: https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides and
https://www.twilio.com/docs/usage/security.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urldefrag, urlencode

import requests

from messaging.providers.signature import sign

ANSWER_MAX = 16 * 1024


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Seconds, and which failures are tried again: `ct` connecting, `rt` reading, `4xx`, `5xx`, or `all`."""

    count: int = 1
    when: frozenset[str] = frozenset({"ct"})
    connect: float = 5.0
    read: float = 15.0
    total: float = 15.0

    def covers(self, failure: str) -> bool:
        return bool(failure) and bool(self.when & {"all", failure})


@dataclass(slots=True)
class Delivery:
    """How a webhook ended: the application's last answer, or `error` when there was none."""

    url: str
    status_code: int | None = None
    body: str = ""
    content_type: str = ""
    error: str = ""
    attempts: int = 0
    at: float = field(default_factory=time.time)

    @property
    def failure(self) -> str:
        """ "" when it went well, else the kind of failure in the words of `RetryPolicy`. A redirect fails
        too: followed, it would lose the form and the signature would no longer fit.
        """
        if self.error:
            return self.error
        status = self.status_code or 500
        return f"{status // 100}xx" if status >= 300 else ""


def policy_of(url: str) -> RetryPolicy:
    """The policy in a URL's fragment (`#rc=5&rp=all&ct=2000&rt=4000&tt=15000`); the documented default
    without.
    """
    settings = {key: values[-1] for key, values in parse_qs(urldefrag(url).fragment).items()}

    def seconds(name: str, default: float, most: float) -> float:
        value = settings.get(name, "")
        return min(int(value) / 1000, most) if value.isdigit() else default

    count = settings.get("rc", "")
    return RetryPolicy(
        count=min(int(count), 5) if count.isdigit() else 1,
        when=frozenset(settings.get("rp", "ct").split(",")),
        connect=seconds("ct", 5.0, 10.0),
        read=seconds("rt", 15.0, 15.0),
        total=seconds("tt", 15.0, 15.0),
    )


def deliver(*, url: str, params: Mapping[str, str], token: str) -> Delivery:
    """Post `params`, signed with the account's token, trying again as the URL's policy says."""
    policy, address = policy_of(url), urldefrag(url).url
    headers = {
        "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
        "X-Twilio-Signature": sign(url=address, params=params, token=token),
        "I-Twilio-Idempotency-Token": str(uuid.uuid4()),
        "User-Agent": "TwilioProxy/1.1",
        "Accept": "*/*",
        "Connection": "close",
    }
    body = urlencode(params).encode()
    delivery, deadline = Delivery(address), time.monotonic() + policy.total
    while True:
        delivery.attempts += 1
        _try(delivery, policy, headers, body, max(0.05, deadline - time.monotonic()))
        spent = delivery.attempts > policy.count or time.monotonic() >= deadline
        if spent or not policy.covers(delivery.failure):
            return delivery


def _try(
    delivery: Delivery, policy: RetryPolicy, headers: Mapping[str, str], body: bytes, left: float
) -> None:
    timeout = (min(policy.connect, left), min(policy.read, left))
    delivery.status_code, delivery.error, delivery.body = None, "", ""
    try:
        with requests.Session() as session:
            session.trust_env = False
            response = session.post(
                delivery.url, data=body, headers=headers, timeout=timeout, allow_redirects=False
            )
    except (requests.ReadTimeout, requests.exceptions.ChunkedEncodingError):
        delivery.error = "rt"
    except requests.RequestException:
        delivery.error = "ct"
    else:
        delivery.status_code = response.status_code
        delivery.body = response.text[:ANSWER_MAX]
        delivery.content_type = response.headers.get("Content-Type", "")
