"""The provider may deliver a text many times, also at once: it is one message, and every further delivery is recorded."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.test import Client as Browser

from messaging.models import Message, Participant, Thread, WebhookReceipt
from tests.business import Business, new_sid, open_business, stranger

DUPLICATE = "webhook.inbound.duplicate_rejected"


def at_once(business: Business, requests: list[dict[str, str]], *, width: int = 10) -> list[int]:
    """Post every request, `width` at a time, each over a connection of its own; the statuses."""
    gate = threading.Barrier(width)
    first = threading.local()

    def one(params: dict[str, str]) -> int:
        if not hasattr(first, "browser"):
            first.browser = Browser()
            gate.wait()
        mine = Business(**{**vars(business), "http": first.browser})
        try:
            return int(mine.post(params).status_code)
        finally:
            connection.close()

    with ThreadPoolExecutor(width) as pool:
        return list(pool.map(one, requests))


def repeated(make: Callable[[int], dict[str, str]], *, different: int, times: int) -> list[dict[str, str]]:
    wanted = [make(i) for i in range(different)]
    return [params for _ in range(times) for params in wanted]


def test_the_second_delivery_changes_nothing_and_is_recorded(business: Business) -> None:
    params = business.inbound_params("Hello")
    business.post(params)
    before = business.verbs()
    assert business.post(params).status_code == 200
    assert Message.objects.count() == 1
    assert WebhookReceipt.objects.count() == 1
    assert business.verbs() == [*before, DUPLICATE]


def test_a_changed_body_under_the_same_sid_is_still_the_same_text(business: Business) -> None:
    first = business.text("Hello")
    business.post(business.inbound_params("Other", MessageSid=first.provider_sid))
    assert list(Message.objects.values_list("body", flat=True)) == ["Hello"]


def test_the_same_sid_of_another_account_is_another_text(business: Business) -> None:
    first = business.text("Hello")
    other = open_business("Paws")
    assert other.text("Hello", MessageSid=first.provider_sid).thread != first.thread


@pytest.mark.django_db(transaction=True)
def test_fifty_at_once_are_one_message_each() -> None:
    business = open_business()
    requests = repeated(lambda i: business.inbound_params(f"text {i}"), different=3, times=50)
    assert set(at_once(business, requests)) == {200}
    assert sorted(Message.objects.values_list("body", flat=True)) == ["text 0", "text 1", "text 2"]
    assert business.verbs().count(DUPLICATE) == 3 * 49
    assert sorted(Message.objects.values_list("position", flat=True)) == [1, 2, 3]
    assert not WebhookReceipt.objects.exclude(state="done").exists()


@pytest.mark.django_db(transaction=True)
def test_eighty_posts_of_four_texts_of_one_new_sender_are_one_thread() -> None:
    business = open_business()
    sender = stranger()
    requests = repeated(
        lambda i: business.inbound_params(f"text {i}", sender=sender, MessageSid=new_sid()),
        different=4,
        times=20,
    )
    assert set(at_once(business, requests)) == {200}
    thread = Thread.objects.get()
    assert Participant.objects.get().e164 == sender
    positions = Message.objects.filter(thread=thread).order_by("position").values_list("position", flat=True)
    assert list(positions) == [1, 2, 3, 4]
    assert thread.last_position == 4
    assert not WebhookReceipt.objects.exclude(state="done").exists()
    assert business.verbs().count("thread.opened") == 1


@pytest.mark.django_db(transaction=True)
def test_stop_and_texts_at_once_end_without_a_deadlock() -> None:
    business = open_business()
    business.text("Hello")
    requests = [
        business.inbound_params(body) for body in ("STOP", "one", "START", "two", "STOP", "three") * 3
    ]
    assert set(at_once(business, requests, width=6)) == {200}
    assert not WebhookReceipt.objects.exclude(state="done").exists()
    assert Message.objects.count() == 19
