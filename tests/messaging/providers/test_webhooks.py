"""Webhook parameters, read: table-driven, with bodies as the provider sends them."""

from __future__ import annotations

from urllib.parse import parse_qsl

import pytest

from messaging.providers.webhooks import (
    BadWebhook,
    InboundText,
    StatusReport,
    Unactionable,
    parse_inbound,
    parse_status,
)

SID, MMS, ACCOUNT = "SM" + "1" * 32, "MM" + "1" * 32, "AC" + "a" * 32
INBOUND = (
    f"ToCountry=US&ToState=CA&SmsMessageSid={SID}&NumMedia=0&ToCity=&FromZip=&SmsSid={SID}&FromState=CA"
    "&SmsStatus=received&FromCity=&Body=Hi+%F0%9F%90%B6+1%2B1&FromCountry=US&To=%2B14155550100"
    f"&MessagingServiceSid=MG{'2' * 32}&ToZip=&NumSegments=1&MessageSid={SID}&AccountSid={ACCOUNT}"
    "&From=%2B14155550111&ApiVersion=2010-04-01"
)
BASE = {"MessageSid": SID, "AccountSid": ACCOUNT, "From": "+14155550111", "To": "+14155550100", "Body": "Hi"}
STATUS = {"MessageSid": SID, "AccountSid": ACCOUNT, "MessageStatus": "delivered"}


def test_an_inbound_text_as_recorded() -> None:
    params = dict(parse_qsl(INBOUND, keep_blank_values=True))
    assert parse_inbound(params) == InboundText(
        provider_sid=SID,
        account_sid=ACCOUNT,
        sender="+14155550111",
        recipient="+14155550100",
        body="Hi 🐶 1+1",
        status="received",
        messaging_service_sid="MG" + "2" * 32,
        segments=1,
    )


def test_photos_without_words() -> None:
    params = {**BASE, "MessageSid": MMS, "Body": "", "NumMedia": "2"}
    params |= {"MediaUrl0": "https://x/0", "MediaContentType0": "image/jpeg", "MediaUrl1": "https://x/1"}
    text = parse_inbound(params)
    assert text.media == (("https://x/0", "image/jpeg"), ("https://x/1", ""))
    assert (text.body, text.media_dropped) == ("", 0)


def test_of_eleven_media_ten_are_kept_and_the_loss_is_told() -> None:
    params = {**BASE, "NumMedia": "11"} | {f"MediaUrl{i}": f"https://x/{i}" for i in range(11)}
    text = parse_inbound(params)
    assert len(text.media) == 10
    assert text.media_dropped == 1


def test_media_that_were_announced_but_not_named_are_skipped() -> None:
    assert parse_inbound({**BASE, "NumMedia": "3", "MediaUrl1": "https://x/1"}).media == (
        ("https://x/1", ""),
    )


def test_nul_is_replaced_and_reported() -> None:
    text = parse_inbound({**BASE, "Body": "a\x00b", "SmsStatus": "re\x00ceived"})
    assert (text.body, text.had_nul) == ("a\ufffdb", True)
    assert "\x00" not in text.status
    assert not parse_inbound(BASE).had_nul


@pytest.mark.parametrize("kind", ["STOP", "START", "HELP"])
def test_the_providers_own_opt_out_verdict(kind: str) -> None:
    assert parse_inbound({**BASE, "OptOutType": kind.lower()}).opt_out_type == kind


def test_older_names_of_the_sid_are_enough() -> None:
    params = {key: value for key, value in BASE.items() if key != "MessageSid"}
    assert parse_inbound({**params, "SmsSid": SID}).provider_sid == SID


@pytest.mark.parametrize("missing", ["MessageSid", "AccountSid", "To"])
def test_an_inbound_text_without_its_identity_is_bad(missing: str) -> None:
    params = {**BASE, missing: ""}
    with pytest.raises(BadWebhook, match=f"The parameter {missing} is missing"):
        parse_inbound(params)


@pytest.mark.parametrize(
    "change",
    [
        {"MessageSid": "CA" + "1" * 32},
        {"MessageSid": "SM1"},
        {"MessageSid": "SM" + "1" * 100},
        {"MessageSid": SID + "\x00"},
        {"AccountSid": "A" * 65},
        {"AccountSid": "AC\x00"},
        {"To": "+" + "1" * 100},
        {"NumMedia": "many"},
        {"NumMedia": "-1"},
        {"NumMedia": "٣"},
        {"NumMedia": "9" * 5000},
        {"NumSegments": "1.5"},
    ],
)
def test_what_the_provider_never_sends_is_bad(change: dict[str, str]) -> None:
    with pytest.raises(BadWebhook) as caught:
        parse_inbound(BASE | change)
    assert not isinstance(caught.value, Unactionable)
    assert str(caught.value).endswith(".")


@pytest.mark.parametrize("sender", ["", "  ", "x" * 65])
def test_a_text_that_nobody_could_answer_is_told_apart(sender: str) -> None:
    with pytest.raises(Unactionable) as caught:
        parse_inbound(BASE | {"From": sender})
    assert caught.value.reason


def test_personal_data_stays_out_of_representations() -> None:
    shown = repr(parse_inbound(BASE | {"NumMedia": "1", "MediaUrl0": "https://secret"}))
    assert not any(secret in shown for secret in ("+1415", "Hi", "secret"))


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        (STATUS, StatusReport(sid=SID, status="delivered", account_sid=ACCOUNT)),
        ({**STATUS, "MessageStatus": "Sent"}, StatusReport(sid=SID, status="sent", account_sid=ACCOUNT)),
        (
            {**STATUS, "MessageStatus": "undelivered", "ErrorCode": "30003", "From": "+1", "To": "+2"},
            StatusReport(
                sid=SID,
                status="undelivered",
                account_sid=ACCOUNT,
                error_code=30003,
                sender="+1",
                recipient="+2",
            ),
        ),
        ({**STATUS, "ErrorCode": "none"}, StatusReport(sid=SID, status="delivered", account_sid=ACCOUNT)),
        ({**STATUS, "ErrorCode": "9" * 50}, StatusReport(sid=SID, status="delivered", account_sid=ACCOUNT)),
    ],
)
def test_a_status_callback(params: dict[str, str], expected: StatusReport) -> None:
    assert parse_status(params) == expected


@pytest.mark.parametrize("missing", ["MessageSid", "AccountSid", "MessageStatus"])
def test_a_status_without_its_identity_is_bad(missing: str) -> None:
    with pytest.raises(BadWebhook, match=missing):
        parse_status({**STATUS, missing: ""})
