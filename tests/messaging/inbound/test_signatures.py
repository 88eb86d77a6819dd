"""Only what the provider signed with the account's token, over our own public address, is taken in."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.test import override_settings

from messaging.models import Message, RejectedRequest, WebhookReceipt
from messaging.providers.signature import sign
from tests.business import INBOUND, Business, open_business

FORM = "application/x-www-form-urlencoded"


def reasons() -> list[str]:
    return list(RejectedRequest.objects.order_by("pk").values_list("reason", flat=True))


def post_as_is(
    business: Business, raw: bytes, signature: str, content_type: str = FORM, **headers: str
) -> Any:
    return business.browser.post(
        INBOUND, raw, content_type=content_type, headers={"X-Twilio-Signature": signature, **headers}
    )


def refused(response: Any, reason: str) -> None:
    assert response.status_code == 403
    assert reasons() == [reason]
    assert not Message.objects.exists()
    assert not WebhookReceipt.objects.exists()


def test_unsigned_is_refused(business: Business) -> None:
    raw = urlencode(business.inbound_params("Hello")).encode()
    refused(business.browser.post(INBOUND, raw, content_type=FORM), "signature")


def test_a_wrong_signature_is_refused(business: Business) -> None:
    raw = urlencode(business.inbound_params("Hello")).encode()
    refused(post_as_is(business, raw, "bm90IHRoZSBwcm92aWRlcg=="), "signature")


def test_another_accounts_token_is_refused(business: Business) -> None:
    other = open_business("Paws")
    refused(business.post(business.inbound_params("Hello"), token=other.account.auth_token), "signature")


@pytest.mark.parametrize("name", ["Body", "From", "To", "MessageSid", "NumMedia"])
def test_a_changed_parameter_is_refused(business: Business, name: str) -> None:
    params = business.inbound_params("Hello")
    signature = sign(
        url=f"{settings.PUBLIC_BASE_URL}{INBOUND}", params=params, token=business.account.auth_token
    )
    changed = {**params, name: params[name] + "1"}
    refused(post_as_is(business, urlencode(changed).encode(), signature), "signature")


def test_an_added_parameter_is_refused(business: Business) -> None:
    params = business.inbound_params("Hello")
    signature = sign(
        url=f"{settings.PUBLIC_BASE_URL}{INBOUND}", params=params, token=business.account.auth_token
    )
    refused(
        post_as_is(business, urlencode({**params, "OptOutType": "STOP"}).encode(), signature), "signature"
    )


def test_the_previous_token_still_opens_while_it_is_being_changed(business: Business) -> None:
    old = business.account.auth_token
    business.account.previous_auth_token, business.account.auth_token = old, "the-new-token"
    business.account.save()
    assert business.post(business.inbound_params("one"), token=old).status_code == 200
    assert business.post(business.inbound_params("two"), token="the-new-token").status_code == 200


def test_a_token_that_was_dropped_no_longer_opens(business: Business) -> None:
    old = business.account.auth_token
    business.account.auth_token = "the-new-token"
    business.account.save()
    refused(business.post(business.inbound_params("one"), token=old), "signature")


@pytest.mark.parametrize(
    "more",
    [
        {"Body": "Grüße 🐶🏽 + & = % ; 你好"},
        {"Body": "1+1=2 a+b%20c"},
        {"Body": ""},
        {"MessagingServiceSid": "MG" + "0" * 32},
        {"FromCity": "", "FromState": "", "ToZip": ""},
        {"SomethingNew": "added without notice"},
        {"Body": "  spaces kept  \n"},
    ],
)
def test_genuine_fields_of_every_sort_are_accepted(business: Business, more: dict[str, str]) -> None:
    message = business.text(more.pop("Body", "Hello"), **more)
    assert Message.objects.filter(pk=message.pk).exists()
    assert not reasons()


def test_json_is_refused_even_when_signed(business: Business) -> None:
    raw = json.dumps(business.inbound_params("Hello")).encode()
    signature = sign(url=f"{settings.PUBLIC_BASE_URL}{INBOUND}", params={}, token=business.account.auth_token)
    refused(post_as_is(business, raw, signature, "application/json"), "not_a_form")


def test_another_charset_than_utf_8_is_refused(business: Business) -> None:
    params = business.inbound_params("Hello")
    signature = sign(
        url=f"{settings.PUBLIC_BASE_URL}{INBOUND}", params=params, token=business.account.auth_token
    )
    answer = post_as_is(business, urlencode(params).encode(), signature, f"{FORM}; charset=latin-1")
    refused(answer, "undecodable")


@pytest.mark.parametrize("raw", [b"Body=%ff%fe", b"Body=\xff", b"Body=%ED%A0%80"])
def test_bytes_that_are_no_utf_8_are_refused_and_kept(business: Business, raw: bytes) -> None:
    refused(post_as_is(business, raw, "x"), "undecodable")
    assert bytes(RejectedRequest.objects.get().body) == raw


def test_a_number_of_another_account_is_refused(business: Business) -> None:
    other = open_business("Paws")
    refused(
        business.post(business.inbound_params("Hello", to=other.front_desk.e164)), "other_accounts_number"
    )


def test_a_number_of_another_account_is_refused_whatever_the_status_says(business: Business) -> None:
    other = open_business("Paws")
    params = business.inbound_params("Hello", to=other.front_desk.e164, SmsStatus="sent")
    refused(business.post(params), "other_accounts_number")


@pytest.mark.parametrize("sid", ["AC" + "f" * 32, "", "\x00"])
def test_an_unknown_account_is_refused(business: Business, sid: str) -> None:
    refused(business.post(business.inbound_params("Hello", AccountSid=sid)), "unknown_account")
    assert RejectedRequest.objects.get().organization is None


def test_what_is_written_to_an_inactive_business_is_kept_all_the_same(business: Business) -> None:
    business.organization.is_active = False
    business.organization.save()
    assert business.text("Hello").state == "received"


@override_settings(ALLOWED_HOSTS=["*"])
@pytest.mark.parametrize(
    "headers",
    [{"Host": "evil.test"}, {"X-Forwarded-Host": "evil.test"}, {"X-Forwarded-Proto": "https"}],
)
def test_only_the_public_address_counts(business: Business, headers: dict[str, str]) -> None:
    params = business.inbound_params("Hello")
    raw = urlencode(params).encode()
    ours = sign(url=f"{settings.PUBLIC_BASE_URL}{INBOUND}", params=params, token=business.account.auth_token)
    theirs = sign(url=f"https://evil.test{INBOUND}", params=params, token=business.account.auth_token)
    assert post_as_is(business, raw, theirs, **headers).status_code == 403
    assert post_as_is(business, raw, ours, **headers).status_code == 200


def test_the_query_string_is_part_of_what_is_signed(business: Business) -> None:
    params = business.inbound_params("Hello")
    assert business.post(params, path=f"{INBOUND}?a=1").status_code == 200
    unsigned = sign(
        url=f"{settings.PUBLIC_BASE_URL}{INBOUND}", params=params, token=business.account.auth_token
    )
    answer = business.browser.post(
        f"{INBOUND}?a=1", urlencode(params), content_type=FORM, headers={"X-Twilio-Signature": unsigned}
    )
    assert answer.status_code == 403


def test_a_status_is_signed_as_well(business: Business) -> None:
    path = "/webhooks/twilio/status/some-token"
    params = {"MessageSid": "SM" + "0" * 32, "MessageStatus": "sent", "AccountSid": business.account.sid}
    assert business.post(params, path=path, token="wrong").status_code == 403
    assert business.post(params, path=path).status_code == 200


def test_a_status_may_name_another_business_number_as_recipient(business: Business) -> None:
    other = open_business("Paws")
    params = {
        "MessageSid": "SM" + "0" * 32,
        "MessageStatus": "sent",
        "AccountSid": business.account.sid,
        "To": other.front_desk.e164,
    }
    assert business.post(params, path="/webhooks/twilio/status/some-token").status_code == 200


def test_a_refusal_tells_the_owner_once_an_hour(business: Business) -> None:
    business.post(business.inbound_params("Hello"), token="wrong")
    RejectedRequest.objects.update(at="2020-01-01T00:00Z")
    business.post(business.inbound_params("Hello"), token="wrong")
    assert business.alerts() == ["webhook.signature_rejected"]
    assert business.verbs().count("webhook.signature_rejected") == 2
