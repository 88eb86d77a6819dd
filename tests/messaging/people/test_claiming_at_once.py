"""Whose a phone is, decided at the same moment by two: one is told, and no conversation is left with a stranger who is known."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from django.utils import timezone

from messaging.errors import MessagingError, PhoneInUse
from messaging.models import Client, ClientPhone, Participant, Sitter, Thread
from messaging.models.threads import Role
from messaging.people import clients, participants, sitters, threads
from messaging.phones import sitters as sitter_phones
from tests.business import Business, open_business, stranger
from tests.messaging.people.test_starting_at_once import at_once, writes

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 12
START = 0.005  # seconds


def told(verb: Callable[[], object]) -> Callable[[], object]:
    """The verb's answer, or its refusal in words."""

    def run() -> object:
        try:
            return verb()
        except MessagingError as refused:
            return refused

    return run


def adds_client(business: Business, phone: str, name: str) -> Callable[[], object]:
    return told(
        lambda: clients.create_client(
            organization=business.organization,
            name=name,
            phones=[phone],
            by=business.owner,
            at=timezone.now(),
        )
    )


def adds_sitter(business: Business, phone: str) -> Callable[[], object]:
    return told(
        lambda: sitters.create_sitter(
            organization=business.organization, name="Ben", phone=phone, by=business.owner, at=timezone.now()
        )
    )


def test_of_many_who_add_one_phone_one_has_it_and_what_it_writes_meanwhile_is_theirs() -> None:
    for round_ in range(ROUNDS):
        business, phone = open_business(), stranger()
        jobs = [adds_client(business, phone, f"Rosa {n}") for n in range(3)]
        jobs += [adds_sitter(business, phone), writes(business, phone), writes(business, phone)]
        found = at_once(*(jobs if round_ % 2 else reversed(jobs)))
        made = [one for one in found if isinstance(one, Client | Sitter)]
        assert len(made) == 1, found
        assert sum(isinstance(one, PhoneInUse) for one in found) == 3
        party = Participant.objects.of(business.organization).get(e164=phone)
        assert party.role != Role.UNKNOWN
        assert made[0] in (party.client, party.sitter)


def test_a_sitter_who_gets_the_phone_and_a_client_who_is_linked_to_it() -> None:
    """Both take the phone before the conversation: whoever is second is refused, and nobody waits for the other in a circle.

    Whoever wins gives the other a little more of a start, so that on a busy machine too each wins some rounds.
    """
    won = {"sitter": 0, "client": 0}
    for round_ in range(ROUNDS):
        business, phone = open_business(), stranger()
        thread = business.text("Hi", sender=phone).thread
        business.text("I am ill", sender=business.sitter.phone)

        def change(business: Business = business, phone: str = phone) -> object:
            time.sleep(won["sitter"] * START)
            return sitter_phones.change_phone(
                business.sitter, new=phone, by=business.owner, at=timezone.now()
            )

        def link(business: Business = business, thread: Thread = thread) -> object:
            time.sleep(won["client"] * START)
            return threads.link(thread, business.client, by=business.owner, at=timezone.now())

        jobs = [told(change), told(link)]
        found = at_once(*(jobs if round_ % 2 else reversed(jobs)))
        assert sum(isinstance(one, MessagingError) for one in found) == 1, found
        on_card = ClientPhone.objects.of(business.organization).filter(e164=phone).exists()
        has_sitter = Sitter.objects.filter(pk=business.sitter.pk, phone=phone).exists()
        assert on_card is not has_sitter
        party = participants.find_open(business.front_desk, phone)
        assert party is not None
        assert party.role == (Role.SITTER if has_sitter else Role.CLIENT)
        won["sitter" if has_sitter else "client"] += 1
    assert all(won.values()), f"one side always won, which shows nothing: {won}"
