"""Two start the same conversation at once, or the other side's first text arrives at that moment: it is one conversation."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from django.db import connection, transaction
from django.test import Client as Browser
from django.utils import timezone

from audit.record import Actor, recording
from messaging.models import Message, MessageNumber, Participant, Thread, WebhookReceipt
from messaging.people import office, participants, starting
from messaging.people.starting import Whom
from tests.business import Business, open_business, stranger

pytestmark = pytest.mark.django_db(transaction=True)

WIDTH = 8


def at_once(*jobs: Callable[[], object]) -> list[object]:
    """Run every job at the same moment, each over a connection of its own."""
    gate = threading.Barrier(len(jobs))

    def run(job: Callable[[], object]) -> object:
        connection.ensure_connection()
        gate.wait()
        try:
            return job()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))


def starts(business: Business, whom: Whom) -> Callable[[], object]:
    return lambda: starting.start(whom, by=business.owner, at=timezone.now())


def writes(business: Business, sender: str) -> Callable[[], object]:
    def write() -> int:
        mine = replace(business, http=Browser())
        return int(mine.post(business.inbound_params("Hello", sender=sender)).status_code)

    return write


def one_conversation(e164: str) -> Thread:
    """The only conversation there is with the phone. Nothing of another was left behind."""
    found: Thread = Participant.objects.select_related("thread").get(e164=e164).thread
    assert Thread.objects.get() == found
    return found


@pytest.mark.parametrize("known", [True, False], ids=["a client", "a number"])
@pytest.mark.parametrize("round_", range(5))
def test_owners_and_the_first_text_at_once_are_one_conversation(known: bool, round_: int) -> None:
    business = open_business()
    phone = business.client_phone if known else stranger()
    whom = Whom(client=business.client) if known else Whom(e164=phone)
    jobs = [starts(business, whom) for _ in range(WIDTH // 2)]
    jobs += [writes(business, phone) for _ in range(WIDTH // 2)]
    at_once(*(jobs if round_ % 2 else reversed(jobs)))
    thread = one_conversation(phone)
    assert thread.client == (business.client if known else None)
    assert Message.objects.filter(thread=thread).count() == WIDTH // 2
    assert not WebhookReceipt.objects.exclude(state="done").exists()
    assert business.verbs().count("thread.opened") == 1


def test_the_office_tells_a_sitter_something_while_the_owner_starts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What the office says by itself opens its conversation without holding the phone: the pair's unique key decides."""
    business = open_business()
    opened, looked = threading.Event(), threading.Event()
    find = participants.find_open

    def find_and_tell(number: MessageNumber, e164: str) -> Participant | None:
        """The owner's first look finds nothing, as before the other commits."""
        found = find(number, e164)
        if threading.current_thread() is threading.main_thread():
            looked.set()
        return found

    def tell() -> None:
        try:
            with transaction.atomic(), recording(actor=Actor.system()):
                assert office.line_to(business.sitter, timezone.now()) is not None
                opened.set()
                assert looked.wait(20)
        finally:
            connection.close()

    monkeypatch.setattr(participants, "find_open", find_and_tell)
    with ThreadPoolExecutor(1) as pool:
        telling = pool.submit(tell)
        assert opened.wait(20)
        begun = starting.start(Whom(sitter=business.sitter), by=business.owner, at=timezone.now())
        telling.result()
    assert not begun.is_new
    assert one_conversation(business.sitter.phone) == begun.thread
