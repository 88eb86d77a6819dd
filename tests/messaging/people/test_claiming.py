"""A phone that comes to a card and wrote as an unknown sender before: what it wrote is that person's from then on."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from audit.record import Actor, recording
from messaging.errors import NotPossibleNow, PhoneInUse
from messaging.models import Client, Participant, Thread
from messaging.models.threads import Role, ThreadKind
from messaging.people import clients, many, office, threads
from messaging.people.many import NewPerson
from messaging.people.participants import outside_party
from messaging.phones import changes
from messaging.phones import sitters as sitter_phones
from routing import standing
from tests.business import Business, another_client, number_of, open_business, stranger


def strange(business: Business, phone: str, to: str = "") -> Thread:
    """A conversation that the phone has as an unknown sender."""
    thread: Thread = business.text("Hi, it's me", sender=phone, to=to).thread
    assert outside_party(thread).role == Role.UNKNOWN
    return thread


def create(business: Business, *phones: str, name: str = "Rosa") -> Client:
    return clients.create_client(
        organization=business.organization, name=name, phones=phones, by=business.owner, at=timezone.now()
    )


def is_theirs(thread: Thread, client: Client) -> bool:
    thread.refresh_from_db()
    party = outside_party(thread)
    return (thread.client_id, party.role, party.client_id) == (client.pk, Role.CLIENT, client.pk)


def test_a_new_clients_conversations_are_all_that_their_phones_wrote(business: Business) -> None:
    first, second = stranger(), stranger()
    found = [
        strange(business, first),
        strange(business, first, business.pool.e164),
        strange(business, second),
    ]
    theirs = strange(open_business("Paws"), first)
    assert "routing.unmapped_pool" in business.alerts()
    rosa = create(business, first, second)
    assert all(is_theirs(thread, rosa) for thread in found)
    assert set(rosa.threads.all()) == set(found)
    assert business.verbs().count("thread.party_linked") == 3
    assert "routing.unmapped_pool" not in business.alerts(), "there's nobody left to find out about"
    theirs.refresh_from_db()
    assert theirs.client is None


def test_a_visit_that_was_planned_for_the_unknown_sender_holds_from_then_on(business: Business) -> None:
    phone = stranger()
    thread = strange(business, phone)
    business.window(thread)
    assert standing.of(thread, timezone.now()).sitter is None
    create(business, phone)
    now = standing.of(Thread.objects.get(pk=thread.pk), timezone.now())
    assert now.sitter is not None
    assert now.sitter.name == business.sitter.name


def test_one_more_phone_of_a_client(business: Business) -> None:
    phone = stranger()
    thread = strange(business, phone)
    added = clients.add_phone(business.client, phone, label="work", by=business.owner, at=timezone.now())
    assert (added.phone.e164, added.phone.label, list(added.linked)) == (phone, "work", [thread])
    assert is_theirs(thread, business.client)
    again = clients.add_phone(business.client, phone, by=business.owner, at=timezone.now())
    assert (again.phone, list(again.linked)) == (added.phone, [])
    assert business.verbs().count("people.phone_added") == 1


def test_linking_one_conversation_links_what_else_the_phone_wrote(business: Business) -> None:
    phone = stranger()
    one, other = strange(business, phone), strange(business, phone, business.sitter_number.e164)
    threads.link(one, business.client, by=business.owner, at=timezone.now())
    assert is_theirs(one, business.client)
    assert is_theirs(other, business.client)


def test_a_phone_that_moves_to_another_card_brings_what_it_wrote_to_the_pool(business: Business) -> None:
    sam, _ = another_client(business)
    own, pool = business.thread(), strange(business, business.client_phone, business.pool.e164)
    changes.give(business.client.phones.get(), sam, by=business.owner, at=timezone.now())
    assert is_theirs(own, sam)
    assert is_theirs(pool, sam)


def test_a_new_phone_brings_what_it_wrote_elsewhere(business: Business) -> None:
    thread, new = business.thread(), stranger()
    joined, linked = strange(business, new), strange(business, new, business.pool.e164)
    phone = business.client.phones.get()
    shown = changes.preview(phone, new=new)
    assert (shown.joined, shown.linked) == ([joined], [linked])
    assert Thread.objects.get(pk=linked.pk).client is None, "a preview changes nothing"
    changes.replace(phone, new=new, by=business.owner, at=timezone.now())
    assert outside_party(thread).e164 == new
    assert is_theirs(linked, business.client)
    assert Thread.objects.get(pk=joined.pk).state == "closed"


def test_what_a_new_sitter_wrote_to_the_front_desk_is_the_offices_conversation_with_them(
    business: Business,
) -> None:
    phone = stranger()
    desk, pool = strange(business, phone), strange(business, phone, business.pool.e164)
    ben = business.add_sitter("Ben", phone=phone)
    desk.refresh_from_db()
    assert desk.kind == ThreadKind.STAFF
    assert outside_party(desk).sitter == ben
    assert business.text("I'm on my way", sender=phone).thread_id == desk.pk
    assert outside_party(pool).role == Role.UNKNOWN, "a pool number recognises nobody"
    assert business.text("And here?", sender=phone, to=business.pool.e164).thread_id == pool.pk
    with transaction.atomic(), recording(actor=Actor.system()):
        line = office.line_to(ben, timezone.now())
    assert line is not None
    assert line.thread_id == desk.pk


def test_where_a_visit_is_planned_a_sitters_words_stay_with_the_owner(business: Business) -> None:
    """Another sitter takes part there: their texts must not become the office's."""
    phone = stranger()
    thread = strange(business, phone)
    business.window(thread)
    business.add_sitter("Ben", phone=phone)
    thread.refresh_from_db()
    assert (thread.kind, outside_party(thread).role) == (ThreadKind.CARE, Role.UNKNOWN)
    assert standing.of(thread, timezone.now()).sitter is None
    with pytest.raises(PhoneInUse, match="Ben"):
        threads.link(thread, business.client, by=business.owner, at=timezone.now())


def test_a_sitters_new_phone_joins_what_it_wrote_with_the_offices_conversation(business: Business) -> None:
    office_with_ana = business.text("I am ill", sender=business.sitter.phone).thread
    other_desk = number_of(business.account, "front_desk")
    new = stranger()
    same, other = strange(business, new), strange(business, new, other_desk.e164)
    sitter_phones.change_phone(business.sitter, new=new, by=business.owner, at=timezone.now())
    assert outside_party(office_with_ana).e164 == new
    assert Thread.objects.get(pk=same.pk).state == "closed"
    other.refresh_from_db()
    assert (other.kind, outside_party(other).sitter) == (ThreadKind.STAFF, business.sitter)


def test_a_phone_off_its_card_is_not_another_clients_while_it_is_in_a_conversation(
    business: Business,
) -> None:
    business.thread()
    changes.remove(business.client.phones.get(), by=business.owner, at=timezone.now())
    for give in (
        lambda: create(business, business.client_phone),
        lambda: business.add_sitter("Ben", phone=business.client_phone),
    ):
        with pytest.raises(PhoneInUse, match="Dana still has a conversation with this phone") as refused:
            give()
        assert refused.value.facts["holder_id"] == str(business.client.public_id)
        assert refused.value.facts["can"] == ["add-phone"]
    back = clients.add_phone(business.client, business.client_phone, by=business.owner, at=timezone.now())
    changes.recycle(back.phone, by=business.owner, at=timezone.now())
    assert create(business, business.client_phone).pk


def test_people_from_a_file_bring_what_they_wrote_too(business: Business) -> None:
    clients_phone, sitters_phone = stranger(), stranger()
    theirs, office_ = strange(business, clients_phone), strange(business, sitters_phone)
    to: dict[str, Any] = {"organization": business.organization, "by": business.owner, "at": timezone.now()}
    (rosa,) = many.create_clients(people=[NewPerson(name="Rosa", phones=[(clients_phone, "")])], **to)
    (ben,) = many.create_sitters(people=[NewPerson(name="Ben", phones=[(sitters_phone, "")])], **to)
    assert isinstance(rosa, Client)
    assert is_theirs(theirs, rosa)
    office_.refresh_from_db()
    assert outside_party(office_).sitter == ben
    business.thread()
    changes.remove(business.client.phones.get(), by=business.owner, at=timezone.now())
    (refused,) = many.create_clients(
        people=[NewPerson(name="Lee", phones=[(business.client_phone, "")])], **to
    )
    assert isinstance(refused, PhoneInUse)


class TestPartners:
    def test_a_couple_with_one_phone_is_one_card(self, business: Business) -> None:
        added = clients.add_partner(business.client, name=" Lee  Ray ", by=business.owner, at=timezone.now())
        assert added is None
        assert Client.objects.get(pk=business.client.pk).name == "Dana and Lee Ray"
        assert business.verbs().count("people.partner_added") == 1

    def test_a_partner_with_a_phone_of_their_own(self, business: Business) -> None:
        phone = stranger()
        thread = strange(business, phone)
        added = clients.add_partner(
            business.client, name="Lee", phone=phone, by=business.owner, at=timezone.now()
        )
        assert added is not None
        assert (added.phone.label, list(added.linked)) == ("Lee", [thread])
        assert is_theirs(thread, business.client)

    def test_nobody_is_on_a_card_twice_and_a_refusal_changes_nothing(self, business: Business) -> None:
        phone = stranger()
        with pytest.raises(NotPossibleNow, match="already"):
            clients.add_partner(
                business.client, name="dana", phone=phone, by=business.owner, at=timezone.now()
            )
        assert not business.client.phones.filter(e164=phone).exists()

    def test_another_cards_phone_is_refused_with_its_name(self, business: Business) -> None:
        _, taken = another_client(business)
        with pytest.raises(PhoneInUse, match="Sam already has this phone") as refused:
            clients.add_partner(
                business.client, name="Lee", phone=taken, by=business.owner, at=timezone.now()
            )
        assert refused.value.facts["can"] == ["add-partner", "give-phone"]


def test_an_unknown_conversation_becomes_a_new_client_once(business: Business) -> None:
    phone = stranger()
    thread = strange(business, phone)
    made = threads.link_to_new_client(thread, by=business.owner, at=timezone.now(), name="Rosa")
    assert is_theirs(thread, made)
    with pytest.raises(NotPossibleNow):
        threads.link_to_new_client(thread, by=business.owner, at=timezone.now(), name="Rosa")
    assert Participant.objects.filter(e164=phone).count() == 1
