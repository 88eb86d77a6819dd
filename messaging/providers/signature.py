"""Twilio's webhook signature: base64(HMAC-SHA1(auth token, URL + every sorted name and value)).

Source: https://www.twilio.com/docs/usage/security#validating-requests. The library does the arithmetic. It
forgives a missing or added port; scheme, host, path, trailing slash, a stripped value or a dropped empty
field break it, so pass the configured public URL and the untouched parameters.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from twilio.request_validator import RequestValidator  # type: ignore[import-untyped,unused-ignore]


def is_genuine(*, url: str, params: Mapping[str, object], signature: str, tokens: Sequence[str]) -> bool:
    """Whether the provider signed exactly this request with one of `tokens` (the current and the previous
    one).

    `params` is Django's `request.POST` or a plain mapping. Every token is tried whatever the first says, so
    time tells nothing. Empty tokens never match. Never raises on what a stranger may send.
    """
    matches = [_matches(url, params, signature, token) for token in tokens if token]
    return any(matches)


def sign(*, url: str, params: Mapping[str, object], token: str) -> str:
    """The signature as the provider computes it: the fragment (its retry settings) is not part of what is
    signed.
    """
    return str(RequestValidator(token).compute_signature(url.partition("#")[0], params))


def _matches(url: str, params: Mapping[str, object], signature: str, token: str) -> bool:
    try:
        urlsplit(url).port  # noqa: B018 -- raises for a port the library would stumble over
        return bool(RequestValidator(token).validate(url, params, signature))
    except (ValueError, TypeError):  # a lone surrogate, a port that is none: no provider signed that
        return False
