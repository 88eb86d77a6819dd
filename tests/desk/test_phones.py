"""The page of a client's phones, moving and blocking: what a change would do is shown first, and nothing changes before it was seen."""

from __future__ import annotations

import pytest
from django.urls import reverse

from messaging.models import Delivery, Participant, Thread
from messaging.models.phones import display
from messaging.models.threads import LeftReason
from messaging.people import participants
from snoutos.adminkit.rows import address
from tests.business import Business, another_client, number_of, open_business, stranger
from tests.desk.automation_forms import fields_of
from tests.doors.pages import change, press

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk() -> Business:
    business = open_business()
    business.browser.force_login(business.owner)
    return business


def phones(desk: Business, **asked: str) -> str:
    where = reverse("admin:client_phones", args=[desk.client.public_id])
    answer = desk.browser.post(where, asked) if asked else desk.browser.get(where)
    return answer.content.decode() or str(answer.status_code)


class TestPhones:
    def test_what_a_change_would_do_is_shown_before_it_is_done(self, desk: Business) -> None:
        thread, new = desk.thread(), stranger()
        desk.browser.post(
            reverse("admin:conversation_reply", args=[thread.public_id]),
            {"body": "Key code 1234", "nonce": "7f4a7c1e-0000-4000-8000-000000000001"},
        )
        shown = phones(desk, do="replace", phone=desk.client_phone, new=new)
        assert "1 text not sent yet is canceled" in shown
        assert desk.client.phones.get().e164 == desk.client_phone
        phones(desk, do="replace", phone=desk.client_phone, new=new, seen="1")
        assert desk.client.phones.get().e164 == new
        assert participants.outside_party(thread).e164 == new
        assert (
            "Send"
            in desk.browser.get(reverse("admin:conversation", args=[thread.public_id])).content.decode()
        )

    @pytest.mark.parametrize("typed", ["55", "call me", ""])
    def test_what_is_no_phone_is_said_at_the_phone(self, desk: Business, typed: str) -> None:
        desk.thread()
        assert 'role="alert"' in phones(desk, do="replace", phone=desk.client_phone, new=typed)
        assert desk.client.phones.get().e164 == desk.client_phone

    def test_a_phone_of_another_client_is_refused_with_their_name(self, desk: Business) -> None:
        _, taken = another_client(desk)
        assert "Sam already has this phone" in phones(desk, do="replace", phone=desk.client_phone, new=taken)

    def test_somebody_elses_now(self, desk: Business) -> None:
        thread = desk.thread()
        assert "someone else" in phones(desk, do="recycle", phone=desk.client_phone)
        phones(desk, do="recycle", phone=desk.client_phone, seen="1")
        assert Participant.objects.get(thread=thread).left_reason == LeftReason.RECYCLED
        page = desk.browser.get(reverse("admin:conversation", args=[thread.public_id])).content.decode()
        assert "No one is in this conversation anymore" in page
        strange = desk.text("who is this").thread
        hint = desk.browser.get(reverse("admin:conversation", args=[strange.public_id])).content.decode()
        assert "This phone was Dana" in hint

    def test_a_phone_off_the_card_is_asked_about_once(self, desk: Business) -> None:
        thread = desk.thread()
        phones(desk, do="remove", phone=desk.client_phone, seen="1")
        where = reverse("admin:conversation_reply", args=[thread.public_id])
        first = desk.browser.post(where, {"body": "Hi", "nonce": "7f4a7c1e-0000-4000-8000-000000000002"})
        assert first.status_code == 409
        assert "nobody&#x27;s card" in first.content.decode()
        assert not Delivery.objects.filter(thread=thread).exists()
        sent = {"body": "Hi", "nonce": "7f4a7c1e-0000-4000-8000-000000000003"}
        assert desk.browser.post(where, {**sent, "still_theirs": "1"}).status_code == 303
        again = desk.browser.post(where, {"body": "Two", "nonce": "7f4a7c1e-0000-4000-8000-000000000004"})
        assert again.status_code == 303

    def test_a_button_confirms_it_without_a_text(self, desk: Business) -> None:
        thread = desk.thread()
        phones(desk, do="remove", phone=desk.client_phone, seen="1")
        confirm = reverse("admin:conversation_still_theirs", args=[thread.public_id])
        page = reverse("admin:conversation", args=[thread.public_id])
        assert confirm in desk.browser.get(page).content.decode()
        assert desk.browser.post(confirm).status_code == 303
        assert confirm not in desk.browser.get(page).content.decode()
        reply = reverse("admin:conversation_reply", args=[thread.public_id])
        sent = {"body": "Hi", "nonce": "7f4a7c1e-0000-4000-8000-000000000005"}
        assert desk.browser.post(reply, sent).status_code == 303

    def test_to_another_card(self, desk: Business) -> None:
        thread = desk.thread()
        sam, _ = another_client(desk)
        where = reverse("admin:client_phones", args=[desk.client.public_id])
        assert f'value="{sam.public_id}"' in desk.browser.get(where, {"client": "Sam"}).content.decode()
        phones(desk, do="give", phone=desk.client_phone, client=str(sam.public_id), seen="1")
        thread.refresh_from_db()
        assert thread.client == sam

    def test_an_old_page_changes_nothing(self, desk: Business) -> None:
        for do, phone in (
            ("replace", stranger()),
            ("nonsense", desk.client_phone),
            ("give", desk.client_phone),
        ):
            answer = desk.browser.post(
                reverse("admin:client_phones", args=[desk.client.public_id]),
                {"do": do, "phone": phone, "new": stranger(), "client": "x", "seen": "1"},
            )
            assert answer.status_code in (404, 409)
        assert desk.client.phones.get().e164 == desk.client_phone

    def test_the_form_of_a_client_cannot_change_a_phone_silently(self, desk: Business) -> None:
        row = desk.client.phones.get()
        typed = {"phones-0-e164": stranger(), "phones-0-label": "work", "phones-0-DELETE": "on"}
        change(desk.browser, desk.client, **typed)
        row.refresh_from_db()
        assert (row.e164, row.label) == (desk.client_phone, "work")

    @pytest.mark.parametrize("whose", ["Sam", "Ana"])
    def test_the_form_says_whose_a_phone_is(self, desk: Business, whose: str) -> None:
        taken = another_client(desk)[1] if whose == "Sam" else desk.sitter.phone
        where = address(desk.client) or ""
        fields = fields_of(desk.browser.get(where), "client_form")
        more = {"phones-TOTAL_FORMS": "2", "phones-1-e164": taken, "phones-1-label": "", "phones-1-id": ""}
        answer = desk.browser.post(where, {**fields, **more, "phones-1-client": str(desk.client.pk)})
        assert f"{whose}" in answer.content.decode()
        assert "already has this phone" in answer.content.decode()
        assert desk.client.phones.count() == 1


class TestClaims:
    """A phone that comes to a card and had texted before, and the way on when somebody has it already."""

    def test_a_new_clients_earlier_conversation_is_linked_and_led_to(self, desk: Business) -> None:
        phone = stranger()
        thread = desk.text("Do you walk cats?", sender=phone).thread
        typed = {"name": "Rosa", "phones": display(phone), "pets": "", "notes": ""}
        answer = desk.browser.post(reverse("admin:messaging_client_add"), typed, follow=True)
        assert "had already texted you" in answer.content.decode()
        assert reverse("admin:conversation", args=[thread.public_id]) in answer.content.decode()
        thread.refresh_from_db()
        assert str(thread.client) == "Rosa"

    def test_a_phone_on_the_card_brings_its_conversation(self, desk: Business) -> None:
        phone = stranger()
        thread = desk.text("My other phone", sender=phone).thread
        where = address(desk.client) or ""
        fields = fields_of(desk.browser.get(where), "client_form")
        more = {
            "phones-TOTAL_FORMS": "2",
            "phones-1-e164": phone,
            "phones-1-label": "Work",
            "phones-1-id": "",
        }
        asked = {**fields, **more, "phones-1-client": str(desk.client.pk)}
        answer = desk.browser.post(where, asked, follow=True)
        assert "had already texted you" in answer.content.decode()
        thread.refresh_from_db()
        assert thread.client == desk.client
        assert desk.client.phones.get(e164=phone).label == "Work"
        assert "people.phone_added" in desk.verbs()

    def test_a_new_sitters_earlier_conversation_is_theirs(self, desk: Business) -> None:
        phone = stranger()
        thread = desk.text("I'd like to sit for you", sender=phone).thread
        typed = {"name": "Ben", "phone": phone, "user": ""}
        answer = desk.browser.post(reverse("admin:messaging_sitter_add"), typed, follow=True)
        assert "phone had already texted you" in answer.content.decode()
        thread.refresh_from_db()
        assert thread.kind == "staff"

    def test_a_couples_second_card_leads_to_the_first(self, desk: Business) -> None:
        typed = {"name": "Lee", "phones": display(desk.client_phone), "pets": "", "notes": ""}
        page = desk.browser.post(reverse("admin:messaging_client_add"), typed).content.decode()
        assert "Dana already has this phone" in page
        assert f'href="{address(desk.client)}"' in page
        share = reverse("admin:messaging_client_share", args=[desk.client.public_id])
        assert f'href="{share}?name=Lee"' in page
        assert "Add Lee to that card" in page
        assert 'value="Lee"' in desk.browser.get(f"{share}?name=Lee").content.decode()
        own = stranger()
        press(desk.browser, desk.client, "share", name="Lee", phone=display(own))
        desk.client.refresh_from_db()
        assert desk.client.name == "Dana and Lee"
        assert desk.client.phones.get(e164=own).label == "Lee"

    def test_what_a_partner_is_called_is_text_and_no_markup(self, desk: Business) -> None:
        typed = {"name": "<b>Lee</b>", "phones": desk.client_phone, "pets": "", "notes": ""}
        page = desk.browser.post(reverse("admin:messaging_client_add"), typed).content.decode()
        assert "<b>Lee</b>" not in page

    def test_the_page_of_the_phones_leads_to_the_other_card(self, desk: Business) -> None:
        sam, taken = another_client(desk)
        assert f'href="{address(sam)}"' in phones(desk, do="replace", phone=desk.client_phone, new=taken)


class TestMoving:
    def test_the_move_is_shown_then_made_with_a_first_text(self, desk: Business) -> None:
        thread, other = desk.thread(), number_of(desk.account, "front_desk")
        where = reverse("admin:conversation_move", args=[thread.public_id])
        assert str(other.public_id) in desk.browser.get(where).content.decode()
        assert (
            "Move the conversation"
            in desk.browser.get(where, {"number": str(other.public_id)}).content.decode()
        )
        assert participants.outside_party(thread).number == desk.front_desk
        answer = desk.browser.post(where, {"number": str(other.public_id), "text": "We moved"})
        assert answer.status_code == 303
        assert Delivery.objects.get(thread=thread).sender == other.e164

    def test_a_first_text_that_cannot_be_sent_moves_nothing_and_is_not_cut(self, desk: Business) -> None:
        thread, other = desk.thread(), number_of(desk.account, "front_desk")
        where = reverse("admin:conversation_move", args=[thread.public_id])
        for text in ("x" * 1601, "a\0b"):
            answer = desk.browser.post(where, {"number": str(other.public_id), "text": text})
            assert answer.status_code == 422
            assert 'role="alert"' in answer.content.decode()
        desk.text("STOP")
        answer = desk.browser.post(where, {"number": str(other.public_id), "text": "We moved"})
        assert answer.status_code == 409
        assert "We moved" in answer.content.decode()
        assert participants.outside_party(thread).number == desk.front_desk
        assert not Delivery.objects.filter(thread=thread, sender=other.e164).exists()

    def test_a_number_of_nobody_changes_nothing(self, desk: Business) -> None:
        thread = desk.thread()
        where = reverse("admin:conversation_move", args=[thread.public_id])
        for number in ("", "nonsense", str(desk.pool.public_id), str(desk.front_desk.public_id)):
            desk.browser.post(where, {"number": number})
        assert participants.outside_party(thread).number == desk.front_desk


def test_blocking_and_unblocking(desk: Business) -> None:
    thread = desk.thread()
    where = reverse("admin:conversation_block", args=[thread.public_id])
    assert desk.browser.post(where, {"blocked": "yes"}).status_code == 303
    page = desk.browser.get(reverse("admin:conversation", args=[thread.public_id])).content.decode()
    assert "Unblock" in page
    assert desk.browser.post(where, {"blocked": "yes"}).status_code == 409
    assert desk.browser.post(where, {"blocked": "no"}).status_code == 303
    assert not Participant.objects.filter(thread=Thread.objects.get(pk=thread.pk), is_blocked=True).exists()


def test_two_cards_are_merged_after_a_look(desk: Business) -> None:
    sam, phone = another_client(desk)
    where = reverse("admin:client_merge", args=[desk.client.public_id])
    assert str(sam.public_id) in desk.browser.get(where, {"client": "Sam"}).content.decode()
    assert "1 phone and 0 conversations" in " ".join(
        desk.browser.get(where, {"other": str(sam.public_id)}).content.decode().split()
    )
    assert desk.client.phones.count() == 1
    assert desk.browser.post(where, {"other": str(sam.public_id)}).status_code == 303
    assert set(desk.client.phones.values_list("e164", flat=True)) == {desk.client_phone, phone}
    assert desk.browser.post(where, {"other": str(sam.public_id)}).status_code == 404
    assert desk.browser.post(where, {"other": str(desk.client.public_id)}).status_code == 409
