"""A blocked party: kept, never unread, sent to nobody, sent nothing, on every number."""

from __future__ import annotations

import pytest
from django.utils import timezone

from automations.models import Execution
from messaging.errors import NotPossibleNow, PartyBlocked
from messaging.models import Delivery, Thread
from messaging.models.deliveries import DeliveryState
from messaging.outbound.queue.submit import Author, submit
from messaging.phones import blocking
from tests.automations.rules import active, settle
from tests.business import Business, stranger

pytestmark = pytest.mark.django_db


def block(business: Business, thread: Thread) -> None:
    blocking.block(thread, by=business.owner, at=timezone.now())


def test_their_texts_are_kept_and_nobody_is_troubled(business: Business) -> None:
    thread = business.thread()
    business.window(thread)
    rule = active(business, {"kind": "text_client", "body": "Got it"})
    block(business, thread)
    before = Thread.objects.get(pk=thread.pk).owner_position
    message = business.text("let me in")
    settle()
    assert message.audience == "owner"
    assert not message.deliveries.exists()
    assert Thread.objects.get(pk=thread.pk).owner_position == before
    assert not Execution.objects.filter(automation=rule).exists()


def test_an_emergency_alerts_the_owner_all_the_same(business: Business) -> None:
    thread = business.thread()
    block(business, thread)
    business.text("Biscuit ate chocolate and is vomiting blood, please help!")
    assert any("emergency" in kind for kind in business.alerts())


def test_nothing_is_sent_to_them_and_what_is_queued_is_canceled(business: Business) -> None:
    thread = business.thread()
    queued = submit(thread=thread, author=Author.owner(business.owner), body="Hi", at=timezone.now()).delivery
    assert queued is not None
    block(business, thread)
    assert Delivery.objects.get(pk=queued.pk).state == DeliveryState.CANCELED
    with pytest.raises(PartyBlocked):
        submit(thread=thread, author=Author.owner(business.owner), body="Hi", at=timezone.now())


def test_another_of_your_numbers_is_no_way_around(business: Business) -> None:
    e164 = stranger()
    thread = business.text("buy now", sender=e164).thread
    block(business, thread)
    other = business.text("buy now!", sender=e164, to=business.pool.e164)
    assert other.participant is not None
    assert other.participant.is_blocked
    assert "routing.unmapped_pool" not in business.alerts()


def test_unblocking_takes_it_back(business: Business) -> None:
    thread = business.thread()
    block(business, thread)
    with pytest.raises(NotPossibleNow):
        block(business, thread)
    blocking.unblock(thread, by=business.owner, at=timezone.now())
    with pytest.raises(NotPossibleNow):
        blocking.unblock(thread, by=business.owner, at=timezone.now())
    submit(thread=thread, author=Author.owner(business.owner), body="Hi", at=timezone.now())
    assert (
        business.verbs().count("thread.party_blocked")
        == business.verbs().count("thread.party_unblocked")
        == 1
    )


def test_a_sitters_phone_cannot_be_blocked(business: Business) -> None:
    office = business.text("Hi office", sender=business.sitter.phone).thread
    with pytest.raises(NotPossibleNow):
        block(business, office)
