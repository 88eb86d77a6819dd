"""An owner's or staff's own phone: whose conversation it is, what it is refused for, and one person who sits too."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from messaging.alerting import channels
from messaging.errors import NotPossibleNow, NotTheirPhone, PhoneInUse
from messaging.models import Delivery, Participant, Sitter, Thread
from messaging.models.threads import LeftReason, Role, ThreadKind
from messaging.people import clients, participants, sitters, starting
from messaging.people.phones import BadPhone
from messaging.people.starting import Whom
from messaging.phones import members
from messaging.phones import sitters as sitter_phones
from snoutos.accounts.models import User
from snoutos.accounts.permissions import NotAllowed
from snoutos.staffing import offboarding
from tests.business import Business, another_client, open_business, stranger
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def olga(business: Business) -> User:
    made: User = UserFactory(organization=business.organization, role="staff", name="Olga")
    return made


def gets(business: Business, member: User, phone: str, *, by: User | None = None) -> User:
    """`member` as stored has the phone from now on."""
    stored = User.objects.get(pk=member.pk)
    return members.change_phone(stored, new=phone, by=by or business.owner, at=timezone.now())


def party_of(thread: Thread) -> tuple[str, User | None, Sitter | None]:
    party = participants.outside_party(thread)
    return party.role, party.member, party.sitter


def test_what_a_member_texts_is_for_the_owner_in_their_own_conversation(
    business: Business, olga: User
) -> None:
    business.window(business.thread())
    gets(business, olga, "(917) 555-0140")
    message = business.text("I'm at the office", sender="+19175550140")
    assert message.thread.kind == ThreadKind.STAFF
    assert party_of(message.thread) == (Role.MEMBER, olga, None)
    assert (message.author_kind, message.author, message.audience) == ("owner", olga, "owner")
    assert message.decisions.get().target == "owner_inbox"
    assert not Delivery.objects.exists(), "relayed to nobody"
    message.thread.refresh_from_db()
    assert message.thread.owner_position == message.position
    assert business.verbs().count("people.member_phone_changed") == 1


def test_on_a_pool_number_nobody_is_recognised(business: Business, olga: User) -> None:
    phone = gets(business, olga, stranger()).phone
    thread = business.text("Hi", sender=phone, to=business.pool.e164).thread
    assert party_of(thread) == (Role.UNKNOWN, None, None)
    assert thread.kind == ThreadKind.CARE


def test_what_the_phone_wrote_before_is_their_conversation_over_the_front_desk_alone(
    business: Business, olga: User
) -> None:
    phone = stranger()
    desk = business.text("It's Olga", sender=phone).thread
    pool = business.text("It's Olga", sender=phone, to=business.pool.e164).thread
    planned = business.text("Hi", sender=(visited := stranger())).thread
    business.window(planned)
    gets(business, olga, phone)
    desk.refresh_from_db()
    assert (desk.kind, *party_of(desk)) == (ThreadKind.STAFF, Role.MEMBER, olga, None)
    assert party_of(pool)[0] == Role.UNKNOWN
    gets(business, business.owner, visited)
    assert party_of(planned)[0] == Role.UNKNOWN, "a visit is planned there"


def test_the_conversation_goes_on_with_a_new_phone_and_what_was_queued_is_canceled(
    business: Business, olga: User
) -> None:
    first, second = stranger(), stranger()
    gets(business, olga, first)
    thread = business.text("Hi", sender=first).thread
    business.says(thread, "Come in early tomorrow")
    unknown = business.text("New phone", sender=second).thread
    gets(business, olga, second)
    assert Delivery.objects.get().state == "canceled"
    left = Participant.objects.get(thread=thread, e164=first)
    assert left.left_reason == LeftReason.REPLACED
    assert participants.outside_party(thread).e164 == second
    unknown.refresh_from_db()
    assert unknown.state == "closed"
    assert business.text("Here", sender=second).thread == thread
    assert business.text("Who's this?", sender=first).thread != thread


def test_a_phone_taken_off_is_nobodys(business: Business, olga: User) -> None:
    phone = stranger()
    gets(business, olga, phone)
    thread = business.text("Hi", sender=phone).thread
    gets(business, olga, "")
    assert User.objects.get(pk=olga.pk).phone == ""
    again = business.text("Hi", sender=phone).thread
    assert again != thread
    assert party_of(again)[0] == Role.UNKNOWN


class TestRefused:
    @pytest.mark.parametrize("whose", ["client", "sitter", "member", "number"])
    def test_somebody_elses_phone_with_their_name(self, business: Business, olga: User, whose: str) -> None:
        gets(business, business.owner, stranger())
        taken, said = {
            "client": (business.client_phone, "Dana already has this phone"),
            "sitter": (business.sitter.phone, "Ana, a sitter, already has this phone"),
            "member": (User.objects.get(pk=business.owner.pk).phone, "a member, already has this phone"),
            "number": (business.front_desk.e164, "is one of your own numbers"),
        }[whose]
        with pytest.raises(PhoneInUse, match=said):
            gets(business, olga, taken)
        assert User.objects.get(pk=olga.pk).phone == ""

    def test_a_members_phone_for_a_client_a_sitter_and_in_an_import(
        self, business: Business, olga: User
    ) -> None:
        phone = gets(business, olga, stranger()).phone
        by: dict[str, Any] = {"by": business.owner, "at": timezone.now()}
        for refused in (
            lambda: clients.add_phone(business.client, phone, **by),
            lambda: clients.create_client(
                organization=business.organization, name="Rosa", phones=[phone], **by
            ),
            lambda: sitter_phones.change_phone(business.sitter, new=phone, **by),
            lambda: business.add_sitter("Ben", phone=phone),
        ):
            with pytest.raises(PhoneInUse, match="Olga, a member") as told:
                refused()
            assert told.value.facts["holder_id"] == str(olga.public_id)

    def test_another_business_knows_nothing_of_it(self, business: Business, olga: User) -> None:
        phone, other = gets(business, olga, stranger()).phone, open_business("Paws")
        clients.add_phone(other.client, phone, by=other.owner, at=timezone.now())
        gets(other, other.owner, business.client_phone)

    def test_only_ones_own_unless_an_owner(self, business: Business, olga: User) -> None:
        gets(business, olga, stranger(), by=olga)
        with pytest.raises(NotAllowed):
            gets(business, business.owner, stranger(), by=olga)
        with pytest.raises(NotAllowed):
            gets(business, business.sitter_user, stranger(), by=business.sitter_user)

    def test_who_does_not_work_in_the_office(self, business: Business) -> None:
        with pytest.raises(NotPossibleNow, match="Only owners and staff"):
            gets(business, business.sitter_user, stranger())

    def test_of_two_who_edit_it_the_second_is_told(self, business: Business, olga: User) -> None:
        seen = User.objects.get(pk=olga.pk)
        first = gets(business, olga, stranger()).phone
        with pytest.raises(NotPossibleNow, match="Someone else just changed this phone"):
            members.change_phone(seen, new=stranger(), by=business.owner, at=timezone.now())
        assert User.objects.get(pk=olga.pk).phone == first


class TestAlerts:
    def choose(self, business: Business, phone: str) -> None:
        channels.choose(business.organization, phone=phone, emails=[], by=business.owner, at=timezone.now())

    def test_alerts_may_go_to_a_members_phone_and_stop_without_ending_their_conversation(
        self, business: Business, olga: User
    ) -> None:
        phone = gets(business, olga, stranger()).phone
        thread = business.text("Hi", sender=phone).thread
        self.choose(business, phone)
        with pytest.raises(NotPossibleNow, match="Where alerts go"):
            gets(business, olga, stranger())
        self.choose(business, "")
        assert business.text("Still here", sender=phone).thread == thread

    def test_the_phone_that_alerts_go_to_becomes_a_members(self, business: Business, olga: User) -> None:
        phone = stranger()
        self.choose(business, phone)
        thread = business.text("OK", sender=phone).thread
        assert party_of(thread) == (Role.MEMBER, None, None)
        gets(business, olga, phone)
        assert party_of(thread) == (Role.MEMBER, olga, None)
        with pytest.raises(PhoneInUse, match="Olga"):
            clients.add_phone(business.client, phone, by=business.owner, at=timezone.now())


class TestWhoSitsToo:
    """Ana sits, with a sign-in that works in the office."""

    @pytest.fixture
    def ana(self, business: Business) -> User:
        User.objects.filter(pk=business.sitter_user.pk).update(role="staff", name="Ana")
        return User.objects.get(pk=business.sitter_user.pk)

    def test_one_phone_one_conversation_both_faces(self, business: Business, ana: User) -> None:
        phone = business.sitter.phone
        gets(business, ana, phone, by=ana)
        office = business.text("I'm ill tomorrow", sender=phone).thread
        assert party_of(office) == (Role.SITTER, None, business.sitter)
        business.window(business.thread())
        business.text("When are you here?")
        relayed = Delivery.objects.get(recipient=phone)
        assert "When are you here?" in relayed.body
        ana.refresh_from_db()
        started = starting.start(Whom(member=ana), by=business.owner, at=timezone.now())
        assert (started.thread, started.is_new) == (office, False)

    def test_a_sitter_gets_the_phone_that_the_member_has(self, business: Business, ana: User) -> None:
        phone = gets(business, ana, stranger()).phone
        office = business.text("Hi", sender=phone).thread
        assert party_of(office) == (Role.MEMBER, ana, None)
        sitter_phones.change_phone(business.sitter, new=phone, by=business.owner, at=timezone.now())
        assert party_of(office) == (Role.SITTER, None, business.sitter)

    def test_who_stops_sitting_stays_a_member_and_back(self, business: Business, ana: User) -> None:
        phone = business.sitter.phone
        gets(business, ana, phone)
        office = business.text("Hi", sender=phone).thread
        offboarding.offboard(Sitter.objects.get(pk=business.sitter.pk), by=business.owner, at=timezone.now())
        assert party_of(office) == (Role.MEMBER, ana, None)
        assert business.text("Still in the office", sender=phone).author == ana
        sitters.rejoin(Sitter.objects.get(pk=business.sitter.pk), by=business.owner, at=timezone.now())
        assert party_of(office) == (Role.SITTER, None, business.sitter)

    def test_another_sitter_may_not_have_it(self, business: Business, ana: User) -> None:
        ben = business.add_sitter("Ben")
        phone = gets(business, ana, stranger()).phone
        with pytest.raises(PhoneInUse, match="Ana, a member"):
            sitter_phones.change_phone(ben, new=phone, by=business.owner, at=timezone.now())

    def test_a_client_still_needs_a_second_phone(self, business: Business, ana: User) -> None:
        gets(business, ana, business.sitter.phone)
        with pytest.raises(PhoneInUse):
            clients.add_phone(business.client, business.sitter.phone, by=business.owner, at=timezone.now())


class TestStarting:
    def test_a_conversation_with_a_member(self, business: Business, olga: User) -> None:
        gets(business, olga, stranger())
        olga.refresh_from_db()
        started = starting.start(Whom(member=olga), by=business.owner, at=timezone.now())
        assert started.is_new
        assert (started.thread.kind, *party_of(started.thread)) == (ThreadKind.STAFF, Role.MEMBER, olga, None)
        assert starting.whose(olga.phone, business.organization.pk).member == olga

    def test_without_a_phone_and_with_another_s(self, business: Business, olga: User) -> None:
        with pytest.raises(BadPhone, match="Add it under Members"):
            starting.start(Whom(member=olga), by=business.owner, at=timezone.now())
        _, other = another_client(business)
        with pytest.raises(NotTheirPhone):
            starting.start(Whom(member=olga, e164=other), by=business.owner, at=timezone.now())
