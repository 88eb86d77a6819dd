"""Members, keys, clients and sitters, changed on their pages: what is different afterwards."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client as Browser
from django.utils import timezone
from rest_framework.test import APIClient

from messaging.models import Client, Message, Sitter
from messaging.models.phones import display
from messaging.outbound.queue.quiet_hours import zone_of_phone
from snoutos.accounts.models import User
from tests.business import Business, stranger
from tests.doors.pages import add, change, press, signed_in
from tests.factories import UserFactory
from tests.snoutos.access.people import Browser as Stranger

WORD = "long enough 4 us"


def signs_in(email: str, word: str = WORD) -> bool:
    """Whether the desk opens with these."""
    someone = Stranger()
    someone.tries(email, word)
    return someone.is_in


def test_a_member_who_was_added_signs_in_as_what_they_are(desk: Browser, business: Business) -> None:
    typed = {"name": "Bo Baker", "email": "bo@tidy.example", "role": "staff"}
    add(desk, "accounts.User", **typed, password1=WORD, password2=WORD)
    assert signs_in("bo@tidy.example")
    bo = User.objects.get(email="bo@tidy.example")
    assert str(bo) == "Bo Baker"
    settings = f"/admin/accounts/organization/{business.organization.public_id}/change/"
    assert signed_in(bo).get(settings).status_code == 403
    change(desk, bo, name="Robert Baker", email="robert@tidy.example", role="owner")
    assert (signs_in("bo@tidy.example"), signs_in("robert@tidy.example")) == (False, True)
    assert signed_in(bo).get(settings).status_code == 200
    assert "Robert Baker" in desk.get("/admin/accounts/user/").content.decode()


def test_a_member_who_may_not_sign_in_is_out_at_once(desk: Browser, business: Business) -> None:
    bo = UserFactory(organization=business.organization, role="staff")
    theirs = signed_in(bo)
    assert theirs.get("/admin/inbox/").status_code == 200
    change(desk, bo, is_active=None)
    assert theirs.get("/admin/inbox/").status_code == 302


def test_the_sign_in_opens_with_an_e_mail_and_its_password(business: Business) -> None:
    bo = User.objects.create_user(
        "bo@tidy.example", WORD, role="staff", organization=business.organization, name="Bo"
    )
    browser = Browser()
    browser.post("/admin/login/", {"username": bo.email, "password": "another good word"})
    assert browser.get("/admin/inbox/").status_code == 302
    browser.post("/admin/login/", {"username": bo.email, "password": WORD})
    assert browser.get("/admin/inbox/").status_code == 200


def test_a_password_that_was_set_is_the_one_that_opens(desk: Browser, business: Business) -> None:
    bo = UserFactory(organization=business.organization, role="staff")
    press(desk, bo, "set_password", password1=WORD, password2=WORD)
    assert (signs_in(bo.email), signs_in(bo.email, "another good word")) == (True, False)


def issued(desk: Browser, user: User, **typed: Any) -> APIClient:
    """The API, called with a key that was issued to `user` on the page of keys."""
    answer = add(desk, "accounts.ApiKey", name="Booking", user=str(user.pk), **typed)
    found = re.search(r"snout_\w{4,}_[\w-]+", answer.content.decode())
    assert found is not None
    http = APIClient()
    http.credentials(HTTP_AUTHORIZATION=f"Bearer {found.group()}")
    return http


def test_a_key_is_its_users_and_may_do_what_was_ticked_until_it_expires(
    desk: Browser, business: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    system = UserFactory(organization=business.organization, role="integration")
    tomorrow = (timezone.now() + timedelta(days=1)).astimezone(business.organization.zone)
    ends = {"expires_at_0": f"{tomorrow:%Y-%m-%d}", "expires_at_1": f"{tomorrow:%H:%M:%S}"}
    http = issued(desk, system, scopes=["read"], **ends)
    assert http.get("/api/v1/me/").json()["id"] == str(system.public_id)
    text = f"/api/v1/threads/{business.thread().public_id}/messages/"
    assert http.post(text, {"body": "Hi"}, format="json", HTTP_IDEMPOTENCY_KEY="1").status_code == 403
    may_send = issued(desk, system, scopes=["read", "send"], **ends)
    assert may_send.post(text, {"body": "Hi"}, format="json", HTTP_IDEMPOTENCY_KEY="2").status_code == 201
    assert "Booking" in desk.get("/admin/accounts/apikey/").content.decode()
    later = timezone.now() + timedelta(days=2)
    monkeypatch.setattr("django.utils.timezone.now", lambda: later)
    assert http.get("/api/v1/me/").status_code == 401


def test_a_new_clients_phones_are_known_and_their_card_says_the_rest(
    desk: Browser, business: Business
) -> None:
    phone = stranger()
    add(
        desk,
        "messaging.Client",
        name="Bea Bell",
        phones=display(phone),
        pets="Rex",
        notes="Gate code on file",
    )
    text = business.text("Hello", sender=phone)
    assert text.thread.client == Client.objects.get(name="Bea Bell")
    shown = desk.get(f"/admin/conversations/{text.thread.public_id}/").content.decode()
    assert all(word in shown for word in ("Bea Bell", "Rex", "Gate code on file"))
    change(desk, text.thread.client, name="Beatrice", pets="Rex and Max", notes="New gate")
    shown = desk.get(f"/admin/conversations/{text.thread.public_id}/").content.decode()
    assert all(word in shown for word in ("Beatrice", "Rex and Max", "New gate"))


def test_a_second_phone_is_the_clients_and_called_what_it_was_called(
    desk: Browser, business: Business
) -> None:
    first, phone = business.thread(), stranger()
    more = {"phones-TOTAL_FORMS": "2", "phones-1-e164": display(phone), "phones-1-label": "Partner"}
    change(desk, business.client, **more, **{"phones-1-id": "", "phones-1-client": str(business.client.pk)})
    assert business.text("Hello", sender=phone).thread.client == business.client
    shown = desk.get(f"/admin/conversations/{first.public_id}/").content.decode()
    assert "Partner" in shown
    assert display(phone) in shown
    taken = {"do": "remove", "phone": phone, "seen": "1"}
    desk.post(f"/admin/clients/{business.client.public_id}/phones/", taken)
    assert "Partner" not in desk.get(f"/admin/conversations/{first.public_id}/").content.decode()


def test_a_clients_zone_is_where_their_quiet_hours_are(desk: Browser, business: Business) -> None:
    change(desk, business.client, timezone="Pacific/Honolulu")
    business.client.refresh_from_db()
    zone = zone_of_phone(business.client_phone, business.client, business.organization)
    assert zone.key == "Pacific/Honolulu"


def test_a_clients_vet_may_be_named_by_their_sitter(desk: Browser, business: Business) -> None:
    thread = business.thread()
    business.window(thread)
    line = thread.participants.get(role="sitter").number.e164

    def says() -> str:
        return str(business.text("The vet is 415-701-0558", sender=business.sitter.phone, to=line).state)

    assert says() == "held"
    change(desk, business.client, vet_phones="(415) 701-0558")
    assert says() == "accepted"


def test_a_new_sitter_texts_from_their_phone_and_reads_with_their_sign_in(
    desk: Browser, business: Business
) -> None:
    user = UserFactory(organization=business.organization, role="sitter")
    phone = stranger()
    add(desk, "messaging.Sitter", name="Cal Cole", phone=display(phone), user=str(user.pk))
    cal = Sitter.objects.get(name="Cal Cole")
    business.window(business.thread(), sitter=cal)
    text = business.text("Is Biscuit well?")
    assert text.deliveries.get().recipient == phone
    http = APIClient()
    http.force_authenticate(user)
    listed = http.get("/api/v1/me/threads/").json()["results"]
    assert [row["id"] for row in listed] == [str(text.thread.public_id)]
    shown = desk.get(f"/admin/conversations/{text.thread.public_id}/").content.decode()
    assert "Cal Cole is on duty" in shown
    change(desk, cal, name="Calvin")
    assert "Calvin is on duty" in desk.get(f"/admin/conversations/{text.thread.public_id}/").content.decode()


def test_a_phone_that_is_opted_out_gets_no_text(desk: Browser, business: Business) -> None:
    thread = business.thread()
    add(desk, "messaging.OptOut", e164=display(business.client_phone))
    reply = f"/admin/conversations/{thread.public_id}/reply/"
    nonce = desk.get(f"/admin/conversations/{thread.public_id}/").context["nonce"]
    answer = desk.post(reply, {"body": "Hi", "nonce": nonce})
    assert "texted STOP" in answer.content.decode()
    assert not Message.objects.filter(author_kind="owner").exists()


def test_a_key_of_ones_own_may_do_what_was_ticked_for_the_days_that_were_chosen(
    desk: Browser, business: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = desk.post("/admin/your-keys/issue/", {"name": "Reports", "scopes": ["read"], "days": "30"})
    found = re.search(r"snout_\w{4,}_[\w-]+", answer.content.decode())
    assert found is not None
    http = APIClient()
    http.credentials(HTTP_AUTHORIZATION=f"Bearer {found.group()}")
    assert http.get("/api/v1/me/").status_code == 200
    note = f"/api/v1/threads/{business.thread().public_id}/notes/"
    assert http.post(note, {"body": "Hi"}, format="json", HTTP_IDEMPOTENCY_KEY="1").status_code == 403
    assert "Reports" in desk.get("/admin/your-keys/").content.decode()
    later = timezone.now() + timedelta(days=31)
    monkeypatch.setattr("django.utils.timezone.now", lambda: later)
    assert http.get("/api/v1/me/").status_code == 401
