"""Where a phone's first text goes depends on what the number is for; on a pool number nobody is ever recognised."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from messaging.errors import NumberInUse
from messaging.inbound import receipts
from messaging.models import Delivery, Message, MessageNumber, Participant, Thread, WebhookReceipt
from messaging.numbers import lifecycle as numbers
from messaging.people import threads
from routing.models import RoutingDecision
from tests.business import Business, another_client, open_business, stranger


def party_of(message: Message) -> Participant:
    return Participant.objects.get(thread=message.thread)


def routed(message: Message) -> tuple[str, str]:
    decision = RoutingDecision.objects.get(message=message)
    return decision.target, decision.reason


def test_a_known_client_on_the_front_desk_is_linked(business: Business) -> None:
    party = party_of(business.text("Hello"))
    assert (party.role, party.client) == ("client", business.client)


def test_an_unknown_sender_on_the_front_desk_is_shown_as_such(business: Business) -> None:
    message = business.text("Do you have room?", sender=stranger())
    party = party_of(message)
    assert (party.role, party.client, party.sitter) == ("unknown", None, None)
    assert routed(message) == ("owner_inbox", "party_unmapped")
    assert business.alerts() == []


def test_a_sitters_own_phone_on_the_front_desk_opens_a_staff_thread(business: Business) -> None:
    message = business.text("I am ill today", sender=business.sitter.phone)
    assert message.thread.kind == "staff"
    assert (message.author_kind, message.sitter, message.audience) == ("sitter", business.sitter, "owner")
    assert routed(message) == ("owner_inbox", "staff_thread")
    assert not Delivery.objects.exists()


def test_a_known_client_on_a_sitter_number_gets_a_thread_over_it(business: Business) -> None:
    message = business.text("Hello", to=business.sitter_number.e164)
    party = party_of(message)
    assert (party.client, party.number) == (business.client, business.sitter_number)
    assert routed(message) == ("owner_inbox", "nobody_assigned")


def test_a_client_has_a_thread_for_each_number_they_text(business: Business) -> None:
    front = business.text("Hello")
    direct = business.text("Hello", to=business.sitter_number.e164)
    assert front.thread != direct.thread
    assert {front.thread.client, direct.thread.client} == {business.client}


def test_an_unknown_sender_on_a_sitter_number_goes_to_the_owner(business: Business) -> None:
    message = business.text("Hello", sender=stranger(), to=business.sitter_number.e164)
    assert party_of(message).role == "unknown"
    assert routed(message) == ("owner_inbox", "party_unmapped")


@pytest.mark.parametrize("who", ["a stranger", "a known client", "a sitter"])
def test_a_pool_number_never_joins_anybody(business: Business, who: str) -> None:
    business.thread()
    sender = {
        "a stranger": stranger(),
        "a known client": business.client_phone,
        "a sitter": business.sitter.phone,
    }[who]
    threads = set(Thread.objects.values_list("pk", flat=True))
    message = business.text("Hello?", sender=sender, to=business.pool.e164)
    assert message.thread_id not in threads
    assert message.thread.client is None
    party = party_of(message)
    assert (party.role, party.client, party.sitter) == ("unknown", None, None)
    assert business.alerts() == ["routing.unmapped_pool"]
    assert business.verbs().count("routing.unmapped_pool") == 1
    assert routed(message) == ("owner_inbox", "party_unmapped")
    assert not Delivery.objects.exists()


def test_a_pool_stranger_is_answered_once_when_the_business_wants_that(business: Business) -> None:
    business.organization.pool_auto_reply = "Please write to our main line."
    business.organization.save()
    sender = stranger()
    business.text("Hello?", sender=sender, to=business.pool.e164)
    business.text("Anybody?", sender=sender, to=business.pool.e164)
    reply = Delivery.objects.get()
    assert (reply.body, reply.sender, reply.recipient) == (
        "Please write to our main line.",
        business.pool.e164,
        sender,
    )
    assert reply.message.author_kind == "system"
    assert business.verbs().count("routing.unmapped_pool") == 1


def test_a_pool_stranger_who_opted_out_is_not_answered_and_not_lost(business: Business) -> None:
    business.organization.pool_auto_reply = "Please write to our main line."
    business.organization.save()
    sender = stranger()
    business.text("STOP", sender=sender)
    message = business.text("Hello?", sender=sender, to=business.pool.e164)
    assert message.thread.kind == "care"
    assert not Delivery.objects.exists()


def test_stop_on_a_pool_number_is_not_answered(business: Business) -> None:
    business.organization.pool_auto_reply = "Please write to our main line."
    business.organization.save()
    business.text("STOP", sender=stranger(), to=business.pool.e164)
    assert not Delivery.objects.exists()


def new_number(business: Business, e164: str, **more: Any) -> MessageNumber:
    return numbers.add(
        account=business.account,
        e164=e164,
        role="front_desk",
        by=business.owner,
        at=timezone.now(),
        **more,
    )


def test_a_text_to_an_unknown_number_waits_until_the_number_is_added(business: Business) -> None:
    later = "+16285558888"
    params = [business.inbound_params(body, to=later) for body in ("first", "second")]
    for posted in params:
        assert business.post(posted).status_code == 200
    assert not Message.objects.exists()
    assert set(WebhookReceipt.objects.values_list("state", flat=True)) == {"unrouted"}
    assert business.alerts() == ["number.unknown"]
    assert business.verbs().count("webhook.inbound.unrouted") == 2

    number = new_number(business, later)
    assert business.alerts() == []
    assert receipts.process_unrouted(number) == 2
    assert list(Message.objects.order_by("position").values_list("body", flat=True)) == ["first", "second"]
    assert set(WebhookReceipt.objects.values_list("state", flat=True)) == {"done"}
    assert receipts.process_unrouted(number) == 0


def test_the_sweep_finds_texts_whose_number_was_added_unheard(business: Business) -> None:
    business.post(business.inbound_params("Hello", to="+16285558889"))
    assert receipts.retry_failed() == 0
    new_number(business, "+16285558889")
    assert receipts.retry_failed() == 1
    assert Message.objects.get().body == "Hello"
    assert receipts.retry_failed() == 0


def test_a_number_that_another_business_adds_does_not_get_our_texts(business: Business) -> None:
    business.post(business.inbound_params("for us", to="+16285558887"))
    other = open_business("Paws")
    theirs = new_number(other, "+16285558887")
    assert receipts.process_unrouted(theirs) == 0
    assert receipts.retry_failed() == 0
    assert receipts.process_again(WebhookReceipt.objects.get()) is False
    assert WebhookReceipt.objects.get().state == "unrouted"
    assert not Message.objects.exists()


def test_a_resting_number_goes_to_the_owner_with_an_alert(business: Business) -> None:
    thread = business.thread()
    business.window(thread)
    business.pause()
    message = business.text("Hello")
    assert message.thread == thread
    assert routed(message) == ("owner_inbox", "number_quarantined")
    assert business.alerts() == ["number.quarantined_text"]
    assert not Delivery.objects.filter(state="queued").exists()


def test_a_sitters_text_over_a_resting_number_is_not_passed_on(business: Business) -> None:
    thread = business.thread()
    business.window(thread)
    line = Participant.objects.get(thread=thread, role="sitter")
    business.pause(line.number)
    message = business.text("On my way", sender=business.sitter.phone, to=line.number.e164)
    assert (message.thread, message.audience) == (thread, "owner")
    assert routed(message) == ("owner_inbox", "number_quarantined")
    assert not Delivery.objects.exists()


def test_a_number_given_back_is_unknown_until_it_is_bought_again(business: Business) -> None:
    first = business.text("Hello")
    old = business.front_desk
    business.release(old)
    business.post(business.inbound_params("Are you there?"))
    assert WebhookReceipt.objects.latest("pk").state == "unrouted"

    bought_again = new_number(business, old.e164)
    assert bought_again.pk != old.pk
    assert receipts.process_unrouted(bought_again) == 1
    message = Message.objects.get(body="Are you there?")
    assert message.thread != first.thread
    assert message.audience == "thread"
    assert Participant.objects.get(thread=message.thread).number == bought_again
    assert Participant.objects.get(thread=first.thread).left_at is not None


def test_a_number_in_use_cannot_be_added_twice(business: Business) -> None:
    with pytest.raises(NumberInUse):
        new_number(business, business.front_desk.e164)


def test_the_same_phone_is_another_person_in_another_business(business: Business) -> None:
    other = open_business("Paws")
    message = other.text("Hello", sender=business.client_phone)
    assert message.thread.client is None
    assert message.organization == other.organization
    assert not Message.objects.of(business.organization).exists()


def test_linking_an_unknown_sender_keeps_the_conversation(business: Business) -> None:
    sender = stranger()
    message = business.text("Hello?", sender=sender, to=business.pool.e164)
    client, _ = another_client(business)
    threads.link(message.thread, client, by=business.owner, at=timezone.now())
    following = business.text("It is me", sender=sender, to=business.pool.e164)
    assert following.thread == message.thread
    assert party_of(following).client == client
    assert business.alerts() == []
