"""Approving several at once: of one sender and kind only, each once."""

from __future__ import annotations

import pytest
from django.utils import timezone

from messaging.assignments import windows
from messaging.consent import changes as consent
from messaging.errors import AlreadyReviewed, NotAlike, OptedOut
from messaging.models import Delivery, Message
from messaging.outbound.queue.submit import Author, submit
from messaging.review import decisions, together
from messaging.review.together import Together
from tests.business import Business, another_client
from tests.messaging.review.held import LEAK, hold

pytestmark = pytest.mark.django_db
MAIL = "mail ana.pets@gmail.com"


def approve(business: Business, *messages: Message) -> Together:
    return together.approve(messages, by=business.owner, at=timezone.now())


def test_texts_of_one_sender_and_kind_all_leave_oldest_first(business: Business) -> None:
    first, second = hold(business), hold(business, "or 212 555 0148")
    done = approve(business, second, first)
    assert [message.pk for message in done.approved] == [first.pk, second.pk]
    assert list(Delivery.objects.order_by("pk").values_list("body", flat=True)) == [LEAK, "or 212 555 0148"]
    assert {m.reviewed_by for m in Message.objects.filter(pk__in=[first.pk, second.pk])} == {business.owner}


def test_over_several_conversations(business: Business) -> None:
    _, phone = another_client(business)
    other = business.text("Hello", sender=phone).thread
    first, second = hold(business), hold(business, thread=other)
    assert len(approve(business, first, second).approved) == 2


def test_another_kind_or_another_sender_is_refused_and_none_leaves(business: Business) -> None:
    first, mail = hold(business), hold(business, MAIL)
    system = submit(thread=first.thread, author=Author.system(), body=LEAK, at=timezone.now()).message
    for other in (mail, system):
        with pytest.raises(NotAlike):
            approve(business, first, other)
    with pytest.raises(NotAlike):
        approve(business)
    assert not Delivery.objects.exists()


def test_a_text_held_for_something_else_is_looked_at_alone(business: Business) -> None:
    message = hold(business)
    Message.objects.filter(pk=message.pk).update(held_reason="detector_failed")
    with pytest.raises(NotAlike):
        approve(business, Message.objects.get(pk=message.pk))


def test_what_somebody_decided_meanwhile_is_left_and_told(business: Business) -> None:
    first, second = hold(business), hold(business)
    decisions.reject(first, by=business.owner, note="no", at=timezone.now())
    done = approve(business, first, second)
    assert [message.pk for message in done.approved] == [second.pk]
    [(left, error)] = done.left
    assert (left.pk, type(error)) == (first.pk, AlreadyReviewed)
    assert not Delivery.objects.filter(message=first).exists()
    assert [type(error) for _, error in approve(business, first, second).left] == [AlreadyReviewed] * 2
    assert Delivery.objects.filter(message=second).count() == 1


def test_what_may_not_leave_stays_and_the_others_go(business: Business) -> None:
    _, phone = another_client(business)
    other = business.text("Hello", sender=phone).thread
    first, second = hold(business), hold(business, thread=other)
    consent.opt_out(business.organization, phone, by=business.owner, at=timezone.now())
    done = approve(business, first, second)
    assert [message.pk for message in done.approved] == [first.pk]
    assert [type(error) for _, error in done.left] == [OptedOut]
    assert Message.objects.get(pk=second.pk).state == "held"


def test_an_ended_window_does_not_matter(business: Business) -> None:
    first, second = hold(business), hold(business)
    windows.end(first.thread.windows.get(), by=business.owner, at=timezone.now())
    assert len(approve(business, first, second).approved) == 2
