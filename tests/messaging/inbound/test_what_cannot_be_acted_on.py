"""Odd texts are answered 200 and kept: nothing that a client wrote is ever dropped, and nothing odd is an error of ours."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import OperationalError
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from messaging.inbound import receipts
from messaging.inbound.verify import read
from messaging.models import Message, MessageMedia, WebhookReceipt
from tests.business import Business
from tests.searching import searched

ODD = {
    "no sender": ({"From": ""}, "unactionable"),
    "a sender of blanks": ({"From": "   "}, "unactionable"),
    "a sender that is no phone": ({"From": "messenger:1234567890123456"}, "unactionable"),
    "a sender of 25 characters": ({"From": "+" + "1" * 24}, "unactionable"),
    "no recipient": ({"To": ""}, "unactionable"),
    "a recipient with NUL": ({"To": "+1628\x00555"}, "unactionable"),
    "no SID": ({"MessageSid": "", "SmsSid": "", "SmsMessageSid": ""}, "unactionable"),
    "a SID that is none": ({"MessageSid": "hello"}, "unactionable"),
    "a SID with NUL": ({"MessageSid": "SM\x00" + "1" * 30}, "unactionable"),
    "a count that is none": ({"NumMedia": "many"}, "unactionable"),
    "NUL in the body": ({"Body": "a\x00b"}, "done"),
    "NUL in the sender": ({"From": "+1619\x00555"}, "done"),
    "an empty body": ({"Body": ""}, "done"),
    "a short code": ({"From": "28910"}, "done"),
    "a name as sender": ({"From": "PETCO"}, "done"),
    "a very long body": ({"Body": "woof " * 8000}, "done"),
}


@pytest.mark.parametrize("odd", ODD)
def test_it_is_answered_and_kept_with_its_state(business: Business, odd: str) -> None:
    changes, state = ODD[odd]
    params = {**business.inbound_params("Hello"), **changes}
    assert business.post(params).status_code == 200
    receipt = WebhookReceipt.objects.get()
    assert receipt.state == state, receipt.failure
    assert read(bytes(receipt.raw)) == params
    assert Message.objects.count() == (1 if state == "done" else 0)
    assert ("webhook.inbound.unactionable" in business.verbs()) == (state == "unactionable")


@pytest.mark.parametrize("sender", ["whatsapp:{}", "WhatsApp:{}", "rcs:{}", "messenger:{}"])
@pytest.mark.parametrize("recipient", ["{}", "whatsapp:{}"])
def test_what_comes_by_another_channel_is_kept_and_explained(
    business: Business, sender: str, recipient: str
) -> None:
    ours = business.front_desk.e164
    params = business.inbound_params(
        "Hi", sender=sender.format(business.client_phone), to=recipient.format(ours)
    )
    assert business.post(params).status_code == 200
    receipt = WebhookReceipt.objects.get()
    assert receipt.state == "unactionable"
    assert "not as a text" in receipt.failure
    assert not Message.objects.exists()
    assert business.alerts() == ["channel.other"]


def test_another_channel_of_a_stranger_alerts_nobody(business: Business) -> None:
    business.post(business.inbound_params("Hi", sender="whatsapp:+19175550123"))
    business.post(
        business.inbound_params("Hi", to=f"whatsapp:{business.front_desk.e164}", sender="+19175550123")
    )
    assert {one.failure.split(",")[0] for one in WebhookReceipt.objects.all()} == {"This came by WhatsApp"}
    assert business.alerts() == []


def test_nul_becomes_a_replacement_character(business: Business) -> None:
    assert business.text("a\x00b").body == "a�b"


def test_a_text_named_only_by_its_older_field_is_taken_in_once(business: Business) -> None:
    params = business.inbound_params("Hello")
    del params["MessageSid"], params["SmsSid"]
    business.post(params)
    business.post(params)
    assert Message.objects.count() == 1
    assert "webhook.inbound.duplicate_rejected" in business.verbs()


def test_of_eleven_media_ten_are_kept(business: Business) -> None:
    media = {f"MediaUrl{i}": f"https://api.twilio.test/{i}" for i in range(11)}
    kinds = {f"MediaContentType{i}": "image/jpeg" for i in range(11)}
    message = business.text("", NumMedia="11", **media, **kinds)
    kept = MessageMedia.objects.filter(message=message).order_by("position")
    assert [row.source_url[-1] for row in kept] == [str(i) for i in range(10)]
    assert {row.state for row in kept} == {"listed"}


def test_it_is_never_tried_again(business: Business) -> None:
    business.post(business.inbound_params("Hello", sender="x" * 30))
    receipt = WebhookReceipt.objects.get()
    assert receipts.process_again(receipt) is False
    receipt.refresh_from_db()
    assert receipt.state == "unactionable"


def test_a_status_under_an_impossible_token_is_answered(business: Business) -> None:
    params = {"MessageSid": "SM" + "0" * 32, "MessageStatus": "sent", "AccountSid": business.account.sid}
    for token in ("%00", "x" * 200):
        assert business.post(params, path=f"/webhooks/twilio/status/{token}").status_code in (200, 403, 404)


def test_503_only_when_nothing_could_be_stored(business: Business, monkeypatch: pytest.MonkeyPatch) -> None:
    def down(*_: object, **__: object) -> None:
        raise OperationalError("the connection is gone")

    monkeypatch.setattr(receipts, "_keep", down)
    assert business.post(business.inbound_params("Hello")).status_code == 503


_VALUES = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=40)
_NAMES = st.sampled_from(
    [
        "Body",
        "From",
        "To",
        "MessageSid",
        "NumMedia",
        "OptOutType",
        "SmsStatus",
        "MediaUrl0",
        "NumSegments",
        "X",
    ]
)


@searched(40, deadline=timedelta(seconds=20), suppress_health_check=list(HealthCheck))
@given(changes=st.dictionaries(_NAMES, _VALUES, max_size=4))
def test_whatever_the_provider_signs_is_answered_and_kept(
    business: Business, changes: dict[str, str]
) -> None:
    before = WebhookReceipt.objects.count()
    duplicates = business.verbs().count("webhook.inbound.duplicate_rejected")
    answer = business.post({**business.inbound_params("Hello"), **changes})
    assert answer.status_code == 200
    kept = WebhookReceipt.objects.count() - before
    assert kept + business.verbs().count("webhook.inbound.duplicate_rejected") - duplicates == 1
    assert not WebhookReceipt.objects.filter(state="failed").exists()
