"""The demo's proxy sends each path to its process and changes nothing on the way."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from yarl import URL

from snoutos.devtools import proxy
from snoutos.devtools.proxy import Backends, limit, serve
from tests.snoutos.deploy.test_caddy import LIMITS

Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextlib.asynccontextmanager
async def backend(handler: Handler) -> AsyncIterator[str]:
    runner = web.ServerRunner(web.Server(handler, handler_cancellation=True))
    await runner.setup()
    port = free_port()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        await runner.cleanup()


@contextlib.asynccontextmanager
async def proxied(
    web_: str = "", live: str = "", simulator: str = "", webhook: str = ""
) -> AsyncIterator[aiohttp.ClientSession]:
    """A client whose base address is the proxy; backends not given refuse connections."""
    nobody = f"http://127.0.0.1:{free_port()}"
    stop, port = asyncio.Event(), free_port()
    backends = Backends(
        web=web_ or nobody, live=live or nobody, simulator=simulator or nobody, webhook=webhook
    )
    listening = socket.create_server(("127.0.0.1", port))
    serving = asyncio.create_task(serve(backends, listening, stop))
    while True:
        with contextlib.suppress(OSError):
            (await asyncio.open_connection("127.0.0.1", port))[1].close()
            break
        await asyncio.sleep(0.01)
    try:
        async with aiohttp.ClientSession(f"http://127.0.0.1:{port}", auto_decompress=False) as client:
            yield client
    finally:
        stop.set()
        await asyncio.wait_for(serving, 5)


def named(name: str) -> Handler:
    async def handler(_request: web.BaseRequest) -> web.StreamResponse:
        return web.Response(text=name)

    return handler


async def echo(request: web.BaseRequest) -> web.StreamResponse:
    body = await request.read()
    headers = {name: request.headers.getall(name) for name in request.headers}
    return web.json_response(
        {"method": request.method, "path": request.raw_path, "body": body.hex(), "headers": headers}
    )


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/", "web"),
        ("/live", "web"),
        ("/live/threads", "live"),
        ("/_sim/", "simulator"),
        ("/webhooks/twilio/inbound", "webhook"),
    ],
)
def test_each_path_reaches_its_process(path: str, name: str) -> None:
    async def scenario() -> None:
        async with (
            backend(named("web")) as web_,
            backend(named("live")) as live,
            backend(named("simulator")) as simulator,
            backend(named("webhook")) as webhook,
            proxied(web_, live, simulator, webhook) as client,
            client.get(path) as answer,
        ):
            assert await answer.text() == name

    asyncio.run(scenario())


def test_body_query_and_host_arrive_unchanged_and_forwarded_headers_are_ours() -> None:
    async def scenario() -> None:
        sent = {"Host": "texts.example:8000", "X-Forwarded-For": "6.6.6.6", "X-Twilio-Signature": "abc="}
        path = "/api/a%2Fb?q=%2B1+2&empty="
        async with (
            backend(echo) as web_,
            proxied(web_) as client,
            client.post(URL(path, encoded=True), data=b"\x00\xff" * 70_000, headers=sent) as answer,
        ):
            seen = await answer.json()
        assert seen["path"] == path
        assert seen["body"] == (b"\x00\xff" * 70_000).hex()
        assert seen["headers"]["Host"] == ["texts.example:8000"]
        assert seen["headers"]["X-Forwarded-For"] == ["127.0.0.1"]
        assert seen["headers"]["X-Forwarded-Proto"] == ["http"]
        assert seen["headers"]["X-Twilio-Signature"] == ["abc="]

    asyncio.run(scenario())


def test_answers_pass_unchanged_with_every_cookie() -> None:
    async def handler(_request: web.BaseRequest) -> web.StreamResponse:
        answer = web.Response(status=404, body=gzip.compress(b"none"), headers={"Content-Encoding": "gzip"})
        answer.set_cookie("a", "1")
        answer.set_cookie("b", "2")
        return answer

    async def scenario() -> None:
        async with backend(handler) as web_, proxied(web_) as client, client.get("/x") as answer:
            assert answer.status == 404
            assert gzip.decompress(await answer.read()) == b"none"
            assert len(answer.headers.getall("Set-Cookie")) == 2

    asyncio.run(scenario())


def test_redirects_are_the_callers_business() -> None:
    async def handler(_request: web.BaseRequest) -> web.StreamResponse:
        return web.Response(status=302, headers={"Location": "/elsewhere"})

    async def scenario() -> None:
        async with (
            backend(handler) as web_,
            proxied(web_) as client,
            client.get("/x", allow_redirects=False) as answer,
        ):
            assert (answer.status, answer.headers["Location"]) == (302, "/elsewhere")

    asyncio.run(scenario())


def test_a_head_answer_keeps_its_length_and_has_no_body() -> None:
    async def handler(_request: web.BaseRequest) -> web.StreamResponse:
        return web.Response(text="four")

    async def scenario() -> None:
        async with backend(handler) as web_, proxied(web_) as client, client.head("/x") as answer:
            assert answer.headers["Content-Length"] == "4"
            assert await answer.read() == b""

    asyncio.run(scenario())


def test_events_pass_one_by_one_and_a_leaving_reader_closes_the_stream() -> None:
    ended = asyncio.Event()

    async def handler(request: web.BaseRequest) -> web.StreamResponse:
        answer = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await answer.prepare(request)
        try:
            await answer.write(b"data: 1\n\n")
            await asyncio.sleep(3600)
        finally:
            ended.set()
        return answer

    async def scenario() -> None:
        async with backend(handler) as live, proxied(live=live) as client:
            async with client.get("/live/threads") as answer:
                assert await asyncio.wait_for(answer.content.readline(), 2) == b"data: 1\n"
            await asyncio.wait_for(ended.wait(), 2)

    asyncio.run(scenario())


def test_a_process_that_is_down_is_a_502_with_a_sentence() -> None:
    async def scenario() -> None:
        async with proxied() as client, client.get("/") as answer:
            assert answer.status == 502
            assert "web process is not answering" in await answer.text()

    asyncio.run(scenario())


def test_a_unix_socket_is_a_backend_too(tmp_path: Path) -> None:
    async def scenario() -> None:
        runner = web.ServerRunner(web.Server(named("over a socket")))
        await runner.setup()
        await web.UnixSite(runner, str(tmp_path / "web.sock")).start()
        async with proxied(f"unix:{tmp_path / 'web.sock'}") as client, client.get("/x") as answer:
            assert await answer.text() == "over a socket"
        await runner.cleanup()

    asyncio.run(scenario())


@pytest.mark.parametrize(("path", "most"), LIMITS)
def test_limits_are_those_of_the_deployment(path: str, most: int) -> None:
    assert limit(path) == most


async def parts(length: int) -> AsyncIterator[bytes]:
    for begin in range(0, length, 8192):
        yield b"x" * min(8192, length - begin)


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_over_its_limit_reaches_nobody(chunked: bool) -> None:
    heard = []

    async def handler(request: web.BaseRequest) -> web.StreamResponse:
        heard.append(len(await request.read()))
        return web.Response(text="heard")

    async def scenario() -> None:
        async with backend(handler) as webhook, proxied(webhook=webhook) as client:
            for length, status in ((65536, 200), (65537, 413)):
                data = parts(length) if chunked else b"x" * length
                async with client.post("/webhooks/x", data=data) as answer:
                    assert answer.status == status

    asyncio.run(scenario())
    assert heard == [65536]


def test_no_process_hears_of_a_body_that_is_not_all_there() -> None:
    heard = []

    async def handler(request: web.BaseRequest) -> web.StreamResponse:
        heard.append(request.path)
        return web.Response(body=await request.read())

    async def scenario() -> None:
        async with backend(handler) as webhook, proxied(webhook=webhook) as client:
            port = client._base_url.port  # type: ignore[union-attr]
            lines = [await asyncio.open_connection("127.0.0.1", port) for _ in range(20)]
            for _, writer in lines:
                writer.write(b"POST /webhooks/x HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhal")
            async with client.get("/webhooks/fine") as answer:
                assert answer.status == 200
            assert heard == ["/webhooks/fine"]
            lines[0][1].write(b"lo")
            assert (await lines[0][0].readline()).startswith(b"HTTP/1.1 200")
            assert heard == ["/webhooks/fine", "/webhooks/x"]
            for _, writer in lines:
                writer.close()

    asyncio.run(scenario())


def test_a_head_must_come_in_time_and_an_idle_connection_may_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proxy, "HEAD_SECONDS", 0.3)

    async def scenario() -> None:
        async with backend(named("web")) as web_, proxied(web_) as client:
            port = client._base_url.port  # type: ignore[union-attr]
            for begun in (b"", b"GET / HTTP/1.1\r\nHo"):
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.write(begun)
                assert await asyncio.wait_for(reader.read(), 3) == b""
                writer.close()
            # Between two requests nothing has begun; the second one's head is timed again.
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            for _ in range(2):
                writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
                assert (await reader.readuntil(b"web")).startswith(b"HTTP/1.1 200")
                await asyncio.sleep(0.5)
            writer.write(b"GET / HT")
            assert await asyncio.wait_for(reader.read(), 3) == b""
            writer.close()

    asyncio.run(scenario())
