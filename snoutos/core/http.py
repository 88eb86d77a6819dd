"""Calling addresses that somebody else wrote, without being sent where nobody outside may go.

An address is a name, never a number, and over TLS. The name is looked up once, every address it has must be
public, and the connection goes to one of exactly these, so that a second answer of the name server changes
nothing. The certificate is checked against the name. Redirects are not followed, proxies of the environment
not used, and all of it together is over within `Reach.seconds`.
"""

from __future__ import annotations

import io
import ipaddress
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import lru_cache
from http.client import HTTPConnection, HTTPException, HTTPResponse
from typing import Any, cast
from urllib.parse import SplitResult, urlsplit

import certifi

from snoutos.core.problems import Problem

CONNECT_SECONDS = 3.0
ANSWER_LIMIT = 4 * 1024  # bytes that are read of an answer, and thrown away
ADDRESS_LIMIT = 2_000  # characters

Resolver = Callable[[str], list[str]]

_READABLE = re.compile(r"[!-\[\]-~]+")  # what ASCII prints, without space and backslash
_NAME = re.compile(r"(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?")
# Public by their registration, yet of special use: 6to4's relay, protocol assignments (a cloud's metadata
# among them), and the address by which another cloud reaches into its machines.
_SPECIAL_V4 = tuple(
    ipaddress.IPv4Network(one) for one in ("192.88.99.0/24", "192.0.0.0/24", "168.63.129.16/32")
)
_UNICAST_V6 = ipaddress.IPv6Network("2000::/3")  # leaves out mapped, NAT64, local and group addresses
_SPECIAL_V6 = tuple(
    ipaddress.IPv6Network(one) for one in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")
)


class AddressRefused(Problem):
    """The address may not be called. It never will be as it is."""

    code = "address_refused"
    sentence = "This address can't be called: it's private or doesn't exist."


class CallFailed(Problem):
    """The call was made, or tried, and did not do what it was for. `retry` says whether later may help."""

    code = "call_failed"
    sentence = "The call to the other system didn't work."

    def __init__(self, sentence: str, *, code: str, retry: bool) -> None:
        super().__init__(sentence)
        self.code = code
        self.retry = retry


def resolve(host: str) -> list[str]:
    """Every address of `host`. Raises `OSError` when it has none."""
    return [str(entry[4][0]) for entry in socket.getaddrinfo(host, 443, type=socket.SOCK_STREAM)]


def is_public(address: str) -> bool:
    """Whether `address` is somebody's in the open internet: no private, local, group, reserved or translated one."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv4Address):
        special = any(ip in network for network in _SPECIAL_V4)
        return ip.is_global and not (ip.is_multicast or ip.is_reserved or special)
    special = ip.scope_id is not None or any(ip in network for network in _SPECIAL_V6)
    return ip in _UNICAST_V6 and ip.is_global and not special


def split(url: str) -> SplitResult:
    """`url` in parts. Raises `AddressRefused` when it holds credentials or cannot be read."""
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 -- raises when it is no port
    except ValueError:
        raise AddressRefused("The address is invalid.") from None
    if "@" in parts.netloc:
        raise AddressRefused("The address contains credentials.")
    return parts


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """What may be called, and for how long. `ports` None is any; `hosts` are taken though they are no full names."""

    schemes: frozenset[str] = frozenset({"https"})
    ports: frozenset[int] | None = frozenset({443, 8443})
    hosts: frozenset[str] = frozenset()
    admits: Callable[[str], bool] = is_public
    resolver: Resolver = resolve
    authorities: str = certifi.where()
    seconds: float = 10.0


PUBLIC = Reach()


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """An address that may be called, as far as its spelling tells. `path` holds the query, too."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def host_header(self) -> str:
        usual = {"https": 443, "http": 80}[self.scheme]
        return self.host if self.port == usual else f"{self.host}:{self.port}"


def target(url: str, *, reach: Reach = PUBLIC) -> Target:
    """The parts of `url`. Raises `AddressRefused`; asks no name server."""
    if len(url) > ADDRESS_LIMIT or not _READABLE.fullmatch(url):
        raise AddressRefused("The address is too long or has characters that need encoding (%20, xn--).")
    parts = split(url)
    if parts.scheme not in reach.schemes:
        raise AddressRefused("The address must start with https://.")
    host = parts.hostname or ""
    if "[" in parts.netloc or not (_NAME.fullmatch(host) or host in reach.hosts):
        raise AddressRefused("The address needs a host name such as hooks.example.com, not an IP.")
    port = (443 if parts.scheme == "https" else 80) if parts.port is None else parts.port
    if reach.ports is not None and port not in reach.ports:
        raise AddressRefused("The address can use ports 443 and 8443 only.")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(scheme=parts.scheme, host=host, port=port, path=path)


def post(target: Target, *, body: bytes, headers: Mapping[str, str], reach: Reach = PUBLIC) -> int:
    """The status of the answer; its body is thrown away. Raises `AddressRefused` and `CallFailed`."""
    deadline = time.monotonic() + reach.seconds
    try:
        with (
            closing(_connect(target, _addresses(target.host, reach), deadline)) as plain,
            closing(_secured(plain, target, reach, deadline)) as sock,
        ):
            return _exchange(sock, target, body, headers, deadline)
    except ssl.SSLCertVerificationError as error:
        raise CallFailed(
            "The certificate isn't valid for this address.", code="certificate_refused", retry=False
        ) from error
    except (OSError, HTTPException) as error:
        raise CallFailed("The address didn't answer.", code="no_answer", retry=True) from error


def _addresses(host: str, reach: Reach) -> list[str]:
    """The addresses of `host`, in the name server's order. All of them may be called, or none is."""
    found = _in_time(reach.resolver, host)
    if not found:
        raise OSError("no addresses")
    if not all(reach.admits(one) for one in found):
        raise AddressRefused("The address is on a private network.")
    return list(dict.fromkeys(found))


def _in_time(resolver: Resolver, host: str) -> list[str]:
    """The resolver's answer. The system's own takes no time limit, and a stranger's name server may take its time."""
    answer: Future[list[str]] = Future()

    def ask() -> None:
        try:
            answer.set_result(resolver(host))
        except Exception as error:  # whatever it is, the caller's thread raises it
            answer.set_exception(error)

    threading.Thread(target=ask, daemon=True).start()
    return answer.result(CONNECT_SECONDS)  # raises TimeoutError, an OSError


def _connect(target: Target, addresses: list[str], deadline: float) -> socket.socket:
    """A connection to the first address that takes one."""
    failure: OSError = OSError("no addresses")
    for address in addresses:
        try:
            return socket.create_connection((address, target.port), min(CONNECT_SECONDS, _left(deadline)))
        except OSError as error:
            failure = error
    raise failure


def _secured(plain: socket.socket, target: Target, reach: Reach, deadline: float) -> socket.socket:
    if target.scheme != "https":
        return plain
    plain.settimeout(_left(deadline))
    return _trust(reach.authorities).wrap_socket(plain, server_hostname=target.host)


@lru_cache(maxsize=8)
def _trust(authorities: str) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=authorities)


def _exchange(
    sock: socket.socket, target: Target, body: bytes, headers: Mapping[str, str], deadline: float
) -> int:
    sock.settimeout(_left(deadline))
    connection = HTTPConnection(target.host, target.port)
    connection.sock = sock
    own = {"Host": target.host_header, "Connection": "close"}
    connection.request("POST", target.path, body=body, headers={**headers, **own})
    with HTTPResponse(cast(socket.socket, _Timed(sock, deadline)), method="POST") as response:
        response.begin()
        # The status says what became of the call. A little of the rest is read, not to hang up on one who speaks.
        with suppress(OSError, HTTPException, ValueError):
            response.read(ANSWER_LIMIT)
        return response.status


class _Timed(io.RawIOBase):
    """A socket's incoming side: each read waits until the deadline at most, however slowly bytes drip."""

    def __init__(self, sock: socket.socket, deadline: float) -> None:
        self._sock = sock
        self._deadline = deadline

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(self)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._sock.settimeout(_left(self._deadline))
        return self._sock.recv_into(buffer)


def _left(deadline: float) -> float:
    """Seconds until the deadline. Raises `TimeoutError` when there are none."""
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError("the call took too long")
    return left
