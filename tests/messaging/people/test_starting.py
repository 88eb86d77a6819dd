"""Starting a conversation with anybody: which phone and number it takes, and what becomes of a pair that is open already."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from django.utils import timezone

from audit.models import AuditEvent, Occurrence
from messaging.consent import changes
from messaging.errors import (
    FrontDeskOnly,
    NoNumber,
    NotForClients,
    NotTheirPhone,
    NumberResting,
    OwnNumber,
    PhoneInUse,
    SitterWithoutLine,
)
from messaging.models import Client, ClientPhone, Message, MessageNumber, Participant, Sitter, Thread
from messaging.numbers import lifecycle as numbers
from messaging.outbound.queue.submit import Author, submit
from messaging.people import clients, starting, threads
from messaging.people.phones import BadPhone
from messaging.people.starting import Started, Whom
from messaging.phones import blocking
from tests.business import Business, another_client, stranger
from tests.factories import SitterFactory
from tests.messaging.alerting.steps import use_phone


def start(business: Business, number: MessageNumber | None = None, **whom: Any) -> Started:
    return starting.start(Whom(**whom), number=number, by=business.owner, at=timezone.now())


def party(thread: Thread) -> Participant:
    found: Participant = Participant.objects.get(thread=thread, left_at__isnull=True)
    return found


def stop(business: Business, e164: str) -> None:
    changes.opt_out(business.organization, e164, by=business.owner, at=timezone.now())


def rest(business: Business, number: MessageNumber) -> None:
    business.pause(number)


class TestWithWhom:
    def test_a_client_who_never_wrote_gets_a_conversation_over_the_front_desk(
        self, business: Business
    ) -> None:
        started = start(business, client=business.client)
        with_them = party(started.thread)
        assert started.is_new
        assert (with_them.number, with_them.e164) == (business.front_desk, business.client_phone)
        assert (with_them.role, started.thread.client) == ("client", business.client)

    def test_a_visit_may_be_given_before_any_text(self, business: Business) -> None:
        thread = start(business, client=business.client).thread
        window = business.window(thread)
        assert business.text("Are you there?").thread == thread
        assert Message.objects.get(body="Are you there?").audience == "thread"
        assert window.thread == thread

    def test_a_sitter_gets_the_offices_own_conversation(self, business: Business) -> None:
        thread = start(business, sitter=business.sitter).thread
        assert thread.kind == "staff"
        assert party(thread).sitter == business.sitter
        said = submit(thread=thread, author=Author.owner(business.owner), body="Free?", at=timezone.now())
        assert said.delivery is not None
        assert said.delivery.recipient == business.sitter.phone
        assert business.text("Yes", sender=business.sitter.phone).thread == thread

    def test_the_phone_for_alerts_is_the_members_conversation(self, business: Business) -> None:
        phone = use_phone(business)
        thread = start(business, e164=phone).thread
        assert (thread.kind, party(thread).role) == ("staff", "member")

    def test_a_number_of_nobodys_is_an_unknown_sender(self, business: Business) -> None:
        phone = stranger()
        started = start(business, e164=phone)
        assert (party(started.thread).role, started.thread.client) == ("unknown", None)
        answer = business.text("Who is this?", sender=phone)
        assert answer.thread == started.thread

    def test_a_typed_number_that_is_somebodys_is_theirs(self, business: Business) -> None:
        by_name = start(business, client=business.client)
        typed = start(business, e164=business.client_phone)
        assert (typed.thread, typed.is_new) == (by_name.thread, False)
        assert starting.whose(business.client_phone, business.organization.pk).client == business.client
        assert starting.whose(business.sitter.phone, business.organization.pk).sitter == business.sitter

    @pytest.mark.parametrize("which", ["front_desk", "pool"])
    def test_an_own_number_is_refused(self, business: Business, which: str) -> None:
        own = getattr(business, which).e164
        with pytest.raises(OwnNumber):
            start(business, e164=own)
        with pytest.raises(OwnNumber):
            starting.whose(own, business.organization.pk)
        assert not Thread.objects.exists()

    def test_who_has_no_phone_is_refused_in_words(self, business: Business) -> None:
        nobody = Client.objects.create(organization=business.organization, name="Rosa")
        with pytest.raises(BadPhone, match="no phone yet"):
            start(business, client=nobody)
        with pytest.raises(SitterWithoutLine):
            start(business, sitter=SitterFactory(organization=business.organization, phone=""))

    def test_another_clients_phone_is_not_taken_for_theirs(self, business: Business) -> None:
        _, phone = another_client(business)
        with pytest.raises(NotTheirPhone):
            start(business, client=business.client, e164=phone)


class TestWhichPhoneAndNumber:
    def test_a_phone_that_has_not_said_stop_is_preferred(self, business: Business) -> None:
        second = stranger()
        clients.add_phone(business.client, second, by=business.owner, at=timezone.now())
        assert party(start(business, client=business.client).thread).e164 == business.client_phone
        stop(business, business.client_phone)
        assert party(start(business, client=business.client).thread).e164 == second
        stop(business, second)
        assert party(start(business, client=business.client).thread).e164 == business.client_phone

    def test_then_one_they_text_from(self, business: Business) -> None:
        second = stranger()
        clients.add_phone(business.client, second, by=business.owner, at=timezone.now())
        talking = business.text("Hi", sender=second).thread
        assert start(business, client=business.client).thread == talking

    def test_a_blocked_phone_is_told_and_comes_last(self, business: Business) -> None:
        blocking.block(business.thread(), by=business.owner, at=timezone.now())
        second = stranger()
        clients.add_phone(business.client, second, by=business.owner, at=timezone.now())
        first, last = starting.phones(Whom(client=business.client), business.organization.pk)
        assert (first.e164, first.is_blocked, last.is_blocked) == (second, False, True)

    def test_stop_is_told_of_the_phones_to_choose_from(self, business: Business) -> None:
        at = timezone.now()
        changes.opt_out(business.organization, business.client_phone, by=business.owner, at=at)
        (phone,) = starting.phones(Whom(client=business.client), business.organization.pk)
        assert phone.stopped_at == at

    def test_a_front_desk_or_a_sitters_number_may_be_chosen_for_a_client(self, business: Business) -> None:
        for number in (business.front_desk, business.sitter_number):
            started = start(business, number, client=business.client)
            assert (started.is_new, party(started.thread).number) == (True, number)
        offered = starting.numbers(business.organization.pk, "care")
        assert list(offered) == [business.front_desk, business.sitter_number]

    def test_a_pool_number_opens_none(self, business: Business) -> None:
        for whom in ({"client": business.client}, {"e164": stranger()}):
            with pytest.raises(NotForClients):
                start(business, business.pool, **whom)
        assert not Thread.objects.exists()

    def test_the_business_own_people_hear_over_a_front_desk_only(self, business: Business) -> None:
        with pytest.raises(FrontDeskOnly):
            start(business, business.sitter_number, sitter=business.sitter)
        assert list(starting.numbers(business.organization.pk, "staff")) == [business.front_desk]

    def test_a_resting_number_is_refused(self, business: Business) -> None:
        rest(business, business.sitter_number)
        with pytest.raises(NumberResting):
            start(business, business.sitter_number, client=business.client)
        assert list(starting.numbers(business.organization.pk, "care")) == [business.front_desk]

    def test_without_an_active_front_desk_one_must_be_named(self, business: Business) -> None:
        """As of before the only front desk was protected, or while a business has none yet."""
        MessageNumber.objects.filter(pk=business.front_desk.pk).update(state="quarantined")
        with pytest.raises(NoNumber):
            start(business, client=business.client)
        assert start(business, business.sitter_number, client=business.client).is_new

    def test_a_sitters_conversation_over_another_front_desk_is_found(self, business: Business) -> None:
        other = numbers.add(
            account=business.account, e164=stranger(), role="front_desk", by=business.owner, at=timezone.now()
        )
        there = start(business, other, sitter=business.sitter).thread
        assert start(business, sitter=business.sitter).thread == there


class TestAnOpenPair:
    def test_is_the_conversation_there_is(self, business: Business) -> None:
        thread = business.text("Hello").thread
        started = start(business, client=business.client)
        assert (started.thread, started.is_new) == (thread, False)
        assert business.verbs().count("thread.opened") == 1

    def test_that_was_closed_is_reopened(self, business: Business) -> None:
        thread = business.thread()
        threads.close_thread(thread, by=business.owner, at=timezone.now())
        assert start(business, client=business.client).thread.state == "open"
        assert business.verbs()[-1] == "thread.reopened"

    def test_of_an_unknown_sender_turns_out_to_be_the_client(self, business: Business) -> None:
        """Dana texted a pool number, where nobody is recognised; then the office writes to Dana over it."""
        thread = business.text("Hello?", to=business.pool.e164).thread
        started = start(business, business.pool, client=business.client)
        assert (started.thread, started.thread.client) == (thread, business.client)
        assert "thread.party_linked" in business.verbs()

    def test_of_an_unknown_sender_turns_out_to_be_the_sitter(self, business: Business) -> None:
        phone = stranger()
        thread = business.text("Hi, I am new here", sender=phone).thread
        sitter: Sitter = SitterFactory(organization=business.organization, phone=phone)
        started = start(business, sitter=sitter)
        assert (started.thread, started.thread.kind) == (thread, "staff")
        assert party(thread).sitter == sitter

    def test_of_another_client_is_refused_with_the_name(self, business: Business) -> None:
        """The phone went from Dana's card to Sam's while Dana's conversation over the number is open."""
        thread = business.thread()
        sam, _ = another_client(business, "Sam")
        ClientPhone.objects.filter(e164=business.client_phone).update(client=sam)
        with pytest.raises(PhoneInUse, match="Dana") as refused:
            start(business, client=sam, e164=business.client_phone)
        assert refused.value.facts == {
            "holder": "client",
            "holder_id": str(business.client.public_id),
            "thread": str(thread.public_id),
        }

    def test_of_a_phone_on_nobodys_card_any_more_is_given(self, business: Business) -> None:
        thread = business.thread()
        ClientPhone.objects.filter(e164=business.client_phone).delete()
        assert start(business, e164=business.client_phone).thread == thread

    def test_that_carries_a_sitters_texts_to_a_client_is_never_given(self, business: Business) -> None:
        business.window(business.thread())
        line = Participant.objects.get(sitter=business.sitter, role="sitter")
        MessageNumber.objects.filter(pk=line.number_id).update(role="front_desk", sitter=None)
        with pytest.raises(FrontDeskOnly):
            start(business, MessageNumber.objects.get(pk=line.number_id), sitter=business.sitter)


def test_the_trail_says_who_started_it(business: Business) -> None:
    at = timezone.now()
    thread = starting.start(Whom(client=business.client), by=business.owner, at=at).thread
    event = AuditEvent.objects.get(verb="thread.opened", thread_id=thread.pk)
    assert (event.actor_kind, event.actor_id, _close(event.at, at)) == ("user", business.owner.pk, True)


def _close(one: datetime, other: datetime) -> bool:
    return abs((one - other).total_seconds()) < 1


def test_automations_hear_of_what_comes_in_and_not_of_what_the_office_starts(business: Business) -> None:
    """A rule that thanks a stranger for writing would thank somebody who never wrote."""
    phone = stranger()
    start(business, e164=phone)
    start(business, client=business.client)
    business.text("Who is this?", sender=phone)
    assert not Occurrence.objects.filter(kind="thread.opened").exists()
    other = business.text("Hello?", sender=stranger()).thread
    assert Occurrence.objects.get(kind="thread.opened").thread_id == other.pk
