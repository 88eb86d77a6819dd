"""Numbers and the provider account, changed on their pages: what is different afterwards."""

from __future__ import annotations

from django.test import Client as Browser

from messaging.models import Call, Delivery, MessageNumber, ProviderAccount
from messaging.models.phones import display
from messaging.providers.accounts import provider_of
from snoutos.devtools.twilio_sim.testing import SimulatorClient
from tests.business import Business, stranger
from tests.doors.pages import add, change, press
from tests.factories import ProviderAccountFactory
from tests.messaging.calls.calling import answer_to, call_params, called, colleague, is_always, rings


def test_a_number_that_was_added_takes_texts_by_its_role(
    desk: Browser, business: Business, provider: SimulatorClient
) -> None:
    for role in ("front_desk", "pool"):
        e164 = stranger()
        provider.add_account(sid=business.account.sid, token=business.account.auth_token, numbers=[e164])
        typed = {"e164": display(e164), "label": f"Line {role}", "account": str(business.account.pk)}
        add(desk, "messaging.MessageNumber", **typed, role=role, sitter="")
        assert f"Line {role}" in desk.get("/admin/messaging/messagenumber/").content.decode()
        text = business.text("Hello", to=e164)
        assert (text.thread.client == business.client) is (role == "front_desk")


def test_a_sitters_number_is_theirs_and_a_changed_role_another_beginning(
    desk: Browser, business: Business
) -> None:
    number = business.pool
    change(desk, number, label="Renamed", role="sitter", sitter=str(business.sitter.pk))
    shown = desk.get("/admin/messaging/messagenumber/").content.decode()
    assert f"{business.sitter}&#x27;s number" in shown
    assert "Renamed" in shown
    assert business.text("Hello", to=number.e164).thread.client == business.client


def test_a_number_belongs_to_the_account_that_was_chosen(
    desk: Browser, business: Business, provider: SimulatorClient
) -> None:
    other = ProviderAccountFactory(organization=business.organization)
    e164 = stranger()
    provider.add_account(sid=other.sid, token=other.auth_token, numbers=[e164])
    add(
        desk, "messaging.MessageNumber", e164=display(e164), label="", role="front_desk", sitter="",
        account=str(other.pk),
    )  # fmt: skip
    params = business.inbound_params("Hello", to=e164)
    assert business.post(params).status_code == 403
    assert business.post({**params, "AccountSid": other.sid}, token=other.auth_token).status_code == 200


def test_an_account_that_was_added_takes_its_texts_with_its_token(
    desk: Browser, business: Business, provider: SimulatorClient
) -> None:
    sid = "AC" + "9" * 32
    provider.add_account(sid=sid, token="a token of theirs")
    add(desk, "messaging.ProviderAccount", label="Second", sid=sid, auth_token="a token of theirs")
    account = ProviderAccount.objects.get(sid=sid)
    assert "Second" in desk.get("/admin/messaging/provideraccount/").content.decode()
    number = MessageNumber.objects.create(
        organization=business.organization, account=account, e164=stranger(), role="front_desk"
    )
    params = {**business.inbound_params("Hello", to=number.e164), "AccountSid": sid}
    assert business.post(params, token="a token of theirs").status_code == 200
    again = {**business.inbound_params("Hello", to=number.e164), "AccountSid": sid}
    assert business.post(again).status_code == 403


def test_tokens_are_exchanged_and_the_previous_one_opens_too(
    desk: Browser, business: Business, provider: SimulatorClient
) -> None:
    old = business.account.auth_token
    provider.add_account(sid=business.account.sid, token="the new one")
    change(desk, business.account, label="Renamed", auth_token="the new one", previous_auth_token=old)
    assert "Renamed" in desk.get("/admin/messaging/provideraccount/").content.decode()
    for token in ("the new one", old):
        assert business.post(business.inbound_params("Hello"), token=token).status_code == 200
    assert business.post(business.inbound_params("Hello"), token="neither").status_code == 403


def test_an_api_key_signs_in_at_the_provider(
    desk: Browser, business: Business, provider: SimulatorClient
) -> None:
    key = "SK" + "1" * 32
    provider.add_account(
        sid=business.account.sid, token=business.account.auth_token, api_keys={key: "its secret"}
    )
    change(desk, business.account, api_key_sid=key, api_key_secret="its secret")
    adapter = provider_of(ProviderAccount.objects.get(pk=business.account.pk))
    assert adapter._client.auth == (key, "its secret")  # type: ignore[attr-defined]


def test_calls_ring_the_phone_that_was_chosen_last(desk: Browser, business: Business) -> None:
    number, ben = business.front_desk, colleague(business)

    def rung() -> str:
        return rings(answer_to(business, call_params(business, sender=stranger())))

    press(desk, number, "calls", goes_to="office_phone", phone="(415) 701-0177", sentence="")
    assert rung() == "+14157010177"
    press(desk, number, "calls", goes_to=f"member:{ben.public_id}", phone="", sentence="")
    assert rung() == ben.phone
    for body, phone in (
        ({"call_handling": "office_phone", "call_phone": "415-701-0178"}, "+14157010178"),
        ({"call_handling": "member", "call_member": str(ben.public_id)}, ben.phone),
        ({"call_handling": "sentence"}, ""),
    ):
        url = f"/api/v1/numbers/{number.public_id}/calls/"
        assert desk.post(url, body, content_type="application/json").status_code == 200
        assert rung() == phone


def test_callers_can_leave_a_voicemail_where_it_was_chosen(desk: Browser, business: Business) -> None:
    number = business.front_desk

    def is_asked_for_one() -> bool:
        return "<Record" in answer_to(business, call_params(business, sender=stranger()))

    press(desk, number, "calls", goes_to="sentence", sentence="", voicemail="on")
    assert is_asked_for_one()
    press(desk, number, "calls", goes_to="sentence", sentence="")
    assert not is_asked_for_one()
    for chosen in (True, False):
        url, body = f"/api/v1/numbers/{number.public_id}/calls/", {"call_voicemail": chosen}
        assert desk.post(url, body, content_type="application/json").json()["call_voicemail"] is chosen
        assert is_asked_for_one() is chosen


def test_missed_callers_are_texted_what_was_written_last(desk: Browser, business: Business) -> None:
    number = business.front_desk
    business.text("Hello")

    def texted() -> list[str]:
        Call.objects.update(texted_at=None)
        before = set(Delivery.objects.values_list("pk", flat=True))
        called(business, sender=business.client_phone)
        return list(Delivery.objects.exclude(pk__in=before).values_list("body", flat=True))

    press(desk, number, "calls", goes_to="sentence", sentence="", text="Sorry!")
    assert texted() == ["Sorry!"]
    url = f"/api/v1/numbers/{number.public_id}/calls/"
    for said in ("We missed you", ""):
        assert (
            desk.post(url, {"call_text": said}, content_type="application/json").json()["call_text"] == said
        )
        assert texted() == ([said] if said else [])


def test_closed_calls_are_what_was_chosen_last(desk: Browser, business: Business) -> None:
    number, ben = business.front_desk, colleague(business)
    is_always(business, open_=False)

    def said() -> str:
        return answer_to(business, call_params(business, sender=stranger()))

    press(desk, number, "closed_calls", goes_to="sentence", phone="", sentence="We open at 8.")
    assert "We open at 8." in said()
    press(desk, number, "closed_calls", goes_to="voicemail", phone="", sentence="")
    assert "<Record" in said()
    press(desk, number, "closed_calls", goes_to="office_phone", phone="(415) 701-0177", sentence="")
    assert rings(said()) == "+14157010177"
    press(desk, number, "closed_calls", goes_to="same", phone="", sentence="left over")
    assert "left over" not in said()
    for body, phone in (
        ({"closed_handling": "office_phone", "closed_phone": "415-701-0178"}, "+14157010178"),
        ({"closed_handling": "member", "closed_member": str(ben.public_id)}, ben.phone),
        ({"closed_handling": "sentence", "closed_sentence": "Closed!"}, ""),
    ):
        url = f"/api/v1/numbers/{number.public_id}/closed-calls/"
        assert desk.post(url, body, content_type="application/json").status_code == 200
        assert rings(said()) == phone
    assert "Closed!" in said()


def test_callers_hear_the_sentence_that_was_written_last(desk: Browser, business: Business) -> None:
    number, caller = business.front_desk, call_params(business, sender=stranger())
    press(desk, number, "calls", goes_to="sentence", sentence="Text us, please.")
    assert "Text us, please." in answer_to(business, caller)
    body = {"call_sentence": "We're out walking dogs."}
    written = desk.post(f"/api/v1/numbers/{number.public_id}/calls/", body, content_type="application/json")
    assert written.status_code == 200
    caller = call_params(business, sender=stranger())
    assert "out walking dogs." in answer_to(business, caller)
