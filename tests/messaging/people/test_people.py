"""Clients, sitters and their conversations: made, linked, closed, reopened, unlocked."""

from __future__ import annotations

import pytest
from django.utils import timezone

from messaging.errors import NotPossibleNow, PhoneInUse, ThreadIsClosed
from messaging.models import Client, ClientPhone, Participant, Sitter, Thread, ThreadRead
from messaging.models.threads import Role
from messaging.outbound.queue.submit import Author, submit
from messaging.people import clients, sitters, threads
from messaging.people.phones import BadPhone
from tests.business import Business, another_client, open_business, stranger


def create(business: Business, *phones: str, name: str = "Rosa") -> Client:
    return clients.create_client(
        organization=business.organization, name=name, phones=phones, by=business.owner, at=timezone.now()
    )


def test_a_client_has_the_phones_they_text_from(business: Business) -> None:
    client = create(business, "(619) 555-0188", "+44 20 7946 0018")
    assert set(client.phones.values_list("e164", flat=True)) == {"+16195550188", "+442079460018"}
    assert business.verbs().count("people.client_created") == 2


def test_a_phone_of_another_client_is_refused_and_nothing_is_made(business: Business) -> None:
    before = Client.objects.count()
    with pytest.raises(PhoneInUse):
        create(business, "+16195550188", business.client_phone)
    assert Client.objects.count() == before
    assert not ClientPhone.objects.filter(e164="+16195550188").exists()


def test_the_phone_may_be_a_client_of_another_business(business: Business) -> None:
    assert create(open_business("Paws"), business.client_phone).pk


def test_what_is_no_phone_is_refused(business: Business) -> None:
    with pytest.raises(BadPhone):
        create(business, "call me")


def test_a_sitters_phone_is_one_sitters(business: Business) -> None:
    with pytest.raises(PhoneInUse):
        sitters.create_sitter(
            organization=business.organization,
            name="Ben",
            phone=business.sitter.phone,
            by=business.owner,
            at=timezone.now(),
        )


def link(business: Business, thread: Thread, client: Client) -> Thread:
    return threads.link(thread, client, by=business.owner, at=timezone.now())


def test_linking_makes_it_the_clients_conversation(business: Business) -> None:
    phone = stranger()
    thread = business.text("Hello?", sender=phone).thread
    client, _ = another_client(business)
    assert link(business, thread, client).client == client
    party = Participant.objects.get(thread=thread)
    assert (party.role, party.client) == (Role.CLIENT, client)
    assert client.phones.filter(e164=phone).exists()
    assert business.verbs().count("thread.party_linked") == 1


def test_who_is_known_already_cannot_be_linked_to_another(business: Business) -> None:
    with pytest.raises(NotPossibleNow):
        link(business, business.thread(), another_client(business)[0])


def test_a_phone_of_another_client_cannot_be_linked(business: Business) -> None:
    """Dana texts a pool number: they are unknown there, and stay Dana's phone."""
    thread = business.text("Hello?", to=business.pool.e164).thread
    with pytest.raises(PhoneInUse):
        link(business, thread, another_client(business)[0])
    assert Participant.objects.get(thread=thread).role == "unknown"
    assert link(business, thread, business.client).client == business.client


def test_closing_cancels_what_is_queued_and_is_recorded_once(business: Business) -> None:
    thread = business.thread()
    said = submit(thread=thread, author=Author.owner(business.owner), body="Bye", at=timezone.now())
    for _ in range(2):
        threads.close_thread(thread, by=business.owner, at=timezone.now())
    assert said.delivery is not None
    said.delivery.refresh_from_db()
    assert (said.delivery.state, said.delivery.reason) == ("canceled", "thread_closed")
    assert business.verbs().count("thread.closed") == 1
    with pytest.raises(ThreadIsClosed):
        submit(thread=thread, author=Author.owner(business.owner), body="Bye", at=timezone.now())
    assert threads.reopen_thread(thread, by=business.owner, at=timezone.now()).state == "open"


def test_reading_never_moves_back_unless_it_is_said(business: Business) -> None:
    business.text("one")
    thread = Thread.objects.get(pk=business.text("two").thread_id)
    threads.mark_read(thread, business.owner)
    assert ThreadRead.objects.get().position == 2
    stale = Thread(pk=thread.pk, organization=business.organization, last_position=1)
    threads.mark_read(stale, business.owner)
    assert ThreadRead.objects.get().position == 2, "a page that was loaded earlier"
    threads.mark_read(thread, business.owner, position=1)
    assert ThreadRead.objects.get().position == 1, "marked unread"


def test_a_sitter_who_is_not_locked_cannot_be_unlocked(business: Business) -> None:
    with pytest.raises(NotPossibleNow):
        sitters.unlock(business.sitter, by=business.owner, at=timezone.now())
    Sitter.objects.update(sending_locked_at=timezone.now())
    assert sitters.unlock(business.sitter, by=business.owner, at=timezone.now()).sending_locked_at is None
