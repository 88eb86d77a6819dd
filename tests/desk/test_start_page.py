"""The page “New conversation”: whom to write to, by which phone and over which number, and what comes first."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from messaging.consent import changes
from messaging.models import Client, ClientPhone, Delivery, Message, Participant, Sitter, Thread
from messaging.phones import blocking
from tests.desk.business import Business

pytestmark = pytest.mark.django_db

NEW = "/admin/conversations/new/"
TYPED = ["(310) 555-0196", "310.555.0196", "+1 310 555 0196", "3105550196", "310-555-0196"]


@pytest.fixture
def business() -> Business:
    return Business()


@pytest.fixture
def desk(business: Business) -> Browser:
    return business.browser()


def shown(desk: Browser, **asked: object) -> str:
    answer = desk.get(NEW, {name: str(value) for name, value in asked.items()}, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def send(desk: Browser, page: str = "", **typed: object) -> Any:
    """Fill in the form as the page shows it, with some fields typed anew."""
    start = page.partition('action="/admin/conversations/start/"')[2].partition("</form>")[0]
    fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', start))
    fields.update(re.findall(r'type="radio" name="(\w+)" value="([^"]*)" checked', start))
    chosen = re.search(r'<option value="([^"]*)" selected', start)
    if chosen:
        fields["over"] = chosen[1]
    return desk.post(reverse("admin:conversation_start"), {**fields, **typed})


def stop(business: Business, e164: str) -> None:
    changes.opt_out(business.organization, e164, by=business.owner, at=timezone.now())


def text_of(page: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", page).split())


class TestChoosing:
    def test_clients_and_sitters_are_found_by_name_pet_and_phone(
        self, business: Business, desk: Browser
    ) -> None:
        client = business.client("Cleo Client", "+13105550196", pets="Biscuit")
        sitter = business.sitter("Ana Sitter")
        Sitter.objects.filter(pk=sitter.pk).update(phone="+13105550140")
        for search in ("cleo", "BISC", "0196"):
            assert f"?client={client.public_id}" in shown(desk, q=search), search
        for search in ("ana", "555-0140"):
            assert f"?sitter={sitter.public_id}" in shown(desk, q=search), search
        assert "Nobody found" in shown(desk, q="zebra")

    @pytest.mark.parametrize("typed", TYPED)
    def test_a_whole_number_is_recognised_however_it_is_written(
        self, business: Business, desk: Browser, typed: str
    ) -> None:
        business.client("Cleo Client", "+13105550196")
        page = text_of(shown(desk, q=typed))
        assert "Cleo Client" in page
        assert "To (310) 555-0196" in page

    def test_a_number_of_nobodys_is_an_unknown_sender(self, desk: Browser) -> None:
        page = shown(desk, q="(310) 555-0196")
        assert "Unknown sender" in page
        assert "Nobody you know has this number" in page
        assert "/admin/messaging/client/add/?phones=%2B13105550196" in page

    def test_the_link_to_add_them_brings_the_number_along(self, desk: Browser) -> None:
        form = desk.get("/admin/messaging/client/add/?phones=%2B13105550196").content.decode()
        assert "+13105550196</textarea>" in form

    @pytest.mark.parametrize(
        ("typed", "said"),
        [
            ("555-0186", "has no area code: add the area code."),
            ("+1 555 123 4567", "a valid phone number: check the area code"),
            ("12345678901234567890", "a phone number."),
        ],
    )
    def test_a_number_that_nobody_can_have_is_refused_in_words(
        self, desk: Browser, typed: str, said: str
    ) -> None:
        assert said in shown(desk, q=typed)
        assert said in shown(desk, phone=typed)

    def test_an_own_number_is_refused_in_words(self, business: Business, desk: Browser) -> None:
        assert "This is one of your own numbers" in shown(desk, q=business.front_desk.e164)

    def test_the_business_own_people_are_offered_at_once(self, business: Business, desk: Browser) -> None:
        business.organization.alert_phone = "+13105550177"
        business.organization.save()
        business.sitter("Ana Sitter")
        page = shown(desk)
        assert "Ana Sitter" in page
        assert "?phone=%2B13105550177" in page
        assert "Alerts phone" in shown(desk, phone="+13105550177")

    def test_who_is_not_there_is_404(self, business: Business, desk: Browser) -> None:
        theirs = Business("Paws").client()
        for asked in ({"client": theirs.public_id}, {"client": "x"}, {"sitter": theirs.public_id}):
            assert desk.get(NEW, {name: str(value) for name, value in asked.items()}).status_code == 404

    @pytest.mark.parametrize("asked", [{"q": "\x00"}, {"phone": "\x00"}, {"q": "<script>"}, {"q": "+"}])
    def test_odd_words_are_taken(self, desk: Browser, asked: dict[str, str]) -> None:
        assert "<script>" not in shown(desk, **asked).partition("<main")[2].partition("</main")[0]


class TestTheForm:
    def test_the_front_desk_is_chosen_and_why(self, business: Business, desk: Browser) -> None:
        other = business.add_number("sitter")
        page = shown(desk, client=business.client().public_id)
        assert f'<option value="{business.front_desk.public_id}" selected>' in page
        assert f'<option value="{other.public_id}">' in page
        assert "Your front desk is chosen" in page

    def test_a_stopped_phone_is_said_before_anybody_writes(self, business: Business, desk: Browser) -> None:
        client = business.client(phone="+13105550196")
        ClientPhone.objects.create(organization=business.organization, client=client, e164="+13105550197")
        stop(business, "+13105550196")
        page = shown(desk, client=client.public_id)
        assert 'value="+13105550197" checked' in page
        assert "Said STOP on" in page
        stop(business, "+13105550197")
        page = shown(desk, client=client.public_id)
        assert "Each of their phones said STOP." in page
        assert "start-body" not in page, "there is nothing to write in"
        assert send(desk, page, then="open").status_code == 303

    def test_a_client_without_a_phone_leads_to_their_card(self, business: Business, desk: Browser) -> None:
        client = Client.objects.create(organization=business.organization, name="Rosa")
        page = shown(desk, client=client.public_id)
        assert "This client has no phone yet. Add one first." in page
        assert f"/admin/messaging/client/{client.public_id}/change/" in page

    def test_a_sitter_without_a_phone_says_so(self, business: Business, desk: Browser) -> None:
        assert "they have no phone on their card" in shown(desk, sitter=business.sitter().public_id)

    def test_the_conversations_there_are_are_shown(self, business: Business, desk: Browser) -> None:
        client = business.client()
        thread = business.text(client, "Hi").thread
        page = shown(desk, client=client.public_id)
        assert "You have this conversation already" in page
        assert reverse("admin:conversation", args=[thread.public_id]) in page

    def test_names_are_escaped(self, business: Business, desk: Browser) -> None:
        client = business.client("<script>alert(1)</script>", pets="<b>Rex</b>")
        for page in (shown(desk, client=client.public_id), shown(desk, q="script")):
            assert "<script>alert" not in page
            assert "<b>Rex" not in page


class TestStarting:
    def test_a_text_is_sent_once_however_often_the_form_arrives(
        self, business: Business, desk: Browser
    ) -> None:
        client = business.client()
        page = shown(desk, client=client.public_id)
        # The form's nonce says that it is the same form.
        answers = [send(desk, page, then="send", body="Hello\r\nthere") for _ in range(2)]
        thread = Thread.objects.get(client=client)
        for answer in answers:
            assert answer["Location"] == reverse("admin:conversation", args=[thread.public_id])
        assert Delivery.objects.get().body == "Hello\nthere"
        assert send(desk, shown(desk, client=client.public_id), then="send", body="Again").status_code == 303
        assert Delivery.objects.count() == 2, "another form is another text"

    def test_the_phone_and_number_that_are_chosen_are_the_conversations(
        self, business: Business, desk: Browser
    ) -> None:
        client = business.client(phone="+13105550196")
        ClientPhone.objects.create(organization=business.organization, client=client, e164="+13105550197")
        other = business.add_number("sitter")
        page = shown(desk, client=client.public_id)
        send(desk, page, then="open", phone="+13105550197", over=str(other.public_id))
        party = Participant.objects.get()
        assert (party.e164, party.number) == ("+13105550197", other)

    def test_opening_without_a_text_sends_nothing_and_says_so(
        self, business: Business, desk: Browser
    ) -> None:
        page = shown(desk, phone="+13105550196")
        answer = desk.get(send(desk, page, then="open")["Location"]).content.decode()
        assert "The conversation is open. Nothing was sent yet." in answer
        assert "Unknown sender" in answer
        assert not Message.objects.exists()

    def test_a_visit_first_leads_to_its_form(self, business: Business, desk: Browser) -> None:
        business.sitter()
        page = shown(desk, client=business.client().public_id)
        answer = desk.get(send(desk, page, then="visit")["Location"].partition("#")[0]).content.decode()
        assert '<details class="d-fold" open>' in answer.partition("Assign a sitter")[0][-200:]

    def test_a_visit_is_offered_for_clients_only_and_with_a_sitter_to_give_it_to(
        self, business: Business, desk: Browser
    ) -> None:
        client = business.client()
        assert 'value="visit"' not in shown(desk, client=client.public_id)
        business.sitter()
        assert 'value="visit"' in shown(desk, client=client.public_id)
        assert 'value="visit"' not in shown(desk, phone="+13105550196")

    @pytest.mark.parametrize(
        ("typed", "said"),
        [
            ({"then": "send", "body": " "}, "Write something first."),
            ({"then": "send", "body": "x" * 1601}, "Texts can have up to 1,600 characters"),
            ({"then": "send", "body": "x\x00y"}, "The text has a character that can"),
            ({"then": "later", "body": "x"}, "Choose what comes first."),
            ({"then": "open", "over": "x"}, "is not a valid UUID"),
            ({"then": "open", "over": ""}, "Choose a number of yours."),
            ({"then": "open", "phone": "+13105550111"}, "This phone is not on their card."),
        ],
    )
    def test_what_is_refused_is_said_and_nothing_is_opened(
        self, business: Business, desk: Browser, typed: dict[str, str], said: str
    ) -> None:
        page = shown(desk, client=business.client().public_id)
        answer = send(desk, page, **typed)
        assert answer.status_code in (409, 422)
        assert said in answer.content.decode()
        assert not Thread.objects.exists()

    def test_a_text_to_a_stopped_phone_opens_nothing_and_stays_in_the_field(
        self, business: Business, desk: Browser
    ) -> None:
        client = business.client(phone="+13105550196")
        page = shown(desk, client=client.public_id)
        stop(business, "+13105550196")
        answer = send(desk, page, then="send", body="Hello")
        assert answer.status_code == 409
        assert "They texted STOP." in answer.content.decode()
        assert not Thread.objects.exists()

    def test_a_form_about_nobody_is_refused(self, desk: Browser) -> None:
        assert "Choose whom to write to." in send(desk, then="open").content.decode()
        assert send(desk, then="open", phone="555-0186").status_code == 422

    def test_a_phone_on_nobodys_card_any_more_leads_to_the_conversation_that_asks_once(
        self, business: Business, desk: Browser
    ) -> None:
        client = business.client(phone="+13105550196")
        thread = business.text(client, "Hi").thread
        ClientPhone.objects.all().delete()
        page = shown(desk, phone="+13105550196")
        assert reverse("admin:conversation", args=[thread.public_id]) in page
        answer = send(desk, page, then="send", body="Hello")
        assert answer.status_code == 409
        assert "This phone is on nobody&#x27;s card any more" in answer.content.decode()
        assert not Delivery.objects.exists()

    def test_a_blocked_phone_is_said_before_anybody_writes(self, business: Business, desk: Browser) -> None:
        client = business.client()
        blocking.block(business.text(client, "Hi").thread, by=business.owner, at=timezone.now())
        assert "You blocked this phone." in shown(desk, client=client.public_id)


class TestTheWaysThere:
    def test_from_the_inbox_by_button_and_key(self, desk: Browser) -> None:
        page = desk.get("/admin/").content.decode()
        assert re.search(r'href="/admin/conversations/new/" data-key="n"', page)

    def test_from_the_cards(self, business: Business, desk: Browser) -> None:
        for row, kind in ((business.client(), "client"), (business.sitter(), "sitter")):
            card = desk.get(f"/admin/messaging/{kind}/{row.public_id}/change/").content.decode()
            there = reverse(f"admin:messaging_{kind}_write", args=[row.public_id])
            assert f'href="{there}"' in card
            assert desk.get(there)["Location"] == f"{NEW}?{kind}={row.public_id}"

    @pytest.mark.parametrize("typed", TYPED)
    def test_from_the_palette_by_number(self, business: Business, desk: Browser, typed: str) -> None:
        found = desk.get("/admin/search/", {"s": typed, "extended": "1"}).content.decode()
        assert "Write to (310) 555-0196" in found
        assert f"{NEW}?phone=%2B13105550196" in found

    def test_from_the_palette_by_name(self, business: Business, desk: Browser) -> None:
        client = business.client("Cleo Client")
        found = desk.get("/admin/search/", {"s": "cleo", "extended": "1"}).content.decode()
        assert "Write to Cleo Client" in found
        assert f"{NEW}?client={client.public_id}" in found
        assert NEW in desk.get("/admin/search/", {"s": "new conv", "extended": "1"}).content.decode()
