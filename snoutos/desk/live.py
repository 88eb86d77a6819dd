"""The event stream of open pages: `/live/` tells a signed-in person which of their business' conversations
changed.

    pg_notify(snoutos_hints) --> one LISTEN connection --> a bounded queue per stream --> the page refetches

Hints carry no content, only public ids, so a lost or doubled one costs a refetch. A sitter's page is told
only that something changed. Whenever something may have been missed (a new stream, a full queue, a broken
connection) the page is told to `resync`. A stream holds no database connection.
"""

from __future__ import annotations

import asyncio
import json
import uuid
from collections import deque
from collections.abc import Awaitable, Callable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie
from importlib import import_module
from typing import Any

import psycopg
import structlog
from django.conf import settings
from django.contrib import admin
from django.contrib.auth import get_user
from django.db import DEFAULT_DB_ALIAS, connections
from django.db import Error as DatabaseError
from django.http import HttpRequest, HttpResponse

from snoutos.accounts.models import User
from snoutos.sitter_page.request import card_of

log = structlog.get_logger(__name__)

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

CHANNEL = "snoutos_hints"
QUEUE = 64
REMEMBERED = 2000
STREAMS_PER_BUSINESS = 500
BEAT_SECONDS = 15.0
RECHECK_BEATS = 4
# Whoever knocks is looked up in the database, strangers too: so many at once, the others wait.
LOOKING_AT_ONCE = 4
RESYNC = "event: resync\ndata: {}\n\n"
_DJANGOS_OWN = ("cursor_factory", "context", "prepare_threshold")


def absent(request: HttpRequest) -> HttpResponse:
    """What `/live/` answers in a process without streams: nothing, so that the page polls."""
    return HttpResponse(status=204)


@dataclass(frozen=True, slots=True)
class Listener:
    """Of which business somebody may hear, and whether of its conversations by name: who sees the desk does, a sitter does not."""

    organization_id: int
    by_name: bool


@dataclass(eq=False, slots=True)
class Stream:
    """What one open page has still to be told. A page that reads too slowly is told to refetch instead, and so is one that may not know
    which conversation it was."""

    organization_id: int
    by_name: bool = True
    _waiting: deque[str] = field(default_factory=deque)
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    def tell(self, event: str) -> None:
        if len(self._waiting) >= QUEUE or not self.by_name:
            self._waiting.clear()
            event = RESYNC
        self._waiting.append(event)
        self._news.set()

    async def take(self) -> str:
        """Everything that waits, as soon as anything does."""
        await self._news.wait()
        self._news.clear()
        news = "".join(self._waiting)
        self._waiting.clear()
        return news


class Hub:
    """The process' streams, and the last hints, numbered as they came. One event loop, so no locks."""

    def __init__(self) -> None:
        self._run = uuid.uuid4().hex[:12]
        self._count = 0
        self._recent: deque[tuple[int, int, str]] = deque(maxlen=REMEMBERED)
        self._streams: dict[int, set[Stream]] = {}

    def join(self, organization_id: int, last_id: str = "", *, by_name: bool = True) -> Stream | None:
        """A new stream that misses nothing: what came after `last_id`, or a resync. None when the business
        has too many."""
        streams = self._streams.setdefault(organization_id, set())
        if len(streams) >= STREAMS_PER_BUSINESS:
            return None
        stream = Stream(organization_id, by_name)
        streams.add(stream)
        for event in self._missed(organization_id, last_id):
            stream.tell(event)
        return stream

    def leave(self, stream: Stream) -> None:
        streams = self._streams.get(stream.organization_id, set())
        streams.discard(stream)
        if not streams:
            self._streams.pop(stream.organization_id, None)

    def hear(self, payload: str) -> None:
        """Pass a hint of the database on to the business it is about, and to nobody else."""
        try:
            hint = json.loads(payload)
            organization_id, thread = int(hint["organization"]), str(uuid.UUID(hint["thread"]))
        except (ValueError, TypeError, KeyError):
            log.warning("live.hint_unreadable", length=len(payload))
            return
        self._count += 1
        data = json.dumps({"thread": thread})
        event = f"id: {self._run}-{self._count}\nevent: changed\ndata: {data}\n\n"
        self._recent.append((self._count, organization_id, event))
        for stream in self._streams.get(organization_id, ()):
            stream.tell(event)

    def resync(self) -> None:
        """Hints may have been lost: everybody looks again, and nobody may count on what is remembered."""
        self._recent.clear()
        for streams in self._streams.values():
            for stream in streams:
                stream.tell(RESYNC)

    def _missed(self, organization_id: int, last_id: str) -> list[str]:
        run, _, number = last_id.partition("-")
        if run != self._run or not number.isdigit():
            return [RESYNC]
        oldest = self._recent[0][0] if self._recent else self._count + 1
        if int(number) + 1 < oldest:
            return [RESYNC]
        return [
            event for count, whose, event in self._recent if count > int(number) and whose == organization_id
        ]


class Live:
    """The ASGI application. The first stream of a process begins its LISTEN connection."""

    def __init__(self) -> None:
        self.hub = Hub()
        self._listening: asyncio.Task[None] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] != "GET":
            await _answer(send, 405)
            return
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        try:
            listener = await _look(headers.get("cookie", ""))
        except DatabaseError as error:
            log.warning("live.database_away", error=type(error).__name__)
            await _answer(send, 503)
            return
        if listener is None:
            await _answer(send, 403)
            return
        if self._listening is None or self._listening.done():
            self._listening = asyncio.create_task(self.listen())
        last_id = headers.get("last-event-id", "")[:80]
        stream = self.hub.join(listener.organization_id, last_id, by_name=listener.by_name)
        if stream is None:
            await _answer(send, 503)
            return
        try:
            await self._serve(stream, headers.get("cookie", ""), receive, send)
        finally:
            self.hub.leave(stream)

    async def listen(self) -> None:
        """Hear the database's hints for as long as the process lives; come back after every break, and
        resync."""
        wait = 0.2
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(**_address(), autocommit=True) as connection:
                    await connection.execute(f"LISTEN {CHANNEL}")
                    self.hub.resync()
                    wait = 0.2
                    while True:
                        async for notice in connection.notifies(timeout=BEAT_SECONDS):
                            self.hub.hear(notice.payload)
                        await connection.execute("SELECT 1")  # a dead connection is otherwise silent
            except psycopg.Error as error:
                log.warning("live.listen_broke", error=type(error).__name__)
            await asyncio.sleep(wait)
            wait = min(wait * 2, 5.0)

    async def close(self) -> None:
        """Stop hearing."""
        if self._listening is not None:
            self._listening.cancel()
            await asyncio.gather(self._listening, return_exceptions=True)
            self._listening = None

    async def _serve(self, stream: Stream, cookie: str, receive: Receive, send: Send) -> None:
        """Write until the page goes, or the person may no longer be here."""
        await send({"type": "http.response.start", "status": 200, "headers": _STREAM_HEADERS})
        await _write(send, "retry: 3000\n\n")
        gone = asyncio.ensure_future(_gone(receive))
        beats = 0
        try:
            while not gone.done():
                news = asyncio.ensure_future(stream.take())
                await asyncio.wait({news, gone}, timeout=BEAT_SECONDS, return_when=asyncio.FIRST_COMPLETED)
                if news.done():
                    await _write(send, news.result())
                    continue
                news.cancel()
                beats += 1
                if beats % RECHECK_BEATS == 0 and not await _may_stay(stream, cookie):
                    break
                if not gone.done():
                    await _write(send, ": here\n\n")
        finally:
            gone.cancel()
        if not (gone.done() and not gone.cancelled()):
            await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _look(cookie: str) -> Listener | None:
    return await asyncio.get_running_loop().run_in_executor(_looking, listener_of, cookie)


async def _may_stay(stream: Stream, cookie: str) -> bool:
    """Whether the person may still be here. While the database is away nobody can tell, and nothing is told either."""
    try:
        return await _look(cookie) == Listener(stream.organization_id, stream.by_name)
    except DatabaseError as error:
        log.warning("live.database_away", error=type(error).__name__)
        return True


def listener_of(cookie: str) -> Listener | None:
    """What whoever the session cookie signs in may hear: at the desk, or on their sitter page. Leaves no connection open."""
    try:
        morsel = SimpleCookie(cookie).get(settings.SESSION_COOKIE_NAME)
    except CookieError:
        return None
    if morsel is None:
        return None
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(morsel.value)
    try:
        user = request.user = get_user(request)
        if not isinstance(user, User) or user.organization_id is None:
            return None
        by_name = admin.site.has_permission(request)
        may_hear = by_name or card_of(request) is not None
        return Listener(user.organization_id, by_name) if may_hear else None
    finally:
        connections.close_all()


_looking = ThreadPoolExecutor(LOOKING_AT_ONCE, thread_name_prefix="who-listens")

_STREAM_HEADERS = [
    (b"content-type", b"text/event-stream"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
    (b"x-content-type-options", b"nosniff"),
]


async def _write(send: Send, text: str) -> None:
    await send({"type": "http.response.body", "body": text.encode(), "more_body": True})


async def _answer(send: Send, status: int) -> None:
    await send(
        {"type": "http.response.start", "status": status, "headers": [(b"cache-control", b"no-store")]}
    )
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _address() -> dict[str, Any]:
    """Where the database is: direct, never through a pooler, which would swallow LISTEN."""
    parameters = connections[DEFAULT_DB_ALIAS].get_connection_params()
    return {name: value for name, value in parameters.items() if name not in _DJANGOS_OWN}


application = Live()
