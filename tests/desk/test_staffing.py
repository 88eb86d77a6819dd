"""The pages on which sitters join and leave, and the same by the API."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from messaging.models import Delivery, MessageNumber, Sitter
from messaging.models.phones import display
from messaging.people import participants
from routing import standing
from snoutos.adminkit.rows import address
from tests.api.factories import key_of
from tests.business import Business, another_client, number_of, stranger
from tests.doors.pages import press, signed_in
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def leaves(business: Business) -> str:
    return reverse("admin:sitter_leaves", args=[business.sitter.public_id])


def post(business: Business, path: str, data: dict[str, Any]) -> Any:
    headers = {"Authorization": f"Bearer {key_of(business.owner)}"}
    return business.browser.post(f"/api/v1/{path}", data, content_type="application/json", headers=headers)


class TestLeaving:
    def test_what_ends_is_shown_and_then_done(self, business: Business) -> None:
        desk, ben = business.signed_in(), business.add_sitter("Ben")
        thread = business.thread()
        business.window(thread)
        _, sams = another_client(business)
        own = business.text("Hi", sender=sams, to=business.sitter_number.e164).thread
        other = number_of(business.account, "front_desk")
        shown = desk.get(leaves(business)).content.decode()
        assert "Visit with Dana" in shown
        assert "Their phone leaves 1 client conversation" in shown
        assert "is paused for 90 days" in shown
        assert "Their sign-in is turned off" in shown
        assert Sitter.objects.get(pk=business.sitter.pk).is_active
        asked = {"hand_to": str(ben.public_id), "move_to": str(other.public_id)}
        answer = desk.post(leaves(business), asked, follow=True)
        assert "Ana no longer works for you. Their visits are Ben" in answer.content.decode()
        now = standing.of(thread, timezone.now()).sitter
        assert now is not None
        assert now.name == "Ben"
        assert participants.outside_party(own).number == other

    def test_a_sitter_who_no_longer_works_gets_nothing(self, business: Business) -> None:
        thread, desk = business.thread(), business.signed_in()
        business.window(thread)
        desk.post(leaves(business), {})
        assert standing.of(thread, timezone.now()).sitter is None
        assert not business.text("Anybody?").deliveries.exists()
        assert desk.post(leaves(business), {}).status_code == 409
        press(desk, business.sitter, "rejoin")
        assert Sitter.objects.get(pk=business.sitter.pk).is_active

    def test_the_card_leads_there_and_no_switch_does_it_silently(self, business: Business) -> None:
        card = business.signed_in().get(address(business.sitter) or "").content.decode()
        assert "No longer works for you" in card
        assert 'name="is_active"' not in card
        staff = signed_in(UserFactory(organization=business.organization, role="staff"))
        assert "No longer works for you…" not in staff.get(address(business.sitter) or "").content.decode()
        assert staff.get(leaves(business)).status_code == 403

    def test_a_choice_that_is_none_changes_nothing(self, business: Business) -> None:
        answer = business.signed_in().post(leaves(business), {"hand_to": "nobody"})
        assert answer.status_code == 422
        assert Sitter.objects.get(pk=business.sitter.pk).is_active

    def test_by_the_api(self, business: Business) -> None:
        thread, ben = business.thread(), business.add_sitter("Ben")
        visit = business.window(thread)
        _, sams = another_client(business)
        own = business.text("Hi", sender=sams, to=business.sitter_number.e164).thread
        other = number_of(business.account, "front_desk")
        here = f"sitters/{business.sitter.public_id}"
        shown = post(business, f"{here}/preview-offboard/", {}).json()
        assert (shown["visits"], shown["lines"]) == ([str(visit.public_id)], 1)
        assert shown["conversations"] == [str(own.public_id)]
        asked = {"hand_to": str(ben.public_id), "move_to": str(other.public_id)}
        assert post(business, f"{here}/offboard/", asked).json() == shown
        assert participants.outside_party(own).number == other
        assert post(business, f"{here}/offboard/", {}).status_code == 409


class TestJoining:
    def test_a_new_sitter_with_a_first_text_in_your_words(self, business: Business) -> None:
        desk, phone = business.signed_in(), stranger()
        page = desk.get(reverse("admin:sitter_joins")).content.decode()
        assert f"Hi, this is {business.organization.name}." in page
        asked = {
            "name": "Ben",
            "their_phone": display(phone),
            "number": str(business.pool.public_id),
            "welcome": "Hi Ben, welcome!",
        }
        answer = desk.post(reverse("admin:sitter_joins"), asked, follow=True)
        assert "Ben works for you now. Your first text is on its way." in answer.content.decode()
        first, link = Delivery.objects.filter(recipient=phone).order_by("pk")
        assert (first.body, "/sitter/link/" in link.body) == ("Hi Ben, welcome!", True)
        assert MessageNumber.objects.get(pk=business.pool.pk).sitter == Sitter.objects.get(name="Ben")

    def test_what_was_typed_stays_when_it_is_refused(self, business: Business) -> None:
        asked = {"name": "Ben", "their_phone": business.client_phone, "welcome": "Hi <Ben>"}
        answer = business.signed_in().post(reverse("admin:sitter_joins"), asked)
        assert answer.status_code == 409
        assert "Dana already has this phone" in answer.content.decode()
        assert "Hi &lt;Ben&gt;" in answer.content.decode()

    def test_by_the_api(self, business: Business) -> None:
        phone = stranger()
        asked = {
            "name": "Ben",
            "phone": phone,
            "number": str(business.pool.public_id),
            "welcome": "Welcome!",
        }
        answer = post(business, "sitters/onboard/", asked)
        assert (answer.status_code, answer.json()["phone"]) == (201, phone)
        first, link = Delivery.objects.filter(recipient=phone).order_by("pk")
        assert (first.body, "/sitter/link/" in link.body) == ("Welcome!", True)
        assert MessageNumber.objects.get(pk=business.pool.pk).sitter == Sitter.objects.get(name="Ben")
