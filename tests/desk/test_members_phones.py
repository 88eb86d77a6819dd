"""Members' phones on the desk: the member's page, “Your phone”, the inbox, “New conversation”, and where alerts go."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from messaging.models import Sitter
from messaging.phones import members
from snoutos.accounts.models import User
from tests.business import Business, open_business, stranger
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

PHONE = "+19175550140"


@pytest.fixture
def olga(business: Business) -> User:
    made: User = UserFactory(organization=business.organization, role="staff", name="Olga")
    return made


def text_of(answer: Any) -> str:
    return str(answer.content.decode())


def has(member: User) -> str:
    return str(User.objects.get(pk=member.pk).phone)


def save(business: Business, member: User, **typed: str) -> Any:
    """The owner saves the member's page as it was shown."""
    stored = User.objects.get(pk=member.pk)
    form = {
        "name": stored.name,
        "email": stored.email,
        "role": stored.role,
        "is_active": "on",
        "phone": stored.phone,
        "initial-phone": stored.phone,
    }
    where = reverse("admin:accounts_user_change", args=[stored.public_id])
    return business.signed_in().post(where, {**form, **typed})


class TestTheMembersPage:
    def test_an_owner_sets_and_takes_it_off(self, business: Business, olga: User) -> None:
        assert save(business, olga, phone="(917) 555-0140").status_code == 302
        assert has(olga) == PHONE
        page = text_of(business.signed_in().get(reverse("admin:accounts_user_changelist")))
        assert "(917) 555-0140" in page
        assert save(business, olga, phone="", name="Olga P.").status_code == 302
        assert has(olga) == ""
        assert business.verbs().count("people.member_phone_changed") == 2
        assert business.verbs().count("member.changed") == 1, "the name alone: the phone's verb told of it"

    def test_a_new_member_with_a_phone(self, business: Business) -> None:
        thread = business.text("It's Pia", sender=PHONE).thread
        typed = {"name": "Pia", "email": "pia@tails.test", "role": "staff", "phone": PHONE}
        answer = business.signed_in().post(reverse("admin:accounts_user_add"), typed)
        assert answer.status_code == 302
        thread.refresh_from_db()
        assert thread.kind == "staff"

    def test_what_is_wrong_is_said_in_place(self, business: Business, olga: User) -> None:
        assert escape("Dana already has this phone") in text_of(
            save(business, olga, phone=business.client_phone)
        )
        assert "add the area code" in text_of(save(business, olga, phone="555-0186"))
        save(business, olga, phone=PHONE)
        assert "Only owners and staff have a phone here" in text_of(save(business, olga, role="sitter"))
        stale = {"initial-phone": "", "phone": ""}
        assert "Someone else just changed this phone" in text_of(save(business, olga, **stale))
        assert has(olga) == PHONE


class TestYourPhone:
    def test_staff_set_their_own(self, business: Business, olga: User) -> None:
        browser = business.signed_in(olga)
        where = reverse("admin:own_phone")
        assert "Your own phone" in text_of(browser.get(where))
        assert browser.post(where, {"phone": "917 555 0140", "shown": ""}).status_code == 303
        assert has(olga) == PHONE
        assert "(917) 555-0140" in text_of(browser.get(where))
        stale = browser.post(where, {"phone": stranger(), "shown": ""})
        assert (stale.status_code, has(olga)) == (409, PHONE)
        taken = browser.post(where, {"phone": business.client_phone, "shown": PHONE})
        assert "Dana already has this phone" in text_of(taken)
        assert browser.post(where, {"phone": "", "shown": PHONE}).status_code == 303
        assert has(olga) == ""


class TestTheConversation:
    @pytest.fixture
    def desk(self, business: Business, olga: User) -> Browser:
        members.change_phone(olga, new=PHONE, by=business.owner, at=timezone.now())
        return business.signed_in()

    def test_inbox_conversation_and_card_name_the_member(
        self, business: Business, olga: User, desk: Browser
    ) -> None:
        thread = business.text("The alarm is on", sender=PHONE).thread
        inbox = text_of(desk.get(reverse("admin:inbox")))
        assert "Olga" in inbox
        assert ">Unknown sender</span>" not in inbox
        assert ">Member</span>" in inbox
        page = text_of(desk.get(reverse("admin:conversation", args=[thread.public_id])))
        assert page.count("Olga") >= 2
        assert ">Member</span>" in page

    def test_it_is_unread_for_the_others_and_not_for_whoever_wrote_it(
        self, business: Business, olga: User, desk: Browser
    ) -> None:
        business.text("The alarm is on", sender=PHONE)
        inbox = reverse("admin:inbox")
        assert "d-row--unread" in text_of(desk.get(inbox))
        assert "d-row--unread" not in text_of(business.signed_in(olga).get(inbox))

    def test_a_new_conversation_with_them(self, business: Business, olga: User, desk: Browser) -> None:
        where = reverse("admin:conversation_new")
        assert f"?member={olga.public_id}" in text_of(desk.get(where))
        assert f"?member={olga.public_id}" in text_of(desk.get(where, {"q": "555-0140"}))
        elsewhere = open_business("Paws").owner
        assert desk.get(where, {"member": str(elsewhere.public_id)}).status_code == 404
        page = text_of(desk.get(where, {"member": str(olga.public_id)}))
        assert "Olga" in page
        assert "(917) 555-0140" in page
        assert "Unknown sender" not in page

    def test_where_alerts_go_offers_it(self, desk: Browser) -> None:
        assert '<option value="(917) 555-0140" label="Olga">' in text_of(desk.get(reverse("admin:alerting")))


class TestTheSittersPage:
    def save(self, business: Business, **typed: str) -> Any:
        sitter = Sitter.objects.get(pk=business.sitter.pk)
        form = {"name": sitter.name, "phone": sitter.phone, "user": str(sitter.user_id or ""), **typed}
        where = reverse("admin:messaging_sitter_change", args=[sitter.public_id])
        return business.signed_in().post(where, form)

    def test_a_member_who_sits_too_has_one_phone_for_both(self, business: Business, olga: User) -> None:
        members.change_phone(olga, new=PHONE, by=business.owner, at=timezone.now())
        refused = self.save(business, phone=PHONE)
        assert "Olga, a member, already has this phone" in text_of(refused)
        assert self.save(business, phone=PHONE, user=str(olga.pk)).status_code == 302
        assert Sitter.objects.get(pk=business.sitter.pk).phone == PHONE
        apart = self.save(business, user="")
        assert "Olga has this phone too" in text_of(apart)
        assert Sitter.objects.get(pk=business.sitter.pk).user == olga
