"""STOP, START and HELP by text: spread over all numbers, kept from sitters, answered by the provider and not by us."""

from __future__ import annotations

import pytest
from django.utils import timezone

from messaging.assignments import windows
from messaging.consent.standing import is_opted_out
from messaging.inbound import process, receipts
from messaging.models import ConsentChange, Delivery, Message, Participant, Thread, WebhookReceipt
from messaging.outbound.queue.submit import Author, submit
from routing import access
from routing.models import RoutingDecision
from tests.business import Business, another_client


@pytest.fixture
def looked_after(business: Business) -> Thread:
    thread = business.thread()
    business.window(thread)
    return thread


def opted_out(business: Business) -> bool:
    return is_opted_out(business.organization.pk, business.client_phone)


def write(business: Business, thread: Thread) -> Delivery:
    said = submit(
        thread=thread, author=Author.owner(business.owner), body="See you at five", at=timezone.now()
    )
    assert said.delivery is not None
    return said.delivery


@pytest.mark.parametrize("body", ["STOP", "stop", " Stop.\n", "UNSUBSCRIBE!"])
def test_stop_opts_the_phone_out(business: Business, body: str) -> None:
    business.text(body)
    assert opted_out(business)
    assert "consent.opted_out" in business.verbs()


def test_stop_is_for_the_owner_alone(business: Business, looked_after: Thread) -> None:
    message = business.text("STOP")
    assert (message.thread, message.audience, message.state) == (looked_after, "owner", "received")
    assert not Delivery.objects.exists(), "neither to the sitter nor a confirmation"
    assert not access.messages(business.sitter_user, timezone.now()).filter(pk=message.pk).exists()
    decision = RoutingDecision.objects.get(message=message)
    assert (decision.target, decision.reason) == ("owner_inbox", "consent_word")


@pytest.mark.parametrize("body", ["START", "HELP", "info", "unstop"])
def test_start_and_help_are_for_the_owner_alone(business: Business, looked_after: Thread, body: str) -> None:
    assert business.text(body).audience == "owner"
    assert not Delivery.objects.exists()


def test_stop_cancels_what_is_queued_over_every_number(business: Business) -> None:
    over_front_desk = write(business, business.thread())
    direct = business.text("Hello", to=business.sitter_number.e164).thread
    over_sitter_number = write(business, direct)
    other_thread = business.text("Hi", sender=another_client(business)[1]).thread
    to_somebody_else = write(business, other_thread)
    business.text("STOP")
    for delivery in (over_front_desk, over_sitter_number):
        delivery.refresh_from_db()
        assert (delivery.state, delivery.reason) == ("canceled", "opted_out")
    to_somebody_else.refresh_from_db()
    assert to_somebody_else.state == "queued"
    assert business.verbs().count("message.outbound.canceled") == 2


def test_start_allows_texts_again(business: Business) -> None:
    business.text("STOP")
    business.text("START")
    assert not opted_out(business)
    assert write(business, business.thread()).state == "queued"


def test_yes_after_stop_is_a_start(business: Business) -> None:
    business.text("STOP")
    assert business.text("yes").audience == "owner"
    assert not opted_out(business)


@pytest.mark.parametrize("more", [{}, {"OptOutType": "START"}])
def test_yes_from_a_phone_that_gets_texts_is_an_answer(
    business: Business, looked_after: Thread, more: dict[str, str]
) -> None:
    message = business.text("Yes", **more)
    assert message.audience == "thread"
    assert Delivery.objects.get().recipient == business.sitter.phone
    assert not ConsentChange.objects.exists()


def test_the_providers_reading_counts(business: Business) -> None:
    business.text("arrêt", OptOutType="STOP")
    assert opted_out(business)
    assert ConsentChange.objects.get().words == "ARRÊT"


def test_a_change_keeps_who_when_words_and_source(business: Business) -> None:
    message = business.text("Quit.")
    change = ConsentChange.objects.get()
    receipt = message.receipt
    assert receipt is not None
    assert (change.e164, change.kind, change.words) == (business.client_phone, "opted_out", "QUIT")
    assert (change.source, change.message, change.at) == ("text", message, receipt.received_at)


def test_a_stop_that_was_tried_again_late_keeps_the_time_it_came(
    business: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ValueError

    with monkeypatch.context() as broken:
        broken.setattr(process, "_heed", fail)
        business.post(business.inbound_params("STOP"))
    business.text("START")
    receipts.process_again(WebhookReceipt.objects.get(state="failed"))
    assert Message.objects.filter(body="STOP").exists()
    assert not opted_out(business)


@pytest.mark.parametrize(
    ("word", "begins", "flagged"),
    [
        ("cancel", 24, True),
        ("End.", 24, True),
        ("cancel", -0.5, True),
        ("cancel", 72, False),
        ("stop", 24, False),
    ],
)
def test_cancel_with_a_visit_near_may_have_meant_the_visit(
    business: Business, word: str, begins: float, flagged: bool
) -> None:
    business.window(business.thread(), begins=begins, ends=begins + 1)
    business.text(word)
    assert opted_out(business)
    assert ("consent.cancel_near_visit" in business.alerts()) == flagged


def test_a_visit_in_another_conversation_of_the_client_counts(business: Business) -> None:
    direct = business.text("Hello", to=business.sitter_number.e164).thread
    business.window(direct, begins=1, ends=2)
    business.text("cancel")
    assert business.alerts() == ["consent.cancel_near_visit"]


def test_a_canceled_or_past_visit_is_not_near(business: Business) -> None:
    thread = business.thread()
    window = business.window(thread, begins=1, ends=2)
    windows.cancel(window, by=business.owner, at=timezone.now())
    business.text("cancel")
    assert business.alerts() == []


def test_a_sitters_stop_is_their_own(business: Business, looked_after: Thread) -> None:
    line = Participant.objects.get(thread=looked_after, role="sitter")
    message = business.text("cancel", sender=business.sitter.phone, to=line.number.e164)
    assert (message.audience, message.sitter) == ("owner", business.sitter)
    assert is_opted_out(business.organization.pk, business.sitter.phone)
    assert not opted_out(business)
    assert business.alerts() == ["consent.sitter_opted_out"], (
        "a sitter has no visit to cancel, but one they can't be reached in"
    )
    business.text("Is Biscuit ok?")
    assert not Delivery.objects.filter(state="queued").exists(), "they said STOP: it is the owner's"
    assert access.messages(business.sitter_user, timezone.now()).filter(body="Is Biscuit ok?").exists()


def test_a_first_text_of_stop_opens_a_thread_and_opts_out(business: Business) -> None:
    message = business.text("STOP")
    assert message.position == 1
    assert opted_out(business)
