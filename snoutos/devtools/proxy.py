"""One address in front of the demo's web, webhook, live and simulator processes.

    python -m snoutos.devtools.proxy --web http://127.0.0.1:8001 --webhook http://127.0.0.1:8003 --live http://127.0.0.1:8002
        --simulator http://127.0.0.1:8010 --listen 127.0.0.1:8000

A backend may also be a unix socket (`unix:/path`). What deploy/Caddyfile does in production, this does here: a body is read whole
before a process hears of it, none is longer than its path allows, and heads must come within 5 s, so that a slow sender holds a socket
here and no thread there. Answers pass through as they come, so event streams are not held back. The Host stays the caller's;
X-Forwarded-For, -Host and -Proto are set here and never taken from the caller.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import signal
import socket
from dataclasses import dataclass
from typing import Any

from aiohttp import (
    ClientError,
    ClientSession,
    ClientTimeout,
    DummyCookieJar,
    TCPConnector,
    UnixConnector,
    web,
)
from aiohttp.web_protocol import RequestHandler
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

logger = logging.getLogger(__name__)

_HOP_BY_HOP = frozenset(
    {
        "connection",
        "expect",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
_NOT_FROM_THE_CALLER = frozenset({"x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "forwarded"})
_CONNECT_SECONDS = 3.0
HEAD_SECONDS = 5.0
# A photo over a slow line takes minutes.
BODY_SECONDS = 600.0
KIB, MB = 1024, 1000 * 1000


@dataclass(frozen=True)
class Backends:
    """Base addresses, without a path, of what stands behind the proxy. Without `webhook`, web has the provider's calls, too."""

    web: str
    live: str
    simulator: str
    webhook: str = ""

    def of(self, path: str) -> tuple[str, str]:
        """The name and the base address of what answers `path`."""
        if path.startswith("/live/"):
            return "live", self.live
        if path.startswith("/_sim/"):
            return "simulator", self.simulator
        if path.startswith("/webhooks/") and self.webhook:
            return "webhook", self.webhook
        return "web", self.web


def limit(path: str) -> int:
    """How many bytes a body for `path` may have; deploy/Caddyfile says the same."""
    if path.startswith("/webhooks/"):
        return 64 * KIB
    if "/uploads/" in path:
        return 12 * MB
    # A file of 5 MB, and the rest of the form it comes in.
    return 5_100_000 if "/imports/" in path else 2 * MB


class Proxy:
    """Forwards each request to its backend; runs inside one event loop."""

    def __init__(self, backends: Backends) -> None:
        self._backends = backends
        self._sessions: dict[str, ClientSession] = {}

    async def close(self) -> None:
        for session in self._sessions.values():
            await session.close()

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer with what the backend answers, or 502 with a sentence while it cannot be reached."""
        name, base = self._backends.of(request.path)
        try:
            body = await _whole_body(request)
        except _TooLong:
            return _refusal(413, "This is more than may be sent here.")
        except TimeoutError:
            return _refusal(408, "This took too long to arrive.")
        try:
            upstream = await self._session(base).request(
                request.method,
                URL(_origin(base) + request.raw_path, encoded=True),
                headers=_request_headers(request),
                data=body,
                allow_redirects=False,
            )
        except (ClientError, TimeoutError) as error:
            logger.warning("%s cannot be reached: %s", name, error)
            return web.Response(
                status=502,
                text=f"The {name} process is not answering. It may still be starting: try again.\n",
            )
        async with upstream:
            response = web.StreamResponse(
                status=upstream.status, reason=upstream.reason, headers=_end_to_end(upstream.headers)
            )
            await response.prepare(request)
            try:
                async for chunk in upstream.content.iter_any():
                    await response.write(chunk)
            except ClientError as error:
                # The head is out already: breaking the connection is the only honest end.
                logger.warning("%s broke off: %s", name, error)
                if request.transport is not None:
                    request.transport.abort()
            else:
                await response.write_eof()
            return response

    def _session(self, base: str) -> ClientSession:
        """One session a backend: a unix socket is a property of the session."""
        if base not in self._sessions:
            _, is_unix, path = base.partition("unix:")
            self._sessions[base] = ClientSession(
                auto_decompress=False,
                connector=UnixConnector(path, limit=0) if is_unix else TCPConnector(limit=0),
                cookie_jar=DummyCookieJar(),
                timeout=ClientTimeout(total=None, sock_connect=_CONNECT_SECONDS),
                skip_auto_headers=("User-Agent", "Accept", "Accept-Encoding", "Content-Type"),
            )
        return self._sessions[base]


class _TooLong(Exception):  # noqa: N818
    """The body is longer than its path allows."""


async def _whole_body(request: web.BaseRequest) -> bytes | None:
    """The body, when all of it is here; None for a request without one. Raises _TooLong, or TimeoutError."""
    if not request.can_read_body:
        return None
    most = limit(request.path)
    if (request.content_length or 0) > most:
        raise _TooLong
    body = bytearray()
    async with asyncio.timeout(BODY_SECONDS):
        async for chunk in request.content.iter_any():
            body += chunk
            if len(body) > most:
                raise _TooLong
    return bytes(body)


def _refusal(status: int, sentence: str) -> web.Response:
    response = web.Response(status=status, text=f"{sentence}\n")
    # What is still on its way would be taken for the next request.
    response.force_close()
    return response


def _origin(base: str) -> str:
    return "http://localhost" if base.startswith("unix:") else base


class _Hasty(RequestHandler):
    """Ends a connection whose next head does not come within 5 s of its first byte (of the connection's beginning, the first time)."""

    __slots__ = ("_deadline",)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._deadline: asyncio.TimerHandle | None = None
        self._begin()

    def data_received(self, data: bytes) -> None:
        if self._current_request is None and not self._messages and self._deadline is None:
            self._begin()
        super().data_received(data)
        if (self._messages or self._current_request is not None) and self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def connection_lost(self, exc: BaseException | None) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
        super().connection_lost(exc)

    def _begin(self) -> None:
        self._deadline = asyncio.get_running_loop().call_later(HEAD_SECONDS, self.force_close)


class _Server(web.Server):
    def __call__(self) -> RequestHandler:
        return _Hasty(self, loop=self._loop, **self._kwargs)


def _request_headers(request: web.BaseRequest) -> CIMultiDict[str]:
    headers = _end_to_end(request.headers)
    for name in _NOT_FROM_THE_CALLER:
        headers.popall(name, None)
    headers["X-Forwarded-For"] = request.remote or ""
    headers["X-Forwarded-Host"] = request.host
    headers["X-Forwarded-Proto"] = request.scheme
    return headers


def _end_to_end(headers: CIMultiDictProxy[str]) -> CIMultiDict[str]:
    """A copy without the headers that belong to one connection only."""
    named = {part.strip().lower() for part in headers.get("Connection", "").split(",")}
    kept = CIMultiDict[str]()
    for name, value in headers.items():
        if name.lower() not in _HOP_BY_HOP | named:
            kept.add(name, value)
    return kept


async def serve(backends: Backends, listening: socket.socket, stop: asyncio.Event) -> None:
    """Answer on a listening socket until `stop` is set. An open stream does not hold the end up."""
    proxy = Proxy(backends)
    # A caller that goes away cancels its handler, which closes the backend's stream too.
    server = _Server(proxy.handle, access_log=None, handler_cancellation=True, keepalive_timeout=120)
    runner = web.ServerRunner(server, shutdown_timeout=1)
    try:
        await runner.setup()
        await web.SockSite(runner, listening, backlog=1024).start()
        logger.info("listening on http://%s:%d", *listening.getsockname()[:2])
        await stop.wait()
    finally:
        await runner.cleanup()
        await proxy.close()


async def _serve_until_signal(backends: Backends, listening: socket.socket) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(sign, stop.set)
    await serve(backends, listening, stop)


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m snoutos.devtools.proxy")
    parser.add_argument("--listen", default="127.0.0.1:8000", metavar="HOST:PORT")
    parser.add_argument(
        "--listen-fd", type=int, help="a socket that listens already, inherited from whoever starts this"
    )
    for name in ("web", "live", "simulator"):
        parser.add_argument(f"--{name}", required=True, metavar="URL")
    parser.add_argument(
        "--webhook", default="", metavar="URL", help="where the provider's calls go; to web when left out"
    )
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
    backends = Backends(
        web=options.web, live=options.live, simulator=options.simulator, webhook=options.webhook
    )
    asyncio.run(_serve_until_signal(backends, _listening(options)))


def _listening(options: Any) -> socket.socket:
    if options.listen_fd is not None:
        return socket.socket(fileno=options.listen_fd)
    host, _, port = options.listen.rpartition(":")
    return socket.create_server((host, int(port)), backlog=1024)


if __name__ == "__main__":
    main()
