"""Nothing is sent by itself to a machine: a short code, a name, another channel's address, or one of the business' own numbers."""

from __future__ import annotations

import pytest
from django.utils import timezone

from messaging.models import Delivery, Message
from messaging.outbound.queue import machines
from messaging.outbound.queue.submit import Author, submit
from tests.automations.rules import active, settle, steps
from tests.business import Business, stranger

pytestmark = pytest.mark.django_db

MACHINES = ("72345", "729725", "AMAZON", "Rover.com", "12345678", "+1234567")


@pytest.mark.parametrize("sender", MACHINES)
def test_no_rule_answers_a_machine(business: Business, sender: str) -> None:
    rule = active(business, {"kind": "text_client", "body": "We got your text."})
    message = business.text("Your code is 1234", sender=sender)
    settle()
    assert steps(rule) == [("text_client", "skipped", "only_a_machine")]
    assert not Delivery.objects.filter(thread=message.thread).exists()


def test_no_rule_answers_one_of_our_own_numbers(business: Business) -> None:
    rule = active(business, {"kind": "text_client", "body": "We got your text."})
    business.text("Hello", sender=business.pool.e164)
    settle()
    assert steps(rule) == [("text_client", "skipped", "only_a_machine")]


@pytest.mark.parametrize("sender", MACHINES)
def test_a_pool_number_answers_no_machine_by_itself(business: Business, sender: str) -> None:
    business.organization.pool_auto_reply = "Please text our main number."
    business.organization.save()
    business.text("Hello", sender=stranger(), to=business.pool.e164)
    assert Delivery.objects.count() == 1
    business.text("Your code is 1234", sender=sender, to=business.pool.e164)
    assert Delivery.objects.count() == 1


def test_a_person_may_write_to_one(business: Business) -> None:
    thread = business.text("Reply YES to confirm", sender="72345").thread
    said = submit(thread=thread, author=Author.owner(business.owner), body="YES", at=timezone.now())
    assert said.delivery is not None
    assert Message.objects.get(pk=said.message.pk).state == "accepted"


@pytest.mark.parametrize("address", ["+16195550120", "+4915112345678", "+6598765432"])
def test_a_phone_is_a_persons(business: Business, address: str) -> None:
    assert not machines.is_one(business.organization.pk, address)


@pytest.mark.parametrize("address", [*MACHINES, "whatsapp:+16195550120", "rcs:brand", "", "+1 619", "٧٢٣٤٥"])
def test_anything_else_is_a_machine(business: Business, address: str) -> None:
    assert machines.is_one(business.organization.pk, address)


DRIVING = "I’m driving with Focus turned on. I’ll see your message when I get where I’m going."


def test_no_rule_answers_an_automatic_reply_and_the_conversation_says_so(business: Business) -> None:
    rule = active(business, {"kind": "text_client", "body": "We got your text."})
    message = business.text(DRIVING)
    settle()
    assert steps(rule) == [("text_client", "skipped", "auto_reply")]
    assert not Delivery.objects.filter(thread=message.thread).exists()
    assert message.is_auto_reply
    business.browser.force_login(business.owner)
    page = business.browser.get(f"/admin/conversations/{message.thread.public_id}/").content.decode()
    assert "Auto-reply: automations don" in page
    business.text("Ok thanks")
    settle()
    assert steps(rule)[-1][:2] == ("text_client", "done")


def test_a_pool_number_answers_no_automatic_reply(business: Business) -> None:
    business.organization.pool_auto_reply = "Please text our main number."
    business.organization.save()
    business.text(DRIVING, sender=stranger(), to=business.pool.e164)
    assert not Delivery.objects.exists()
