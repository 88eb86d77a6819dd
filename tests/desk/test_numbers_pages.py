"""Numbers are paused and released on a page of their own, after a look; and the same by the API."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from messaging.models import Delivery, Message, MessageNumber
from messaging.people import participants
from snoutos.adminkit.rows import address
from tests.api.factories import key_of
from tests.business import Business, number_of, stranger
from tests.doors.pages import press, signed_in
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def page(number: MessageNumber, way: str = "pause") -> str:
    return reverse(f"admin:number_{way}", args=[number.public_id])


def post(business: Business, number: MessageNumber, verb: str, data: dict[str, Any]) -> Any:
    headers = {"Authorization": f"Bearer {key_of(business.owner)}"}
    return business.browser.post(
        f"/api/v1/numbers/{number.public_id}/{verb}/", data, content_type="application/json", headers=headers
    )


def again(number: MessageNumber) -> MessageNumber:
    found: MessageNumber = MessageNumber.objects.get(pk=number.pk)
    return found


class TestAtTheDesk:
    def test_what_it_touches_is_shown_and_then_done(self, business: Business) -> None:
        desk, thread = business.signed_in(), business.thread()
        business.window(thread)
        business.says(thread, "Hello")
        other = number_of(business.account, "front_desk")
        shown = desk.get(page(business.front_desk)).content.decode()
        assert "1 client conversation" in shown
        assert "Visit with Dana" in shown
        assert "1 text not sent yet" in shown
        assert again(business.front_desk).state == "active"
        asked = {"reason": "Spam <calls>", "move_to": str(other.public_id), "text": "New number: this one."}
        answer = desk.post(page(business.front_desk), asked, follow=True).content.decode()
        assert "is paused. Conversations moved: 1." in answer
        assert "Spam &lt;calls&gt;" in answer, "the number's page says why"
        assert participants.outside_party(thread).number == other
        assert Message.objects.get(body="New number: this one.").thread == thread
        assert again(business.front_desk).quarantined_until is not None

    def test_released_the_same_way(self, business: Business) -> None:
        desk = business.signed_in()
        assert "This is for good" in desk.get(page(business.pool, "release")).content.decode()
        answer = desk.post(page(business.pool, "release"), {"reason": "Not needed"}, follow=True)
        assert "is released." in answer.content.decode()
        assert (again(business.pool).state, again(business.pool).state_reason) == ("retired", "Not needed")

    def test_the_only_front_desk_is_refused_before_and_after(self, business: Business) -> None:
        desk = business.signed_in()
        for way in ("pause", "release"):
            for answer in (
                desk.get(page(business.front_desk, way)),
                desk.post(page(business.front_desk, way), {"reason": "x"}),
            ):
                assert answer.status_code == 409
                assert "Add another front desk number" in answer.content.decode()
        assert again(business.front_desk).state == "active"

    def test_its_role_neither(self, business: Business) -> None:
        desk, number = business.signed_in(), business.front_desk
        typed = {"label": "", "role": "pool", "sitter": ""}
        answer = desk.post(address(number) or "", typed)
        assert "Add another front desk number" in answer.content.decode()
        assert again(number).role == "front_desk"

    def test_a_reason_is_asked_for_and_what_was_typed_stays(self, business: Business) -> None:
        other = number_of(business.account, "front_desk")
        business.thread()
        asked = {"reason": "", "move_to": str(other.public_id), "text": "Hi <you>"}
        answer = business.signed_in().post(page(business.front_desk), asked)
        assert answer.status_code == 422
        assert "Say why" in answer.content.decode()
        assert "Hi &lt;you&gt;" in answer.content.decode()
        assert again(business.front_desk).state == "active"

    def test_who_could_not_move_is_named(self, business: Business) -> None:
        other = number_of(business.account, "front_desk")
        unknown = stranger()
        business.text("Hi", sender=unknown)
        business.text("Hi", sender=business.sitter.phone, to=other.e164)
        business.text("Hello")
        Delivery.objects.all().delete()
        participants.find_open(business.front_desk, unknown)
        asked = {"reason": "x", "move_to": str(other.public_id)}
        answer = business.signed_in().post(page(business.front_desk), asked, follow=True)
        assert "Conversations moved: 2." in answer.content.decode()

    def test_the_buttons_lead_there_for_owners_alone(self, business: Business) -> None:
        card = business.signed_in().get(address(business.pool) or "").content.decode()
        assert "Pause number…" in card
        assert "Release number…" in card
        staff = signed_in(UserFactory(organization=business.organization, role="staff"))
        assert "Pause number…" not in staff.get(address(business.pool) or "").content.decode()
        assert staff.get(page(business.pool)).status_code == 403
        assert staff.post(page(business.pool), {"reason": "x"}).status_code == 403

    def test_use_again_is_offered_where_nobody_knows_the_number(self, business: Business) -> None:
        desk = business.signed_in()
        business.pause(business.pool)
        assert "Use again" in desk.get(address(business.pool) or "").content.decode()
        press(desk, business.pool, "activate")
        assert again(business.pool).state == "active"
        business.thread()
        number = business.pause()
        assert "Use again" not in desk.get(address(number) or "").content.decode()

    def test_another_business_number_is_not_there(self, business: Business) -> None:
        from tests.business import open_business

        theirs = open_business("Paws").pool
        assert business.signed_in().post(page(theirs), {"reason": "x"}).status_code == 404
        assert again(theirs).state == "active"


class TestByTheApi:
    def test_a_number_is_paused_after_a_look(self, business: Business) -> None:
        thread = business.thread()
        visit = business.window(thread)
        other = number_of(business.account, "front_desk")
        shown = post(business, business.front_desk, "preview-pause", {}).json()
        assert shown["conversations"] == [str(thread.public_id)]
        assert shown["visits"] == [str(visit.public_id)]
        assert {"number": str(other.public_id), "refused": 0} in shown["targets"]
        asked = {"reason": "Spam", "move_to": str(other.public_id), "text": "New number"}
        done = post(business, business.front_desk, "pause", asked).json()
        assert (done["moved"], done["stayed"], done["untold"]) == (1, [], 0)
        assert (done["number"]["state"], done["number"]["reason"]) == ("quarantined", "Spam")
        assert Message.objects.get(body="New number").thread == thread
        refused = post(business, business.front_desk, "activate", {})
        assert (refused.status_code, refused.json()["code"]) == (409, "cooling_down")

    def test_a_number_is_released_after_a_look(self, business: Business) -> None:
        thread = business.thread()
        other = number_of(business.account, "front_desk")
        assert post(business, business.front_desk, "preview-release", {}).json()["until"] is None
        asked = {"reason": "Not needed", "move_to": str(other.public_id), "text": "New number"}
        done = post(business, business.front_desk, "release", asked).json()
        assert (done["number"]["state"], done["moved"]) == ("retired", 1)
        assert Message.objects.get(body="New number").thread == thread

    def test_a_number_gets_another_role(self, business: Business) -> None:
        asked = {"role": "sitter", "sitter": str(business.sitter.public_id)}
        assert post(business, business.pool, "role", asked).json()["role"] == "sitter"
        assert again(business.pool).sitter == business.sitter
        assert post(business, business.pool, "role", {"role": "front_desk"}).json()["sitter"] is None
        asked = {"role": "pool", "sitter": str(business.sitter.public_id)}
        assert post(business, business.pool, "role", asked).status_code == 400

    def test_a_number_gets_another_label(self, business: Business) -> None:
        assert post(business, business.pool, "label", {"label": " North "}).json()["label"] == "North"
        assert again(business.pool).label == "North"
        assert post(business, business.pool, "label", {"label": ""}).json()["label"] == ""
        assert post(business, business.pool, "label", {"label": "x" * 81}).status_code == 400
        gone = business.release(business.add_number("pool"))
        assert post(business, gone, "label", {"label": "x"}).status_code == 409

    def test_what_was_paused_by_mistake_is_used_again(self, business: Business) -> None:
        business.pause(business.pool)
        assert post(business, business.pool, "activate", {}).json()["state"] == "active"

    @pytest.mark.parametrize(
        ("verb", "asked"),
        [("pause", {"reason": "x"}), ("release", {"reason": "x"}), ("role", {"role": "pool"})],
    )
    def test_the_only_front_desk_stays(self, business: Business, verb: str, asked: dict[str, str]) -> None:
        refused = post(business, business.front_desk, verb, asked)
        assert (refused.status_code, refused.json()["code"]) == (409, "last_front_desk")
        assert again(business.front_desk).role == "front_desk"
        assert again(business.front_desk).state == "active"

    def test_no_reason_is_no_pause(self, business: Business) -> None:
        assert post(business, business.pool, "pause", {"reason": " "}).status_code == 400
        assert again(business.pool).state == "active"


def test_the_days_of_the_settings_are_those_of_a_pause(business: Business) -> None:
    business.organization.number_cooldown_days = 31
    business.organization.save()
    business.signed_in().post(page(business.pool), {"reason": "x"})
    until = again(business.pool).quarantined_until
    assert until is not None
    assert timedelta(days=30) < until - timezone.now() <= timedelta(days=31)
