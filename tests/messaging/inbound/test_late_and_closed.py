"""Late replies, closed conversations, blocked phones: for the owner, never for anybody else."""

from __future__ import annotations

import pytest
from django.utils import timezone

from messaging.models import Delivery, Message, Participant, Thread
from messaging.people import threads
from routing import access
from routing.models import RoutingDecision
from tests.business import Business, another_client


@pytest.fixture
def looked_after(business: Business) -> Thread:
    """The client's thread while the sitter is in charge."""
    thread = business.thread()
    business.window(thread)
    return thread


def reason_of(message: Message) -> tuple[str, str]:
    decision = RoutingDecision.objects.get(message=message)
    return decision.target, decision.reason


def seen_by_sitter(business: Business) -> set[str]:
    return set(access.messages(business.sitter_user, timezone.now()).values_list("body", flat=True))


def move_to_sitter_number(business: Business, thread: Thread) -> None:
    """What moving does: the outside pair closes and another opens, in the same thread."""
    now = timezone.now()
    old = Participant.objects.get(thread=thread, role="client", left_at__isnull=True)
    Participant.objects.filter(pk=old.pk).update(left_at=now)
    Participant.objects.create(
        organization=business.organization,
        thread=thread,
        number=business.sitter_number,
        e164=old.e164,
        role="client",
        client=business.client,
    )


def test_a_reply_to_the_number_before_a_move_is_for_the_owner_alone(
    business: Business, looked_after: Thread
) -> None:
    move_to_sitter_number(business, looked_after)
    late = business.text("Late", to=business.front_desk.e164)
    assert (late.thread, late.audience) == (looked_after, "owner")
    assert reason_of(late) == ("owner_inbox", "late_reply")
    assert not Delivery.objects.filter(message=late).exists()
    assert "Late" not in seen_by_sitter(business)


def test_after_a_move_texts_to_the_new_number_are_in_the_same_thread(
    business: Business, looked_after: Thread
) -> None:
    move_to_sitter_number(business, looked_after)
    message = business.text("New way", to=business.sitter_number.e164)
    assert (message.thread, message.audience) == (looked_after, "thread")
    assert reason_of(message) == ("sitter", "window_in_force")


def test_a_late_reply_opens_no_thread_and_no_participant(business: Business, looked_after: Thread) -> None:
    move_to_sitter_number(business, looked_after)
    before = Participant.objects.count()
    business.text("Late", to=business.front_desk.e164)
    assert Thread.objects.count() == 1
    assert Participant.objects.count() == before


def test_a_sitters_reply_over_a_released_line_is_for_the_owner_alone(
    business: Business, looked_after: Thread
) -> None:
    line = Participant.objects.get(thread=looked_after, role="sitter")
    Participant.objects.filter(pk=line.pk).update(left_at=timezone.now())
    late = business.text("Late", sender=business.sitter.phone, to=line.number.e164)
    assert (late.thread, late.audience, late.sitter) == (looked_after, "owner", business.sitter)
    assert reason_of(late) == ("owner_inbox", "late_reply")
    assert not Delivery.objects.exists()


def test_of_two_closed_pairs_the_last_thread_gets_the_late_reply(business: Business) -> None:
    older = business.thread()
    _, phone = another_client(business)
    newer = business.text("Hi", sender=phone).thread
    Participant.objects.filter(thread=older).update(left_at=timezone.now())
    Participant.objects.filter(thread=newer).update(e164=business.client_phone, left_at=timezone.now())
    assert business.text("Late").thread == newer


def test_the_next_text_reopens_a_closed_conversation(business: Business, looked_after: Thread) -> None:
    threads.close_thread(looked_after, by=business.owner, at=timezone.now())
    first = business.text("Still there?")
    assert first.thread == looked_after
    assert reason_of(first) == ("owner_inbox", "thread_closed")
    assert business.verbs().count("thread.reopened") == 1
    looked_after.refresh_from_db()
    assert looked_after.state == "open"
    assert reason_of(business.text("Hello?")) == ("sitter", "window_in_force")
    assert business.verbs().count("thread.reopened") == 1


def test_a_blocked_phone_reaches_the_owner_only(business: Business, looked_after: Thread) -> None:
    Participant.objects.filter(thread=looked_after, role="client").update(is_blocked=True)
    message = business.text("Let me through")
    assert message.audience == "owner"
    assert reason_of(message) == ("owner_inbox", "party_blocked")
    assert not Delivery.objects.exists()
    assert "Let me through" not in seen_by_sitter(business)


def test_an_inactive_sitter_gets_nothing(business: Business, looked_after: Thread) -> None:
    business.sitter.is_active = False
    business.sitter.save()
    message = business.text("Hello?")
    assert reason_of(message) == ("owner_inbox", "window_sitter_inactive")
    assert not Delivery.objects.exists()
