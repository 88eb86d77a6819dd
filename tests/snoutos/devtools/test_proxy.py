"""The demo's proxy sends each path to its process and changes nothing on the way."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import socket
from collections.abc import AsyncIterator, Awaitable, Callable

import aiohttp
import pytest
from aiohttp import web

from snoutos.devtools.proxy import Backends, serve

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
    web_: str = "", live: str = "", simulator: str = ""
) -> AsyncIterator[aiohttp.ClientSession]:
    """A client whose base address is the proxy; backends not given refuse connections."""
    nobody = f"http://127.0.0.1:{free_port()}"
    stop, port = asyncio.Event(), free_port()
    backends = Backends(web=web_ or nobody, live=live or nobody, simulator=simulator or nobody)
    serving = asyncio.create_task(serve(backends, "127.0.0.1", port, stop))
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
        ("/webhooks/twilio/inbound", "web"),
    ],
)
def test_each_path_reaches_its_process(path: str, name: str) -> None:
    async def scenario() -> None:
        async with (
            backend(named("web")) as web_,
            backend(named("live")) as live,
            backend(named("simulator")) as simulator,
            proxied(web_, live, simulator) as client,
            client.get(path) as answer,
        ):
            assert await answer.text() == name

    asyncio.run(scenario())


def test_body_query_and_host_arrive_unchanged_and_forwarded_headers_are_ours() -> None:
    async def scenario() -> None:
        sent = {"Host": "texts.example:8000", "X-Forwarded-For": "6.6.6.6", "X-Twilio-Signature": "abc="}
        path = "/webhooks/a%2Fb?q=%2B1+2&empty="
        async with (
            backend(echo) as web_,
            proxied(web_) as client,
            client.post(
                aiohttp.client.URL(path, encoded=True), data=b"\x00\xff" * 70_000, headers=sent
            ) as answer,
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
