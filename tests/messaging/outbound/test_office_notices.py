"""What the office says to a sitter comes from its own conversation with them; an answer reaches the office and never a client."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from audit.record import Actor, recording
from messaging.assignments import windows
from messaging.models import ClientPhone, Delivery, Message, MessageNumber, Participant, Sitter, Thread
from messaging.models.threads import ThreadKind, ThreadState
from messaging.outbound.queue import notices
from messaging.outbound.queue.relay import text_sitter
from messaging.outbound.queue.submit import Author, submit
from messaging.people import participants, threads
from messaging.review import decisions as review
from tests.business import Business, another_client, stranger

pytestmark = pytest.mark.django_db

CONTACT = "call me at 619-701-0558"


@pytest.fixture
def looked_after(business: Business) -> Thread:
    thread = business.thread()
    business.window(thread)
    return thread


def line_of(business: Business, thread: Thread) -> Participant:
    with transaction.atomic(), recording(actor=Actor.system()):
        line = participants.sitter_participant(thread, business.sitter, timezone.now())
    assert line is not None
    return line


def from_sitter(business: Business, thread: Thread, body: str, **more: str) -> Message:
    return business.text(body, sender=business.sitter.phone, to=line_of(business, thread).number.e164, **more)


def told(business: Business) -> Delivery:
    """The last text to the sitter that the office wrote."""
    found: Delivery = Delivery.objects.filter(
        recipient=business.sitter.phone, message__author_kind__in=["system", "automation"]
    ).latest("pk")
    return found


def hold(business: Business, thread: Thread) -> Message:
    return from_sitter(business, thread, CONTACT)


def reject(business: Business, thread: Thread) -> None:
    held = hold(business, thread)
    review.reject(held, by=business.owner, note="No numbers, please", at=timezone.now())


def lock(business: Business, thread: Thread) -> None:
    Sitter.objects.filter(pk=business.sitter.pk).update(sending_locked_at=timezone.now())
    from_sitter(business, thread, "Hi")


def late(business: Business, thread: Thread) -> None:
    line_of(business, thread)
    thread.windows.update(ends_at=timezone.now())
    from_sitter(business, thread, "One more thing")


def client_stopped(business: Business, thread: Thread) -> None:
    business.text("STOP")
    from_sitter(business, thread, "Hi")


def window_changed(business: Business, thread: Thread) -> None:
    from_sitter(business, thread, "Hi")
    windows.end(thread.windows.get(), by=business.owner, at=timezone.now())


def by_rule(business: Business, thread: Thread) -> None:
    text_sitter(
        thread=thread,
        sitter=business.sitter,
        author=Author.automation(1),
        body="Please have a look",
        at=timezone.now(),
        origin_key="rule",
    )


ALL = [hold, reject, lock, late, client_stopped, window_changed, by_rule]


@pytest.mark.parametrize("happens", ALL, ids=lambda one: one.__name__)
def test_the_office_speaks_from_its_own_conversation(
    business: Business, looked_after: Thread, happens: object
) -> None:
    line_of(business, looked_after)
    happens(business, looked_after)  # type: ignore[operator]
    notice = told(business)
    assert notice.sender == business.front_desk.e164
    assert notice.thread.kind == ThreadKind.STAFF
    assert notice.message.thread_id == notice.thread_id != looked_after.pk


@pytest.mark.parametrize("answer", ["Ok, sorry!", "Liked “{}”", "👍 to “{}”"])
@pytest.mark.parametrize("happens", ALL, ids=lambda one: one.__name__)
def test_an_answer_reaches_the_office_and_never_the_client(
    business: Business, looked_after: Thread, happens: object, answer: str
) -> None:
    line_of(business, looked_after)
    happens(business, looked_after)  # type: ignore[operator]
    notice = told(business)
    before = Delivery.objects.filter(recipient=business.client_phone).count()
    message = business.text(answer.format(notice.body), sender=business.sitter.phone, to=notice.sender)
    assert Delivery.objects.filter(recipient=business.client_phone).count() == before
    assert message.thread_id == notice.thread_id
    assert message.audience == "owner"


@pytest.mark.parametrize("form", ["Liked “{}”", "👍 to “{}”", "Removed a like from “{}”"])
@pytest.mark.parametrize("happens", ALL, ids=lambda one: one.__name__)
def test_a_reaction_to_the_office_that_arrives_on_a_clients_line_stays_with_the_office(
    business: Business, looked_after: Thread, happens: object, form: str
) -> None:
    line = line_of(business, looked_after)
    happens(business, looked_after)  # type: ignore[operator]
    notice = told(business)
    before = Delivery.objects.filter(recipient=business.client_phone).count()
    message = business.text(form.format(notice.body), sender=business.sitter.phone, to=line.number.e164)
    assert Delivery.objects.filter(recipient=business.client_phone).count() == before
    assert (message.reacts_to_id, message.thread_id) == (notice.message_id, notice.thread_id)


def test_the_words_are_the_offices(business: Business, looked_after: Thread) -> None:
    hold(business, looked_after)
    assert told(business).body == "The office is checking your text before it's sent. No need to resend."


def test_the_owners_reason_reaches_the_sitter(business: Business, looked_after: Thread) -> None:
    reject(business, looked_after)
    assert told(business).body == notices.REJECTED_BECAUSE.format(reason="No numbers, please")


def test_a_reason_with_a_clients_number_in_it_is_not_told(business: Business, looked_after: Thread) -> None:
    held = hold(business, looked_after)
    review.reject(held, by=business.owner, note="She said 619-701-0558 is hers", at=timezone.now())
    assert told(business).body == notices.REJECTED


def test_a_sitter_with_two_clients_is_told_which_one_it_is_about(
    business: Business, looked_after: Thread
) -> None:
    line_of(business, looked_after)
    other = business.text("Hi", sender=another_client(business, "Sam Smith")[1]).thread
    business.window(other)
    hold(business, other)
    assert told(business).body == f"About Sam: {notices.HELD}"


def test_all_notices_share_one_conversation_with_what_the_sitter_writes_to_the_office(
    business: Business, looked_after: Thread
) -> None:
    mine = business.text("Hello office", sender=business.sitter.phone).thread
    hold(business, looked_after)
    assert told(business).thread_id == mine.pk
    assert Thread.objects.filter(kind=ThreadKind.STAFF).count() == 1


def test_a_closed_conversation_is_opened_for_it(business: Business, looked_after: Thread) -> None:
    mine = business.text("Hello office", sender=business.sitter.phone).thread
    threads.close_thread(mine, by=business.owner, at=timezone.now())
    hold(business, looked_after)
    mine.refresh_from_db()
    assert (mine.state, told(business).thread_id) == (ThreadState.OPEN, mine.pk)


def test_without_a_front_desk_number_the_conversation_says_that_nobody_told_them(
    business: Business, looked_after: Thread
) -> None:
    line_of(business, looked_after)
    MessageNumber.objects.filter(pk=business.front_desk.pk).update(role="pool")
    held = from_sitter(business, looked_after, CONTACT)
    note = Message.objects.filter(thread=looked_after, is_note=True).get()
    assert held.state == "held"
    assert "no front desk number" in note.body
    assert not Delivery.objects.filter(message__author_kind="system").exists()


def test_a_sitter_who_said_stop_is_not_told_and_the_conversation_says_so(
    business: Business, looked_after: Thread
) -> None:
    line_of(business, looked_after)
    business.text("STOP", sender=business.sitter.phone)
    hold(business, looked_after)
    assert "texted STOP" in Message.objects.get(thread=looked_after, is_note=True).body
    assert not Delivery.objects.filter(message__author_kind="system").exists()


def test_who_signs_in_and_has_no_phone_reads_it_there(business: Business, looked_after: Thread) -> None:
    Sitter.objects.filter(pk=business.sitter.pk).update(phone="")
    business.sitter.refresh_from_db()
    said = submit(
        thread=looked_after,
        author=Author.sitter_by_app(business.sitter, business.sitter_user),
        body=CONTACT,
        at=timezone.now(),
    )
    review.reject(said.message, by=business.owner, note="No numbers", at=timezone.now())
    assert not Message.objects.filter(thread=looked_after, is_note=True).exists()


def test_a_rejected_text_from_the_app_is_told_by_text_too(business: Business, looked_after: Thread) -> None:
    said = submit(
        thread=looked_after,
        author=Author.sitter_by_app(business.sitter, business.sitter_user),
        body=CONTACT,
        at=timezone.now(),
    )
    review.reject(said.message, by=business.owner, note="No numbers", at=timezone.now())
    assert told(business).sender == business.front_desk.e164


def test_what_the_phone_wrote_as_a_stranger_becomes_the_offices_conversation(
    business: Business, looked_after: Thread
) -> None:
    phone = stranger()
    earlier = business.text("Hi, I'm the new sitter", sender=phone).thread
    Sitter.objects.filter(pk=business.sitter.pk).update(phone=phone)
    business.sitter.refresh_from_db()
    hold(business, looked_after)
    assert told(business).thread_id == earlier.pk
    assert told(business).thread.kind == ThreadKind.STAFF


def test_a_sitter_whose_phone_is_a_clients_is_texted_over_another_front_desk_or_the_conversation_says_so(
    business: Business, looked_after: Thread
) -> None:
    # Two cards with one phone: an older version allowed it.
    ClientPhone.objects.create(
        organization=business.organization, client=business.client, e164=business.sitter.phone
    )
    business.text("Hi", sender=business.sitter.phone)
    line_of(business, looked_after)
    hold(business, looked_after)
    assert "belongs to a client" in Message.objects.get(thread=looked_after, is_note=True).body
    MessageNumber.objects.filter(pk=business.pool.pk).update(role="front_desk")
    hold(business, looked_after)
    assert told(business).sender == business.pool.e164


def test_nothing_is_told_twice(business: Business, looked_after: Thread) -> None:
    at = timezone.now() - timedelta(seconds=1)
    for _ in range(2):
        with transaction.atomic(), recording(actor=Actor.system(), at=at):
            notices.tell(business.sitter, notices.HELD, about=looked_after, key="once", at=at)
    assert Delivery.objects.filter(body=notices.HELD).count() == 1
