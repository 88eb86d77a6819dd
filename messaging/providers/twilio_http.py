"""The way of the `twilio` library to the provider: explicit timeouts, no retry, no redirect, nothing logged."""

from __future__ import annotations

import logging
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import requests
from twilio.http import HttpClient  # type: ignore[import-untyped,unused-ignore]
from twilio.http.response import Response  # type: ignore[import-untyped,unused-ignore]
from twilio.rest import Client  # type: ignore[import-untyped,unused-ignore]

from messaging.providers.base import Credentials

# These print parameters and query strings, which hold phone numbers.
for _name in ("twilio.http_client", "urllib3.connectionpool"):
    logging.getLogger(_name).setLevel(logging.WARNING)


def client_for(credentials: Credentials, auth: tuple[str, str], timeout: tuple[float, float]) -> Any:
    """The library's client for an account, signed in with `auth`: a SID and its secret.

    `timeout`: seconds for connecting and for reading. Raises ValueError when the credentials' address is none.
    """
    return Client(
        *auth,
        credentials.account_sid,
        http_client=_HttpClient(base_url=credentials.base_url, timeout=timeout),
        # Not empty, or the library reads region and edge from our process's environment.
        environment={"TWILIO_REGION": ""},
    )


class _HttpClient(HttpClient):  # type: ignore[misc,unused-ignore]
    """The library's way out: two timeouts, another address if asked, no retry, no redirect, no log.

    Each call has a connection of its own. On a kept one, a server that closes it just as we write looks like
    an unknown outcome; that would cost an owner's attention, where a handshake costs milliseconds.
    """

    def __init__(self, *, base_url: str, timeout: tuple[float, float]) -> None:
        super().__init__(logging.getLogger(__name__), False)
        self._timeout = timeout
        self._base = urlsplit(base_url)
        if base_url and not (self._base.scheme in ("http", "https") and self._base.hostname):
            # Going on would mean to call the real provider where somebody meant another address.
            raise ValueError(
                "The provider's base address must start with http:// or https:// and name a host."
            )

    def request(
        self,
        method: str,
        url: str,
        params: Any = None,
        data: Any = None,
        headers: Any = None,
        auth: Any = None,
        timeout: Any = None,
        allow_redirects: bool = False,
    ) -> Response:
        """The library's signature; `timeout` and `allow_redirects` are ours to decide."""
        if self._base.netloc:
            url = urlunsplit(urlsplit(url)._replace(scheme=self._base.scheme, netloc=self._base.netloc))
        with requests.Session() as session:
            session.trust_env = not self._base.netloc  # a proxy is for the way to the provider itself
            answer = session.request(
                method,
                url,
                params=params,
                data=data,
                headers={**(headers or {}), "Connection": "close"},
                auth=auth,
                timeout=self._timeout,
                allow_redirects=False,
            )
            return Response(answer.status_code, answer.text, answer.headers)
