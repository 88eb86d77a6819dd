"""A customer's phones over time, moving and blocking, by the API."""

from __future__ import annotations

from typing import Any

import pytest

from messaging.models import Delivery, Participant
from messaging.models.threads import LeftReason
from messaging.people import participants
from tests.api.factories import key_of
from tests.business import Business, another_client, number_of, stranger
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def post(business: Business, path: str, data: dict[str, Any], *, key: str = "") -> Any:
    headers = {
        "Authorization": f"Bearer {key_of(business.owner)}",
        **({"Idempotency-Key": key} if key else {}),
    }
    return business.browser.post(f"/api/v1/{path}", data, content_type="application/json", headers=headers)


def clients(business: Business, verb: str, **data: Any) -> Any:
    return post(business, f"clients/{business.client.public_id}/{verb}/", data)


def test_a_phone_is_replaced_after_a_look(business: Business) -> None:
    thread, new = business.thread(), stranger()
    shown = clients(business, "preview-phone", phone=business.client_phone, new_phone=new).json()
    assert [one["thread"] for one in shown["touched"]] == [str(thread.public_id)]
    answer = clients(business, "replace-phone", phone=business.client_phone, new_phone=new)
    assert answer.json()["phones"] == [new]
    assert participants.outside_party(thread).e164 == new


def test_a_phone_that_is_not_on_the_card_is_said_at_its_field(business: Business) -> None:
    for verb in ("remove-phone", "recycle-phone"):
        answer = clients(business, verb, phone=stranger())
        assert (answer.status_code, list(answer.json()["errors"])) == (400, ["phone"])


def test_another_clients_phone_names_the_other_card(business: Business) -> None:
    sam, taken = another_client(business)
    answer = clients(business, "replace-phone", phone=business.client_phone, new_phone=taken)
    assert (answer.status_code, answer.json()["code"]) == (409, "phone_in_use")
    assert answer.json()["holder_id"] == str(sam.public_id)


def test_a_new_customer_has_what_their_phone_wrote_before(business: Business) -> None:
    phone = stranger()
    thread = business.text("Do you walk cats?", sender=phone).thread
    answer = post(business, "clients/", {"name": "Rosa", "phones": [phone]})
    assert (answer.status_code, answer.json()["linked"]) == (201, [str(thread.public_id)])
    thread.refresh_from_db()
    assert str(thread.client) == "Rosa"


def test_one_more_phone_is_added_with_what_it_wrote(business: Business) -> None:
    phone = stranger()
    thread = business.text("My other phone", sender=phone).thread
    answer = clients(business, "add-phone", phone=phone, label="Work")
    assert answer.json()["linked"] == [str(thread.public_id)]
    assert business.client.phones.get(e164=phone).label == "Work"
    _, taken = another_client(business)
    refused = clients(business, "add-phone", phone=taken)
    assert (refused.status_code, refused.json()["code"]) == (409, "phone_in_use")


def test_a_couple_shares_a_card_after_the_refusal_said_how(business: Business) -> None:
    answer = post(business, "clients/", {"name": "Lee", "phones": [business.client_phone]})
    refused = answer.json()
    assert (answer.status_code, refused["holder_id"]) == (409, str(business.client.public_id))
    assert "Dana already has this phone" in refused["detail"]
    assert "add-partner" in refused["can"]
    own = stranger()
    added = post(business, f"clients/{refused['holder_id']}/add-partner/", {"name": "Lee", "phone": own})
    assert (added.json()["name"], added.json()["linked"]) == ("Dana and Lee", [])
    assert set(added.json()["phones"]) == {business.client_phone, own}


def test_somebody_elses_now_and_back_on_another_card(business: Business) -> None:
    thread = business.thread()
    sam, _ = another_client(business)
    assert (
        clients(business, "give-phone", phone=business.client_phone, client=str(sam.public_id)).json()[
            "phones"
        ]
        == []
    )
    thread.refresh_from_db()
    assert thread.client == sam
    answer = post(business, f"clients/{sam.public_id}/recycle-phone/", {"phone": business.client_phone})
    assert business.client_phone not in answer.json()["phones"]
    assert Participant.objects.get(thread=thread).left_reason == LeftReason.RECYCLED


def test_a_phone_off_the_card_is_confirmed_once(business: Business) -> None:
    thread = business.thread()
    clients(business, "remove-phone", phone=business.client_phone)
    where = f"threads/{thread.public_id}/messages/"
    refused = post(business, where, {"body": "Hi"}, key="one")
    assert (refused.status_code, refused.json()["code"]) == (409, "phone_on_no_card")
    assert post(business, where, {"body": "Hi", "still_theirs": True}, key="two").status_code == 201
    assert post(business, where, {"body": "Hi again"}, key="three").status_code == 201


def test_a_phone_off_the_card_is_confirmed_before_anything_is_sent(business: Business) -> None:
    thread = business.thread()
    clients(business, "remove-phone", phone=business.client_phone)
    assert post(business, f"threads/{thread.public_id}/confirm-phone/", {}).status_code == 200
    assert (
        post(business, f"threads/{thread.public_id}/messages/", {"body": "Hi"}, key="one").status_code == 201
    )


def test_a_members_phone_changes_and_the_office_writes_to_them(business: Business) -> None:
    olga = UserFactory(organization=business.organization, role="staff", name="Olga")
    new = stranger()
    answer = post(business, f"members/{olga.public_id}/change-phone/", {"phone": new})
    assert (answer.status_code, answer.json()["phone"]) == (200, new)
    listed = business.browser.get(
        "/api/v1/members/", headers={"Authorization": f"Bearer {key_of(business.owner)}"}
    ).json()["results"]
    assert {one["id"]: one["phone"] for one in listed} == {
        str(olga.public_id): new,
        str(business.owner.public_id): "",
    }
    taken = post(business, f"members/{olga.public_id}/change-phone/", {"phone": business.client_phone})
    assert (taken.status_code, taken.json()["code"]) == (409, "phone_in_use")
    opened = post(business, "threads/", {"member": str(olga.public_id)})
    (party,) = opened.json()["participants"]
    assert (opened.status_code, party["role"], party["member"]["name"]) == (201, "member", "Olga")
    both = post(business, "threads/", {"member": str(olga.public_id), "phone": new})
    assert both.status_code == 400
    sitter = post(business, f"members/{business.sitter_user.public_id}/change-phone/", {"phone": stranger()})
    assert sitter.status_code == 404


def test_a_conversation_moves(business: Business) -> None:
    thread, other = business.thread(), number_of(business.account, "front_desk")
    where = f"threads/{thread.public_id}"
    assert post(business, f"{where}/preview-move/", {"number": str(other.public_id)}).json()["joined"] is None
    answer = post(business, f"{where}/move/", {"number": str(other.public_id)})
    assert answer.status_code == 200
    assert participants.outside_party(thread).number == other
    again = post(business, f"{where}/move/", {"number": str(other.public_id)})
    assert again.status_code == 409


def test_a_phone_is_blocked_and_unblocked(business: Business) -> None:
    thread = business.thread()
    assert post(business, f"threads/{thread.public_id}/block/", {}).status_code == 200
    text = post(business, f"threads/{thread.public_id}/messages/", {"body": "Hi"}, key="one")
    assert (text.status_code, text.json()["code"]) == (409, "party_blocked")
    assert post(business, f"threads/{thread.public_id}/unblock/", {}).status_code == 200
    assert not Delivery.objects.exists()


def test_a_sitters_phone_changes(business: Business) -> None:
    new = stranger()
    answer = post(business, f"sitters/{business.sitter.public_id}/change-phone/", {"phone": new})
    assert answer.json()["phone"] == new
    taken = post(
        business, f"sitters/{business.sitter.public_id}/change-phone/", {"phone": business.client_phone}
    )
    assert (taken.status_code, taken.json()["code"]) == (409, "phone_in_use")


def test_two_cards_become_one(business: Business) -> None:
    sam, phone = another_client(business)
    answer = clients(business, "merge", client=str(sam.public_id))
    assert set(answer.json()["phones"]) == {business.client_phone, phone}
    assert clients(business, "merge", client=str(business.client.public_id)).status_code == 409
