"""One address in front of the demo's web, live and simulator processes.

    python -m snoutos.devtools.proxy --web http://127.0.0.1:8001 --live http://127.0.0.1:8002
        --simulator http://127.0.0.1:8003 --listen 127.0.0.1:8000

Bodies pass through as they come, so event streams are not held back. The Host stays the caller's;
X-Forwarded-For, -Host and -Proto are set here and never taken from the caller. Production has Caddy
in this place (deploy/Caddyfile).
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import signal
from dataclasses import dataclass

from aiohttp import ClientError, ClientSession, ClientTimeout, DummyCookieJar, TCPConnector, web
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


@dataclass(frozen=True)
class Backends:
    """Base addresses, without a path, of what stands behind the proxy."""

    web: str
    live: str
    simulator: str

    def of(self, path: str) -> tuple[str, str]:
        """The name and the base address of what answers `path`."""
        if path.startswith("/live/"):
            return "live", self.live
        if path.startswith("/_sim/"):
            return "simulator", self.simulator
        return "web", self.web


class Proxy:
    """Forwards each request to its backend; runs inside one event loop."""

    def __init__(self, backends: Backends) -> None:
        self._backends = backends
        self._session: ClientSession | None = None

    async def open(self) -> None:
        self._session = ClientSession(
            auto_decompress=False,
            connector=TCPConnector(limit=0),
            cookie_jar=DummyCookieJar(),
            timeout=ClientTimeout(total=None, sock_connect=_CONNECT_SECONDS),
            skip_auto_headers=("User-Agent", "Accept", "Accept-Encoding", "Content-Type"),
        )

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer with what the backend answers, or 502 with a sentence while it cannot be reached."""
        name, base = self._backends.of(request.path)
        assert self._session is not None, "open() comes first"  # noqa: S101
        try:
            upstream = await self._session.request(
                request.method,
                URL(base + request.raw_path, encoded=True),
                headers=_request_headers(request),
                data=request.content if request.can_read_body else None,
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


async def serve(backends: Backends, host: str, port: int, stop: asyncio.Event) -> None:
    """Listen until `stop` is set. An open stream does not hold the end up."""
    proxy = Proxy(backends)
    await proxy.open()
    # A caller that goes away cancels its handler, which closes the backend's stream too.
    server = web.Server(proxy.handle, access_log=None, handler_cancellation=True)
    runner = web.ServerRunner(server, shutdown_timeout=1)
    try:
        await runner.setup()
        await web.TCPSite(runner, host, port, backlog=1024).start()
        logger.info("listening on http://%s:%d", host, port)
        await stop.wait()
    finally:
        await runner.cleanup()
        await proxy.close()


async def _serve_until_signal(backends: Backends, host: str, port: int) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(sign, stop.set)
    await serve(backends, host, port, stop)


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m snoutos.devtools.proxy")
    parser.add_argument("--listen", default="127.0.0.1:8000", metavar="HOST:PORT")
    for name in ("web", "live", "simulator"):
        parser.add_argument(f"--{name}", required=True, metavar="URL")
    options = parser.parse_args(arguments)
    host, _, port = options.listen.rpartition(":")
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
    backends = Backends(web=options.web, live=options.live, simulator=options.simulator)
    asyncio.run(_serve_until_signal(backends, host, int(port)))


if __name__ == "__main__":
    main()
