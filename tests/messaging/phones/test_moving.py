"""A conversation moves to another of the business' numbers; nothing is lost, doubled or mixed on the way."""

from __future__ import annotations

import pytest
from django.utils import timezone

from messaging.errors import NotForClients, NotPossibleNow, NumberResting, PhoneInUse
from messaging.models import Delivery, MessageNumber, Participant, Thread
from messaging.models.deliveries import DeliveryState
from messaging.models.threads import LeftReason, ThreadKind, ThreadState
from messaging.outbound.queue.submit import Author, submit
from messaging.people import participants
from messaging.phones import moving
from tests.business import Business, another_client, number_of, stranger

pytestmark = pytest.mark.django_db


@pytest.fixture
def other(business: Business) -> MessageNumber:
    return number_of(business.account, "front_desk")


def move(business: Business, thread: Thread, to: MessageNumber) -> Participant:
    return moving.move(thread, to, by=business.owner, at=timezone.now())


def test_texts_go_both_ways_over_the_new_number(business: Business, other: MessageNumber) -> None:
    thread = business.thread()
    move(business, thread, other)
    said = submit(thread=thread, author=Author.owner(business.owner), body="Hello", at=timezone.now())
    assert said.delivery is not None
    assert said.delivery.sender == other.e164
    assert business.text("Hi", to=other.e164).thread_id == thread.pk
    assert business.verbs().count("thread.moved") == 1


@pytest.mark.parametrize("paused", [False, True])
def test_a_text_to_the_old_number_finds_the_conversation_where_it_is_now(
    business: Business, other: MessageNumber, paused: bool
) -> None:
    thread = business.thread()
    business.window(thread)
    move(business, thread, other)
    if paused:
        business.pause()
    message = business.text("Still here?")
    assert message.thread_id == thread.pk
    assert message.audience == "thread"
    assert message.deliveries.get().recipient == business.sitter.phone
    assert "number.quarantined_text" not in business.alerts()


def test_what_is_queued_leaves_over_the_new_number_once(business: Business, other: MessageNumber) -> None:
    thread = business.thread()
    bodies = ["One", "Two", "Three"]
    for body in bodies:
        submit(thread=thread, author=Author.owner(business.owner), body=body, at=timezone.now())
    assert moving.preview(thread, other).touched.queued == 3
    move(business, thread, other)
    old = Delivery.objects.filter(thread=thread, sender=business.front_desk.e164).order_by("pk")
    new = Delivery.objects.filter(thread=thread, sender=other.e164).order_by("pk")
    assert {one.state for one in old} == {DeliveryState.CANCELED}
    assert [one.body for one in new] == bodies
    assert [one.retry_of_id for one in new] == [one.pk for one in old]
    assert {one.state for one in new} == {DeliveryState.QUEUED}


def test_a_pair_that_is_an_unknown_senders_is_joined_and_closed(
    business: Business, other: MessageNumber
) -> None:
    thread, e164 = business.text("hello", sender=stranger()).thread, ""
    e164 = participants.outside_party(thread).e164
    second = business.text("hello again", sender=e164, to=other.e164).thread
    shown = moving.preview(thread, other)
    assert shown.joined == second
    move(business, thread, other)
    second.refresh_from_db()
    assert second.state == ThreadState.CLOSED
    assert Participant.objects.get(thread=second).left_reason == LeftReason.MERGED
    assert business.text("third", sender=e164, to=other.e164).thread_id == thread.pk


def test_numbers_that_cannot_carry_it_are_refused(business: Business, other: MessageNumber) -> None:
    thread = business.thread()
    with pytest.raises(NotPossibleNow):
        move(business, thread, business.front_desk)
    with pytest.raises(NotForClients):
        move(business, thread, business.pool)
    business.pause(other)
    with pytest.raises(NumberResting):
        move(business, thread, other)
    assert participants.outside_party(thread).number == business.front_desk


def test_a_pair_of_another_client_is_refused_with_the_name(business: Business, other: MessageNumber) -> None:
    thread = business.thread()
    sam, _ = another_client(business)
    theirs = business.text("x", to=other.e164).thread
    Participant.objects.filter(thread=theirs).update(client=sam, role="client")
    Thread.objects.filter(pk=theirs.pk).update(client=sam)
    with pytest.raises(PhoneInUse, match="Sam"):
        move(business, thread, other)


def test_off_the_pool_number_a_phone_is_whose_it_is(business: Business, other: MessageNumber) -> None:
    of_client = business.text("Hi", to=business.pool.e164).thread
    of_sitter = business.text("Hi", sender=business.sitter.phone, to=business.pool.e164).thread
    move(business, of_client, other)
    move(business, of_sitter, other)
    of_client.refresh_from_db()
    of_sitter.refresh_from_db()
    assert of_client.client_id == business.client.pk
    assert participants.outside_party(of_client).client_id == business.client.pk
    assert of_sitter.kind == ThreadKind.STAFF
    assert participants.outside_party(of_sitter).sitter_id == business.sitter.pk
    assert business.text("Me again", to=other.e164).thread_id == of_client.pk
