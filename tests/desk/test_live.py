"""The event stream: who may listen, what they hear, and that nothing is missed silently."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from django.test import RequestFactory

from messaging.models import Sitter
from snoutos.accounts.roles import Role
from snoutos.desk import live
from snoutos.desk.live import QUEUE, RESYNC, Hub, Live
from tests.desk.business import Business

THREAD = uuid.UUID(int=7)


def hint(organization: int, thread: uuid.UUID = THREAD) -> str:
    return json.dumps({"organization": organization, "thread": str(thread)})


def heard(stream: Any) -> str:
    return str(asyncio.run(asyncio.wait_for(stream.take(), 1)))


def test_a_new_stream_begins_with_a_resync() -> None:
    stream = Hub().join(1)
    assert stream is not None
    assert heard(stream) == RESYNC


def test_a_hint_reaches_its_business_and_nobody_else() -> None:
    hub = Hub()
    own, other = hub.join(1), hub.join(2)
    assert own is not None
    assert other is not None
    hub.hear(hint(1))
    assert str(THREAD) in heard(own)
    assert heard(other) == RESYNC


def test_a_sitters_page_hears_that_something_changed_and_not_where() -> None:
    hub = Hub()
    stream = hub.join(1, by_name=False)
    assert stream is not None
    assert heard(stream) == RESYNC
    hub.hear(hint(1))
    hub.hear(hint(1, uuid.UUID(int=8)))
    hub.hear(hint(2))
    assert heard(stream) == RESYNC


@pytest.mark.django_db(transaction=True)
def test_a_sitter_listens_while_their_card_is_in_use() -> None:
    business = Business()
    user = business.user(Role.SITTER)
    ana = business.sitter()
    cookie = cookie_of(business, user)
    assert live.listener_of(cookie) is None, "nobody's sign-in yet"
    Sitter.objects.filter(pk=ana.pk).update(user=user)
    assert live.listener_of(cookie) == live.Listener(business.organization.pk, by_name=False)
    assert live.listener_of(cookie_of(business)) == live.Listener(business.organization.pk, by_name=True)
    Sitter.objects.filter(pk=ana.pk).update(is_active=False)
    assert live.listener_of(cookie) is None


def test_coming_back_brings_what_was_missed() -> None:
    hub = Hub()
    first = hub.join(1)
    assert first is not None
    hub.hear(hint(1, uuid.UUID(int=1)))
    last_id = heard(first).split("id: ")[1].split("\n")[0]
    hub.leave(first)
    hub.hear(hint(1, uuid.UUID(int=2)))
    hub.hear(hint(2, uuid.UUID(int=3)))
    again = hub.join(1, last_id)
    assert again is not None
    news = heard(again)
    assert str(uuid.UUID(int=2)) in news
    assert str(uuid.UUID(int=1)) not in news
    assert str(uuid.UUID(int=3)) not in news
    assert "resync" not in news


@pytest.mark.parametrize("last_id", ["", "nonsense", "other-1", "-", "x-y"])
def test_an_id_of_another_process_means_looking_again(last_id: str) -> None:
    stream = Hub().join(1, last_id)
    assert stream is not None
    assert heard(stream) == RESYNC


def test_what_is_no_longer_remembered_means_looking_again() -> None:
    hub = Hub()
    stream = hub.join(1)
    assert stream is not None
    hub.hear(hint(1))
    last_id = heard(stream).split("id: ")[1].split("\n")[0]
    hub.hear(hint(1))
    hub.resync()
    again = hub.join(1, last_id)
    assert again is not None
    assert heard(again) == RESYNC


def test_a_slow_page_holds_a_bounded_queue() -> None:
    hub = Hub()
    stream = hub.join(1)
    assert stream is not None
    for _ in range(10 * QUEUE):
        hub.hear(hint(1))
    news = heard(stream)
    assert news.startswith(RESYNC)
    assert news.count("\n\n") <= QUEUE


@pytest.mark.parametrize(
    "payload", ["", "{", "[]", "{}", '{"organization": 1}', '{"organization": 1, "thread": "x"}']
)
def test_a_hint_that_cannot_be_read_is_passed_over(payload: str) -> None:
    hub = Hub()
    stream = hub.join(1)
    assert stream is not None
    hub.hear(payload)
    assert heard(stream) == RESYNC


def test_a_business_has_a_bounded_number_of_streams(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "STREAMS_PER_BUSINESS", 2)
    hub = Hub()
    streams = [hub.join(1) for _ in range(3)]
    assert streams[2] is None
    assert streams[0] is not None
    hub.leave(streams[0])
    assert hub.join(1) is not None


def test_without_streams_the_page_is_told_to_poll() -> None:
    assert live.absent(RequestFactory().get("/live/")).status_code == 204


class Visitor:
    """One open page, as the server sees it."""

    def __init__(self, cookie: str = "", path: str = "/live/", method: str = "GET") -> None:
        headers = [(b"cookie", cookie.encode())] if cookie else []
        self.scope = {"type": "http", "method": method, "path": path, "headers": headers}
        self.status = 0
        self.said = ""
        self._leave = asyncio.Event()
        self._news = asyncio.Event()

    async def visit(self, application: Callable[..., Awaitable[None]]) -> None:
        await application(self.scope, self._receive, self._send)

    async def until(self, words: str) -> None:
        while words not in self.said:
            self._news.clear()
            await asyncio.wait_for(self._news.wait(), 5)

    def leave(self) -> None:
        self._leave.set()

    async def _receive(self) -> dict[str, Any]:
        await self._leave.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
        self.said += message.get("body", b"").decode()
        self._news.set()


def cookie_of(business: Business, user: Any = None) -> str:
    return f"sessionid={business.browser(user).cookies['sessionid'].value}"


@pytest.mark.django_db(transaction=True)
def test_a_committed_text_is_heard_at_once_by_its_business_only() -> None:
    business, other = Business(), Business("Other Pets")
    client = business.client()
    cookies = cookie_of(business), cookie_of(other)

    async def run() -> tuple[Visitor, Visitor, str]:
        application = Live()
        own, stranger = Visitor(cookies[0]), Visitor(cookies[1])
        visits = [asyncio.create_task(page.visit(application)) for page in (own, stranger)]
        await own.until("resync")
        await stranger.until("resync")
        await asyncio.sleep(0.3)
        message = await asyncio.to_thread(_text, business, client)
        await own.until(str(message.thread.public_id))
        own.leave()
        stranger.leave()
        await asyncio.wait_for(asyncio.gather(*visits), 5)
        await application.close()
        return own, stranger, str(message.thread.public_id)

    own, stranger, thread = asyncio.run(run())
    assert (own.status, stranger.status) == (200, 200)
    assert thread not in stranger.said
    assert "secret words" not in own.said


def _text(business: Business, client: Any) -> Any:
    from django.db import connection

    try:
        return business.text(client, "secret words")
    finally:
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_only_who_is_of_an_active_business_listens() -> None:
    business = Business()
    sitter = cookie_of(business, business.user(Role.SITTER))
    owner = cookie_of(business)
    business.organization.is_active = False
    business.organization.save()
    for cookie in ("", "sessionid=nonsense", "=;\x01", sitter, owner):
        visitor = Visitor(cookie)
        asyncio.run(visitor.visit(Live()))
        assert visitor.status == 403


@pytest.fixture
def application(own_database_settings: None) -> Any:
    """The live process' own. To load it is to be one, to the database as well."""
    from snoutos import asgi

    return asgi.application


def test_the_live_process_serves_nothing_else(application: Any) -> None:
    for path, method, status in (("/admin/", "GET", 404), ("/healthz", "GET", 200), ("/live/", "POST", 405)):
        visitor = Visitor(path=path, method=method)
        asyncio.run(visitor.visit(application))
        assert visitor.status == status
